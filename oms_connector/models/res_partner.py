from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..channels.address import faults, missing, normalise
from ..channels.document import Address
from ..language import in_language
from .oms_intake_address import _field_label

ADDRESS = {"name", "street", "street2", "zip", "city", "country_id"}
OURS = {
    "oms_made_by_intake",
    "oms_vat_number",
    "oms_vat_state",
    "oms_vat_checked_at",
    "oms_vat_checked_by_id",
}
"""What is noted by the system alone: nobody signs for somebody else."""


class ResPartner(models.Model):
    _inherit = "res.partner"

    oms_made_by_intake = fields.Boolean(
        string="From a Channel",
        readonly=True,
        copy=False,
        help="Made of a channel's order; it goes when the channel's period for "
        "personal data is over.",
    )
    oms_sent_text = fields.Text(string="As Sent", compute="_compute_oms_sent_text")
    oms_fault_text = fields.Text(
        string="Still Wrong", compute="_compute_oms_fault_text"
    )

    # Customers are found by it, at each order.
    _oms_email_idx = models.Index(
        "(email_normalized) WHERE email_normalized IS NOT NULL"
    )

    # === COMPUTE METHODS === #

    @api.depends_context("oms_order_id", "oms_sent_kind")
    def _compute_oms_sent_text(self):
        order = self.env["sale.order"].browse(self.env.context.get("oms_order_id"))
        kind = self.env.context.get("oms_sent_kind", "shipping")
        text = order.exists()._oms_sent_text(kind) if order else False
        for partner in self:
            partner.oms_sent_text = text

    @api.depends(*ADDRESS, "company_name")
    @api.depends_context("lang")
    def _compute_oms_fault_text(self):
        for partner in self:
            address = partner._oms_address()
            labels = [_field_label(self.env, name) for name in missing(address)]
            texts = [in_language(self.env, fault.text) for fault in faults(address)]
            if labels:
                texts.insert(0, self.env._("missing: %s", ", ".join(labels)))
            partner.oms_fault_text = "\n".join(texts)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._oms_check_ours(vals)
        return super().create(vals_list)

    def write(self, vals):
        """Override: orders that waited for something better look again."""
        self._oms_check_ours(vals)
        result = super().write(vals)
        if ADDRESS & vals.keys():
            self._oms_waiting_orders(
                Domain("order_id.partner_shipping_id", "in", self.ids),
                ("address_incomplete", "address_undeliverable"),
            )._oms_retake()
        if "vat" in vals:
            self._oms_waiting_orders(
                Domain("order_id.partner_id.commercial_partner_id", "in", self.ids),
                ("vat_invalid",),
            )._oms_look_at_vat_again()
        return result

    def _oms_check_ours(self, vals):
        if not self.env.su and any(vals.get(name) for name in OURS):
            raise AccessError(
                self.env._("This is noted by order management itself, not by hand.")
            )

    # === BUSINESS METHODS === #

    def _oms_waiting_orders(self, domain, codes):
        holds = self.env["oms.hold"].sudo()
        open_ones = Domain("state", "=", "open") & Domain("type_id.code", "in", codes)
        return holds.search(open_ones & domain).order_id

    def _oms_address(self):
        """The contact's address in its parts, as carriers want them."""
        self.ensure_one()
        return normalise(
            Address(
                name=self.name or "",
                company=self.company_name or "",
                street=self.street or "",
                street2=self.street2 or "",
                postcode=self.zip or "",
                city=self.city or "",
                state=self.state_id.code or "",
                country=self.country_id.code or "",
                phone=self.phone or "",
            )
        )

    def _oms_address_text(self):
        """Name and address as on a label, with what else the order needs of them."""
        lines = [
            self.name,
            *self._display_address().split("\n"),
            self.phone,
            self.commercial_partner_id.vat,
        ]
        return "\n".join(line.strip() for line in lines if line and line.strip())
