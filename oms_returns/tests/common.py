"""Orders that were delivered, and the people who deal with what comes back of them."""

from contextlib import contextmanager
from decimal import Decimal
from unittest.mock import patch

from odoo.addons.oms_connector.channels.document import RawDocument
from odoo.addons.oms_connector.channels.notice import (
    ChannelReturn,
    ReturnItem,
    ReturnState,
)
from odoo.addons.oms_connector.tests.common import (
    NOON,
    ConnectorCase,
    ShelfAdapter,
)
from odoo.exceptions import UserError
from odoo.fields import Command


class ReturnShelfAdapter(ShelfAdapter):
    """Its payload of a return is the canonical document itself."""

    def parse_return(self, payload):
        return ChannelReturn.model_validate_json(payload)


class ReturnsCase(ConnectorCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax_in = cls.tax(19.0, included=True)
        cls.tax_out = cls.tax(19.0, included=False)
        cls.customer = cls.env["res.partner"].create(
            {"name": "Anna Schmidt", "country_id": cls.germany.id}
        )

    def setUp(self):
        super().setUp()
        self.adapter = ReturnShelfAdapter()

    @contextmanager
    def refused(self, pattern):
        """What is refused leaves no trace, and says why."""
        with self.assertRaises(UserError) as caught:
            yield
        self.assertRegex(str(caught.exception), pattern)

    # --- Orders ---

    def delivered(self, *lines, invoiced=False, **order_vals):
        """An order without a channel, delivered whole.

        :param lines: values of order lines; product and tax have defaults
        """
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "warehouse_id": self.warehouse.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.tent.id,
                            "product_uom_qty": 1,
                            "price_unit": 100.0,
                            "tax_ids": [Command.set(self.tax_in.ids)],
                            **line,
                        }
                    )
                    for line in lines or [{}]
                ],
                **order_vals,
            }
        )
        order.action_confirm()
        for picking in order.picking_ids:
            self.ship(picking)
        if invoiced:
            self.invoice(order)
        return order

    def invoice(self, order):
        invoices = order._create_invoices()
        invoices.action_post()
        return invoices

    def channel_order(self, number="1001", lines=None, **changes):
        """An order of the channel, paid there and shipped, with an empty outbox."""
        order = self.take(self.order(number, lines, **changes))
        for picking in order.picking_ids:
            self.ship(picking)
        self.deliver()
        self.adapter.sent.clear()
        return order

    # --- Returns ---

    def return_of(self, order, quantity=None, **line_vals):
        """A return of every line that can come back, or of so many of its first."""
        vals = {"order_id": order.id}
        if quantity:
            line = order.order_line[0]
            vals["line_ids"] = [
                Command.create(
                    {"order_line_id": line.id, "quantity": quantity, **line_vals}
                )
            ]
        return self.env["oms.return"].with_user(self.support).create(vals)

    def received(self, order, quantity=None):
        record = self.return_of(order, quantity)
        record.action_approve()
        record.with_user(self.picker).action_receive()
        return record

    def refunded(self, order, quantity=None):
        """A return whose refund accounting has released."""
        record = self.received(order, quantity)
        record.with_user(self.accountant).action_refund()
        return record.sudo()

    def channel_return(self, quantity=1, state=ReturnState.REQUESTED, **changes):
        values = {
            "external_id": "ret-1",
            "order_id": "order-1001",
            "state": state,
            "requested_at": NOON,
            "items": (
                ReturnItem(
                    line_id="line-1", quantity=Decimal(quantity), reason="Too small"
                ),
            ),
        }
        return ChannelReturn(**values | changes)

    def take_return(self, document):
        """Let the channel send a return; gives the message, processed."""
        raw = RawDocument(
            kind="return",
            external_id=document.external_id,
            payload=document.model_dump_json(),
        )
        message = self.env["oms.message"]._store(self.channel, [raw], again=True)
        self.env["oms.message"]._process(message.ids)
        return message

    # --- Money ---

    def pay_by_provider(self, order, *amounts):
        """Payments that a payment provider of Odoo has taken for the order."""
        provider = self.env["payment.provider"].create(
            {
                "name": "Card provider",
                "code": "none",
                "state": "test",
                "payment_method_ids": [
                    Command.set(
                        self.env.ref("oms_connector.payment_method_channel").ids
                    )
                ],
            }
        )
        self.startPatcher(
            patch.object(
                type(provider),
                "_compute_feature_support_fields",
                lambda providers: providers.update(
                    {
                        "support_manual_capture": False,
                        "support_tokenization": False,
                        "support_express_checkout": False,
                        "support_refund": "partial",
                    }
                ),
            )
        )
        return self.env["payment.transaction"].create(
            [
                {
                    "provider_id": provider.id,
                    "payment_method_id": self.env.ref(
                        "oms_connector.payment_method_channel"
                    ).id,
                    "reference": f"{order.name}-{index}",
                    "amount": amount,
                    "currency_id": order.currency_id.id,
                    "partner_id": order.partner_id.id,
                    "sale_order_ids": [Command.link(order.id)],
                    "operation": "online_redirect",
                    "state": "done",
                    "is_post_processed": True,
                }
                for index, amount in enumerate(amounts or (order.amount_total,))
            ]
        )
