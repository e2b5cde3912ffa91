from odoo import api, fields, models
from odoo.fields import Command, Domain


class OmsStopSelling(models.TransientModel):
    """Say what is not to be sold any more, where, and why."""

    _name = "oms.stop.selling"
    _description = "Stop Selling"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    scope = fields.Selection(
        [
            ("products", "Products"),
            ("category", "A product category"),
            ("everything", "Everything"),
        ],
        string="What",
        required=True,
        default="products",
    )
    product_ids = fields.Many2many(
        "product.product", string="Products", check_company=True
    )
    categ_id = fields.Many2one("product.category", string="Product Category")
    channel_ids = fields.Many2many("oms.channel", string="Where", check_company=True)
    reason = fields.Char(required=True)
    covered_text = fields.Char(string="Takes to 0", compute="_compute_covered_text")

    # === COMPUTE METHODS === #

    @api.depends("scope", "product_ids", "categ_id", "channel_ids", "company_id")
    @api.depends_context("lang")
    def _compute_covered_text(self):
        for wizard in self:
            found = self.env["oms.listing"]._read_group(
                wizard._domain(), ["channel_id"], ["__count"]
            )
            wizard.covered_text = self.env._(
                "%(listings)s listings on %(channels)s channels",
                listings=sum(count for _channel, count in found),
                channels=len(found),
            )

    def _domain(self):
        """Listings that the stop would cover now."""
        domain = [
            ("company_id", "=", self.company_id.id),
            ("channel_id.state", "!=", "draft"),
            ("product_id", "!=", False),
        ]
        if self.channel_ids:
            domain.append(("channel_id", "in", self.channel_ids._origin.ids))
        if self.scope == "everything":
            return domain
        products = self.env["product.product"].with_context(active_test=False)
        if self.scope == "products":
            chosen = [("id", "in", self.product_ids._origin.ids)]
        else:
            chosen = [("categ_id", "child_of", self.categ_id._origin.id or 0)]
        found = products._search(chosen)
        kits = self.env["oms.kit"]._kits_with(found.select())
        return Domain(domain) & (
            Domain("product_id", "in", found) | Domain("product_id", "in", kits)
        )

    # === CRUD METHODS === #

    @api.model
    def default_get(self, fields):
        """Override of `base`: what the person has chosen is what is to be stopped."""
        self.env["oms.sales.stop"]._check_role()
        defaults = super().default_get(fields)
        chosen = self.env.context.get("active_ids") or []
        match self.env.context.get("active_model"):
            case "product.template":
                templates = self.env["product.template"].browse(chosen)
                defaults["product_ids"] = [
                    Command.set(templates.product_variant_ids.ids)
                ]
            case "product.product":
                defaults["product_ids"] = [Command.set(chosen)]
            case "product.category":
                defaults.update(scope="category", categ_id=chosen[:1] and chosen[0])
            case "oms.listing":
                listings = self.env["oms.listing"].browse(chosen)
                defaults["product_ids"] = [Command.set(listings.product_id.ids)]
                defaults["channel_ids"] = [Command.set(listings.channel_id.ids)]
            case "oms.channel":
                defaults["scope"] = "everything"
                defaults["channel_ids"] = [Command.set(chosen)]
        return defaults

    # === ACTION METHODS === #

    def action_stop(self):
        """Stop, and show how far each channel is."""
        self.ensure_one()
        chosen = self.scope == "products"
        stop = self.env["oms.sales.stop"]._begin(
            {
                "company_id": self.company_id.id,
                "scope": self.scope,
                "product_ids": [Command.set(self.product_ids.ids if chosen else [])],
                "categ_id": self.scope == "category" and self.categ_id.id,
                "channel_ids": [Command.set(self.channel_ids.ids)],
                "reason": self.reason,
            }
        )
        return stop._get_records_action(context={})
