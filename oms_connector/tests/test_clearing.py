from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

from odoo.addons.oms_connector.channels.adapter import Capability
from odoo.addons.oms_connector.channels.document import PaymentState

from .common import NOON, ShelfAdapter
from .payout_case import PayoutCase


class TestClearing(PayoutCase):
    """Sales stand on the clearing account until a payout takes them from there."""

    def test_what_was_sold_refunded_and_paid_out_nets_to_zero(self):
        document = self.order()
        order = self.invoiced(document)
        self.assertEqual(order.invoice_ids.payment_state, "paid")
        self.assertEqual(self.cleared()[0], 100.0)

        self.take(self.refunded(document, "20"))
        self.assertEqual(len(order.invoice_ids), 2)
        self.assertFalse(any(order.invoice_ids.mapped("amount_residual")))
        self.assertEqual(self.cleared()[0], 80.0)

        payout = self.receive(
            self.payout(
                self.pays("sale", "100", "order-1001"),
                self.pays("refund", "-20", "order-1001", reference="ref-1"),
                self.pays("fee", "-11.90", "order-1001", code="commission"),
            )
        )
        move = self.post(payout)
        booked = self.booked(move)
        fee = payout.line_ids.fee_id.account_id
        bank = self.clearing._bank_account(True)
        self.assertEqual(
            booked, {self.clearing.account_id: -80.0, fee: 11.9, bank: 68.1}
        )
        self.assertTrue(bank.reconcile)
        self.assert_cleared()

    def test_a_payout_that_comes_before_the_invoice_nets_too(self):
        order = self.take(self.order())
        self.post(self.receive(self.payout(self.pays("sale", "100", "order-1001"))))
        self.assertEqual(self.cleared()[0], -100.0)
        order._create_invoices().action_post()
        self.assert_cleared()

    def test_an_invoice_is_paid_as_far_as_the_channel_has_cashed(self):
        document = self.order()
        payment = document.payments[0].model_copy(
            update={"captured": Decimal(40), "state": PaymentState.AUTHORISED}
        )
        order = self.invoiced(document.model_copy(update={"payments": (payment,)}))
        self.assertEqual(order.invoice_ids.amount_residual, 60.0)
        self.take(document.model_copy(update={"updated_at": NOON + timedelta(hours=1)}))
        self.assertEqual(order.invoice_ids.payment_state, "paid")
        self.assertEqual(self.cleared()[0], 100.0)

    def test_what_was_paid_back_before_the_invoice_is_not_the_channel_s_debt(self):
        order = self.take(self.refunded(self.order(), "20"))
        order._create_invoices().action_post()
        self.assertEqual(self.cleared()[0], 80.0)
        self.assertEqual(len(order.invoice_ids), 2)
        self.assertFalse(any(order.invoice_ids.mapped("amount_residual")))

    def test_goods_that_were_never_billed_and_paid_back_leave_nothing(self):
        self.tent.invoice_policy = "delivery"
        document = self.order(lines=[self.line(quantity=2)])
        order = self.take(document)
        self.ship(order.picking_ids, 1)
        order._create_invoices().action_post()
        self.take(self.refunded(document, "100"))
        self.assertEqual(self.cleared()[0], 100.0)
        self.post(
            self.receive(
                self.payout(
                    self.pays("sale", "200", "order-1001"),
                    self.pays("refund", "-100", "order-1001"),
                )
            )
        )
        self.assert_cleared()

    def test_tax_that_the_channel_pays_itself_leaves_nothing(self):
        zero = self.tax(0.0)
        self.env["oms.tax.mapping"].create(
            {"collected_by_channel": True, "tax_id": zero.id}
        )
        line = self.line(price="119", tax=Decimal(19), tax_collected_by_channel=True)
        order = self.invoiced(self.order(lines=[line]))
        self.assertEqual(order.invoice_ids.amount_total, 100.0)
        self.post(
            self.receive(
                self.payout(
                    self.pays("sale", "119", "order-1001"),
                    self.pays("tax", "-19", "order-1001"),
                )
            )
        )
        self.assert_cleared()

    def test_an_invoice_that_is_corrected_is_settled_again_and_once(self):
        order = self.invoiced(self.order())
        invoice = order.invoice_ids
        invoice.button_draft()
        invoice.action_post()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.cleared()[0], 100.0)

    def test_an_order_of_a_channel_that_pays_nothing_out_is_left_alone(self):
        self.startPatcher(self._without_payouts())
        order = self.invoiced(self.order())
        self.assertEqual(order.invoice_ids.payment_state, "not_paid")
        self.assertFalse(
            self.env["oms.clearing"].search([("channel_id", "=", self.channel.id)])
        )

    def _without_payouts(self):
        assert Capability.PAYOUTS not in ShelfAdapter.capabilities
        return patch.object(
            type(self.env["oms.channel"]),
            "_capabilities",
            lambda channel: ShelfAdapter.capabilities,
        )

    def test_channels_share_a_journal_and_have_accounts_of_their_own(self):
        other = self.channel.copy({"name": "Another shop"})
        first = self.clearing
        second = self.env["oms.clearing"]._of(other)
        self.assertEqual(first.journal_id, second.journal_id)
        self.assertNotEqual(first.account_id, second.account_id)
        self.assertEqual(second.account_id.name, "Clearing Another shop")
        self.assertTrue(second.account_id.reconcile)


