from odoo import fields, models


class OmsMessage(models.Model):
    _inherit = "oms.message"

    run_ids = fields.Many2many(
        "oms.run",
        "oms_run_message_rel",
        "message_id",
        "run_id",
        string="Runs",
        readonly=True,
        help="What fetched it when somebody asked for it.",
    )

    _event_idx = models.Index("(channel_id, received_at) WHERE kind = 'event'")
