from odoo import api, fields, models
from odoo.exceptions import AccessError

BLOCK = {"oms_blocked", "oms_blocked_reason"}
MAY_BLOCK = (
    "oms_connector.group_support",
    "oms_connector.group_accounting",
    "oms_connector.group_manager",
)


class ResPartner(models.Model):
    """Customers of whom no orders are taken."""

    _inherit = "res.partner"

    oms_blocked = fields.Boolean(
        string="Blocked for Orders",
        copy=False,
        help="Orders of this customer are held, whichever channel they come from.",
    )
    oms_blocked_reason = fields.Char(string="Blocked Because", copy=False)

    _oms_blocked_idx = models.Index("(email_normalized) WHERE oms_blocked")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._oms_check_may_block(vals)
        return super().create(vals_list)

    def write(self, vals):
        """Override: orders that waited for something better look again."""
        self._oms_check_may_block(vals)
        result = super().write(vals)
        if vals.get("oms_blocked") is False:
            self._oms_end_blocks()
        return result

    # === BUSINESS METHODS === #

    def _oms_check_may_block(self, vals):
        if not BLOCK & vals.keys() or self.env.su:
            return
        if not any(self.env.user.has_group(group) for group in MAY_BLOCK):
            raise AccessError(
                self.env._(
                    "Customers are blocked and unblocked by Support, Accounting and "
                    "managers: ask one of them."
                )
            )

    def _oms_end_blocks(self):
        """Orders that were held because these customers were blocked go on."""
        holds = (
            self.env["oms.hold"]
            .sudo()
            .search(
                [
                    ("state", "=", "open"),
                    ("type_id.code", "=", "customer_blocked"),
                    ("subject", "in", [str(partner_id) for partner_id in self.ids]),
                ]
            )
        )
        holds.filtered("type_id.self_releasing")._release_itself()
