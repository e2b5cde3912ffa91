from collections import defaultdict
from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..channels.money import settle, to_unit


class OmsPayout(models.Model):
    """The journal entry of a payout.

    What the orders brought leaves the clearing account, the fees are expenses, the
    rest is on its way to the bank.
    """

    _inherit = "oms.payout"

    # === BUSINESS METHODS === #

    def _post_entry(self):
        """Enter the payout, and close what it settles on the clearing account."""
        self.ensure_one()
        payout = self.with_company(self.company_id).with_context(
            allowed_company_ids=self.company_id.ids
        )
        clearing = payout.env["oms.clearing"]._of(payout.channel_id)
        if not clearing:
            raise UserError(
                self.env._(
                    "%s has no clearing account, for its company has no chart of "
                    "accounts yet. Install one, then post the payout.",
                    self.channel_id.name,
                )
            )
        payout.line_ids.order_id._oms_settle()
        items = payout._entry_items(clearing)
        move = (
            payout.env["account.move"]
            .with_context(skip_invoice_sync=True)
            .create(
                {
                    "move_type": "entry",
                    "journal_id": clearing.journal_id.id,
                    "date": payout._date(),
                    "ref": payout._say_name(),
                    "currency_id": payout.currency_id.id,
                    "oms_payout_id": payout.id,
                    "line_ids": [Command.create(item) for item in items],
                }
            )
        )
        payout.move_id = move
        move.with_context(skip_invoice_sync=False)._post(soft=False)

    def _close_items(self):
        """Reconcile what came and went for the orders of payouts that were posted."""
        for payout in self:
            clearing = self.env["oms.clearing"]._of(payout.channel_id)
            payout.line_ids.order_id._oms_reconcile_clearing(clearing)

    def _reopen(self, entries):
        """These entries are cancelled or reversed: what they posted is open again."""
        self.filtered(lambda payout: payout.move_id in entries).move_id = False

    def _say_name(self):
        env = self.with_context(lang=self.company_id.partner_id.lang).env
        return env._(
            "%(channel)s: payout %(payout)s",
            channel=self.channel_id.name,
            payout=self.external_id,
        )

    def _date(self):
        """The day of the payout, where the company is."""
        zone = self.company_id.partner_id.tz or self.env.user.tz or "UTC"
        local = self.with_context(tz=zone)
        return fields.Datetime.context_timestamp(local, self.paid_at).date()

    def _entry_items(self, clearing):
        """Values of the entry's items, which come to nothing in both currencies.

        The payout's amounts are the merchant's: what is his is a credit here.
        """
        items = [*self._order_items(clearing), *self._other_items()]
        exact, company = self.currency_id._oms_exact, self.company_id.currency_id
        bank = exact(self.amount)
        unit = Decimal(str(company.rounding))
        total = -to_unit(bank * self._rate(), unit)
        balances = settle(
            [exact(item["amount_currency"]) * self._rate() for item in items],
            total,
            unit,
        )
        for item, balance in zip(items, balances, strict=True):
            item["balance"] = float(balance)
        if bank:
            items.append(
                {
                    "name": self._say_name(),
                    "account_id": clearing._bank_account(bank > 0).id,
                    "amount_currency": float(bank),
                    "balance": float(-total),
                }
            )
        return [{**item, "currency_id": self.currency_id.id} for item in items]

    def _rate(self):
        """What one unit of the payout's currency is worth in the company's."""
        return Decimal(
            str(
                self.env["res.currency"]._get_conversion_rate(
                    self.currency_id,
                    self.company_id.currency_id,
                    self.company_id,
                    self._date(),
                )
            )
        )

    def _order_items(self, clearing):
        """What leaves the clearing account, an item for each order and kind."""
        kinds = dict(
            self.line_ids._fields["kind"]._description_selection(
                self.with_context(lang=self.company_id.partner_id.lang).env
            )
        )
        lines = self.line_ids.filtered(
            lambda li: li._is_about_order() and not li.account_id
        )
        sums = defaultdict(Decimal)
        for line in lines:
            sums[line.order_id, line.kind] += self.currency_id._oms_exact(line.amount)
        return [
            {
                "name": f"{order.name}: {kinds[kind]}",
                "account_id": clearing.account_id.id,
                "oms_order_id": order.id,
                "amount_currency": float(-amount),
            }
            for (order, kind), amount in sums.items()
        ]

    def _other_items(self):
        """What is booked on accounts of its own: fees with their taxes, adjustments."""
        sums = defaultdict(Decimal)
        for line in self.line_ids.filtered(
            lambda li: li.account_id or not li._is_about_order()
        ):
            account = line.account_id or line.fee_id.account_id
            tax = self.env["account.tax"] if line.account_id else line.fee_id.tax_id
            name = line.description or line._fee_code()
            if not line.account_id:
                name = line.fee_id.description or line._fee_code()
            sums[account, tax, name] += self.currency_id._oms_exact(line.amount)
        plain = [
            {
                "name": name,
                "account_id": account.id,
                "amount_currency": float(-amount),
            }
            for (account, tax, name), amount in sums.items()
            if not tax
        ]
        taxed = {key: amount for key, amount in sums.items() if key[1]}
        return plain + self._taxed_items(taxed)

    def _taxed_items(self, sums):
        """Fees with the tax that is in them, as Odoo computes it.

        :param dict sums: {(account, tax, name): amount with tax, the merchant's}
        """
        if not sums:
            return []
        taxes = self.env["account.tax"]
        bases = [
            taxes._prepare_base_line_for_taxes_computation(
                {},
                name=name,
                account_id=account,
                tax_ids=tax,
                price_unit=float(-amount),
                quantity=1.0,
                currency_id=self.currency_id,
                rate=float(1 / self._rate()),
                special_mode="total_included",
                # What the channel gives back of its fees is a refund of them.
                is_refund=amount > 0,
            )
            for (account, tax, name), amount in sums.items()
        ]
        company = self.company_id
        taxes._add_tax_details_in_base_lines(bases, company)
        taxes._round_base_lines_tax_details(bases, company)
        taxes._add_accounting_data_in_base_lines_tax_details(bases, company)
        entered = taxes._prepare_tax_lines(bases, company)
        items = [
            {
                "name": base["name"],
                "account_id": base["account_id"].id,
                "tax_ids": [Command.set(base["tax_ids"].ids)],
                "tax_tag_ids": vals["tax_tag_ids"],
                "amount_currency": vals["amount_currency"],
            }
            for base, vals in entered["base_lines_to_update"]
        ]
        for vals in entered["tax_lines_to_add"]:
            vals.pop("balance")
            items.append(vals)
        return self._as_charged(items, -sum(sums.values()))

    def _as_charged(self, items, total):
        """What is charged is the truth: a cent that rounding has moved is no tax."""
        exact = self.currency_id._oms_exact
        rest = total - sum(exact(item["amount_currency"]) for item in items)
        if rest:
            largest = max(items, key=lambda item: abs(item["amount_currency"]))
            largest["amount_currency"] += float(rest)
        return items
