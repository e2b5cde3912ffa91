from odoo import api, fields, models
from odoo.fields import Domain


class StockPicking(models.Model):
    """What a hold keeps from the floor, or from leaving."""

    _inherit = "stock.picking"

    oms_blocked = fields.Boolean(
        string="On Hold",
        compute="_compute_oms_blocked",
        search="_search_oms_blocked",
        help="A hold keeps the order from the floor.",
    )

    # === COMPUTE METHODS === #

    @api.depends("state", "sale_id.oms_hold_ids.state")
    def _compute_oms_blocked(self):
        for picking in self:
            picking.oms_blocked = picking.state not in ("done", "cancel") and bool(
                picking.sudo().sale_id._oms_blocking_holds("release")
            )

    def _search_oms_blocked(self, operator, value):
        if operator != "in":
            return NotImplemented
        hold = Domain("state", "=", "open") & Domain(
            "type_id.blocks_release", "=", True
        )
        held = self.env["oms.hold"].sudo()._search(hold).subselect("order_id")
        blocked = Domain("state", "not in", ("done", "cancel")) & Domain(
            "sale_id", "in", held
        )
        return blocked if True in value else ~blocked

    # === ACTION METHODS === #

    def do_print_picking(self):
        """Override of `stock`: what is held is not given to a picker."""
        self._oms_refuse_held("release")
        return super().do_print_picking()

    # === BUSINESS METHODS === #

    def button_validate(self):
        """Override of `stock`: before anything is asked, a hold stops the parcel."""
        self._oms_refuse_held_moves()
        return super().button_validate()

    def _action_done(self):
        """Override of `stock`: whoever calls it, a hold stops the goods."""
        self._oms_refuse_held_moves()
        return super()._action_done()

    def _oms_refuse_held(self, *steps):
        """Stop here if a hold keeps an order from one of the steps.

        :raise UserError: naming the order, what holds it, and what is next
        """
        for order in self.sudo().sale_id:
            order.with_env(self.env)._oms_refuse_held(*steps)

    def _oms_refuse_begun(self):
        """Stop here if picking of what is held would begin."""
        goods = self.filtered(lambda picking: picking.picking_type_code != "incoming")
        goods._oms_refuse_held("release")

    def _oms_refuse_held_moves(self):
        """What may not be picked does not move; what may not be shipped not leave."""
        goods = self.filtered(lambda picking: picking.picking_type_code != "incoming")
        leaving = goods.filtered(
            lambda picking: picking.picking_type_code == "outgoing"
        )
        leaving._oms_refuse_held("release", "ship")
        (goods - leaving)._oms_refuse_held("release")
