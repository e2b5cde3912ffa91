from odoo import api, fields, models

from ..channels.adapter import Capability


class StockPicking(models.Model):
    """Whether the channel will understand who carries a parcel."""

    _inherit = "stock.picking"

    oms_carrier_text = fields.Text(compute="_compute_oms_carrier_text")

    # === COMPUTE METHODS === #

    @api.depends("carrier_id", "state", "oms_channel_id.code_ids.choice")
    @api.depends_context("lang")
    def _compute_oms_carrier_text(self):
        """Told before it is sent: the channel has carriers of its own."""
        for picking in self:
            channel = picking.oms_channel_id.sudo()
            open_parcel = (
                channel
                and picking.picking_type_code == "outgoing"
                and picking.state not in ("done", "cancel")
                and channel._has_codes("carrier")
                and Capability.SHIPMENT in channel._capabilities()
            )
            picking.oms_carrier_text = bool(open_parcel) and picking._oms_say_carrier(
                channel
            )

    def _oms_say_carrier(self, channel):
        if not self.carrier_id:
            return self.env._(
                "%s wants to know who carries the parcel: choose a carrier.",
                channel.name,
            )
        if channel._carrier_code(self.carrier_id):
            return False
        return self.env._(
            "Nobody has said what %(channel)s calls %(carrier)s: it will be told of no "
            "carrier that it knows. The channel's administrator maps it.",
            channel=channel.name,
            carrier=self.carrier_id.name,
        )

    # === ACTION METHODS === #

    def action_oms_map_carrier(self):
        """Show the channel's table of carriers."""
        self.ensure_one()
        self.env["oms.channel.code"]._learn(self.oms_channel_id.sudo())
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "oms_connector.oms_channel_code_action"
        )
        domain = [
            ("channel_id", "=", self.oms_channel_id.id),
            ("kind", "=", "carrier"),
        ]
        return {**action, "domain": domain, "context": {}}
