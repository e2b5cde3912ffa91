from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

OPEN_STATES = ("requested", "expected")


class OmsReturnLine(models.Model):
    """So many units of one order line that come back, and why."""

    _name = "oms.return.line"
    _description = "Return Line"
    _order = "return_id, id"

    return_id = fields.Many2one(
        "oms.return", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="return_id.company_id", store=True)
    state = fields.Selection(related="return_id.state", store=True)
    order_id = fields.Many2one(related="return_id.order_id")
    order_line_id = fields.Many2one(
        "sale.order.line",
        required=True,
        index=True,
        ondelete="restrict",
    )
    product_id = fields.Many2one(
        related="order_line_id.product_id", store=True, index=True
    )
    product_uom_id = fields.Many2one(related="order_line_id.product_uom_id")
    quantity = fields.Float(
        string="Announced", digits="Product Unit", required=True, default=1
    )
    received_quantity = fields.Float(
        string="Received",
        digits="Product Unit",
        compute="_compute_received_quantity",
        store=True,
        readonly=False,
        help="What was in the parcel: until then, what is announced is taken for it.",
    )
    unbilled_quantity = fields.Float(
        digits="Product Unit",
        readonly=True,
        help="What of it no invoice had charged when the money was released.",
    )
    reason_id = fields.Many2one("oms.return.reason", ondelete="restrict", index=True)
    customer_note = fields.Char(string="Customer's Words")

    _quantity_positive = models.Constraint(
        "CHECK(quantity > 0)", "The quantity of a return line must be above 0."
    )
    _received_within = models.Constraint(
        "CHECK(received_quantity >= 0 AND received_quantity <= quantity)",
        "What was received lies between 0 and what is announced. More in the parcel? "
        "Have support raise the announced quantity.",
    )

    # === COMPUTE METHODS === #

    @api.depends("quantity")
    def _compute_received_quantity(self):
        for line in self:
            line.received_quantity = line.quantity

    # === CONSTRAINT METHODS === #

    @api.constrains("quantity", "order_line_id", "return_id")
    def _check_returnable(self):
        foreign = self.filtered(
            lambda line: line.order_line_id.order_id != line.return_id.order_id
        )
        if foreign:
            raise UserError(
                self.env._(
                    "%(line)s is not on the order of return %(return_name)s.",
                    line=foreign[0].order_line_id.display_name,
                    return_name=foreign[0].return_id.name,
                )
            )
        self.sudo().order_line_id._oms_check_returnable()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_editable({"quantity"})
        return lines

    def write(self, vals):
        self._check_editable(vals.keys())
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_check_editable(self):
        self._check_editable({"quantity"})

    # === BUSINESS METHODS === #

    def _check_editable(self, names):
        """What was announced is support's, what arrived the warehouse's, until then.

        :raise AccessError: where another role edits
        :raise UserError: where the parcel is in or the return cancelled
        """
        if self.env.su:
            return
        roles = ["oms_connector.group_support"]
        if set(names) <= {"received_quantity"}:
            roles.append("oms_connector.group_warehouse")
        if not any(map(self.env.user.has_group, roles)):
            raise AccessError(
                self.env._("What a return announces is changed by support alone.")
            )
        if "unbilled_quantity" in names:
            raise AccessError(self.env._("The system alone sets this."))
        closed = self.filtered(lambda line: line.state not in OPEN_STATES)
        if closed:
            raise UserError(
                self.env._(
                    "Return %s cannot be changed any more: the parcel is in, or the "
                    "return is cancelled.",
                    ", ".join(closed.return_id.mapped("name")),
                )
            )
