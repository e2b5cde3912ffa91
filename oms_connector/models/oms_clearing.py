from odoo import api, fields, models

from ..channels.adapter import Capability
from ..language import write_in_every_language


class OmsClearing(models.Model):
    """Where a channel's money stands between the sale and the payout.

    What its customers have paid is booked here when it is invoiced, and taken from
    here by the payout: what is left is what the channel owes.
    """

    _name = "oms.clearing"
    _description = "Clearing Account of a Channel"
    _order = "company_id, channel_id"
    _rec_name = "channel_id"
    _check_company_auto = True

    channel_id = fields.Many2one(
        "oms.channel", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="channel_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    account_id = fields.Many2one(
        "account.account",
        string="Clearing Account",
        required=True,
        check_company=True,
        domain=[("reconcile", "=", True), ("account_type", "=like", "asset_%")],
        help="Paid sales are booked here until the channel pays out. What stands open "
        "here is what the channel owes.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        required=True,
        check_company=True,
        domain=[("type", "=", "general")],
        help="Where sales that the channel has cashed, and its payouts, are entered.",
    )
    bank_journal_id = fields.Many2one(
        "account.journal",
        string="Bank",
        check_company=True,
        domain=[("type", "=", "bank")],
        help="Where payouts arrive: posted to this bank's outstanding receipts, to be "
        "reconciled with its statement.",
    )

    _channel_uniq = models.UniqueIndex(
        "(channel_id)", "The channel has a clearing account already."
    )

    # === BUSINESS METHODS === #

    @api.model
    def _of(self, channel):
        """The clearing account of a channel, made where there is none yet.

        :return: empty where the channel pays nothing out, or the company has no chart
            of accounts yet
        """
        if Capability.PAYOUTS not in channel.sudo()._capabilities():
            return self.browse()
        found = self.search([("channel_id", "=", channel.id)])
        if found or not channel.company_id.root_id.sudo().chart_template:
            return found
        return self.create(
            {
                "channel_id": channel.id,
                "account_id": self._make_account(channel).id,
                "journal_id": self._company_journal(channel.company_id).id,
                "bank_journal_id": self.env["account.journal"]
                .search(
                    [
                        *self.env["account.journal"]._check_company_domain(
                            channel.company_id
                        ),
                        ("type", "=", "bank"),
                    ],
                    limit=1,
                )
                .id,
            }
        )

    def _make_account(self, channel):
        company = channel.company_id
        accounts = self.env["account.account"].with_company(company)
        near = company.transfer_account_id.with_company(company).code
        prefix = (company.transfer_account_code_prefix or "").ljust(6, "0")
        account = accounts.create(
            {
                "name": channel.name,
                "code": accounts._search_new_account_code(near or prefix),
                "account_type": "asset_current",
                "reconcile": True,
                "company_ids": company.ids,
            }
        )
        write_in_every_language(
            account, "name", lambda env: env._("Clearing %s", channel.name)
        )
        return account

    def _company_journal(self, company):
        """The journal that the company's channels share unless set otherwise."""
        known = self.search([("company_id", "=", company.id)], limit=1).journal_id
        if known:
            return known
        journals = self.env["account.journal"].with_company(company)
        taken = set(
            journals.with_context(active_test=False)
            .search(journals._check_company_domain(company))
            .mapped("code")
        )
        free = (f"OMS{number or ''}" for number in range(len(taken) + 1))
        journal = journals.create(
            {
                "name": "Sales Channels",
                "code": next(code for code in free if code not in taken),
                "type": "general",
                "company_id": company.id,
                "show_on_dashboard": False,
            }
        )
        write_in_every_language(journal, "name", lambda env: env._("Sales Channels"))
        return journal

    def _bank_account(self, incoming):
        """Where a payout stands until the bank's statement shows it.

        :param bool incoming: whether the channel pays us
        """
        self.ensure_one()
        journal, company = self.bank_journal_id, self.company_id
        methods = (
            journal.inbound_payment_method_line_ids
            if incoming
            else journal.outbound_payment_method_line_ids
        )
        side = "debit" if incoming else "credit"
        chart = self.env["account.chart.template"].with_context(
            allowed_company_ids=company.root_id.ids
        )
        return (
            methods.payment_account_id[:1]
            or chart.ref(
                f"account_journal_payment_{side}_account_id", raise_if_not_found=False
            )
            or company.transfer_account_id
        )
