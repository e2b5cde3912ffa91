from collections import defaultdict

from odoo import fields, models


class SaleOrderLine(models.Model):
    """Goods that the channel sends from a warehouse of its own.

    They are booked out of the channel's location as soon as they are sold, and back
    into it when they no longer are: no delivery, no reservation, nothing to announce.
    """

    _inherit = "sale.order.line"

    oms_by_channel = fields.Boolean(
        string="Sent by the Channel",
        readonly=True,
        copy=False,
        help="The channel sends it from its own warehouse; ours does nothing.",
    )

    # === BUSINESS METHODS === #

    def _action_launch_stock_rule(self, *, previous_product_uom_qty=False):
        """Override of `sale_stock`: nothing is delivered that the channel sends."""
        if self.env.context.get("skip_procurement"):
            return True
        theirs = self.filtered("oms_by_channel")
        theirs._oms_book_at_channel()
        return super(SaleOrderLine, self - theirs)._action_launch_stock_rule(
            previous_product_uom_qty=previous_product_uom_qty
        )

    def _update_line_quantity(self, values):
        """Override of `sale_stock`: what the channel has sent may be fewer later."""
        theirs = self.filtered("oms_by_channel")
        return super(SaleOrderLine, self - theirs)._update_line_quantity(values)

    def _oms_book_at_channel(self):
        """Bring what is booked out of the channel's stock up, or down, to what is sold.

        :raise UserError: where the channel has no location for it
        """
        lines = self.filtered(
            lambda line: line.oms_by_channel and line.product_id.type == "consu"
        )
        moves = self.env["stock.move"].sudo()
        booked = lines._oms_booked()
        vals_list = []
        for line in lines:
            sold = line.product_uom_qty if line.state == "sale" else 0.0
            change = sold - booked[line]
            if not line.product_uom_id.is_zero(change):
                vals_list.append(line._oms_channel_move_vals(change))
        made = moves.create(vals_list)
        made._action_confirm(merge=False)
        for move in made:
            move.quantity = move.product_uom_qty
        made.picked = True
        made._action_done()

    def _oms_booked(self):
        """What is booked out already: {order line: quantity in its unit}."""
        booked = defaultdict(float)
        for line in self:
            for move in line.sudo().move_ids.filtered(lambda m: m.state == "done"):
                quantity = move.product_uom._compute_quantity(
                    move.quantity, line.product_uom_id
                )
                out = move.location_dest_id.usage == "customer"
                booked[line] += quantity if out else -quantity
        return booked

    def _oms_channel_move_vals(self, change):
        """A move between the channel's stock and the customer; back where negative."""
        self.ensure_one()
        order = self.order_id
        home = order.oms_channel_id.sudo()._oms_stock_location()
        customer = order.partner_shipping_id.with_company(
            order.company_id
        ).property_stock_customer
        origin, target = (home, customer) if change > 0 else (customer, home)
        return {
            "product_id": self.product_id.id,
            "product_uom": self.product_uom_id.id,
            "product_uom_qty": abs(change),
            "location_id": origin.id,
            "location_dest_id": target.id,
            "location_final_id": target.id,
            "company_id": order.company_id.id,
            "partner_id": order.partner_shipping_id.id,
            "origin": order.name,
            "sale_line_id": self.id,
            "procure_method": "make_to_stock",
            "to_refund": change < 0,
        }
