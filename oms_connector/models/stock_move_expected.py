from odoo import api, models

EXPECTED = {
    "state",
    "date",
    "product_id",
    "product_uom_qty",
    "location_id",
    "location_dest_id",
    "location_final_id",
}
"""What of a receipt decides over what is sold before it comes."""


class StockMove(models.Model):
    """Goods that are expected: where they are sold before they come, channels show it.

    What has come, its quants mark.
    """

    _inherit = "stock.move"

    _oms_expected_idx = models.Index(
        "(product_id) WHERE state IN"
        " ('waiting', 'confirmed', 'partially_available', 'assigned')"
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        moves._oms_mark_expected()
        return moves

    def write(self, vals):
        concerned = EXPECTED & vals.keys()
        if concerned - {"state", "date"}:
            self._oms_mark_expected()
        result = super().write(vals)
        if concerned:
            self._oms_mark_expected()
        return result

    # === BUSINESS METHODS === #

    def _oms_mark_expected(self):
        """Have the listings computed that show what these moves bring."""
        bringing = self.sudo().filtered(lambda move: move._oms_brings())
        if bringing and self.env["oms.stock.rule"]._sells_ahead():
            self.env["oms.stock.mark"]._mark(bringing.product_id.ids)

    def _oms_brings(self):
        """Whether it brings goods from outside, or puts away what has come."""
        self.ensure_one()
        if self.location_id.usage in ("supplier", "transit"):
            return True
        house = self.location_dest_id.warehouse_id
        return bool(house) and self.location_id in (
            house.wh_input_stock_loc_id | house.wh_qc_stock_loc_id
        )
