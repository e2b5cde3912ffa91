from collections import defaultdict
from decimal import Decimal

from odoo import fields, models
from odoo.fields import Command

RECEIVABLE = "asset_receivable"


class SaleOrder(models.Model):
    """What a channel has cashed: from its customer's account to the channel's.

    An invoice whose money the channel has taken is paid; who owes it now is the
    channel, until its payout.
    """

    _inherit = "sale.order"

    # === BUSINESS METHODS === #

    def _oms_settle(self):
        """Settle invoices and credit notes, as far as the channel has the money.

        Repeats change nothing. Channels that pay nothing out are left alone.
        """
        for channel, orders in self.sudo().grouped("oms_channel_id").items():
            clearing = channel and self.env["oms.clearing"].sudo()._of(channel)
            if clearing:
                company = channel.company_id
                orders.with_company(company).with_context(
                    allowed_company_ids=company.ids
                )._oms_settle_at(clearing)

    def _oms_settle_at(self, clearing):
        """As `_oms_settle`, of the orders of one channel."""
        self._oms_settle_again()
        documents = {order: order._oms_open_items() for order in self}
        if not any(documents.values()):
            return
        room = self._oms_room(clearing)
        shares, taken = [], defaultdict(Decimal)
        for order, items in documents.items():
            for item in items:
                left = item.currency_id._oms_exact(item.amount_residual_currency)
                left -= taken[item]
                side = left > 0
                share = min(abs(left), max(room[order, side], Decimal(0)))
                if share:
                    room[order, side] -= share
                    signed = share if side else -share
                    taken[item] += signed
                    shares.append((order, item, signed))
        if shares:
            self._oms_enter(clearing, shares)
            self._oms_reconcile_clearing(clearing)

    def _oms_settle_again(self):
        """An invoice that was corrected takes up again what had settled it."""
        stray = self.env["account.move.line"].search(
            [
                ("oms_order_id", "in", self.ids),
                ("account_type", "=", RECEIVABLE),
                ("reconciled", "=", False),
                ("parent_state", "=", "posted"),
            ]
        )
        plan = []
        for order, settled in stray.grouped("oms_order_id").items():
            items = settled | order._oms_open_items()
            for same in items.grouped("account_id").values():
                if len({item.balance > 0 for item in same}) > 1:
                    plan.append(same)
        if plan:
            self.env["account.move.line"]._reconcile_plan(plan)

    def _oms_open_items(self):
        """What customers owe, or are owed, by the order's invoices and credit notes."""
        moves = self.invoice_ids
        moves |= moves.reversal_move_ids
        return moves.line_ids.filtered(
            lambda line: (
                line.account_type == RECEIVABLE
                and line.parent_state == "posted"
                and not line.reconciled
                and line.currency_id == self.currency_id
            )
        ).sorted("id")

    def _oms_room(self, clearing):
        """How much the channel has taken or given back that is not settled yet.

        What a payout pays for was taken, whatever the order says of it.

        :return: {(order, whether it was taken): amount in the order's currency}
        """
        paid_out = self._oms_paid_out()
        settled = self._oms_settled(clearing)
        room = {}
        for order in self:
            exact = order.currency_id._oms_exact
            taken = max(exact(order.oms_captured), paid_out.get((order, "sale"), 0))
            back = max(exact(order.oms_refunded), -paid_out.get((order, "refund"), 0))
            never_invoiced = sum(
                exact(refund.oms_uncredited) for refund in order.oms_refund_ids
            )
            room[order, True] = taken - settled[order, True]
            room[order, False] = back - never_invoiced - settled[order, False]
        return room

    def _oms_paid_out(self):
        """{(order, kind): what payouts pay for it in the order's own currency}."""
        rows = self.env["oms.payout.line"]._read_group(
            [("order_id", "in", self.ids), ("kind", "in", ("sale", "refund"))],
            ["order_id", "kind", "payout_id"],
            ["amount:sum"],
        )
        sums = defaultdict(Decimal)
        for order, kind, payout, amount in rows:
            if payout.currency_id == order.currency_id:
                sums[order, kind] += order.currency_id._oms_exact(amount)
        return sums

    def _oms_settled(self, clearing):
        """{(order, whether it was taken): what was settled already}."""
        rows = self.env["account.move.line"]._read_group(
            [
                ("oms_order_id", "in", self.ids),
                ("account_id", "=", clearing.account_id.id),
                ("move_id.oms_payout_id", "=", False),
                ("parent_state", "=", "posted"),
            ],
            ["oms_order_id", "move_id"],
            ["amount_currency:sum"],
        )
        sums = defaultdict(Decimal)
        for order, _move, amount in rows:
            exact = order.currency_id._oms_exact(amount)
            sums[order, exact > 0] += abs(exact)
        return sums

    def _oms_enter(self, clearing, shares):
        """Enter and reconcile what is settled, an entry for each order and side.

        :param list shares: order, item of a document, amount in its currency
        """
        groups = defaultdict(list)
        for order, item, share in shares:
            groups[order, share > 0].append((item, share))
        moves = (
            self.env["account.move"]
            .with_context(skip_invoice_sync=True)
            .create(
                [
                    self._oms_entry_vals(clearing, order, pairs)
                    for (order, _side), pairs in groups.items()
                ]
            )
        )
        moves.with_context(skip_invoice_sync=False)._post(soft=False)
        plan = []
        for move, pairs in zip(moves, groups.values(), strict=True):
            receivables = move.line_ids.sorted("id")[::2]
            plan += [
                item | receivable
                for (item, _share), receivable in zip(pairs, receivables, strict=True)
            ]
        self.env["account.move.line"]._reconcile_plan(plan)

    def _oms_entry_vals(self, clearing, order, pairs):
        lines = []
        for item, share in pairs:
            part = {
                "name": item.move_id.name,
                "oms_order_id": order.id,
                "currency_id": item.currency_id.id,
                "partner_id": item.partner_id.id,
            }
            amount, balance = float(share), _balance(item, share)
            for account, sign in ((item.account_id, -1), (clearing.account_id, 1)):
                lines.append(
                    {
                        **part,
                        "account_id": account.id,
                        "amount_currency": sign * amount,
                        "balance": sign * balance,
                    }
                )
        names = ", ".join(item.move_id.name for item, _share in pairs)
        return {
            "move_type": "entry",
            "journal_id": clearing.journal_id.id,
            "date": fields.Date.context_today(order),
            "ref": f"{order.name}, {names}",
            "currency_id": order.currency_id.id,
            "line_ids": [Command.create(line) for line in lines],
        }

    def _oms_reconcile_clearing(self, clearing):
        """Close what has come and gone for an order on the clearing account."""
        if not self or not clearing.account_id.reconcile:
            return
        items = self.env["account.move.line"].search(
            [
                ("oms_order_id", "in", self.ids),
                ("account_id", "=", clearing.account_id.id),
                ("reconciled", "=", False),
                ("parent_state", "=", "posted"),
            ]
        )
        plan = [
            group
            for group in items.grouped("oms_order_id").values()
            if len(group.currency_id) == 1
            and group.currency_id.is_zero(sum(group.mapped("amount_residual_currency")))
        ]
        if plan:
            self.env["account.move.line"]._reconcile_plan(plan)


def _balance(item, share):
    """The part of an item in the company's currency, at the rate of the item."""
    whole = item.amount_residual_currency
    if not item.currency_id.compare_amounts(whole, float(share)):
        return item.amount_residual
    return item.company_currency_id.round(item.amount_residual * float(share) / whole)
