from odoo import api, fields, models


class OmsHoldType(models.Model):
    _name = "oms.hold.type"
    _description = "Hold Type"
    _order = "name"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    active = fields.Boolean(default=True)
    group_id = fields.Many2one(
        "res.groups", string="Role", help="Who is to find the way out."
    )
    blocks_confirm = fields.Boolean(
        string="Blocks Confirmation",
        default=True,
        help="The order stays a quotation, nothing is reserved.",
    )
    blocks_ship = fields.Boolean(
        string="Blocks Shipping", help="Its deliveries cannot be validated."
    )
    releasable = fields.Boolean(
        string="May Be Released by Hand",
        default=True,
        help="Otherwise it goes only when its cause is gone.",
    )
    way_out = fields.Char(
        translate=True, required=True, help="What the button on the hold says."
    )

    _code_uniq = models.Constraint("UNIQUE(code)", "A hold type with this code exists.")

    # === BUSINESS METHODS === #

    @api.model
    def _of_code(self, code):
        """The hold type with this code, whichever add-on brought it."""
        hold_types = self.sudo().with_context(active_test=False)
        return hold_types.search([("code", "=", code)]).ensure_one()
