from odoo import api, fields, models
from odoo.tools import format_date

from .oms_hold_short import PREORDERED, SHORT
from .oms_listing_ahead import OVERDUE


class SaleOrder(models.Model):
    """An order of goods that were sold before they come waits for its day.

    Its delivery date is the promise. It is made when the order is taken, by the
    receipts that are behind all who came before; a later receipt does not bring it
    forward, and a broken one is a decision for a person, as with all that is short.
    """

    _inherit = "sale.order"

    # === BUSINESS METHODS === #

    def _oms_promises(self, short):
        """Override of `oms_connector`: when the goods of these orders will be there."""
        new = [order for order in short if not order._oms_open_holds(*SHORT)]
        if not new or not self.env["oms.stock.rule"]._sells_ahead():
            return super()._oms_promises(short)
        lines = self.order_line.concat(
            *(line for order in new for line in short[order])
        )
        listings = lines.sudo()._oms_listings()
        days = self.env["oms.listing"].concat(*listings.values())._days_of_arrival()
        found = {}
        for order in new:
            arrivals = [
                days.get(listings[line].id) if line in listings else None
                for line in short[order]
            ]
            if all(arrivals):
                found[order] = max(arrivals)
        return {**super()._oms_promises(short), **found}

    def _oms_hold_short(self, missing, promise):
        """Override of `oms_connector`: up to the promised day, nothing is wrong."""
        holds = self._oms_open_holds(*SHORT)
        if holds.filtered(lambda hold: hold.type_id.code == PREORDERED):
            if self._oms_keeps_promise():
                return self._oms_hold_preordered(missing)
            holds._end()
        elif promise and not holds:
            # What was promised before is not put off in silence.
            if not self.commitment_date:
                self.commitment_date = promise
            if self.commitment_date >= promise:
                return self._oms_hold_preordered(missing)
        return super()._oms_hold_short(missing, promise)

    def _oms_hold_preordered(self, missing):
        def say(env):
            return env._(
                "Promised for %(day)s: %(goods)s",
                day=format_date(env, self.commitment_date),
                goods=self._oms_list_missing(missing, env),
            )

        return self._oms_hold(PREORDERED, say)

    def _oms_keeps_promise(self):
        """Whether the promised day is not over."""
        now = fields.Datetime.now()
        return bool(self.commitment_date) and self.commitment_date + OVERDUE > now

    @api.model
    def _oms_cron_promises(self):
        """Have somebody decide over orders whose day is over without their goods."""
        held = self.env["oms.hold"].search(
            [("state", "=", "open"), ("type_id.code", "=", PREORDERED)]
        )
        broken = held.order_id.filtered(lambda order: not order._oms_keeps_promise())
        broken._oms_check_short()
