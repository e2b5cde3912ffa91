from decimal import Decimal

from odoo import api, models

from ..channels.errors import Malformed
from ..language import write_in_every_language
from .oms_intake import naive
from .oms_payout import DIFFERENCE


class OmsPayout(models.Model):
    """What a channel says of a payout, and what it belongs to here."""

    _inherit = "oms.payout"

    # === BUSINESS METHODS - THE WAY IN === #

    @api.model
    def _take(self, channel, document):
        """Make a payout of a channel's, or bring ours up to what it says now.

        What is posted stays as it is; that the channel has changed it is shown.

        :param Payout document: as the channel's adapter understands it
        :return: the payout
        """
        payout = self.search(
            [
                ("channel_id", "=", channel.id),
                ("external_id", "=", document.external_id),
            ]
        )
        if payout.move_id:
            payout._show_change(document)
            return payout
        vals = self._payout_vals(document)
        if payout:
            payout.write(vals)
        else:
            payout = self.create({**vals, "channel_id": channel.id})
        payout._bring_lines(document)
        payout._match()
        return payout

    def _payout_vals(self, document):
        return {
            "external_id": document.external_id,
            "amount": float(document.amount),
            "currency_id": self.env["oms.intake"]._currency(document.currency).id,
            "paid_at": naive(document.paid_at),
            "period_from": document.period_from and naive(document.period_from),
            "period_until": document.period_until and naive(document.period_until),
        }

    def _bring_lines(self, document):
        """Lines as the channel has them; what a person chose for one stays with it."""
        known = self.line_ids.grouped("external_id")
        wanted = {line.external_id: line for line in document.lines}
        if len(wanted) < len(document.lines):
            raise Malformed(self.env._("The payout has two lines of the same ID"))
        self.line_ids.filtered(lambda li: li.external_id not in wanted).unlink()
        new = []
        for key, line in wanted.items():
            vals = _line_vals(line)
            if key not in known:
                new.append({**vals, "payout_id": self.id, "external_id": key})
            elif known[key]._facts() != _facts(line):
                known[key].write(vals)
        self.line_ids.create(new)

    def _show_change(self, document):
        """Say in which lines, and by how much, the channel's payout differs now."""
        theirs = {line.external_id: _facts(line) for line in document.lines}
        ours = {
            line.external_id: line._facts()
            for line in self.line_ids
            if line.external_id != DIFFERENCE
        }
        changed = [key for key in (ours | theirs) if ours.get(key) != theirs.get(key)]
        amount = self.currency_id._oms_exact(self.amount)
        if document.amount == amount and not changed:
            return

        def say(env):
            currency = self.currency_id.with_env(env)
            return env._(
                "The channel now pays out %(theirs)s; %(ours)s are posted. Lines that "
                "differ: %(lines)s.",
                theirs=currency.format(float(document.amount)),
                ours=currency.format(float(amount)),
                lines=", ".join(changed) or "–",
            )

        write_in_every_language(self, "changed_text", say)

    # === BUSINESS METHODS - MATCHING === #

    def _match(self):
        """Find the order, the refund and the account of each line, as far as known.

        What a person chose stays.
        """
        open_payouts = self.filtered(lambda payout: not payout.move_id)
        for channel, payouts in open_payouts.grouped("channel_id").items():
            lines = payouts.line_ids
            self._match_orders(channel, lines.filtered(lambda li: not li.order_id))
            self._match_refunds(
                channel,
                lines.filtered(lambda li: li.kind == "refund" and not li.refund_id),
            )
            self._match_fees(
                channel,
                lines.filtered(lambda li: not (li._is_about_order() or li.fee_id)),
            )

    def _match_orders(self, channel, lines):
        """By the channel's id of the order, else by its number."""
        lines = lines.filtered("order_ref")
        references = list(set(lines.mapped("order_ref")))
        if not references:
            return
        orders = self.env["sale.order"].search(
            [
                ("oms_channel_id", "=", channel.id),
                "|",
                ("oms_external_id", "in", references),
                ("oms_number", "in", references),
            ]
        )
        by_number = {order.oms_number: order for order in orders}
        by_id = {order.oms_external_id: order for order in orders}
        for reference, group in lines.grouped("order_ref").items():
            order = by_id.get(reference) or by_number.get(reference)
            if order:
                group.order_id = order

    def _match_refunds(self, channel, lines):
        """By the channel's id of the refund, else by order and amount.

        A refund is matched once.
        """
        references = [name for name in set(lines.mapped("reference")) if name]
        orders = lines.order_id
        if not references and not orders:
            return
        refunds = self.env["payment.transaction"].search(
            [
                ("amount", "<", 0),
                "|",
                ("oms_order_id.oms_channel_id", "=", channel.id),
                ("sale_order_ids.oms_channel_id", "=", channel.id),
                "|",
                "|",
                ("provider_reference", "in", references),
                ("oms_order_id", "in", orders.ids),
                ("sale_order_ids", "in", orders.ids),
            ],
            order="id",
        )
        taken = (
            self.env["oms.payout.line"]
            .search([("refund_id", "in", refunds.ids)])
            .refund_id
        )
        for line in lines:
            found = _refund_of(line, refunds - taken)
            if found:
                line.refund_id = found
                line.order_id = line.order_id or _order_of(found)
                taken |= found

    def _match_fees(self, channel, lines):
        wanted = {}
        for line in lines:
            wanted.setdefault((line.kind, line._fee_code()), line.description)
        if not wanted:
            return
        accounts = self.env["oms.fee.account"]._find(channel, wanted)
        for key, group in lines.grouped(lambda li: (li.kind, li._fee_code())).items():
            group.fee_id = accounts[key]


def _refund_of(line, refunds):
    """The first refund that a line pays for, empty where there is none."""
    if line.reference:
        named = refunds.filtered(lambda tx: tx.provider_reference == line.reference)
        if named:
            return named[:1]
    return refunds.filtered(
        lambda tx: (
            line.order_id
            and _order_of(tx) == line.order_id
            and tx.currency_id == line.currency_id
            and not tx.currency_id.compare_amounts(tx.amount, line.amount)
        )
    )[:1]


def _order_of(refund):
    return refund.oms_order_id or refund.sale_order_ids[:1]


def _line_vals(line):
    return {
        "kind": line.kind.value,
        "amount": float(line.amount),
        "code": line.code,
        "order_ref": line.order_id,
        "reference": line.reference,
        "description": line.description,
        "at": line.at and naive(line.at),
    }


def _facts(line):
    """As `oms.payout.line._facts`, of what the channel says now."""
    return (line.kind.value, Decimal(line.amount), line.code, line.order_id)
