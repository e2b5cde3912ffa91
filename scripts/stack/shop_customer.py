"""A customer of the Medusa shop, who buys through its store API."""

from collections.abc import Callable
from functools import cache
from typing import Any

import requests

TIMEOUT = 60  # seconds
ADDRESS = {
    "first_name": "Jana",
    "last_name": "Beispiel",
    "address_1": "Musterweg 5",
    "address_2": "Hinterhaus",
    "postal_code": "10119",
    "city": "Berlin",
    "country_code": "de",
    "phone": "+49 30 0000000",
    "metadata": {"vat": "DE136695976"},
}
AMERICAN = {
    "first_name": "Jane",
    "last_name": "Sample",
    "address_1": "5 Example Road",
    "postal_code": "00000",
    "city": "Springfield",
    "country_code": "us",
}


class Customer:
    """Buys as a guest; the region follows from the country."""

    def __init__(self, shop):
        self._shop = shop
        self._http = requests.Session()
        self._http.headers["x-publishable-api-key"] = shop.publishable_key

    def buy(
        self,
        quantities: dict[str, int],
        address: dict[str, Any] | None = None,
        codes: tuple[str, ...] = (),
        email: str = "jana@example.com",
        checkout: Callable[[], None] = lambda: None,
    ) -> dict[str, Any]:
        """Place an order for so many of each SKU, the payment authorised.

        :param codes: of promotions
        :param checkout: called when all is filled in, before the order is placed
        """
        address = address or ADDRESS
        cart = {
            "region_id": self._region(address["country_code"]),
            "email": email,
            "items": [
                {"variant_id": self._variant(sku), "quantity": quantity}
                for sku, quantity in quantities.items()
            ],
            "shipping_address": address,
            "billing_address": address,
            "promo_codes": list(codes),
        }
        cart = self._call("POST", "/carts", cart)["cart"]["id"]
        self._choose_delivery(cart)
        self._pay(cart)
        checkout()
        return self._call("POST", f"/carts/{cart}/complete")["order"]

    def price(self, sku: str, country: str = "de") -> tuple[float, float]:
        """What a SKU costs, and what it costs outside of sales."""
        region = self._region(country)
        products = self._call(
            "GET",
            f"/products?region_id={region}&limit=100"
            "&fields=id,*variants.calculated_price",
        )["products"]
        (price,) = (
            variant["calculated_price"]
            for product in products
            for variant in product["variants"]
            if variant["id"] == self._variant(sku)
        )
        return price["calculated_amount"], price["original_amount"]

    @cache  # noqa: B019 - one customer a test run
    def _region(self, country: str) -> str:
        for region in self._call("GET", "/regions")["regions"]:
            if country in [each["iso_2"] for each in region["countries"]]:
                return region["id"]
        raise LookupError(country)

    @cache  # noqa: B019 - one customer a test run
    def _variant(self, sku: str) -> str:
        found = self._shop.call("GET", f"/admin/product-variants?sku[]={sku}&fields=id")
        (variant,) = found["variants"]
        return variant["id"]

    def _choose_delivery(self, cart: str) -> None:
        options = self._call("GET", f"/shipping-options?cart_id={cart}")
        chosen = {"option_id": options["shipping_options"][0]["id"]}
        self._call("POST", f"/carts/{cart}/shipping-methods", chosen)

    def _pay(self, cart: str) -> None:
        answer = self._call("POST", "/payment-collections", {"cart_id": cart})
        path = f"/payment-collections/{answer['payment_collection']['id']}"
        provider = {"provider_id": "pp_system_default"}
        self._call("POST", f"{path}/payment-sessions", provider)

    def _call(self, method: str, path: str, body: dict | None = None) -> dict:
        url = f"{self._shop.url}/store{path}"
        answer = self._http.request(method, url, json=body, timeout=TIMEOUT)
        if not answer.ok:
            raise RuntimeError(f"{method} {path}: {answer.text[:400]}")
        return answer.json()
