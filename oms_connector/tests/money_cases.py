"""Orders as channels charge them, a row each: what they state, how it must end. Pure.

`rule` names whose rule the total follows; the total is what that channel states. Where
nothing else is said an order is in euros, goes to Germany, and its prices include tax.
`taxes` are the channel's own amounts of tax by rate: ours must be the same. `ends` is

- `equal`: our lines come to the channel's total by themselves;
- `rounded`: so do they, with one line that says by how much the channel rounds its
  taxes in another way (at most the smallest coin for each line);
- `held`: they do not, and the order waits with both totals shown.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from odoo.addons.oms_connector.channels.document import (
    Component,
    LineKind,
    OrderLine,
    TaxShare,
)

LINE, WHOLE = "round_per_line", "round_globally"
"""Odoo's two ways of rounding taxes, a setting of the company."""


@dataclass(frozen=True)
class Case:
    name: str
    rule: str
    lines: tuple[OrderLine, ...]
    total: str
    discount: str = "0"
    taxes: dict[int, str] = field(default_factory=dict)
    currency: str = "EUR"
    net: bool = False
    country: str = "DE"
    ways: tuple[str, ...] = (LINE, WHOLE)
    ends: str = "equal"
    rounding: str = "0"


def row(*lines: OrderLine) -> tuple[OrderLine, ...]:
    return tuple(
        line.model_copy(update={"external_id": f"{line.external_id}{number}"})
        for number, line in enumerate(lines, start=1)
    )


def goods(price, quantity=1, rate=19, off="0", tax=None, **values):
    return OrderLine(
        **{
            "external_id": "l",
            "sku": "GOODS",
            "title": "Goods",
            "unit_price": Decimal(price),
            "quantity": Decimal(quantity),
            "tax_rate": Decimal(rate),
            "discount": Decimal(off),
            "tax": None if tax is None else Decimal(tax),
        }
        | values
    )


def _other(kind):
    def make(price, rate=19, off="0", tax=None, **values):
        return goods(price, 1, rate, off, tax, sku="", kind=kind, **values)

    return make


ship, wrap, fee = map(_other, (LineKind.SHIPPING, LineKind.GIFT_WRAP, LineKind.FEE))


def kept(price, tax, quantity=1, off="0", **values):
    """A line whose tax the channel pays itself."""
    return goods(
        price, quantity, off=off, tax=tax, tax_collected_by_channel=True, **values
    )


def part(number, quantity, value, rate=None):
    return Component(
        external_id=f"c{number}",
        sku="GOODS",
        quantity=quantity,
        value=Decimal(value),
        tax_rate=rate,
    )


def share(rate, amount):
    return TaxShare(rate=Decimal(rate), amount=Decimal(amount))


