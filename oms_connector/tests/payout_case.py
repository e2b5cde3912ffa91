"""A channel that pays out, and what it pays for."""

from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

from odoo.addons.oms_connector.channels.adapter import Capability
from odoo.addons.oms_connector.channels.document import (
    ChannelRefund,
    Page,
    RawDocument,
)
from odoo.addons.oms_connector.channels.errors import Malformed
from odoo.addons.oms_connector.channels.payout import Payout, PayoutKind, PayoutLine

from .common import NOON, ConnectorCase, ShelfAdapter

PAID = NOON + timedelta(days=10)


class PayingAdapter(ShelfAdapter):
    capabilities = ShelfAdapter.capabilities | {Capability.PAYOUTS}

    def __init__(self):
        super().__init__()
        self.payouts = {}

    def raw_payout(self, payout):
        return RawDocument(
            kind="payout",
            external_id=payout.external_id,
            payload=payout.model_dump_json(),
        )

    def fetch_payouts(self, since, cursor=None):
        self._check()
        rows = [p for p in self.payouts.values() if not since or p.paid_at >= since]
        start = int(cursor or 0)
        more = start + 1 < len(rows)
        return Page(
            items=tuple(self.raw_payout(row) for row in rows[start : start + 1]),
            cursor=str(start + 1) if more else None,
        )

    def parse_payout(self, payload):
        try:
            return Payout.model_validate_json(payload)
        except ValueError as error:
            raise Malformed("No payout", detail=str(error)[:200]) from None


class PayoutCase(ConnectorCase):
    adapter_class = PayingAdapter

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax_19 = cls.tax(19.0)
        cls.env["oms.tax.mapping"].create(
            {"rate": 19.0, "tax_included": True, "tax_id": cls.tax_19.id}
        )
        (cls.tent | cls.lamp).invoice_policy = "order"

    def setUp(self):
        super().setUp()
        self.adapter = self.adapter_class()
        self.startPatcher(
            patch.object(
                type(self.env["oms.channel"]),
                "_capabilities",
                lambda channel: self.adapter_class.capabilities,
            )
        )

    # --- What the channel says ---

    def pays(self, kind, amount, order="", number=None, **changes):
        """A line of a payout; `order` is the channel's id of it."""
        values = {
            "external_id": f"{kind}-{number or order or changes.get('code', '')}",
            "kind": PayoutKind(kind),
            "amount": Decimal(amount),
            "order_id": order,
        }
        return PayoutLine(**(values | changes))

    def payout(self, *lines, number="77", **changes):
        """A payout of these lines; the amount is their sum, unless given."""
        values = {
            "external_id": f"PO-{number}",
            "amount": sum((line.amount for line in lines), Decimal(0)),
            "currency": self.company.currency_id.name,
            "paid_at": PAID,
            "lines": lines,
        }
        return Payout(**(values | changes))

    def receive(self, payout):
        """Let the channel send a payout and process it; returns ours."""
        messages = self.env["oms.message"]._store(
            self.channel, [self.adapter.raw_payout(payout)]
        )
        self.env["oms.message"]._process(messages.ids)
        return self.env["oms.payout"].search([("external_id", "=", payout.external_id)])

    def refunded(self, document, amount, number=1, hours=1):
        """The next version of an order, of which something was paid back."""
        return document.model_copy(
            update={
                "updated_at": document.updated_at + timedelta(hours=hours),
                "refunds": (
                    *document.refunds,
                    ChannelRefund(
                        external_id=f"ref-{number}",
                        amount=Decimal(amount),
                        created_at=NOON,
                    ),
                ),
            }
        )

    # --- What we do with it ---

    def invoiced(self, document):
        """The order of a document, billed whole."""
        order = self.take(document)
        order._create_invoices().action_post()
        return order

    def post(self, payout):
        payout.with_user(self.accountant).action_post()
        return payout.move_id

    # --- The books ---

    @property
    def clearing(self):
        return self.env["oms.clearing"]._of(self.channel)

    def cleared(self):
        """What stands on the clearing account, and its items that are open."""
        items = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.clearing.account_id.id),
                ("parent_state", "=", "posted"),
            ]
        )
        left = items.filtered(lambda item: not item.reconciled)
        return self.company.currency_id.round(sum(items.mapped("balance"))), left

    def assert_cleared(self):
        balance, left = self.cleared()
        self.assertEqual(balance, 0)
        self.assertFalse(left)

    def booked(self, move):
        """{account: what the entry comes to on it, in the company's currency}"""
        sums = {}
        for item in move.line_ids:
            before = sums.get(item.account_id, 0)
            sums[item.account_id] = round(before + item.balance, 2)
        return sums
