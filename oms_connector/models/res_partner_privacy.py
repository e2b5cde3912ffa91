from odoo import models
from odoo.tools import SQL


class ResPartner(models.Model):
    """Contacts of customers whose orders are closed."""

    _inherit = "res.partner"

    # === BUSINESS METHODS === #

    def _oms_anonymise(self):
        """Take name and address from contacts of intake that nothing needs any more.

        The country stays. A contact stays as it is while another order, a posted or
        drafted document, a payment or a user needs it, and if a person has entered it.
        """
        contacts = self._oms_no_longer_needed()
        if not contacts:
            return
        self.env["oms.customer"].sudo().search(
            [("partner_id", "in", contacts.ids)]
        ).unlink()
        plain = contacts.with_context(tracking_disable=True, no_vat_validation=True)
        plain.write(
            {
                "name": self.env._("Anonymised"),
                "company_name": False,
                "street": False,
                "street2": False,
                "zip": False,
                "city": False,
                "state_id": False,
                "phone": False,
                "email": False,
                "vat": False,
                "comment": False,
                "oms_vat_number": False,
                "active": False,
            }
        )
        # What is written about a contact tells what it was.
        self.env["mail.message"].sudo().search(
            [("model", "=", self._name), ("res_id", "in", contacts.ids)]
        ).unlink()

    def _oms_no_longer_needed(self):
        """Of these contacts and their families, those that only closed orders name."""
        family = (self | self.parent_id).sudo().with_context(active_test=False)
        family |= family.child_ids
        needed = family._oms_needed_ids()
        return family.filtered("oms_made_by_intake").filtered(
            lambda partner: (
                partner.id not in needed
                and needed.isdisjoint(partner.child_ids.ids)
                and all(child.oms_made_by_intake for child in partner.child_ids)
            )
        )

    def _oms_needed_ids(self):
        """Hook: ids of contacts that an open order, a document or a user needs."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT partner_id FROM sale_order
                 WHERE oms_anonymised_at IS NULL AND partner_id = ANY(%(ids)s)
                UNION SELECT partner_invoice_id FROM sale_order
                 WHERE oms_anonymised_at IS NULL AND partner_invoice_id = ANY(%(ids)s)
                UNION SELECT partner_shipping_id FROM sale_order
                 WHERE oms_anonymised_at IS NULL AND partner_shipping_id = ANY(%(ids)s)
                UNION SELECT partner_id FROM account_move
                 WHERE partner_id = ANY(%(ids)s)
                UNION SELECT commercial_partner_id FROM account_move
                 WHERE commercial_partner_id = ANY(%(ids)s)
                UNION SELECT partner_id FROM account_payment
                 WHERE partner_id = ANY(%(ids)s)
                UNION SELECT partner_id FROM stock_picking
                 WHERE partner_id = ANY(%(ids)s) AND state NOT IN ('done', 'cancel')
                UNION SELECT partner_id FROM res_users WHERE partner_id = ANY(%(ids)s)
                UNION SELECT partner_id FROM res_company
                 WHERE partner_id = ANY(%(ids)s)
                """,
                ids=self.ids,
            )
        )
        return {row[0] for row in self.env.cr.fetchall()}
