from odoo import api, models
from odoo.addons.oms_connector.models.oms_demo_company import AT_ONCE
from odoo.fields import Command


class OmsDemoCompany(models.AbstractModel):
    _inherit = "oms.demo.company"

    # === BUSINESS METHODS - ITS RETURNS === #

    @api.model
    def _take_returns(self):
        """Have customers send goods back, and bring the returns into every state."""
        steps = (
            ("not_wanted", ()),
            ("too_small", ("approve",)),
            ("damaged", ("approve", "receive")),
            ("not_wanted", ("approve", "receive", "refund")),
            ("wrong_item", ("cancel",)),
            ("defective", ("approve", "receive", "refund")),
        )
        orders = self._shipped_orders()
        self._announce_at_channel(orders[: len(orders) - len(steps)][-1:])
        for order, (reason, actions) in zip(orders[-len(steps) :], steps, strict=False):
            record = self._create_return(order, reason)
            for action in actions:
                getattr(record, f"action_{action}")()

    def _shipped_orders(self):
        """Orders that were shipped whole and are paid, those with an invoice last."""
        orders = self.env["sale.order"].search(
            [
                ("oms_channel_id", "in", self._channels().ids),
                ("delivery_status", "=", "full"),
            ],
            order="date_order, id",
        )
        paid = orders.filtered(
            lambda order: order.transaction_ids.filtered(lambda tx: tx.state == "done")
        )
        billed_last = paid.sorted(lambda order: bool(order.invoice_ids))
        return billed_last.with_context(**AT_ONCE)

    def _create_return(self, order, reason):
        line = next(iter(order._oms_returnable_lines()))
        return (
            self.env["oms.return"]
            .with_context(**AT_ONCE)
            .create(
                {
                    "order_id": order.id,
                    "line_ids": [
                        Command.create(
                            {
                                "order_line_id": line.id,
                                "quantity": 1,
                                "reason_id": self.env.ref(
                                    f"oms_returns.return_reason_{reason}"
                                ).id,
                            }
                        )
                    ],
                }
            )
        )

    def _announce_at_channel(self, orders):
        """The customer asks the shop itself; the return comes with the next fetch."""
        for order in orders:
            line = next(iter(order._oms_returnable_lines()))
            order.oms_channel_id._adapter().shop.request_return(
                order.oms_external_id, [(line.oms_external_id, 1, "too_large")]
            )
            order.oms_channel_id._pull()
