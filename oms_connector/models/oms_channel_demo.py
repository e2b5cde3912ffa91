import secrets
from datetime import timedelta
from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError

from ..channels.demo.order_book import CatalogueItem
from ..channels.demo.people import COUNTRIES
from ..channels.errors import ChannelError
from ..channels.offer import Location
from ..language import error_text
from .oms_demo_memory import ChannelMemory

LONGEST_GAP = timedelta(hours=1)
STANDARD_RATE = Decimal(19)
"""For products without a sales tax."""


class OmsChannel(models.Model):
    _inherit = "oms.channel"

    demo_seed = fields.Integer(
        string="Seed",
        default=lambda self: secrets.randbelow(100),
        copy=False,
        help="Another number makes other orders.",
    )
    demo_started_at = fields.Datetime(
        string="Open Since", default=fields.Datetime.now, copy=False
    )
    demo_orders_per_hour = fields.Integer(string="Orders per Hour", default=6)
    demo_broken_share = fields.Float(
        string="Broken Orders",
        default=1 / 12,
        help="Share of the orders that have an unknown article, a wrong total or an "
        "incomplete address.",
    )
    demo_country_ids = fields.Many2many(
        "res.country",
        "oms_channel_demo_country_rel",
        string="Customers From",
        domain=[("code", "in", list(COUNTRIES))],
        help="Empty: from all countries that the demo shop knows.",
    )
    demo_failing = fields.Selection(
        [
            ("none", "Works"),
            ("timeout", "Does not answer"),
            ("unauthorised", "Refuses our credentials"),
            ("rejected", "Refuses every request"),
        ],
        string="What Happens",
        default="none",
        help="Try what Odoo does when the channel fails.",
    )
    demo_webhook_secret = fields.Char(
        string="Secret of Its Events",
        default=lambda self: secrets.token_urlsafe(24),
        copy=False,
        groups="oms_connector.group_channel_admin",
    )

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if vals.get("demo_orders_per_hour") and "demo_started_at" not in vals:
            self._demo_go_on()
        return result

    # === ACTION METHODS === #

    def action_demo_place_order(self):
        """Have a customer of the demo shop buy; the order comes with the next fetch."""
        reference = self.demo_place_order()
        return self._notify(self.env._("%s comes with the next fetch.", reference))

    def demo_place_order(self, lines=()):
        """Have a customer of the demo shop buy.

        :param lines: SKU and quantity of each line; any plausible ones if empty
        :return: the order's id at the channel
        """
        self.ensure_one()
        self.check_access("write")
        self._check_connected()
        try:
            return self._adapter().shop.place_order([tuple(line) for line in lines])
        except ChannelError as error:
            raise UserError(error_text(self.env, error)) from None

    # === BUSINESS METHODS === #

    def _pull(self):
        """Override of `oms_connector`: a demo shop was closed while nobody looked.

        Otherwise a week without Odoo would end in a flood of orders.
        """
        horizon = fields.Datetime.now() - LONGEST_GAP
        self.filtered(
            lambda channel: channel.last_pull_at and channel.last_pull_at < horizon
        )._demo_go_on()
        return super()._pull()

    def _demo_go_on(self):
        """From now on, new orders follow the last one that anybody has seen."""
        for channel in self.filtered(
            lambda c: c.adapter == "demo" and c.demo_orders_per_hour
        ):
            known = (
                self.env["oms.demo.memory"]
                .sudo()
                .search(
                    [
                        ("channel_id", "=", channel.id),
                        ("kind", "=", "order"),
                        ("key", "=like", "ord-%"),
                    ]
                )
            )
            count = 1 + max(
                (int(key.removeprefix("ord-")) for key in known.mapped("key")),
                default=-1,
            )
            channel.demo_started_at = fields.Datetime.now() - timedelta(
                hours=count / channel.demo_orders_per_hour
            )

    def _expects_events(self):
        """Override of `oms_connector`: a demo shop sends none unless somebody does."""
        expected = super()._expects_events()
        return expected and (self.adapter != "demo" or bool(self.last_event_at))

    def _adapter_settings(self):
        """Override of `oms_connector`: the demo shop sells what the channel lists."""
        settings = super()._adapter_settings()
        if self.adapter != "demo":
            return settings
        countries = settings.pop("country_ids")
        if countries:
            settings["countries"] = tuple(countries.mapped("code"))
        return {
            **settings,
            "catalogue": self.sudo()._demo_catalogue(),
            "locations": self.sudo()._demo_locations(),
            "memory": ChannelMemory(self),
        }

    def _demo_catalogue(self):
        """What the shop sells: SKU, title, price with tax, rate of the tax."""
        self.ensure_one()
        wares = self._demo_wares()
        products = self.env["product.product"].union(*(ware[2] for ware in wares))
        products = products.with_company(self.company_id)
        if self.pricelist_id:
            prices = self.pricelist_id._get_products_price(products, 1.0)
        else:
            prices = {product.id: product.lst_price for product in products}
        return tuple(
            CatalogueItem(
                sku=sku,
                title=title,
                price=Decimal(str(prices[product.id])),
                tax_rate=self._demo_tax_rate(product),
            )
            for sku, title, product in wares
        )

    def _demo_wares(self):
        """SKU, title and product of what the channel lists.

        A new channel lists nothing yet: its shop sells what the company has to sell.
        """
        listings = self.listing_ids
        if listings:
            return [
                (listing.sku, listing.name or listing.product_id.name, product)
                for listing in listings.filtered("product_id").sorted("sku")
                for product in listing.product_id
            ]
        products = self.env["product.product"].search(
            [
                *self.env["product.product"]._check_company_domain(self.company_id),
                ("default_code", "!=", False),
                ("is_storable", "=", True),
                ("sale_ok", "=", True),
            ],
            order="default_code",
        )
        return [(product.default_code, product.name, product) for product in products]

    def _demo_tax_rate(self, product):
        taxes = product.taxes_id.filtered(
            lambda tax: (
                tax.company_id == self.company_id and tax.amount_type == "percent"
            )
        )
        return Decimal(str(taxes[:1].amount)) if taxes else STANDARD_RATE

    def _demo_locations(self):
        """A shop counts stock in our warehouses, a marketplace in one figure."""
        if self.kind != "shop":
            return ()
        return tuple(
            Location(external_id=f"loc-{warehouse.code}", name=warehouse.name)
            for warehouse in self.warehouse_ids
        )
