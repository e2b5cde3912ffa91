from odoo import models


class OmsHold(models.Model):
    """The ways out for what is wrong with address and VAT id."""

    _inherit = "oms.hold"

    # === ACTION METHODS === #

    def _resolve_address_incomplete(self):
        return self._oms_open_contact(
            self.order_id.partner_shipping_id,
            "oms_connector.oms_address_view_form",
            self.env._("Where does %s go?", self.order_id.name),
            "shipping",
        )

    def _resolve_address_undeliverable(self):
        return self._resolve_address_incomplete()

    def _resolve_vat_invalid(self):
        return self._oms_open_contact(
            self.order_id.partner_id.commercial_partner_id,
            "oms_connector.oms_vat_view_form",
            self.env._("Whose VAT id is on the invoice of %s?", self.order_id.name),
            "billing",
        )

    def _oms_open_contact(self, partner, view, title, kind):
        """A contact in a dialog, with what the channel sent beside it."""
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "res.partner",
            "res_id": partner.id,
            "views": [(self.env.ref(view).id, "form")],
            "target": "new",
            "context": {
                "oms_order_id": self.order_id.id,
                "oms_hold_id": self.id,
                "oms_sent_kind": kind,
            },
        }
