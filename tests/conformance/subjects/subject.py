"""What each adapter brings to the contract: its channel, its settings, its orders."""

from abc import ABC, abstractmethod
from datetime import UTC, datetime
from decimal import Decimal

from channels import adapters
from channels.offer import ListingRef, StockLevel

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
EVENT_SECRET = "whsec_conformance"
COUNT = 230
"""Orders of a channel: enough for more than one page."""
MOST = 250
"""Articles of a channel: more than any takes in one portion."""


class Subject(ABC):
    code: str
    secrets: tuple[str, ...] = (EVENT_SECRET,)
    speaks_http = True

    def adapter(self, **settings):
        adapter_class = adapters()[self.code]
        chosen = {**self.settings(), **settings}
        return adapter_class(adapter_class.settings_class.build(**chosen))

    @abstractmethod
    def settings(self) -> dict:
        """Complete ones, for a channel that need not answer."""

    @abstractmethod
    def running(self):
        """Inside `with`: an adapter whose channel has `COUNT` orders."""

    @abstractmethod
    def orders(self) -> list[tuple[str, Decimal]]:
        """Payloads of orders, and what each customer paid."""

    @abstractmethod
    def selling(self):
        """Inside `with`: an adapter, and a function that tells the channel's stock.

        The channel knows the articles of `levels`; the stock is by SKU.
        """

    def levels(self, count: int) -> list[StockLevel]:
        return [self.level(n) for n in range(count)]

    def level(self, n: int) -> StockLevel:
        ref = ListingRef(sku=f"A-{n}", external_id=f"art_{n}", stock_id=f"iitem_{n}")
        return StockLevel(listing=ref, quantity=n)

    @abstractmethod
    def event(self, at: datetime) -> tuple[dict[str, str], bytes]:
        """Headers and body of an event about the order `order_1`, sent then."""
