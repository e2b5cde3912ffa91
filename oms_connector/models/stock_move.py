from odoo import fields, models


class StockMove(models.Model):
    """What whoever picks must know of the line that was sold."""

    _inherit = "stock.move"

    oms_personalisation = fields.Text(related="sale_line_id.oms_personalisation")
    oms_bundle = fields.Char(related="sale_line_id.oms_bundle")

    _oms_queue_idx = models.Index(
        "(product_id) WHERE state IN ('confirmed', 'partially_available')"
        " AND sale_line_id IS NOT NULL"
    )

    # === BUSINESS METHODS === #

    def _oms_is_short(self):
        """Whether it should have reserved its goods from stock by now and has not."""
        self.ensure_one()
        return (
            self.state in ("confirmed", "partially_available")
            and self.procure_method == "make_to_stock"
            and not self.move_orig_ids
            and not self.move_dest_ids
            and self._should_assign_at_confirm()
        )

    def _oms_reserved(self):
        """What it has reserved, in the product's unit."""
        self.ensure_one()
        return self.product_uom._compute_quantity(
            self.quantity, self.product_id.uom_id, rounding_method="HALF-UP"
        )
