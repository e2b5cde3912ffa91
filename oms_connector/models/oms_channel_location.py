from odoo import api, fields, models


class OmsChannelLocation(models.Model):
    _name = "oms.channel.location"
    _description = "Channel Location"
    _order = "channel_id, name"

    channel_id = fields.Many2one(
        "oms.channel", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(required=True)
    external_id = fields.Char(required=True, string="Channel's ID")
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        help="What this warehouse has is shown at this location of the channel, and "
        "its parcels leave from there.",
    )

    _external_uniq = models.Constraint(
        "UNIQUE(channel_id, external_id)", "The channel has each location once."
    )
    _warehouse_uniq = models.UniqueIndex(
        "(channel_id, warehouse_id) WHERE warehouse_id IS NOT NULL",
        "A warehouse stands for one location of a channel.",
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        locations = super().create(vals_list)
        locations.filtered("warehouse_id").channel_id._oms_mark_sources()
        return locations

    def write(self, vals):
        before = [location.warehouse_id for location in self]
        result = super().write(vals)
        if before != [location.warehouse_id for location in self]:
            self.channel_id._oms_mark_sources()
        return result

    def unlink(self):
        channels = self.filtered("warehouse_id").channel_id
        result = super().unlink()
        channels._oms_mark_sources()
        return result
