from odoo import api, fields, models

SELLING = ("sales", "selling")
"""As charts of accounts call the commissions that a merchant pays."""


class OmsFeeAccount(models.Model):
    """What a kind of fee or adjustment that a channel names is booked as."""

    _name = "oms.fee.account"
    _description = "Account of a Channel's Fees"
    _order = "company_id, channel_id, kind, code"
    _rec_name = "code"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    channel_id = fields.Many2one(
        "oms.channel",
        ondelete="cascade",
        check_company=True,
        help="Empty: for every channel.",
    )
    kind = fields.Selection(
        [("fee", "Fee"), ("adjustment", "Adjustment")], required=True, default="fee"
    )
    code = fields.Char(required=True, help="As the channel calls it.")
    account_id = fields.Many2one(
        "account.account",
        check_company=True,
        help="Where it is booked. Without one, payouts that have it wait.",
    )
    tax_id = fields.Many2one(
        "account.tax",
        check_company=True,
        domain=[("type_tax_use", "=", "purchase")],
        help="The channel's amounts include it, where it is not a reverse charge.",
    )
    description = fields.Char(help="What the channel wrote when it first came.")

    _code_uniq = models.UniqueIndex(
        "(company_id, COALESCE(channel_id, 0), kind, code)",
        "This kind of fee has an account already.",
    )

    # === BUSINESS METHODS === #

    @api.model
    def _find(self, channel, wanted):
        """What stands for each kind and code, the channel's own first.

        What is seen for the first time is noted: a fee with the company's expense
        account; an adjustment without any, for only a person knows what it is.

        :param dict wanted: {(kind, code): the channel's words for it}
        :return: {(kind, code): record}
        :rtype: dict
        """
        rows = self.sudo().search(
            [
                ("company_id", "=", channel.company_id.id),
                ("channel_id", "in", (channel.id, False)),
                ("code", "in", [code for _kind, code in wanted]),
            ],
        )
        # The last one counts: one with an account, the channel's own before all's.
        rows = rows.sorted(lambda row: (bool(row.account_id), bool(row.channel_id)))
        found = {(row.kind, row.code): row for row in rows}
        new = {key: words for key, words in wanted.items() if key not in found}
        if new:
            expense = self._expense_account(channel.company_id)
            for row in self.sudo().create(
                [
                    {
                        "company_id": channel.company_id.id,
                        "channel_id": channel.id,
                        "kind": kind,
                        "code": code,
                        "description": words,
                        "account_id": kind == "fee" and expense.id,
                    }
                    for (kind, code), words in new.items()
                ]
            ):
                found[row.kind, row.code] = row
        return found

    def _expense_account(self, company):
        """Where the chart of accounts has commissions, else the usual expenses."""
        accounts = self.env["account.account"].sudo().with_company(company)
        expenses = [
            *accounts._check_company_domain(company),
            ("account_type", "=", "expense"),
        ]
        named = ["|", *(("name", "ilike", f"{w} commission") for w in SELLING)]
        return (
            accounts.with_context(lang="en_US").search([*expenses, *named], limit=1)
            or company.sudo().expense_account_id
            or accounts.search(expenses, limit=1)
        )
