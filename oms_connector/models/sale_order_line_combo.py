from odoo import models


class SaleOrderLine(models.Model):
    """Articles that were chosen for a combo product, as the channel sold them."""

    _inherit = "sale.order.line"

    # === COMPUTE METHODS === #

    def _compute_name(self):
        """Override of `sale`: the link to the combo product's line changes no title."""
        sold = self.filtered(lambda line: line.oms_external_id and line.combo_item_id)
        return super(SaleOrderLine, self - sold)._compute_name()

    # === BUSINESS METHODS === #

    def _oms_is_unchosen(self):
        """Whether a channel sold a combo product and did not say what was chosen."""
        return bool(self.oms_external_id) and self.product_id.type == "combo"
