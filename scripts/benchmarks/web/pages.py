"""How long each page of ours takes to open on the demo company, for a manager.

From what a click calls until all that the page asked for has come and is painted;
measured in the browser. Every menu entry with a page of its own, and the form of a
record there. Beside them, in the same rounds, Odoo's own list and form of orders.

The first round meets a server that has just started and counts for itself; in each
round the browser is a fresh one that knows no page.
"""

import argparse
import statistics

from stack import browser as chrome
from stack.rpc import Session
from stack.server import OdooServer

MANAGER = "marta.management"
APP = "oms_connector.oms_menu_root"
ODOO = "sale.action_orders"
LIMIT = 1  # second, for any page

SETTLED = """
const PATIENCE = 30000;  // ms
const requests = odoo.loader.modules.get("@web/core/network/rpc").rpcBus;
let open = 0;
const request = () => { open += 1; };
const response = () => { open -= 1; };
requests.addEventListener("RPC:REQUEST", request);
requests.addEventListener("RPC:RESPONSE", response);
const painted = () =>
    new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
const settled = async (selector) => {
    const deadline = performance.now() + PATIENCE;
    do {
        await painted();
        if (performance.now() > deadline) {
            throw new Error(`${open} requests open, ${selector} is not there`);
        }
    } while (open > 0 || !document.querySelector(selector));
    requests.removeEventListener("RPC:REQUEST", request);
    requests.removeEventListener("RPC:RESPONSE", response);
    return performance.now() - started;
};
"""
OPEN_ACTION = f"""async (action) => {{
    {SETTLED}
    const started = performance.now();
    const {{ services }} = odoo.__WOWL_DEBUG__.root.env;
    await services.action.doAction(action, {{ clearBreadcrumbs: true }});
    return settled(".o_list_view, .o_kanban_view, .o_form_view");
}}"""
FIRST_RECORD = """async () => {
    const { services } = odoo.__WOWL_DEBUG__.root.env;
    const { action, views } = services.action.currentController;
    const hasForm = views.some((view) => view.type === "form");
    const found = hasForm
        ? await services.orm.search(action.res_model, [], { limit: 1 })
        : [];
    return found[0];
}"""
OPEN_RECORD = f"""async (resId) => {{
    {SETTLED}
    const started = performance.now();
    const {{ services }} = odoo.__WOWL_DEBUG__.root.env;
    await services.action.switchView("form", {{ resId }});
    return settled(".o_form_view");
}}"""


def run(server: OdooServer) -> dict:
    rounds = _options().rounds
    actions = _actions(server)
    seconds = {}
    with chrome.chromium() as chromium:
        for number in range(1 + rounds):
            with chrome.page(chromium, server.url) as session:
                session.login(MANAGER, MANAGER)
                for name, action in actions.items():
                    for page, taken in _open(session, name, action):
                        seconds.setdefault(page, []).append(taken)
                if session.errors:
                    raise RuntimeError(f"The browser saw errors: {session.errors}")
            print(f"round {number} of {rounds}: {len(seconds)} pages", flush=True)
    first = {page: taken[0] for page, taken in seconds.items()}
    usual = {page: statistics.median(taken[1:]) for page, taken in seconds.items()}
    for page in sorted(usual, key=usual.get, reverse=True):
        print(f"{usual[page]:6.3f} s, at first {first[page]:6.3f} s  {page}")
    ours = [page for page in usual if not page.startswith(ODOO)]
    slowest = max(ours, key=usual.get)
    odoo = max(usual[page] for page in usual if page.startswith(ODOO))
    return {
        "pages": len(ours),
        "slowest": slowest,
        "slowest_s": round(usual[slowest], 3),
        "first_slowest_s": round(max(first[page] for page in ours), 3),
        "odoo_slowest_s": round(odoo, 3),
        "ratio": round(usual[slowest] / odoo, 3),
        "over_limit": sorted(page for page in ours if usual[page] > LIMIT),
    }


def _options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="after the first")
    return parser.parse_args()


def _actions(server: OdooServer) -> dict:
    """The actions to open, by what the menu calls them."""
    session = Session(server.url, server.database, MANAGER, MANAGER)
    menus = session.call("ir.ui.menu", "load_web_menus", [], False)
    app = next(menu for menu in menus.values() if menu.get("xmlid") == APP)
    entries = [
        menu
        for menu in menus.values()
        if menu["appID"] == app["id"] and menu["id"] != app["id"] and menu["actionID"]
    ]
    return {menu["name"]: menu["actionID"] for menu in entries} | {ODOO: ODOO}


def _open(session: chrome.Browser, name: str, action):
    """Opens the page and its first record's; yields each page's name and seconds."""
    page = session.page
    yield name, page.evaluate(OPEN_ACTION, action) / 1000
    if page.locator(".modal").count():
        page.locator(".modal .btn-close").click()
        page.locator(".modal").wait_for(state="detached")
    elif record := page.evaluate(FIRST_RECORD):
        yield f"{name}: form", page.evaluate(OPEN_RECORD, record) / 1000
