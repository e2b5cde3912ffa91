"""A channel without a network, for the demo, for tests, and for trying things out.

It is the example to read before an adapter is written: each method of the contract in
its shortest form, with what is the shop's own in the modules beside it.
"""

from ..adapter import Capability, ChannelAdapter
from ..document import Check, Page
from ..raw import raw
from ..text import _lt
from . import events, mapping
from .paging import portion, resume
from .payouts import payouts
from .settings import Settings
from .shelf import PORTION, Shelf
from .shop import DemoShop


class Adapter(ChannelAdapter):
    """The demo shop, asked politely."""

    code = "demo"
    title = _lt("Demo shop")
    capabilities = frozenset(Capability)
    settings_class = Settings
    stock_portion = PORTION

    @property
    def shop(self) -> DemoShop:
        """The far side as it is now; place orders there by hand."""
        return self.settings.shop()

    def _call(self) -> DemoShop:
        """Reach the shop, or fail as its settings ask for."""
        self.settings.fail()
        return self.shop

    # --- Connection ---

    def test_connection(self):
        shop = self._call()
        return (
            Check(question=_lt("Does the shop answer?"), passed=True),
            Check(
                question=_lt("Does it sell anything?"),
                passed=bool(shop.articles),
                advice=_lt(
                    "Add listings to the channel: they are what customers can buy."
                ),
            ),
        )

    # --- Orders in ---

    def fetch_orders(self, since, cursor=None):
        shop = self._call()
        changes = shop.changes(resume(since, cursor))
        page, cursor = portion(changes, cursor, key=lambda order: order)
        orders = shop.standings(order for _at, order in page)
        return Page(items=[_raw("order", o.document()) for o in orders], cursor=cursor)

    def fetch_order(self, reference):
        order = self._call().find(reference)
        return order and _raw("order", order.document())

    def parse_order(self, payload):
        return mapping.order(payload)

    # --- Events in ---

    def verify_event(self, headers, body, now):
        secret = self.settings.webhook_secret.get_secret_value()
        events.verify(secret, headers, body, now)

    def parse_event(self, headers, body):
        return mapping.event(body)

    # --- Catalogue in, stock and price out, and what is shown of them ---

    def _shelf(self) -> Shelf:
        return Shelf(self._call(), self.settings.locations)

    def fetch_listings(self, cursor=None):
        return self._shelf().listings(cursor)

    def fetch_locations(self):
        self._call()
        return self.settings.locations

    def push_stock(self, levels):
        return self._shelf().set_stock(levels)

    def push_prices(self, prices):
        return self._shelf().set_prices(prices)

    def fetch_stock(self, cursor=None):
        return self._shelf().stock(cursor)

    def fetch_prices(self, cursor=None):
        return self._shelf().prices(cursor)

    # --- Notices out: the shop's desk knows what it took before ---

    def push_acknowledgement(self, notice):
        return self._call().acknowledge(notice)

    def push_shipment(self, notice):
        return self._call().ship(notice)

    def push_cancellation(self, notice):
        self.check_reason(self.cancel_reasons, notice.reason)
        return self._call().cancel(notice)

    def push_capture(self, notice):
        return self._call().capture(notice)

    def push_refund(self, notice):
        return self._call().refund(notice)

    # --- Returns, both ways ---

    def fetch_returns(self, since, cursor=None):
        changes = self._call().returns(resume(since, cursor))
        page, cursor = portion(changes, cursor, key=lambda data: data["id"])
        return Page(items=[_raw("return", data) for _at, data in page], cursor=cursor)

    def parse_return(self, payload):
        return mapping.returned(payload)

    def push_return(self, notice):
        return self._call().receive_return(notice)

    # --- Payouts in ---

    def fetch_payouts(self, since, cursor=None):
        found, cursor = payouts(self._call(), since, cursor)
        return Page(items=[_raw("payout", data) for data in found], cursor=cursor)

    def parse_payout(self, payload):
        return mapping.payout(payload)


def _raw(kind, data):
    return raw(kind, data["id"], data)
