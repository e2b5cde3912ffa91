from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Command

from ..channels.money import settle


class OmsRefundCredit(models.AbstractModel):
    """Credit notes for what a channel has paid back.

    The channel's amount is the truth. It is spread over what the invoice has charged:
    over the lines that the channel names, else over the invoice's taxes, in the
    proportion in which they stand there.

    The notes are not tied to order lines: nothing has come back, so what is invoiced
    of a line stays invoiced.
    """

    _name = "oms.refund.credit"
    _description = "Credit for Refunds at the Channel"

    # === BUSINESS METHODS === #

    @api.model
    def _credit(self, refund, invoice, amount):
        """Write and post the credit note of a part of a refund.

        :param refund: `payment.transaction` of the refund
        :param invoice: a posted invoice of its order
        :param Decimal amount: tax included, at most what is left of the invoice
        """
        rows = self._rows(invoice, refund.oms_refund_items or {})
        unit = Decimal(str(invoice.currency_id.rounding))
        whole = sum(row["gross"] for row in rows)
        wanted = [amount * row["gross"] / whole for row in rows]
        shares = settle(wanted, amount.quantize(unit), unit)
        customer = self.with_context(lang=invoice.partner_id.lang or self.env.lang)
        note = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "company_id": invoice.company_id.id,
                "journal_id": invoice.journal_id.id,
                "reversed_entry_id": invoice.id,
                "oms_refund_id": refund.id,
                "partner_id": invoice.partner_id.id,
                "partner_shipping_id": invoice.partner_shipping_id.id,
                "fiscal_position_id": invoice.fiscal_position_id.id,
                "currency_id": invoice.currency_id.id,
                "invoice_date": fields.Date.context_today(self),
                "invoice_origin": refund.oms_order_id.name,
                "ref": customer.env._(
                    "Refund %(refund)s, invoice %(invoice)s",
                    refund=refund.provider_reference,
                    invoice=invoice.name,
                ),
                "invoice_user_id": invoice.invoice_user_id.id,
                "team_id": invoice.team_id.id,
                "invoice_line_ids": [
                    Command.create(self._line(customer.env, refund, row, share))
                    for row, share in zip(rows, shares, strict=True)
                    if share
                ],
            }
        )
        note.action_post()
        return note

    def _rows(self, invoice, items):
        """What the refund is spread over.

        :param dict items: {the channel's line: quantity}, empty where it names none
        :return: dicts of line, quantity, gross and taxes ({tax: amount}), in Decimal
        """
        charged = self._charged(invoice)
        named = []
        for row in charged:
            keys = row["line"].sale_line_ids.mapped("oms_external_id")
            quantity = sum(items.get(key, 0) for key in keys if key)
            if quantity and row["gross"] > 0:
                part = Decimal(str(quantity)) / Decimal(str(row["line"].quantity))
                named.append(
                    {
                        "line": row["line"],
                        "quantity": quantity,
                        "gross": row["gross"] * part,
                        "taxes": {t: a * part for t, a in row["taxes"].items()},
                    }
                )
        return named or _by_taxes(charged)

    def _charged(self, invoice):
        """The invoice's lines with what they come to, by Odoo's tax computation."""
        lines = invoice.invoice_line_ids.filtered(
            lambda line: line.display_type == "product" and line.quantity
        )
        bases = [
            invoice._prepare_product_base_line_for_taxes_computation(line)
            for line in lines
        ]
        taxes = self.env["account.tax"]
        taxes._add_tax_details_in_base_lines(bases, invoice.company_id)
        taxes._round_base_lines_tax_details(bases, invoice.company_id)
        rows = []
        for line, base in zip(lines, bases, strict=True):
            details = base["tax_details"]
            by_tax = {
                data["tax"]: Decimal(str(data["tax_amount_currency"]))
                for data in details["taxes_data"]
            }
            net = Decimal(
                str(
                    details["total_excluded_currency"]
                    + details["delta_total_excluded_currency"]
                )
            )
            gross = net + sum(by_tax.values())
            rows.append({"line": line, "gross": gross, "taxes": by_tax})
        return rows

    def _line(self, env, refund, row, share):
        """A line of the credit note that comes to `share`, tax included."""
        line, taxes = row["line"], row["taxes"]
        quantity = row.get("quantity", 1.0)
        currency = line.currency_id
        amounts = {
            tax: currency.round(float(share * amount / row["gross"]))
            for tax, amount in taxes.items()
        }
        net = currency.round(float(share) - sum(amounts.values()))
        included = taxes and all(tax.price_include for tax in taxes)
        price = (float(share) if included else net) / quantity
        named = "quantity" in row
        text = line.name if named else refund.oms_refund_reason or env._("Refund")
        vals = {
            "name": text,
            "product_id": line.product_id.id if named else False,
            "product_uom_id": line.product_uom_id.id if named else False,
            "account_id": line.account_id.id,
            "quantity": quantity,
            "price_unit": price,
            "tax_ids": [Command.set(line.tax_ids.ids)],
        }
        if amounts:
            vals["extra_tax_data"] = {
                "currency_id": currency.id,
                "quantity": quantity,
                "price_unit": price,
                "discount": 0.0,
                "manual_total_excluded_currency": net,
                "manual_tax_amounts": {
                    str(tax.id): {
                        "base_amount_currency": net,
                        "tax_amount_currency": amount,
                    }
                    for tax, amount in amounts.items()
                },
            }
        return vals


def _by_taxes(charged):
    """Lines of the same account and taxes together, those that come to something."""
    groups = {}
    for row in charged:
        line = row["line"]
        group = groups.setdefault(
            (line.account_id, line.tax_ids),
            {"line": line, "gross": Decimal(0), "taxes": defaultdict(Decimal)},
        )
        group["gross"] += row["gross"]
        for tax, amount in row["taxes"].items():
            group["taxes"][tax] += amount
    return [group for group in groups.values() if group["gross"] > 0]
