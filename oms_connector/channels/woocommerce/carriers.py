"""Carriers as WooCommerce's order fulfilments know them."""

from ..text import _lt

OTHER = "other"
CARRIERS = {
    "amazon-logistics": "Amazon Logistics",
    "deutsche-post": "Deutsche Post",
    "dhl": "DHL",
    "dpd": "DPD",
    "evri-hermes": "Evri (Hermes)",
    "fedex": "FedEx",
    "gls": "GLS",
    "osterreichische-post": "Österreichische Post",
    "postnl": "PostNL",
    "royal-mail": "Royal Mail",
    "swiss-post": "Swiss Post",
    "ups": "UPS",
    "usps": "USPS",
    OTHER: _lt("Another carrier"),
}
