"""What the demo shop sells, to whom, how often, and what goes wrong."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

from pydantic import ConfigDict, Field, SecretStr, field_validator

from ..adapter import Settings as ChannelSettings
from ..document import Moment
from ..errors import Rejected, Unauthorised, Unavailable
from ..offer import Location
from ..text import _lt
from .memory import Memory
from .order_book import CatalogueItem, OrderBook
from .people import COUNTRIES
from .shop import DemoShop


def _now() -> datetime:
    return datetime.now(UTC)


class Settings(ChannelSettings):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    seed: int = Field(ge=0)
    started_at: Moment
    memory: Memory
    orders_per_hour: int = Field(default=6, ge=0)
    broken_share: Decimal = Field(default=Decimal(1) / 12, ge=0, le=1)
    countries: tuple[str, ...] = tuple(COUNTRIES)
    catalogue: tuple[CatalogueItem, ...] = ()
    locations: tuple[Location, ...] = ()
    webhook_secret: SecretStr = SecretStr("")
    failing: Literal["none", "timeout", "unauthorised", "rejected"] = "none"
    clock: Callable[[], datetime] = _now

    @field_validator("countries")
    @classmethod
    def _check_countries(cls, countries):
        unknown = [code for code in countries if code not in COUNTRIES]
        if unknown or not countries:
            raise ValueError(f"choose among {', '.join(COUNTRIES)}")
        return countries

    def shop(self) -> DemoShop:
        """The far side as it is now."""
        book = OrderBook(
            seed=self.seed,
            started_at=self.started_at,
            orders_per_hour=self.orders_per_hour,
            broken_share=self.broken_share,
            countries=self.countries,
            catalogue=self.catalogue,
        )
        return DemoShop(book, self.memory, self.clock())

    def fail(self) -> None:
        """Fail as `failing` asks for; mostly it does not."""
        match self.failing:
            case "timeout":
                raise Unavailable(_lt("The demo shop does not answer in time"))
            case "unauthorised":
                raise Unauthorised(_lt("The demo shop refuses our credentials"))
            case "rejected":
                raise Rejected(_lt("The demo shop refuses the request"))
