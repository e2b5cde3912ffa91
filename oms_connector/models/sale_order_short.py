from odoo import models

from .oms_hold_short import SHORT


class SaleOrder(models.Model):
    """An order that came too late for the last unit is held, until it is decided.

    It stays confirmed, and keeps what it has reserved.
    """

    _inherit = "sale.order"

    # === BUSINESS METHODS === #

    def _oms_confirm(self):
        """Override of `oms_connector`: what nobody could reserve is named."""
        result = super()._oms_confirm()
        self._oms_check_short()
        return result

    def _oms_check_short(self):
        """Hold the orders that lack goods; let go on those that no longer do.

        Who lets an order go by hand has it shipped as it is: it is not held again.
        """
        short = {}
        for order in self.sudo():
            if not order.oms_channel_id or order.state != "sale":
                continue
            missing = order._oms_missing()
            holds = order._oms_open_holds(*SHORT)
            if not missing:
                holds._release_itself()
            elif holds or not any(map(order._oms_let_go, SHORT)):
                short[order] = missing
        promises = self._oms_promises(short) if short else {}
        for order, missing in short.items():
            order._oms_hold_short(missing, promises.get(order))

    def _oms_promises(self, short):
        """Hook: when the goods will be there that orders lack.

        :param dict short: {order: {order line: missing quantity}}
        :return: {order: a naive UTC time}; orders of which it is not known are missing
        :rtype: dict
        """
        return {}

    def _oms_hold_short(self, missing, promise):
        """Hook: hold the order for what it lacks.

        :param promise: when all of it will be there, None where nobody knows
        """
        holds = self._oms_open_holds(*SHORT)
        code = holds[:1].type_id.code or SHORT[0]
        return self._oms_hold(code, self._oms_say_missing(missing))

    def _oms_missing(self):
        """What no warehouse has reserved for the order yet.

        :return: {order line: quantity above 0, in the line's unit}
        :rtype: dict
        """
        lines = self.order_line.filtered(lambda line: line._oms_is_goods())
        missing = {line: line._oms_missing() for line in lines}
        return {line: quantity for line, quantity in missing.items() if quantity > 0}

    def _oms_say_missing(self, missing):
        """The reason of the hold, as `_oms_hold` takes it."""

        def say(env):
            return env._("Not in stock: %s", self._oms_list_missing(missing, env))

        return say

    def _oms_list_missing(self, missing, env):
        return ", ".join(
            f"{quantity:g} × {line.product_id.with_env(env).display_name}"
            for line, quantity in missing.items()
        )

    def _oms_cancel_lines(self, quantities, reason, *, pay_back=False):
        """Override of `oms_connector`: what is cancelled is missing no more."""
        result = super()._oms_cancel_lines(quantities, reason, pay_back=pay_back)
        self._oms_check_short()
        return result
