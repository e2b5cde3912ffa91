from odoo import api, fields, models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    oms_external_id = fields.Char(
        string="Channel's Line ID", readonly=True, copy=False, index="btree_not_null"
    )
    oms_sku = fields.Char(string="Channel's SKU", readonly=True, copy=False)

    # === COMPUTE METHODS === #

    def _compute_price_unit(self):
        """Override of `sale`: what a channel has sold costs what the channel said.

        Odoo would look the price up anew whenever the quantity changes.
        """
        ours = self.filtered(lambda line: not line.oms_external_id)
        return super(SaleOrderLine, ours)._compute_price_unit()

    def _compute_discount(self):
        """Override of `sale`, as `_compute_price_unit`."""
        ours = self.filtered(lambda line: not line.oms_external_id)
        return super(SaleOrderLine, ours)._compute_discount()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._oms_mark_demand()
        return lines

    def write(self, vals):
        if "product_id" in vals:
            self._oms_mark_demand()
        result = super().write(vals)
        if {"product_id", "product_uom_qty"} & vals.keys():
            self._oms_mark_demand()
        return result

    def unlink(self):
        self._oms_mark_demand()
        return super().unlink()

    # === BUSINESS METHODS === #

    def _oms_is_goods(self):
        """Whether the line is of goods that we deliver."""
        return self.product_id.type == "consu" and not self.display_type

    def _oms_left_quantity(self):
        """What of the line has left us and is not back, in the line's unit.

        What the channel sends has never been with us.
        """
        ours = self._oms_is_goods() and not self.oms_by_channel
        return self.qty_delivered if ours else 0.0

    def _oms_mark_demand(self):
        """What is ordered and not reserved yet may not be sold again."""
        lines = self.filtered(
            lambda line: (
                line.product_id.is_storable
                and (line.order_id.oms_channel_id or line.state == "sale")
            )
        )
        if lines:
            self.env["oms.stock.mark"]._mark_products(lines.product_id.ids)
