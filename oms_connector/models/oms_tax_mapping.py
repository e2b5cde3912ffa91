from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare

from ..language import write_in_every_language


class OmsTaxMapping(models.Model):
    """Which tax a rate that a channel names stands for."""

    _name = "oms.tax.mapping"
    _description = "Tax Mapping"
    _order = "company_id, channel_id, country_id, rate"
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
    country_id = fields.Many2one("res.country", help="Empty: wherever it is sent.")
    rate = fields.Float(string="Rate (%)", digits=(7, 4))
    tax_included = fields.Boolean(string="Included in Price", default=True)
    collected_by_channel = fields.Boolean(
        string="Paid by the Channel",
        help="For what the channel is the deemed supplier of: it collects the VAT and "
        "pays it itself. The tax, of 0 %, says where the sale stands in the report.",
    )
    tax_id = fields.Many2one(
        "account.tax",
        required=True,
        check_company=True,
        domain="[('type_tax_use', '=', 'sale'), ('amount', '=', rate)]",
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("collected_by_channel", "tax_id")
    def _check_collected(self):
        for mapping in self:
            if mapping.collected_by_channel and mapping.tax_id.amount:
                raise ValidationError(
                    self.env._(
                        "The channel pays this VAT: “%s” must be a tax of 0 %%.",
                        mapping.tax_id.name,
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        mappings = super().create(vals_list)
        mappings._release_holds()
        return mappings

    def write(self, vals):
        result = super().write(vals)
        self._release_holds()
        return result

    # === BUSINESS METHODS === #

    @api.model
    def _find(self, channel, country, rate, tax_included):
        """The tax for a rate: as mapped, else as the country's or our own law has it.

        :param res.country country: where the goods go
        :param float rate: in percent
        :return: account.tax, empty where none is known
        """
        company = channel.company_id
        for mapping in self._mapped(
            channel, country, [("tax_included", "=", tax_included)]
        ):
            if not float_compare(mapping.rate, rate, precision_digits=4):
                return mapping.tax_id
        taxes = self.env["account.tax"].search(
            [
                *self.env["account.tax"]._check_company_domain(company),
                ("type_tax_use", "=", "sale"),
                ("amount_type", "=", "percent"),
                ("amount", "=", rate),
            ]
        )
        abroad = taxes.filtered(lambda t: country in t.fiscal_position_ids.country_id)
        home = taxes.filtered(
            lambda t: (
                t.country_id == company.account_fiscal_country_id
                and not (t.fiscal_position_ids.country_id - t.country_id)
            )
        )
        return self._with_price_basis(abroad or home, tax_included)

    @api.model
    def _find_collected(self, channel, country):
        """The tax of 0 % for what the channel pays the VAT of; empty if none is mapped.

        It is never guessed: which one is right, the company's own law says.
        """
        return self._mapped(channel, country, [], collected=True)[:1].tax_id

    def _mapped(self, channel, country, domain, *, collected=False):
        """Mappings for a channel and a country, the most special first."""
        return self.sudo().search(
            [
                *domain,
                ("collected_by_channel", "=", collected),
                ("company_id", "=", channel.company_id.id),
                ("channel_id", "in", (channel.id, False)),
                ("country_id", "in", (country.id, False)),
            ],
            order="channel_id NULLS LAST, country_id NULLS LAST",
        )

    @api.model
    def _with_price_basis(self, taxes, tax_included):
        """Of like taxes the one with this price basis; made where only its twin exists.

        A shop that names prices with tax needs a tax that is included: the only way
        in which a gross amount stays what it is, to the cent.
        """
        fitting = taxes.filtered(lambda tax: tax.price_include == tax_included)
        if fitting or not taxes:
            return fitting[:1]

        def say(env):
            twin = taxes[0].with_env(env).name
            if tax_included:
                return env._("%s (in price)", twin)
            return env._("%s (on top)", twin)

        basis = "tax_included" if tax_included else "tax_excluded"
        tax = (
            taxes[0]
            .sudo()
            .copy({"name": say(self.env), "price_include_override": basis})
        )
        write_in_every_language(tax, "name", say)
        return tax

    def _release_holds(self):
        """Orders that waited for a mapping look again."""
        holds = (
            self.env["oms.hold"]
            .sudo()
            .search(
                [
                    ("state", "=", "open"),
                    ("type_id.code", "=", "tax_unknown"),
                    ("company_id", "in", self.company_id.ids),
                ]
            )
        )
        holds.order_id._oms_retake()
