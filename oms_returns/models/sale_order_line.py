from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError

from .oms_return_line import OPEN_STATES

SETTLED_STATES = ("refunding", "refunded")


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    oms_return_line_ids = fields.One2many(
        "oms.return.line", "order_line_id", string="Returns"
    )
    # Stored on the order line on purpose: two transactions that return the same unit
    # both write this row, and the database lets one of them through.
    oms_qty_announced = fields.Float(
        string="Return Announced",
        digits="Product Unit",
        compute="_compute_oms_return_quantities",
        store=True,
    )
    oms_qty_returned = fields.Float(
        string="Returned",
        digits="Product Unit",
        compute="_compute_oms_return_quantities",
        store=True,
    )
    oms_qty_settled = fields.Float(
        string="Returned and Settled",
        digits="Product Unit",
        compute="_compute_oms_return_quantities",
        store=True,
        help="Returned units whose money was released: they are not invoiced again.",
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "oms_return_line_ids.quantity",
        "oms_return_line_ids.received_quantity",
        "oms_return_line_ids.state",
        "oms_return_line_ids.return_id.credited_by_channel",
    )
    def _compute_oms_return_quantities(self):
        for line in self:
            returns = line.oms_return_line_ids
            announced = returns.filtered(lambda r: r.state in OPEN_STATES)
            settled = returns.filtered(lambda r: r.state in SETTLED_STATES)
            received = settled + returns.filtered(lambda r: r.state == "received")
            line.oms_qty_announced = sum(announced.mapped("quantity"))
            line.oms_qty_returned = sum(received.mapped("received_quantity"))
            # What the channel's refund has credited stays invoiced on the line.
            here = settled.filtered(lambda r: not r.return_id.credited_by_channel)
            line.oms_qty_settled = sum(here.mapped("received_quantity"))

    @api.depends("oms_qty_returned", "oms_qty_settled")
    def _compute_qty_to_invoice(self):
        """Override of `sale`: a return's money is the return's business.

        Invoiced on order, Odoo would invoice again what was credited; invoiced on
        delivery, it would credit on its own what a return is about to credit.
        """
        result = super()._compute_qty_to_invoice()
        for line in self.filtered("oms_qty_returned"):
            if line.state == "sale":
                line.qty_to_invoice = line._oms_billable() - line.qty_invoiced
        return result

    @api.depends("oms_qty_returned", "oms_qty_settled", "qty_invoiced_posted")
    def _compute_untaxed_amount_to_invoice(self):
        """Override of `sale`, as `_compute_qty_to_invoice`."""
        result = super()._compute_untaxed_amount_to_invoice()
        for line in self.filtered("oms_qty_returned"):
            line.untaxed_amount_to_invoice = line._oms_share_to_invoice(
                line.price_subtotal
            )
        return result

    @api.depends("oms_qty_returned", "oms_qty_settled")
    def _compute_amount_to_invoice(self):
        """Override of `sale`, as `_compute_qty_to_invoice`."""
        result = super()._compute_amount_to_invoice()
        for line in self.filtered("oms_qty_returned"):
            line.amount_to_invoice = line._oms_share_to_invoice(line.price_total)
        return result

    @api.depends("oms_qty_settled")
    def _compute_invoice_status(self):
        """Override of `sale`: invoiced and credited is invoiced."""
        result = super()._compute_invoice_status()
        for line in self:
            if (
                line.invoice_status == "no"
                and line.oms_qty_settled
                and line.invoice_lines
                and line._oms_compare(
                    line.qty_invoiced + line.oms_qty_settled, line.product_uom_qty
                )
                >= 0
            ):
                line.invoice_status = "invoiced"
        return result

    # === BUSINESS METHODS - INVOICING === #

    def _oms_billable(self):
        """How many units the customer owes for, all settled returns deducted."""
        self.ensure_one()
        if self.product_id.invoice_policy == "order":
            return self.product_uom_qty - self.oms_qty_settled
        return self.qty_delivered + self.oms_qty_returned - self.oms_qty_settled

    def _oms_share_to_invoice(self, amount):
        """The part of the line's amount that no posted invoice has charged yet."""
        self.ensure_one()
        if self.state != "sale" or not self.product_uom_qty:
            return 0.0
        quantity = self._oms_billable() - self.qty_invoiced_posted
        return self.currency_id.round(amount * quantity / self.product_uom_qty)

    # === BUSINESS METHODS - WHAT MAY COME BACK === #

    def _oms_check_returnable(self):
        """Refuse that more comes back than was delivered and is not back yet.

        The order lines are locked until the transaction ends, so that of two clicks
        at once the second sees what the first has done.

        :raise UserError: naming the order line and what is left of it
        """
        if not self:
            return
        try:
            self.lock_for_update(allow_referencing=True)
        except LockError:
            raise UserError(
                self.env._(
                    "Somebody else is working on %s at this moment. Try again.",
                    ", ".join(self.order_id.mapped("name")),
                )
            ) from None
        for line, quantity in self._oms_returnable().items():
            if line._oms_compare(quantity, 0) < 0:
                raise UserError(
                    self.env._(
                        "%(order)s: of “%(product)s”, %(excess)g %(unit)s more would "
                        "come back than were delivered and are not returned yet. "
                        "Reduce the quantity.",
                        order=line.order_id.name,
                        product=line.product_id.display_name,
                        excess=-quantity,
                        unit=line.product_uom_id.name,
                    )
                )

    def _oms_returnable(self):
        """What was delivered and is neither back nor announced as coming back.

        Counted in the database. Units that came back without a return of ours, by
        Odoo's own wizard, count as well. A kit's parts are no units of the kit: it
        has nothing to return.

        :return: {order line: quantity in the line's unit}, negative where too much
            comes back
        """
        quantities = dict.fromkeys(self, 0.0)
        moves = self.env["stock.move"].sudo()
        sent = [("state", "=", "done"), ("location_dest_id.usage", "=", "customer")]
        back = [
            ("state", "!=", "cancel"),
            ("location_id.usage", "=", "customer"),
            ("oms_return_line_id", "=", False),
        ]
        for sign, domain in ((1, sent), (-1, back)):
            ours = self.filtered(lambda line: not line.oms_by_channel)
            for line, product, unit, state, done, wanted in moves._read_group(
                [("sale_line_id", "in", ours.ids), *domain],
                ["sale_line_id", "product_id", "product_uom", "state"],
                ["quantity:sum", "product_uom_qty:sum"],
            ):
                if product == line.product_id:
                    quantity = unit._compute_quantity(
                        done if state == "done" else wanted,
                        line.product_uom_id,
                        rounding_method="HALF-UP",
                    )
                    quantities[line.with_env(self.env)] += sign * quantity
        for line, quantity in self._oms_in_returns().items():
            quantities[line] -= quantity
        return quantities

    def _oms_in_returns(self):
        """What is announced or received in returns that are not cancelled."""
        quantities = defaultdict(float)
        for line, state, announced, received in (
            self.env["oms.return.line"]
            .sudo()
            ._read_group(
                [("order_line_id", "in", self.ids), ("state", "!=", "cancelled")],
                ["order_line_id", "state"],
                ["quantity:sum", "received_quantity:sum"],
            )
        ):
            quantities[line.with_env(self.env)] += (
                announced if state in OPEN_STATES else received
            )
        return quantities

    def _oms_compare(self, one, other):
        return self.product_uom_id.compare(one, other)
