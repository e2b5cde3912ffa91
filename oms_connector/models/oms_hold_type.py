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
    blocks_allocate = fields.Boolean(
        string="Blocks Allocation",
        help="No warehouse is chosen for it and nothing is reserved.",
    )
    blocks_release = fields.Boolean(
        string="Blocks Picking", help="Its deliveries are not given to the floor."
    )
    blocks_ship = fields.Boolean(
        string="Blocks Shipping", help="Its deliveries cannot be validated."
    )
    blocks_invoice = fields.Boolean(
        string="Blocks Invoicing", help="No invoice is made of it."
    )
    blocks_refund = fields.Boolean(
        string="Blocks Refunds", help="No money goes back to the customer."
    )
    self_releasing = fields.Boolean(
        string="Releases Itself",
        help="It goes by itself when its cause is gone. Intake looks at each new "
        "version of the order.",
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

    def _is_mine(self):
        """Whether the user has the role of the type; managers have every role."""
        self.ensure_one()
        group = self.sudo().group_id
        user = self.env.user
        return (
            self.env.su
            or not group
            or group in user.all_group_ids
            or user.has_group("oms_connector.group_manager")
        )

    @api.model
    def _of_code(self, code):
        """The hold type with this code, whichever add-on brought it."""
        hold_types = self.sudo().with_context(active_test=False)
        return hold_types.search([("code", "=", code)]).ensure_one()
