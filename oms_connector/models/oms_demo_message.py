import json

from odoo import api, fields, models

from ..channels.document import RawDocument


class OmsDemoCompany(models.AbstractModel):
    """What goes wrong in the demo company's messages."""

    _inherit = "oms.demo.company"

    @api.model
    def _receive_unreadable_order(self, channel_id):
        """A shop's clerk has written words where a number belongs.

        A customer's order of some hours ago, once more and so written: the message
        cannot be understood, and waits to be corrected.
        """
        channel = self.env["oms.channel"].browse(channel_id)
        messages = self.env["oms.message"]
        model = messages.search(
            [
                ("channel_id", "=", channel.id),
                ("kind", "=", "order"),
                ("state", "=", "done"),
            ],
            order="id",
            limit=1,
        )
        if not model:
            return
        content = json.loads(model.payload)
        now = f"{fields.Datetime.now().isoformat()}Z"
        content |= {"id": "ord-by-hand-7", "number": "41-H907"}
        content |= {"placed_at": now, "changed_at": now, "status": "processing"}
        content["payment"] |= {"id": "pay-by-hand-7"}
        for number, item in enumerate(content["items"], 1):
            item["id"] = f"ord-by-hand-7-{number}"
        content["items"][0]["qty"] = f"{content['items'][0]['qty']} Stück"
        raw = RawDocument(
            kind="order",
            external_id=content["id"],
            payload=json.dumps(content, ensure_ascii=False),
        )
        stored = messages._store(channel, [raw])
        messages._process(stored.ids)
