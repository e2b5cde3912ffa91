from odoo import fields, models


class OmsDemoMemory(models.Model):
    """What the demo channel's far side remembers: what it was sent, and its orders."""

    _name = "oms.demo.memory"
    _description = "Demo Channel's Memory"
    _order = "id"

    channel_id = fields.Many2one("oms.channel", required=True, ondelete="cascade")
    kind = fields.Char(required=True)
    key = fields.Char(required=True)
    payload = fields.Text()

    _key_uniq = models.Constraint(
        "UNIQUE(channel_id, kind, key)", "The demo channel knows this already."
    )
