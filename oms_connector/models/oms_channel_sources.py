from odoo import models
from odoo.tools import SQL


class OmsChannel(models.Model):
    """From where a channel sells: who shares a warehouse shares what it lacks."""

    _inherit = "oms.channel"

    # === CRUD METHODS === #

    def write(self, vals):
        before = self._oms_sources() if "warehouse_ids" in vals else None
        result = super().write(vals)
        if before is not None and self._oms_sources() != before:
            self._oms_mark_sources()
        return result

    # === BUSINESS METHODS === #

    def _oms_sources(self):
        return {channel.id: set(channel.warehouse_ids.ids) for channel in self}

    def _oms_mark_sources(self):
        """Have the figures of all that may share these channels' stock computed.

        What orders of this channel ask for, comes off every channel that shares a
        warehouse with it: that is no matter of this channel's listings alone.
        """
        companies = self.company_id.ids
        if companies:
            self.env.flush_all()
            self.env["oms.stock.mark"].sudo()._insert(
                SQL("listing.company_id IN %s", tuple(companies))
            )
