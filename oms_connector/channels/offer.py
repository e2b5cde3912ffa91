"""What a listing shows at the channel: stock and price, absolute."""

from typing import Annotated

from pydantic import Field, model_validator

from .document import CurrencyCode, Document, Moment, Money, Reference, Sentence


class ListingRef(Document):
    """How a listing is named at the channel. `stock_id` where stock has its own id."""

    sku: Reference
    external_id: str = ""
    stock_id: str = ""


class StockLevel(Document):
    """What the channel may sell of a listing, absolute; per location where it has any.

    `location` is the channel's id of the location, empty for the whole channel.
    `expected_at` is when all of it is there, where goods are sold before they come
    (hours ago, where they are a little late); None where all is there now. A channel
    that cannot tell its customers so leaves it out.
    """

    listing: ListingRef
    quantity: Annotated[int, Field(ge=0)]
    location: str = ""
    expected_at: Moment | None = None


class PriceLevel(Document):
    """The price at which a listing is sold, and a lower one for a time.

    All amounts are for the listing as the channel sells it (a pack of six is one), in
    whole units of the currency. The sale counts from `sale_from` to `sale_until`; where
    one is missing, from now or for good. Without `sale_price` a sale that the channel
    shows has to end.
    """

    listing: ListingRef
    price: Money
    currency: CurrencyCode
    tax_included: bool | None = Field(
        default=None, description="None: as the merchant's price list has it"
    )
    sale_price: Money | None = None
    sale_from: Moment | None = None
    sale_until: Moment | None = None
    minimum: Money | None = Field(
        default=None, description="below which no rule may bring it"
    )

    @model_validator(mode="after")
    def _check_sale(self):
        dates = (self.sale_from, self.sale_until)
        if self.sale_price is None and dates != (None, None):
            raise ValueError("dates of a sale need its price")
        if None not in dates and self.sale_from >= self.sale_until:
            raise ValueError("a sale ends after it begins")
        return self


class ItemResult(Document):
    """What the channel said to one item of a push. `error` is empty if it took it."""

    sku: str
    location: str = ""
    error: Sentence = ""


class Listing(Document):
    """A listing as the channel has it; what we map to a product."""

    ref: ListingRef
    title: str = ""
    barcode: str = ""
    price: Money | None = None
    currency: CurrencyCode | None = None


class Location(Document):
    """A place at which the channel counts stock."""

    external_id: Reference
    name: str
