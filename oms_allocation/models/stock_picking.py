from odoo import api, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override: what is held goes into no batch."""
        pickings = super().create(vals_list)
        pickings.filtered("batch_id")._oms_refuse_held("release")
        return pickings

    def write(self, vals):
        """Override: what is held goes into no batch."""
        if vals.get("batch_id"):
            self._oms_refuse_held("release")
        return super().write(vals)

    # === BUSINESS METHODS === #

    def _oms_is_being_picked(self):
        """Override of `oms_connector`: so is a batch that somebody has taken.

        Batches that Odoo makes by itself are under way from the start and nobody's.
        """
        if super()._oms_is_being_picked():
            return True
        batch = self.batch_id
        taken = batch.state == "in_progress" and batch.user_id
        return bool(taken and self.state not in ("draft", "done", "cancel"))

    def _oms_pickers(self):
        """Override of `oms_connector`: who has the batch, picks it."""
        return super()._oms_pickers() | self.batch_id.user_id

    def _is_auto_batchable(self, picking=None):
        """Override of `stock_picking_batch`: what is held joins no batch by itself."""
        if self.oms_blocked or (picking and picking.oms_blocked):
            return False
        return super()._is_auto_batchable(picking)

    def _oms_leave_batch(self):
        """Take what is held out of its batch, so that the others can go on."""
        self.filtered(
            lambda picking: picking.batch_id and picking.state not in ("done", "cancel")
        ).sudo().batch_id = False
