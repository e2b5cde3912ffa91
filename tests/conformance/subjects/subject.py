"""What each adapter brings to the contract: its channel, its settings, its orders.

A capability that is claimed has its cases; what they need of the subject says
`NotImplementedError` until it is there. Where a docstring says "inside `with`", write
a context manager: mostly a `Loopback` that answers as the channel does.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import ClassVar

from channels import adapters
from channels.adapter import ChannelAdapter
from channels.document import ChannelOrder
from channels.offer import ListingRef, PriceLevel, StockLevel
from specification import Specification

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
EVENT_SECRET = "whsec_conformance"
COUNT = 230
"""Orders of a channel: enough for more than one page."""
MOST = 250
"""Articles of a channel: more than any takes in one portion."""


@dataclass(frozen=True)
class Deal:
    """One order at a running channel, before we tell anything about it.

    It has two articles or more, and several pieces of the first.

    :param done: what the channel did so far, by operation: the pieces of each line id
        of a shipment, cancellation or return; the money under the currency for a
        capture or refund; how often it took an acknowledgement, under the order's id
    :param location: the channel's id of the location that sends, if it has any
    :param return_id: the return that the customer announced, if they did
    """

    channel: ChannelAdapter
    order: ChannelOrder
    done: Callable[[str], dict[str, Decimal]]
    location: str = ""
    return_id: str = ""


class Subject(ABC):
    code: str
    secrets: tuple[str, ...] = (EVENT_SECRET,)
    """Texts that must appear nowhere; the first is that of events."""
    speaks_http = True
    specification: ClassVar[Specification | None] = None
    """With which every request is compared; None where the channel publishes none."""
    beginning = '{"orders": ['
    """An answer that was cut off."""
    unread: ClassVar[frozenset[str]] = frozenset()
    """Methods to which the channel answers nothing that anybody reads."""
    signs_time = True
    """Whether events carry a signed time, so that an old one can be refused."""
    unknown_order = "99999999"

    # --- The adapter ---

    def adapter(self, **settings):
        adapter_class = adapters()[self.code]
        chosen = {**self.settings(), **settings}
        return adapter_class(adapter_class.settings_class.build(**chosen))

    def at(self, url: str, **settings):
        """An adapter whose channel answers at this address, tokens included."""
        return self.adapter(base_url=url, **settings)

    def without_secret(self):
        """An adapter that was not told how to verify events."""
        return self.adapter(webhook_secret="")

    @abstractmethod
    def settings(self) -> dict:
        """Complete ones, for a channel that need not answer."""

    # --- In ---

    @abstractmethod
    def running(self):
        """Inside `with`: an adapter whose channel has `COUNT` orders.

        Its connection is as it should be: every check passes.
        """

    @abstractmethod
    def orders(self) -> list[tuple[str, Decimal]]:
        """Payloads of orders, and what each customer paid."""

    def event(self, at: datetime) -> tuple[dict[str, str], bytes]:
        """Headers and body of an event about the order `order_1`, sent then."""
        raise NotImplementedError

    def returning(self):
        """Inside `with`: an adapter, and when each return changed, by its id.

        There are enough of them for more than one page.
        """
        raise NotImplementedError

    def paying(self):
        """Inside `with`: an adapter, and when each payout was paid, by its id.

        There are enough of them for more than one page.
        """
        raise NotImplementedError

    def payouts(self) -> list[tuple[str, Decimal]]:
        """Payloads of payouts, and what of each reached the bank."""
        raise NotImplementedError

    # --- Out ---

    def selling(self):
        """Inside `with`: an adapter, and a function that tells the channel's stock.

        The channel knows the articles of `levels`, and lists them; the stock is by SKU.
        """
        raise NotImplementedError

    def pricing(self):
        """Inside `with`: an adapter, and a function that tells the channel's prices.

        The channel knows the articles of `price`. By SKU, the function tells the price
        and the price of the sale, None where there is none.
        """
        raise NotImplementedError

    def levels(self, count: int) -> list[StockLevel]:
        return [self.level(n) for n in range(count)]

    def level(self, n: int) -> StockLevel:
        ref = ListingRef(sku=f"A-{n}", external_id=f"art_{n}", stock_id=f"iitem_{n}")
        return StockLevel(listing=ref, quantity=n)

    def price(self, n: int, **sale) -> PriceLevel:
        """The price of an article: what sale there is, the case says."""
        listing = self.level(n).listing
        price = Decimal(n) + Decimal("9.95")
        return PriceLevel(listing=listing, price=price, currency="EUR", **sale)

    def dealing(self, operation: str):
        """Inside `with`: a `Deal` whose order awaits the operation.

        For a capture its money is authorised, otherwise taken; for a return the goods
        have been sent.

        :param str operation: one of `ChannelAdapter.notices`
        """
        raise NotImplementedError
