from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    # === BUSINESS METHODS === #

    def _oms_is_being_picked(self):
        """Override of `oms_connector`: a batch that has begun is being picked."""
        picked = super()._oms_is_being_picked()
        open_ = self.state not in ("draft", "done", "cancel") and not self.return_id
        return picked or (open_ and self.batch_id.state == "in_progress")

    def _oms_pickers(self):
        """Override of `oms_connector`: who has the batch, picks it."""
        return super()._oms_pickers() | self.batch_id.user_id