# A row reads best as a row.
# fmt: off
CASES = (
    # --- Prices with tax -------------------------------------------------------------
    Case("one article", "Shopify taxes_included", row(goods("119.00")), "119.00",
         taxes={19: "19.00"}),
    Case("odd gross price", "Kaufland price in cents", row(goods("9.99")), "9.99",
         taxes={19: "1.60"}),
    Case("three of one", "Shopify taxes_included", row(goods("9.99", 3)), "29.97",
         taxes={19: "4.79"}),
    Case("a hundred of one", "Tradebyte ITEM_PRICE", row(goods("0.37", 100)), "37.00",
         taxes={19: "5.91"}),
    Case("each piece a line", "Kaufland order units",
         row(*[goods("4.95") for _ in range(5)]), "24.75", ways=(LINE,),
         taxes={19: "3.95"}),
    Case("with shipping", "Otto initialDeliveryFees",
         row(goods("49.99"), ship("5.95")), "55.94"),
    Case("two rates", "Shopware gross", row(goods("11.90"), goods("10.70", rate=7)),
         "22.60", taxes={19: "1.90", 7: "0.70"}),
    Case("three rates and a free one", "WooCommerce", row(goods("11.90"),
         goods("10.70", rate=7), goods("10.50", rate=5), goods("3.00", rate=0)),
         "36.10", taxes={19: "1.90", 7: "0.70", 5: "0.50"}),
    Case("shipping at the reduced rate", "Shopware highest or auto",
         row(goods("21.40", rate=7), ship("4.90", 7)), "26.30", taxes={7: "1.72"}),
    Case("price of a third of a cent", "WooCommerce four decimals",
         row(goods("3.3333", 3)), "10.00"),
    Case("half a kilo", "Shopify unit price", row(goods("7.98", "0.5")), "3.99"),
    Case("one and a quarter metres", "WooCommerce decimal quantity",
         row(goods("12.40", "1.25")), "15.50"),
    Case("free article beside a paid one", "Shopify gift",
         row(goods("25"), goods("0")), "25.00"),
    Case("all for nothing", "Medusa 100 % promotion", row(goods("25", off="25")),
         "0.00"),
    Case("a line without quantity", "Amazon cancelled item",
         row(goods("25"), goods("99", 0)), "25.00"),
    Case("zero-rated sale", "Shopify tax exempt", row(goods("25", rate=0)), "25.00"),
    Case("many odd lines", "eBay",
         row(*map(goods, ("1.01", "2.02", "3.03", "4.04", "5.05", "6.07", "7.09",
                          "8.11"))),
         "36.42"),
    Case("large amount", "Tradebyte", row(goods("99999.99", 9)), "899999.91"),
    # --- Prices without tax ----------------------------------------------------------
    Case("net, one article", "Shopify tax added", row(goods("100", tax="19.00")),
         "119.00", net=True, taxes={19: "19.00"}),
    Case("net, odd price", "Shopify tax per line rounded half up",
         row(goods("9.95", tax="1.89")), "11.84", net=True, taxes={19: "1.89"}),
    Case("net, half a cent goes up", "Shopify half up",
         row(goods("0.50", rate=7, tax="0.04")), "0.54", net=True, taxes={7: "0.04"}),
    Case("net, three lines each rounded", "Shopify tax_lines",
         row(*[goods("0.99", tax="0.19") for _ in range(3)]), "3.54", net=True,
         ways=(LINE,), taxes={19: "0.57"}),
    Case("net, three lines rounded once", "WooCommerce round at subtotal",
         row(*[goods("0.99", tax="0.1881") for _ in range(3)]), "3.53", net=True,
         ways=(WHOLE,), taxes={19: "0.56"}),
    Case("net, three lines each rounded, we once", "Shopify tax_lines",
         row(*[goods("0.99", tax="0.19") for _ in range(3)]), "3.54", net=True,
         ways=(WHOLE,), ends="rounded", rounding="0.01"),
    Case("net, rounded once, we each line", "WooCommerce round at subtotal",
         row(*[goods("0.99", tax="0.1881") for _ in range(3)]), "3.53", net=True,
         ways=(LINE,), ends="rounded", rounding="-0.01"),
    Case("net, tax of each piece rounded", "Magento tax by unit price",
         row(goods("0.99", 3, tax="0.57")), "3.54", net=True, ends="rounded",
         rounding="0.01"),
    Case("net, tax of each of ten pieces rounded", "Magento tax by unit price",
         row(goods("0.99", 10, tax="1.90")), "11.80", net=True, ends="held"),
    Case("net, tax of each row rounded", "Magento tax by row",
         row(goods("0.99", 10, tax="1.88")), "11.78", net=True, taxes={19: "1.88"}),
    Case("net, two rates and shipping", "Shopware net",
         row(goods("10"), goods("10", rate=7), ship("4.12")), "27.50", net=True,
         taxes={19: "2.68", 7: "0.70"}),
    Case("net, tax-free", "Shopware tax-free", row(goods("84.03", rate=0)), "84.03",
         net=True),
    Case("net, state and county together", "Shopify US tax_lines 6.25 % + 2 %",
         row(goods("20", 1, "8.25", tax="1.65")), "21.65", net=True, country="US"),
    Case("net, tax dropped below a cent", "US half up",
         row(goods("0.05", 1, "8.25", tax="0.00")), "0.05", net=True, country="US"),
    Case("net, GST and PST each rounded", "Shopify Canada 5 % + 7 %",
         row(goods("9.99", 1, "12", tax="1.20")), "11.19", net=True, country="CA"),
    Case("net, tax of a rate nobody charged", "WooCommerce broken plug-in",
         row(goods("100", tax="16.00")), "116.00", net=True, ends="held"),
    # --- Discounts -------------------------------------------------------------------
    Case("a tenth off", "Shopify discount_allocations", row(goods("100", off="10")),
         "90.00", taxes={19: "14.37"}),
    Case("a tenth off an odd price", "Shopify discount_allocations",
         row(goods("19.99", off="2.00")), "17.99"),
    Case("ten lines a tenth off, rounded once", "Shopify discount_allocations",
         row(*[goods("19.99", off="2.00", tax="3.42") for _ in range(10)]), "214.10",
         net=True, ways=(LINE,), taxes={19: "34.20"}),
    Case("an odd amount off three", "Shopify discount_allocations",
         row(goods("10", 3, off="0.01")), "29.99"),
    Case("an amount off that no percentage is", "Amazon PromotionDiscount",
         row(goods("17.77", 7, off="11.11")), "113.28"),
    Case("half a cent of percentage", "Medusa 12.5 %", row(goods("9.99", off="1.25")),
         "8.74"),
    Case("free shipping shown and taken off", "Amazon ShippingDiscount",
         row(goods("39"), ship("4.99", off="4.99")), "39.00"),
    Case("shipping half off", "Amazon ShippingDiscount",
         row(goods("39"), ship("4.99", off="2.50")), "41.49"),
    Case("voucher on the order", "Otto initialDiscounts",
         row(goods("30"), goods("10")), "35.00", discount="5.00"),
    Case("voucher over two rates", "Shopware absolute promotion",
         row(goods("59.50"), goods("21.40", rate=7)), "72.81", discount="8.09",
         taxes={19: "8.55", 7: "1.26"}),
    Case("voucher of an odd cent over three", "Otto initialDiscounts",
         row(*[goods("10") for _ in range(3)]), "29.99", discount="0.01"),
    Case("voucher for all the goods, shipping is paid", "Shopware",
         row(goods("20"), ship("4.90")), "4.90", discount="20.00"),
    Case("voucher for goods and shipping", "WooCommerce fixed cart coupon",
         row(goods("20"), ship("4.90")), "0.00", discount="24.90"),
    Case("voucher before tax", "WooCommerce coupon, net prices",
         row(goods("60"), goods("40")), "107.10", discount="10.00", net=True,
         taxes={19: "17.10"}),
    Case("voucher on the order and off a line", "Medusa order and item adjustments",
         row(goods("50", off="5"), goods("25")), "60.00", discount="10.00"),
    Case("credit as a line of its own", "WooCommerce negative fee",
         row(goods("50"), fee("-5")), "45.00", taxes={19: "7.18"}),
    Case("tax-free credit", "Shopify store credit as adjustment",
         row(goods("50"), fee("-5", 0)), "45.00", taxes={19: "7.98"}),
    # --- Shipping, fees, gift wrap ---------------------------------------------------
    Case("shipping taxed as what is shipped", "Shopware auto: in proportion",
         row(goods("31"), goods("18", rate=7),
         ship("4.90", tax_shares=(share(19, "3.10"), share(7, "1.80")))), "53.90",
         taxes={19: "5.44", 7: "1.30"}),
    Case("shipping of three rates, net", "Shopware auto: in proportion",
         row(goods("50"),
         ship("6", tax_shares=(share(19, "3"), share(7, "2"), share(0, "1")))),
         "66.21", net=True, taxes={19: "10.07", 7: "0.14"}),
    Case("two parcels", "Tradebyte shipping per parcel",
         row(goods("20"), ship("4.90"), ship("3.90")), "28.80"),
    Case("cash on delivery", "WooCommerce fee", row(goods("20"), fee("3.50")), "23.50"),
    Case("tax-free fee", "eBay deposit", row(goods("20"), fee("0.25", 0)), "20.25",
         taxes={19: "3.19"}),
    Case("gift wrap", "Amazon GiftWrapPrice", row(goods("20"), wrap("3.50")), "23.50"),
    Case("gift wrap at another rate", "Amazon GiftWrapTax",
         row(goods("20", rate=7), wrap("3.50")), "23.50",
         taxes={19: "0.56", 7: "1.31"}),
    Case("gift wrap that is an article", "Shopify product",
         row(goods("20"), goods("2", kind=LineKind.GIFT_WRAP)), "22.00"),
    # --- Bundles ---------------------------------------------------------------------
    Case("bundle of two", "Shopify bundle components",
         row(goods("99.99", components=(part(1, 1, "80"), part(2, 4, "5")))), "99.99"),
    Case("two bundles of three pieces each", "WooCommerce bundle",
         row(goods("10", 2, components=(part(1, 2, "0"), part(2, 4, "0")))), "20.00"),
    Case("bundle of two rates", "Shopware: price shared by value",
         row(goods("30", components=(part(1, 1, "20"), part(2, 1, "10", 7)))),
         "30.00", taxes={19: "3.19", 7: "0.65"}),
    Case("bundle with a discount", "Shopify bundle components",
         row(goods("49.99", 3, off="7.77",
                   components=(part(1, 3, "1"), part(2, 3, "2")))),
         "142.20"),
    # --- VAT that the marketplace pays -----------------------------------------------
    Case("marketplace pays the VAT, gross", "Amazon EU deemed supplier",
         row(kept("119", "19.00"),
         ship("4.90", tax="0.78", tax_collected_by_channel=True)), "123.90"),
    Case("marketplace pays sales tax, net", "Amazon US marketplace facilitator",
         row(kept("20", "1.65")), "21.65", net=True, country="US"),
    Case("marketplace pays for a part", "eBay collect and remit",
         row(kept("11.90", "1.90"), goods("10")), "21.90", taxes={19: "1.60"}),
    Case("marketplace pays, odd quantity", "Amazon EU deemed supplier",
         row(kept("9.99", "11.17", 7)), "69.93"),
    Case("marketplace pays, with a discount", "Amazon PromotionDiscountTax",
         row(kept("50", "7.18", off="5")), "45.00"),
    Case("marketplace pays, with a voucher", "Otto initialDiscounts",
         row(kept("119", "18.20")), "114.00", discount="5.00"),
    Case("import below 150 euros", "AliExpress IOSS", row(kept("12.10", "2.10")),
         "12.10", country="NL"),
    # --- Other currencies ------------------------------------------------------------
    Case("yen", "Shopify JPY", row(goods("1200", rate=10)), "1200", currency="JPY",
         country="JP", taxes={10: "109"}),
    Case("yen, net, tax rounded", "Shopify JPY", row(goods("333", 1, 10, tax="33")),
         "366", currency="JPY", country="JP", net=True, taxes={10: "33"}),
    Case("yen, voucher spread", "Medusa JPY",
         row(*[goods("1000", rate=10) for _ in range(3)]), "2900", discount="100",
         currency="JPY", country="JP"),
    Case("yen, ten off a hundredth", "Shopify JPY",
         row(goods("999", rate=10, off="100")), "899", currency="JPY", country="JP"),
    Case("dinar of Kuwait", "Shopify KWD", row(goods("1.255", 3, 0)), "3.765",
         currency="KWD", country="KW"),
    Case("dinar of Kuwait, odd voucher", "Medusa KWD",
         row(*[goods("1.111", rate=0) for _ in range(3)]), "3.233", discount="0.100",
         currency="KWD", country="KW"),
    Case("dinar of Bahrain with VAT", "Shopify BHD", row(goods("4.995", 2, 10)),
         "9.990", currency="BHD", country="BH", taxes={10: "0.908"}),
    Case("dinar of Bahrain, net", "Shopify BHD",
         row(goods("0.105", 1, 10, tax="0.011")), "0.116", currency="BHD",
         country="BH", net=True, taxes={10: "0.011"}),
    Case("pounds", "Amazon UK", row(goods("12.99", 2, 20)), "25.98", currency="GBP",
         country="GB", taxes={20: "4.33"}),
    Case("francs, to five centimes at the till only", "Shopify CHF",
         row(goods("19.93", 1, "8.1")), "19.93", currency="CHF", country="CH"),
    # --- Totals that come unrounded --------------------------------------------------
    Case("unrounded total", "Medusa 100.674", row(goods("84.60", tax="16.074")),
         "100.674", net=True, taxes={19: "16.07"}),
    Case("unrounded, half a cent up", "Medusa raw numbers", row(goods("3.335", 1, 0)),
         "3.335"),
    Case("noise of floating point", "Medusa 0.1 + 0.2", row(goods("0.30")),
         "0.30000000000000004"),
    # --- Totals that are wrong -------------------------------------------------------
    Case("a cent too much", "any channel", row(goods("10")), "10.01", ends="held"),
    Case("shipping forgotten", "any connector", row(goods("10")), "14.90", ends="held"),
    Case("VAT twice", "any connector", row(goods("119")), "141.61", ends="held"),
    Case("discount forgotten", "any connector", row(goods("10", off="1")), "10.00",
         ends="held"),
    Case("a third of a yen", "any channel", row(goods("100", rate=0)), "101",
         currency="JPY", country="JP", ends="held"),
)
# fmt: on
