from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class OmsReturnCredit(models.AbstractModel):
    """What returned goods are worth, and the credit notes that say so.

    Amounts come from what charged the goods: the invoice's own lines or, where nothing
    was invoiced, the order's. A return is worth what the document comes to with all
    units that are back so far, less what it came to with those that were back before.
    Such differences add up to the document exactly, in whatever portions goods come
    back and however taxes are rounded.
    """

    _name = "oms.return.credit"
    _description = "Credit for Returned Goods"

    # === BUSINESS METHODS - WHAT IT COMES TO === #

    @api.model
    def _amount(self, return_):
        """What the received goods of a return come to now, tax included.

        :rtype: Decimal
        """
        invoiced, unbilled = self._split(return_)
        amounts = [
            *self._invoice_amounts(invoiced).values(),
            self._order_amounts(return_, unbilled),
        ]
        return _gross(return_.currency_id, *amounts)

    @api.model
    def _credit(self, return_):
        """Write and post the credit notes of a return.

        :return: what the customer gets back, tax included
        :rtype: Decimal
        :raise UserError: where a draft invoice leaves open what was charged
        """
        self._check_drafts(return_)
        invoiced, unbilled = self._split(return_)
        unbilled_amounts = self._order_amounts(return_, unbilled)
        credit_notes = self.env["account.move"]
        for invoice, amounts in self._invoice_amounts(invoiced).items():
            quantities = {
                line: quantity
                for line, quantity in invoiced.items()
                if line.move_id == invoice
            }
            credit_notes += self._credit_note(return_, invoice, quantities, amounts)
        credit_notes.action_post()
        self._record_unbilled(return_, unbilled)
        credited = sum(
            (Decimal(str(note.amount_total)) for note in credit_notes), Decimal(0)
        )
        cent = Decimal(str(return_.currency_id.rounding))
        return credited.quantize(cent) + _gross(return_.currency_id, unbilled_amounts)

    def _check_drafts(self, return_):
        lines = return_.line_ids.filtered("received_quantity").order_line_id
        drafts = lines.invoice_lines.move_id.filtered(lambda m: m.state == "draft")
        if drafts:
            raise UserError(
                self.env._(
                    "%(order)s has a draft invoice or credit note of the goods of "
                    "return %(name)s: post it or delete it, then release the refund.",
                    order=return_.order_id.name,
                    name=return_.name,
                )
            )
        foreign = lines.invoice_lines.move_id.filtered(
            lambda m: m.state == "posted" and m.currency_id != return_.currency_id
        )
        if foreign:
            raise UserError(
                self.env._(
                    "%(invoice)s is in another currency than %(order)s: credit it by "
                    "hand.",
                    invoice=foreign[0].name,
                    order=return_.order_id.name,
                )
            )

    # === BUSINESS METHODS - WHAT CHARGED THE GOODS === #

    def _split(self, return_):
        """Where the received units were charged.

        :return: ({invoice line: quantity in its unit}, {order line: quantity})
        """
        received = defaultdict(float)
        for line in return_.line_ids.filtered("received_quantity"):
            received[line.order_line_id] += line.received_quantity
        invoiced, unbilled = {}, {}
        settled = return_.state in ("refunding", "refunded")
        for line, quantity in received.items():
            # What is invoiced beyond what the customer still owes for is credited.
            owed = line._oms_billable() - (0 if settled else quantity)
            credit = max(min(quantity, line.qty_invoiced_posted - owed), 0)
            if line._oms_compare(quantity, credit) > 0:
                unbilled[line] = quantity - credit
            credited = self._credited(line)
            for invoice_line, charged in self._charged(line).items():
                unit = invoice_line.product_uom_id or line.product_uom_id
                wanted = line.product_uom_id._compute_quantity(
                    credit, unit, round=False
                )
                part = min(wanted, charged - credited[invoice_line])
                if unit.compare(part, 0) > 0:
                    invoiced[invoice_line] = part
                    credit -= unit._compute_quantity(
                        part, line.product_uom_id, round=False
                    )
        return invoiced, unbilled

    def _charged(self, order_line):
        """Posted invoice lines of an order line with their quantities, oldest first."""
        lines = order_line.invoice_lines.filtered(
            lambda line: (
                line.move_id.move_type == "out_invoice"
                and line.parent_state == "posted"
            )
        )
        lines = lines.sorted(lambda line: (line.move_id.invoice_date, line.id))
        return {line: line.quantity for line in lines}

    def _credited(self, order_line):
        """How much of each invoice line was credited, in the invoice line's unit.

        A credit note without an invoice of its own counts against the oldest.
        """
        charged = self._charged(order_line)
        credited = dict.fromkeys(charged, 0.0)
        notes = order_line.invoice_lines.filtered(
            lambda line: (
                line.move_id.move_type == "out_refund" and line.parent_state == "posted"
            )
        )
        for note in notes.sorted(lambda line: not line.move_id.reversed_entry_id):
            rest = note.quantity
            reversed_first = sorted(
                charged, key=lambda line: line.move_id != note.move_id.reversed_entry_id
            )
            for line in reversed_first:
                part = min(rest, charged[line] - credited[line])
                credited[line] += part
                rest -= part
        return credited

    # === BUSINESS METHODS - AMOUNTS === #

    def _invoice_amounts(self, quantities):
        """What quantities of invoice lines come to.

        :param dict quantities: {invoice line: quantity}
        :return: {invoice: {(line, tax or None, what): amount}}
        """
        amounts = {}
        for invoice in self.env["account.move"].union(*(q.move_id for q in quantities)):
            before = {}
            for order_line in invoice.invoice_line_ids.sale_line_ids:
                for line, credited in self._credited(order_line).items():
                    if line.move_id == invoice:
                        before[line] = credited
            current = {
                line: quantity
                for line, quantity in quantities.items()
                if line.move_id == invoice
            }
            amounts[invoice] = self._increments(
                invoice.company_id,
                invoice._prepare_product_base_line_for_taxes_computation,
                before,
                current,
            )
        return amounts

    def _order_amounts(self, return_, quantities):
        """What quantities of a return's order lines come to, as `_increments`."""
        before = defaultdict(float)
        for line in return_.order_id.oms_return_ids.line_ids.filtered(
            lambda line: line.return_id != return_
        ):
            before[line.order_line_id] += line.unbilled_quantity
        return self._increments(
            return_.company_id,
            lambda line: line._prepare_base_line_for_taxes_computation(),
            before,
            quantities,
        )

    def _increments(self, company, prepare, before, current):
        """What `current` adds to a document of which `before` has come back already.

        A cent that rounding moves to a line that came back before belongs to a line of
        the same taxes that comes back now.

        :param prepare: makes a base line for Odoo's tax computation of a document line
        :return: {(line, tax or None, what): amount}, `what` being net, base or tax
        """
        if not current:
            return {}
        after = dict(before)
        for line, quantity in current.items():
            after[line] = after.get(line, 0.0) + quantity
        old = self._totals(company, prepare, before)
        new = self._totals(company, prepare, after)
        increments = defaultdict(float)
        for (line, tax, what), amount in new.items():
            home = line
            if line not in current:
                alike = (one for one in current if one.tax_ids == line.tax_ids)
                home = next(alike, None)
            if home:
                increments[home, tax, what] += amount - old.get((line, tax, what), 0.0)
        currency = next(iter(current)).currency_id
        return {key: currency.round(amount) for key, amount in increments.items()}

    def _totals(self, company, prepare, quantities):
        """What a document would come to with just these quantities of its lines."""
        base_lines = []
        for line, quantity in quantities.items():
            base_line = prepare(line)
            if line.product_uom_id.compare(quantity, base_line["quantity"]):
                # Amounts that were set by hand hold for the whole line only.
                base_line.update(
                    quantity=quantity,
                    manual_total_excluded_currency=None,
                    manual_total_excluded=None,
                    manual_tax_amounts=None,
                )
            base_lines.append(base_line)
        taxes = self.env["account.tax"]
        taxes._add_tax_details_in_base_lines(base_lines, company)
        taxes._round_base_lines_tax_details(base_lines, company)
        totals = {}
        for base_line in base_lines:
            line, details = base_line["record"], base_line["tax_details"]
            totals[line, None, "net"] = (
                details["total_excluded_currency"]
                + details["delta_total_excluded_currency"]
            )
            for tax in details["taxes_data"]:
                totals[line, tax["tax"], "base"] = tax["base_amount_currency"]
                totals[line, tax["tax"], "tax"] = tax["tax_amount_currency"]
        return totals

    # === BUSINESS METHODS - CREDIT NOTES === #

    def _credit_note(self, return_, invoice, quantities, amounts):
        """A draft credit note over quantities of an invoice's lines."""
        customer = self.with_context(lang=invoice.partner_id.lang or self.env.lang)
        return self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "company_id": invoice.company_id.id,
                "journal_id": invoice.journal_id.id,
                "reversed_entry_id": invoice.id,
                "oms_return_id": return_.id,
                "partner_id": invoice.partner_id.id,
                "partner_shipping_id": invoice.partner_shipping_id.id,
                "fiscal_position_id": invoice.fiscal_position_id.id,
                "currency_id": invoice.currency_id.id,
                "invoice_date": fields.Date.context_today(return_),
                "invoice_origin": return_.order_id.name,
                "ref": customer.env._(
                    "Return %(name)s, invoice %(invoice)s",
                    name=return_.name,
                    invoice=invoice.name,
                ),
                "invoice_user_id": invoice.invoice_user_id.id,
                "team_id": invoice.team_id.id,
                "invoice_line_ids": [
                    Command.create(self._credit_line(line, quantity, amounts))
                    for line, quantity in quantities.items()
                ],
            }
        )

    def _credit_line(self, line, quantity, amounts):
        """An invoice line as invoiced, with the amounts that were worked out for it."""
        net = amounts[line, None, "net"]
        vals = {
            "sequence": line.sequence,
            "name": line.name,
            "product_id": line.product_id.id,
            "product_uom_id": line.product_uom_id.id,
            "account_id": line.account_id.id,
            "quantity": quantity,
            "price_unit": line.price_unit,
            "discount": line.discount,
            "tax_ids": [Command.set(line.tax_ids.ids)],
            "analytic_distribution": line.analytic_distribution,
            "sale_line_ids": [Command.set(line.sale_line_ids.ids)],
        }
        taxes = {tax for other, tax, _what in amounts if other == line and tax}
        if not taxes:
            return vals | {"price_unit": net / quantity, "discount": 0.0}
        vals["extra_tax_data"] = {
            "currency_id": line.currency_id.id,
            "quantity": quantity,
            "price_unit": line.price_unit,
            "discount": line.discount,
            "manual_total_excluded_currency": net,
            "manual_tax_amounts": {
                str(tax.id): {
                    "base_amount_currency": amounts[line, tax, "base"],
                    "tax_amount_currency": amounts[line, tax, "tax"],
                }
                for tax in taxes
            },
        }
        return vals

    def _record_unbilled(self, return_, unbilled):
        rest = dict(unbilled)
        for line in return_.line_ids.filtered("received_quantity"):
            part = min(rest.get(line.order_line_id, 0.0), line.received_quantity)
            if part > 0:
                line.unbilled_quantity = part
                rest[line.order_line_id] -= part


def _gross(currency, *amounts):
    """Net and taxes together.

    :rtype: Decimal
    """
    total = sum(
        amount
        for part in amounts
        for (_line, _tax, what), amount in part.items()
        if what != "base"
    )
    return Decimal(str(currency.round(total))).quantize(Decimal(str(currency.rounding)))
