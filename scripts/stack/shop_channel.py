"""A Medusa shop and Odoo, made known to each other."""

import contextlib
import secrets
from decimal import Decimal

from .rpc import Session
from .server import OdooServer
from .shop import Shop
from .shop_seed import LOCATIONS, ShopProduct

CHANNEL = "Medusa shop"
ASSORTMENT = 12  # products that the shop sells


@contextlib.contextmanager
def connected_shop(server: OdooServer, login: str, password: str):
    """A running shop that sells what the company has, connected to it.

    The shop keeps its database beside Odoo's; a second start connects the same shop.
    """
    odoo = Session(server.url, server.database, login, password)
    with Shop(server.cluster, f"{server.database}_shop") as shop:
        if not find_channel(odoo):
            shop.sell(assortment(odoo))
        connect(odoo, shop, server.url)
        yield shop


def find_channel(odoo: Session) -> int | None:
    found = odoo.call("oms.channel", "search", [("name", "=", CHANNEL)])
    return found[0] if found else None


def assortment(odoo: Session) -> list[ShopProduct]:
    """What the shop is to sell; how many there are, Odoo will tell it."""
    products = odoo.search_read(
        "product.product",
        [("is_storable", "=", True), ("default_code", "!=", False)],
        ["default_code", "name", "lst_price", "barcode"],
        order="id",
        limit=ASSORTMENT,
    )
    return [
        ShopProduct(
            sku=product["default_code"],
            title=product["name"],
            prices={"eur": Decimal(str(product["lst_price"]))},
            stock=dict.fromkeys(LOCATIONS, 0),
            barcode=product["barcode"] or "",
        )
        for product in products
    ]


def connect(odoo: Session, shop: Shop, receiver: str) -> int:
    """Make the channel, or tell the one that is there where the shop is now.

    :param receiver: Odoo's address as the shop reaches it
    :return: the channel's id
    """
    secret = secrets.token_urlsafe(24)
    values = {
        "medusa_base_url": shop.url,
        "medusa_api_key": shop.api_key,
        "medusa_webhook_secret": secret,
    }
    channel = find_channel(odoo)
    if channel:
        odoo.call("oms.channel", "write", [channel], values)
    else:
        values |= {"name": CHANNEL, "adapter": "medusa"}
        channel = odoo.call("oms.channel", "create", [values])[0]
    odoo.call("oms.channel", "action_connect", [channel])
    odoo.call("oms.channel", "action_import_listings", [channel])
    (token,) = odoo.call("oms.channel", "read", [channel], ["event_token"])
    shop.send_events_to(f"{receiver}/oms/event/{token['event_token']}", secret)
    return channel
