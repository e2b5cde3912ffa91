"""Cancellations into Kaufland, unit by unit. Kaufland pays back what was paid."""

from collections.abc import Mapping

from ..adapter import ChannelAdapter
from ..errors import Rejected
from ..notice import Cancellation, Receipt
from ..text import _lt
from .api import SellerApi
from .mapping import CANCELLED, LEFT, status
from .orders import named, units_of

_GENERAL = ChannelAdapter.cancel_reasons

REASONS: Mapping[str, str] = {
    "customer": _GENERAL["customer"],
    "out_of_stock": _GENERAL["out_of_stock"],
    "delayed": _lt("Not delivered to us in time"),
    "undeliverable": _GENERAL["undeliverable"],
    "region": _lt("We do not deliver to that region"),
    "price": _GENERAL["price"],
    "catalogue": _lt("Wrong data in the catalogue"),
    "not_received": _lt("The customer did not receive it"),
    "unpaid": _GENERAL["unpaid"],
    "other": _GENERAL["other"],
}
CODES = {
    "customer": "BuyerCancelled",
    "out_of_stock": "NoInventory",
    "delayed": "DelayedInventory",
    "undeliverable": "ShippingAddressUndeliverable",
    "region": "UndeliverableRegion",
    "price": "WrongPrice",
    "catalogue": "WrongCatalogData",
    "not_received": "MerchandiseNotReceived",
    "unpaid": "NoReactionBuyer",
    "other": "GeneralAdjustment",
}
"""What Kaufland calls our reasons."""


def push(api: SellerApi, notice: Cancellation) -> Receipt:
    """Cancel each unit once: by its state, a unit tells whether it is."""
    if notice.reason not in CODES:
        raise Rejected(
            _lt("Kaufland knows no such reason: %(reason)s", reason=notice.reason)
        )
    units = units_of(api, notice.order_id)
    wanted = (
        named(units, notice.items, notice.order_id)
        if notice.items
        else list(units.values())
    )
    open_ones = [unit for unit in wanted if status(unit) not in CANCELLED]
    for unit in open_ones:
        if status(unit) in LEFT:
            raise Rejected(
                _lt(
                    "Unit %(unit)s of order %(order)s is marked as sent at Kaufland:"
                    " it can come back, and not be cancelled",
                    unit=unit["id_order_unit"],
                    order=notice.order_id,
                )
            )
    for unit in open_ones:
        api.patch(
            f"/order-units/{unit['id_order_unit']}/cancel",
            {"reason": CODES[notice.reason]},
        )
    return Receipt()
