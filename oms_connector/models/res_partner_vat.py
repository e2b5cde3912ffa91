from odoo import api, fields, models
from odoo.exceptions import UserError
from stdnum.eu.vat import check_vies
from stdnum.exceptions import ValidationError as MalformedVat

from ..channels import vat as vat_ids

VIES_TIMEOUT = 10
"""Seconds; the register of some countries is away for hours."""


class ResPartner(models.Model):
    """What is known of a customer's VAT id, by whom, and since when."""

    _inherit = "res.partner"

    oms_vat_number = fields.Char(
        string="Checked VAT ID", readonly=True, copy=False, help="What was checked."
    )
    oms_vat_state = fields.Selection(
        [
            ("confirmed", "Confirmed by VIES"),
            ("refused", "Not known to VIES"),
            ("unreachable", "VIES did not answer"),
            ("accepted", "Accepted by hand"),
        ],
        string="VAT ID Check",
        readonly=True,
        copy=False,
    )
    oms_vat_checked_at = fields.Datetime(
        string="VAT ID Checked", readonly=True, copy=False
    )
    oms_vat_checked_by_id = fields.Many2one(
        "res.users", string="VAT ID Checked by", readonly=True, copy=False
    )

    # === ACTION METHODS === #

    def action_oms_accept_vat(self):
        """Take the responsibility for a VAT id as it is; who and when is noted.

        The hold in the context says for which order, and thereby which id.
        """
        self.ensure_one()
        hold = self.env["oms.hold"].browse(self.env.context.get("oms_hold_id"))
        hold.check_access("write")
        holder = self.commercial_partner_id
        hold_customer = hold.order_id.partner_id.commercial_partner_id
        if hold.type_id.code != "vat_invalid" or hold_customer != holder:
            raise UserError(
                self.env._(
                    "There is no hold that asks about the VAT id of this customer."
                )
            )
        holder._oms_note_vat(hold.subject, "accepted")
        holder.sudo().with_context(no_vat_validation=True).write(
            self.env["oms.intake"]._vat_vals(hold.subject)
        )
        return {"type": "ir.actions.act_window_close"}

    def action_oms_ask_vies(self):
        """Ask VIES now, while somebody waits for the answer."""
        self.ensure_one()
        holder = self.commercial_partner_id
        holder.check_access("write")
        if not vat_ids.is_european(holder.vat or ""):
            raise UserError(
                self.env._("VIES knows ids of the European Union; this is none.")
            )
        holder._oms_vies()
        states = dict(holder._fields["oms_vat_state"]._description_selection(self.env))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": f"{holder.vat}: {states[holder.oms_vat_state]}",
                "type": "success" if holder.oms_vat_state == "confirmed" else "warning",
            },
        }

    # === BUSINESS METHODS === #

    def _oms_vat_is(self, number, state):
        return self.oms_vat_number == number and self.oms_vat_state == state

    def _oms_ask_vies_later(self, channel):
        """Have a job ask VIES, where it has not answered about this id yet."""
        self.ensure_one()
        answered = self.oms_vat_number == self.vat and self.oms_vat_state in (
            "confirmed",
            "refused",
            "accepted",
        )
        if not answered and vat_ids.is_european(self.vat):
            channel._later(
                self._name, identity_key=f"oms-vies-{self.id}-{self.vat}"
            )._oms_ask_vies(self.id)

    @api.model
    def _oms_ask_vies(self, partner_id):
        """Ask VIES about one customer. A job; any may run twice."""
        partner = self.browse(partner_id).exists()
        if partner.vat:
            partner._oms_vies()

    def _oms_vies(self):
        """Ask VIES, note its answer, and hold orders whose id it does not know.

        No answer is no verdict: the next order of the customer asks again.
        """
        self.ensure_one()
        # A library of its own size, for the few who ask.
        from odoo.tools.zeep import exceptions

        number = vat_ids.compact(self.vat)
        try:
            known = check_vies(number, timeout=VIES_TIMEOUT)["valid"]
        except (OSError, MalformedVat, exceptions.Error):
            self._oms_note_vat(number, "unreachable")
            return
        self._oms_note_vat(number, "confirmed" if known else "refused")
        orders = self._oms_orders_to_invoice()
        if known:
            orders._oms_look_at_vat_again()
        else:
            orders._oms_hold_refused_vat(number)

    def _oms_note_vat(self, number, state):
        self.sudo().write(
            {
                "oms_vat_number": number,
                "oms_vat_state": state,
                "oms_vat_checked_at": fields.Datetime.now(),
                "oms_vat_checked_by_id": self.env.uid,
            }
        )

    def _oms_orders_to_invoice(self):
        return (
            self.env["sale.order"]
            .sudo()
            .search(
                [
                    ("oms_channel_id", "!=", False),
                    ("partner_id", "child_of", self.ids),
                    ("state", "!=", "cancel"),
                    ("invoice_status", "!=", "invoiced"),
                ]
            )
        )
