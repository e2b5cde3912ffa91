from odoo import models

PREORDERED = "goods_preordered"
SHORT = ("goods_short", "goods_awaited", PREORDERED)
"""Holds of an order that lacks goods: before and after it was decided to wait, and
where they were sold before they come."""


class OmsHold(models.Model):
    """The way out for an order that lacks goods."""

    _inherit = "oms.hold"

    # === ACTION METHODS === #

    def _resolve_goods_short(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What becomes of %s?", self.order_id.name),
            "res_model": "oms.short",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_order_id": self.order_id.id},
        }

    def _resolve_goods_awaited(self):
        return self._resolve_goods_short()

    def _resolve_goods_preordered(self):
        return self._resolve_goods_short()
