from odoo import models


class StockPicking(models.Model):
    """Telling a channel of a shipment again."""

    _inherit = "stock.picking"

    # === BUSINESS METHODS === #

    def _oms_tell_again(self):
        """Have the channel told again of what has left, also of what it never was told.

        The keys of the notices stay: a channel that took one does not take it twice,
        one that lost it does.
        """
        left = self.sudo().filtered(
            lambda p: p.state == "done" and p.picking_type_code == "outgoing"
        )
        for picking in left:
            picking._oms_announce_shipment()
        told = left._oms_rewrite_notices().filtered("can_resend")
        if told:
            told._resend()

    def _oms_rewrite_notices(self):
        """Let the notices that a channel was sent read as they would today.

        :return: these messages
        """
        messages = self.env["oms.message"]
        for picking in self.sudo():
            notices = {n.key: n for n in picking._oms_shipment_notices()}
            told = messages._notices_about(picking, "shipment")
            for message in told:
                notice = notices.get(message.fingerprint)
                if notice and message.payload != notice.model_dump_json():
                    message.payload = notice.model_dump_json()
            messages |= told
        return messages
