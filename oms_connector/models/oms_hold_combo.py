from odoo import models
from odoo.exceptions import UserError

UNCHOSEN = "combo_unchosen"


class OmsHold(models.Model):
    """The way out for a combo product of which nobody said what was chosen."""

    _inherit = "oms.hold"

    # === ACTION METHODS === #

    def _resolve_combo_unchosen(self):
        return self.action_open_order()

    # === BUSINESS METHODS === #

    def _release(self):
        """Override of `oms_connector`: first the articles, else nobody bills them.

        :raise UserError: where the combo product is still on the order
        """
        for hold in self.filtered(lambda one: one.type_id.code == UNCHOSEN):
            lines = hold.order_id.sudo().order_line
            left = lines.filtered(lambda line: line._oms_is_unchosen())
            if left:
                raise UserError(
                    self.env._(
                        "%(order)s still has %(product)s: put the articles that were "
                        "chosen in its place, then release it.",
                        order=hold.order_id.name,
                        product=", ".join(left.product_id.mapped("display_name")),
                    )
                )
        return super()._release()
