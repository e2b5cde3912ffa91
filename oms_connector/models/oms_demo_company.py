from odoo import api, fields, models
from odoo.fields import Command

from ..channels.demo.people import COUNTRIES

AT_ONCE = {"queue_job__no_delay": True}
"""Jobs run at once: none may be left behind while add-ons install."""
HOME_RATES = (19, 7)
"""German VAT in percent, standard and reduced."""
REDUCED_SKUS = ("KK-31", "KK-42", "KK-43")
"""How the SKUs of food and books begin."""


class OmsDemoCompany(models.AbstractModel):
    """Brings the demo company to life. Called by the demo files alone."""

    _name = "oms.demo.company"
    _description = "Demo Company"

    # === BUSINESS METHODS - WHAT IT HAS === #

    @api.model
    def _spare_users_the_greeting(self):
        """Odoo's bot greets everybody in a window that hides a telephone's screen."""
        users = self.env.ref("base.group_user").all_user_ids
        if "odoobot_state" in users._fields:
            users.odoobot_state = "disabled"

    @api.model
    def _count_stock(self, warehouse_ids, counts):
        """Take stock of the goods.

        :param list[int] warehouse_ids: the warehouses, in the order of the counts
        :param dict counts: {SKU: quantity in each warehouse}
        """
        locations = self.env["stock.warehouse"].browse(warehouse_ids).lot_stock_id
        quants = self.env["stock.quant"].with_context(inventory_mode=True)
        for product in self._products():
            for location, quantity in zip(
                locations, counts[product.default_code], strict=True
            ):
                if quantity:
                    quants |= quants.create(
                        {
                            "product_id": product.id,
                            "location_id": location.id,
                            "inventory_quantity": quantity,
                        }
                    )
        quants.action_apply_inventory()

    @api.model
    def _list_products(self, channel_id, prefixes, own_prefix=""):
        """Put goods on a channel.

        :param list[str] prefixes: how the SKUs of the goods begin
        :param str own_prefix: what the channel's own article numbers begin with,
            empty where it takes ours
        """
        products = self._products().filtered(
            lambda product: product.default_code.startswith(tuple(prefixes))
        )
        self.env["oms.listing"].create(
            [
                {
                    "channel_id": channel_id,
                    "sku": f"{own_prefix}{product.barcode[-6:]}"
                    if own_prefix
                    else product.default_code,
                    "name": product.name,
                    "barcode": product.barcode,
                    "product_id": product.id,
                }
                for product in products
            ]
        )

    def _products(self):
        made = self.env["ir.model.data"].search(
            [
                ("model", "=", "product.product"),
                ("module", "=", "oms_connector"),
                ("name", "=like", "product_kk_%"),
            ],
            order="name",
        )
        return self.env["product.product"].browse(made.mapped("res_id"))

    # === BUSINESS METHODS - ITS TAXES === #

    @api.model
    def _prepare_taxes(self):
        """Sell at prices with tax, at home and abroad (one-stop shop)."""
        standard, reduced = (self._home_tax(rate) for rate in HOME_RATES)
        for product in self._products():
            is_reduced = product.default_code.startswith(REDUCED_SKUS)
            product.taxes_id = reduced if is_reduced else standard
        self.env["oms.tax.mapping"].create(
            [
                {
                    "country_id": self.env.ref(f"base.{code.lower()}").id,
                    "rate": float(rate),
                    "tax_id": self._foreign_tax(standard, code, rate).id,
                }
                for code, country in COUNTRIES.items()
                if code != "DE"
                for rate in sorted({country.standard_rate, country.reduced_rate})
            ]
        )

    def _home_tax(self, rate):
        """The company's sales tax of this rate, included in the price.

        A company with the taxes of another country gets one.
        """
        mapping = self.env["oms.tax.mapping"]
        channel = self.env.ref("oms_connector.channel_shop_de")
        found = mapping._find(channel, self.env.ref("base.de"), rate, True)
        if found:
            return found
        tax = self._tax(f"{rate}% VAT", rate)
        mapping.create(
            {"country_id": self.env.ref("base.de").id, "rate": rate, "tax_id": tax.id}
        )
        return tax

    def _foreign_tax(self, home_tax, code, rate):
        tax = self._tax(f"{rate.normalize():f}% VAT {code}", float(rate))
        accounts = home_tax.invoice_repartition_line_ids.account_id
        lines = tax.invoice_repartition_line_ids + tax.refund_repartition_line_ids
        lines.filtered(lambda line: line.repartition_type == "tax").write(
            {"account_id": accounts[:1].id}
        )
        return tax

    def _tax(self, name, rate):
        return self.env["account.tax"].create(
            {
                "name": name,
                "amount": rate,
                "type_tax_use": "sale",
                "price_include_override": "tax_included",
            }
        )

    # === BUSINESS METHODS - ITS COUNTER === #

    @api.model
    def _open_counter(self, warehouse_id):
        """Set up the till of the store, where counter sales are installed."""
        if "pos.config" not in self.env or not self.env.company.chart_template:
            return
        warehouse = self.env["stock.warehouse"].browse(warehouse_id)
        till = self.env["pos.config"]
        _journal, payment_method_ids = till._create_journal_and_payment_methods()
        till.create(
            {
                "name": warehouse.name,
                "warehouse_id": warehouse.id,
                "picking_type_id": warehouse.pos_type_id.id,
                "payment_method_ids": [Command.set(payment_method_ids)],
            }
        )
        self._products().available_in_pos = True

    # === BUSINESS METHODS - ITS ORDERS === #

    @api.model
    def _open_channels(self):
        """Connect the channels: the orders of the last hours come in, prices go out."""
        self._channels().action_connect()
        self._send_prices()

    @api.model
    def _place_orders(self, channel_id, baskets):
        """Have customers of a demo shop buy, and take their orders in.

        :param list baskets: for each order SKU and quantity of each line
        """
        channel = self._channels().browse(channel_id)
        shop = channel._adapter().shop
        for basket in baskets:
            shop.place_order(basket)
        channel._pull()

    @api.model
    def _work_on_orders(self):
        """Bring the orders into every state: some shipped, some in part, some not."""
        orders = self.env["sale.order"].search(
            [("oms_channel_id", "in", self._channels().ids), ("state", "=", "sale")],
            order="date_order, id",
        )
        steps = (
            self._ship,
            self._ship,
            self._ship_first_line,
            self._ship,
            self._leave,
            self._cancel,
            self._ship,
            self._leave,
        )
        for index, order in enumerate(orders.with_context(**AT_ONCE)):
            steps[index % len(steps)](order)
        self._invoice(orders)

    def _channels(self):
        names = ("shop_de", "shop_eu", "outlet", "marktwiese", "zeltplatz")
        channels = self.env["oms.channel"].browse(
            self.env.ref(f"oms_connector.channel_{name}").id for name in names
        )
        return channels.with_context(**AT_ONCE)

    def _leave(self, order):
        """Somebody else will pick it."""

    def _cancel(self, order):
        order._action_cancel()

    def _ship(self, order):
        for picking in self._ready(order):
            self._send(picking, picking.move_ids)

    def _ship_first_line(self, order):
        for picking in self._ready(order)[:1]:
            self._send(picking, picking.move_ids[:1])

    def _ready(self, order):
        if order._oms_blocking_holds("ship"):
            return order.picking_ids.browse()
        return order.picking_ids.filtered(lambda picking: picking.state == "assigned")

    def _send(self, picking, moves):
        """Ship the moves; what is left of the delivery becomes a backorder."""
        bulky = sum(move.product_qty * move.product_id.weight for move in moves) > 20
        kind = "bulky" if bulky else "parcel"
        moves.picked = True
        picking.write(
            {
                "carrier_id": self.env.ref(f"oms_connector.carrier_{kind}").id,
                "carrier_tracking_ref": f"{kind[:2].upper()}{picking.id:010d}DE",
            }
        )
        picking.with_context(skip_backorder=True, skip_sms=True).button_validate()

    def _invoice(self, orders):
        """Bill what has been shipped whole; the newest wait for accounting."""
        if not self.env.company.chart_template:
            return
        billable = orders.filtered(
            lambda order: (
                order.invoice_status == "to invoice"
                and order.delivery_status == "full"
                and not order.invoice_ids
            )
        )
        for order in billable[: len(billable) * 2 // 3]:
            invoice = order._create_invoices()
            invoice.invoice_date = fields.Date.context_today(invoice)
            invoice.action_post()
