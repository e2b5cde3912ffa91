from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL

from .oms_mark import URGENT

COVERED = """
    listing.company_id = stop.company_id
    AND listing.active AND listing.product_id IS NOT NULL
    AND (
        NOT EXISTS (
            SELECT FROM oms_sales_stop_channel_rel AS place
            WHERE place.stop_id = stop.id)
        OR EXISTS (
            SELECT FROM oms_sales_stop_channel_rel AS place
            WHERE place.stop_id = stop.id AND place.channel_id = listing.channel_id)
    )
    AND (
        stop.scope = 'everything'
        OR stop.scope = 'products' AND listing.product_id IN (
            SELECT chosen.product_id FROM oms_sales_stop_product_rel AS chosen
            WHERE chosen.stop_id = stop.id)
        OR stop.scope = 'category' AND EXISTS (
            SELECT FROM product_product AS product
            JOIN product_template AS template ON template.id = product.product_tmpl_id
            JOIN product_category AS kind ON kind.id = template.categ_id
            JOIN product_category AS top ON top.id = stop.categ_id
            WHERE product.id = listing.product_id
              AND starts_with(kind.parent_path, top.parent_path))
        OR %(kits)s
    )
"""


class OmsSalesStop(models.Model):
    """An order of the company not to sell something, until it is lifted.

    What an open stop covers is published as 0, whatever there is of it: also listings
    and products that come to be covered later. Orders that come in all the same are
    not affected.
    """

    _name = "oms.sales.stop"
    _description = "Stop of Sales"
    _order = "state desc, started_at desc, id desc"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    scope = fields.Selection(
        [
            ("products", "Products"),
            ("category", "A product category"),
            ("everything", "Everything"),
        ],
        string="What Is Stopped",
        required=True,
        readonly=True,
    )
    product_ids = fields.Many2many(
        "product.product",
        "oms_sales_stop_product_rel",
        "stop_id",
        "product_id",
        string="Products",
        readonly=True,
        check_company=True,
    )
    categ_id = fields.Many2one(
        "product.category",
        string="Product Category",
        readonly=True,
        ondelete="restrict",
        help="With all categories below it.",
    )
    channel_ids = fields.Many2many(
        "oms.channel",
        "oms_sales_stop_channel_rel",
        "stop_id",
        "channel_id",
        string="Only On",
        readonly=True,
        check_company=True,
        help="Empty: on every channel.",
    )
    reason = fields.Char(required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", string="Stopped By", required=True, readonly=True
    )
    started_at = fields.Datetime(string="Stopped At", required=True, readonly=True)
    state = fields.Selection(
        [("open", "Stopped"), ("lifted", "Lifted")],
        string="Status",
        default="open",
        required=True,
        readonly=True,
    )
    lifted_by_id = fields.Many2one("res.users", readonly=True)
    lifted_at = fields.Datetime(readonly=True)
    outcome = fields.Json(
        readonly=True, help="What each channel had confirmed when it was lifted."
    )
    line_ids = fields.One2many("oms.sales.stop.line", "stop_id", string="Channels")
    is_confirmed = fields.Boolean(compute="_compute_is_confirmed", compute_sudo=True)
    is_under_way = fields.Boolean(compute="_compute_is_confirmed", compute_sudo=True)
    confirmed_text = fields.Char(
        string="Confirmed", compute="_compute_is_confirmed", compute_sudo=True
    )

    _open_idx = models.Index("(company_id) WHERE state = 'open'")

    # === COMPUTE METHODS === #

    @api.depends("scope", "product_ids", "categ_id", "channel_ids")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for stop in self:
            match stop.scope:
                case "products":
                    what = ", ".join(stop.sudo().product_ids.mapped("display_name"))
                case "category":
                    what = stop.categ_id.display_name
                case _:
                    what = self.env._("Everything")
            where = ", ".join(stop.channel_ids.mapped("name"))
            stop.display_name = f"{what} ({where})" if where else what

    @api.depends("state", "line_ids.state")
    @api.depends_context("lang")
    def _compute_is_confirmed(self):
        for stop in self:
            lines = stop.line_ids.filtered(lambda line: line.state != "nothing")
            confirmed = lines.filtered(lambda line: line.state == "confirmed")
            stop.is_confirmed = confirmed == lines
            stop.is_under_way = stop.state == "open" and not stop.is_confirmed
            stop.confirmed_text = self.env._(
                "%(confirmed)s of %(channels)s channels",
                confirmed=len(confirmed),
                channels=len(lines),
            )

    # === CONSTRAINT METHODS === #

    @api.constrains("scope", "product_ids", "categ_id")
    def _check_scope(self):
        for stop in self:
            if stop.scope == "products" and not stop.product_ids:
                raise ValidationError(self.env._("Choose the products to stop."))
            if stop.scope == "category" and not stop.categ_id:
                raise ValidationError(self.env._("Choose the category to stop."))

    # === ACTION METHODS === #

    def action_lift(self):
        """Sell again: every channel gets its figures back."""
        self.check_access("read")
        self._check_role()
        stops = self.sudo().filtered(lambda stop: stop.state == "open")
        lines = self.env["oms.sales.stop.line"].sudo()._of(stops)
        self.env["oms.stock.mark"].sudo()._insert(stops._covering(), again=True)
        for stop in stops:
            stop.write(
                {
                    "outcome": lines[stop]._outcome(),
                    "state": "lifted",
                    "lifted_by_id": self.env.uid,
                    "lifted_at": fields.Datetime.now(),
                }
            )
        return True

    def action_view_listings(self):
        """What it covers now."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "oms_connector.oms_listing_action"
            ),
            "domain": [("id", "in", self._covered_ids())],
            "context": {},
        }

    @api.model
    def _check_role(self):
        """What sells and what does not is the channel administrators'."""
        if not self.env.user.has_group("oms_connector.group_channel_admin"):
            raise AccessError(
                self.env._(
                    "Only channel administrators and managers may stop sales and let "
                    "them go on: ask one of them."
                )
            )

    # === BUSINESS METHODS === #

    @api.model
    def _begin(self, vals):
        """Stop selling, and have every channel told ahead of all other work."""
        self._check_role()
        if vals["company_id"] not in self.env.companies.ids:
            raise AccessError(self.env._("This company is not among yours."))
        stop = self.sudo().create(
            {**vals, "user_id": self.env.uid, "started_at": fields.Datetime.now()}
        )
        self.env["oms.stock.mark"].sudo()._insert(
            stop._covering(), rank=URGENT, again=True
        )
        return stop.with_env(self.env)

    @api.model
    def _heed_category_of(self, templates):
        """Products have another category: where one is stopped, look at them again."""
        stopped = [("state", "=", "open"), ("scope", "=", "category")]
        if self.search_count(stopped, limit=1):
            variants = templates.with_context(active_test=False).product_variant_ids
            self.env["oms.stock.mark"]._mark(variants.ids)

    @api.model
    def _covered(self):
        """Condition under which a stop (`stop`) covers a listing (`listing`).

        What is in a kit, or may be chosen in a combo product, is not sold there either,
        as long as the stop is open.
        """
        stopped = self.env["oms.kit"]._stopped_kits()
        return SQL(COVERED, kits=SQL("(stop.id, listing.product_id) IN (%s)", stopped))

    def _covering(self):
        """Condition of the listings (`listing`) that these stops cover."""
        self.env.flush_all()
        return SQL(
            "EXISTS (SELECT FROM oms_sales_stop AS stop WHERE stop.id IN %s AND %s)",
            tuple(self.ids) or (0,),
            self._covered(),
        )

    def _covered_ids(self):
        self.check_access("read")
        rows = self.env.execute_query(
            SQL("SELECT id FROM oms_listing AS listing WHERE %s", self._covering())
        )
        return [row[0] for row in rows]
