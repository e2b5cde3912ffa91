from odoo import api, models

from ..channels.adapter import Capability
from ..channels.errors import Retryable
from ..channels.notice import Acknowledgement


class OmsMessage(models.Model):
    """An order that is in our books is acknowledged, before anything else is said."""

    _inherit = "oms.message"

    # === BUSINESS METHODS === #

    @api.model
    def _acknowledge(self, channel, orders):
        """Put the acknowledgements of new orders into the outbox.

        They commit with the orders: what is not taken is not acknowledged.
        """
        messages = self.sudo().create(
            [
                {
                    "channel_id": channel.id,
                    "direction": "out",
                    "kind": "acknowledgement",
                    "external_ref": order.oms_external_id,
                    "fingerprint": f"acknowledgement-{order.id}",
                    "payload": Acknowledgement.build(
                        key=f"acknowledgement-{order.id}",
                        order_id=order.oms_external_id,
                        number=order.name,
                    ).model_dump_json(),
                    "res_model": order._name,
                    "res_id": order.id,
                }
                for order in orders
            ]
        )
        messages._enqueue()
        return messages

    def _handle_out_acknowledgement(self):
        self._send("acknowledgement")

    def _send(self, operation):
        """Override: the acknowledgement of the order goes first."""
        if operation != "acknowledgement":
            self._acknowledge_first()
        return super()._send(operation)

    def _acknowledge_first(self):
        """Send the acknowledgement that the channel still waits for.

        :raise Retryable: where that did not succeed, and may succeed later
        """
        if Capability.ACKNOWLEDGEMENT not in self.channel_id._capabilities():
            return
        waiting = self.search(
            [
                ("channel_id", "=", self.channel_id.id),
                ("direction", "=", "out"),
                ("kind", "=", "acknowledgement"),
                ("external_ref", "=", self.external_ref),
                ("state", "in", ("pending", "failed")),
            ]
        )
        for message in waiting.try_lock_for_update(allow_referencing=True):
            message._attempt(message._handler())
        if waiting.filtered(lambda m: m.state in ("pending", "failed")):
            raise Retryable(self.env._("The order is not acknowledged yet"))