class TestFees(PayoutCase):
    """Fees are expenses, with the tax that is in them, right to the cent."""

    def fee(self, tax, amount="-11.90"):
        account = self.env["account.account"].search(
            [("account_type", "=", "expense")], limit=1
        )
        self.env["oms.fee.account"].create(
            {
                "channel_id": self.channel.id,
                "code": "commission",
                "account_id": account.id,
                "tax_id": tax.id,
            }
        )
        self.take(self.order())
        payout = self.receive(
            self.payout(
                self.pays("sale", "100", "order-1001"),
                self.pays("fee", amount, code="commission"),
            )
        )
        return self.post(payout).line_ids, account

    def purchase_tax(self, rate=19.0, **changes):
        tax_account = self.env["account.account"].search(
            [("account_type", "=", "asset_current")], limit=1
        )
        sides = {
            f"{side}_repartition_line_ids": [
                (0, 0, {"repartition_type": "base"}),
                (
                    0,
                    0,
                    {"repartition_type": "tax", "account_id": tax_account.id},
                ),
            ]
            for side in ("invoice", "refund")
        }
        return self.env["account.tax"].create(
            {
                "name": "Fee tax",
                "amount": rate,
                "type_tax_use": "purchase",
                "price_include_override": "tax_excluded",
                **sides,
                **changes,
            }
        )

    def test_the_tax_in_a_fee_is_taken_out_of_it(self):
        tax = self.purchase_tax()
        items, account = self.fee(tax)
        base = items.filtered(lambda item: item.account_id == account)
        self.assertEqual((base.balance, base.tax_ids), (10.0, tax))
        taxed = items.filtered("tax_repartition_line_id")
        self.assertEqual((taxed.balance, taxed.tax_base_amount), (1.9, 10.0))
        self.assertEqual(sum(items.mapped("balance")), 0)

    def test_a_reverse_charge_is_on_top_and_costs_nothing(self):
        tax = self.purchase_tax(
            invoice_repartition_line_ids=[
                (0, 0, {"repartition_type": "base"}),
                (0, 0, {"repartition_type": "tax", "factor_percent": 100}),
                (0, 0, {"repartition_type": "tax", "factor_percent": -100}),
            ],
            refund_repartition_line_ids=[
                (0, 0, {"repartition_type": "base"}),
                (0, 0, {"repartition_type": "tax", "factor_percent": 100}),
                (0, 0, {"repartition_type": "tax", "factor_percent": -100}),
            ],
        )
        items, _account = self.fee(tax)
        base = items.filtered("tax_ids")
        self.assertEqual(base.balance, 11.9)
        taxed = items.filtered("tax_repartition_line_id")
        self.assertEqual(sorted(taxed.mapped("balance")), [-2.26, 2.26])

    def test_what_the_channel_gives_back_of_a_fee_is_a_refund_of_it(self):
        tax = self.purchase_tax()
        items, account = self.fee(tax, "11.90")
        base = items.filtered(lambda item: item.account_id == account)
        self.assertEqual(base.balance, -10.0)
        side = items.tax_repartition_line_id
        self.assertEqual(side, tax.refund_repartition_line_ids[1])


class TestClearingInOtherCurrencies(PayoutCase):
    """Right to the cent, at the rates of the day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls.env.ref("base.CHF")
        if cls.company.currency_id == cls.foreign:
            cls.foreign = cls.env.ref("base.GBP")
        cls.foreign.active = True
        cls.env["res.currency.rate"].create(
            [
                {"currency_id": cls.foreign.id, "name": day, "rate": rate}
                for day, rate in (("2026-01-01", 0.93717), ("2026-05-10", 0.95131))
            ]
        )

    def assert_balanced(self, items):
        home = self.company.currency_id
        self.assertEqual(home.round(sum(items.mapped("balance"))), 0)
        self.assertEqual(self.foreign.round(sum(items.mapped("amount_currency"))), 0)

    def test_the_difference_of_the_rates_is_none_of_the_channel_s(self):
        code = self.foreign.name
        numbers = ("1001", "1002", "1003")
        prices = ("33.33", "66.67", "0.01")
        for number, price in zip(numbers, prices, strict=True):
            self.invoiced(
                self.order(number, lines=[self.line(price=price)], currency=code)
            )
        payout = self.receive(
            self.payout(
                *(
                    self.pays("sale", price, f"order-{number}")
                    for number, price in zip(numbers, prices, strict=True)
                ),
                self.pays("fee", "-7.77", code="commission"),
                self.pays("fee", "-0.05", code="listing"),
                currency=code,
            )
        )
        move = self.post(payout)
        self.assert_balanced(move.line_ids)
        bank = move.line_ids.filtered(
            lambda item: item.account_id == self.clearing._bank_account(True)
        )
        self.assertEqual(bank.amount_currency, 92.19)
        self.assertEqual(bank.balance, round(92.19 / 0.95131, 2))
        self.assert_cleared()

    def test_fees_with_tax_are_right_in_both_currencies(self):
        tax = self.env["account.tax"].create(
            {"name": "Fee tax", "amount": 7.7, "type_tax_use": "purchase"}
        )
        for number, code in enumerate(("commission", "listing", "storage")):
            self.env["oms.fee.account"].create(
                {
                    "code": code,
                    "tax_id": tax.id,
                    "account_id": self.env["account.account"]
                    .search([("account_type", "=", "expense")], offset=number, limit=1)
                    .id,
                }
            )
        payout = self.receive(
            self.payout(
                self.pays("fee", "-3.33", code="commission"),
                self.pays("fee", "-1.11", code="listing"),
                self.pays("fee", "-0.07", code="storage"),
                currency=self.foreign.name,
            )
        )
        items = self.post(payout).line_ids
        self.assert_balanced(items)
        bank = items.filtered(lambda item: item.amount_currency == -4.51)
        self.assertEqual(bank.account_id, self.clearing._bank_account(False))
