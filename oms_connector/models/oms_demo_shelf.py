import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command


class OmsDemoCompany(models.AbstractModel):
    _inherit = "oms.demo.company"

    # === BUSINESS METHODS - WHAT THE CHANNELS SHOW === #

    @api.model
    def _name_wrongly(self, channel_id, sku):
        """A listing names an article that the marketplace does not have."""
        channel = self._channels().browse(channel_id)
        listing = channel.listing_ids.filtered(lambda listing: listing.sku == sku)
        listing.external_id = f"article-{sku}-B"

    @api.model
    def _stop_and_lift(self, user_id, product_id, reason):
        """The company stopped a sale the day before yesterday, and let it go on."""
        began = fields.Datetime.now() - timedelta(days=2)
        admin = self._channels().with_user(user_id)
        stop = admin.env["oms.sales.stop"]._begin(
            {
                "company_id": self.env.company.id,
                "scope": "products",
                "product_ids": [Command.set([product_id])],
                "reason": reason,
            }
        )
        stop.action_lift()
        answered = fields.Datetime.to_string(began + timedelta(seconds=4))
        lines = [
            {**line, "answered_at": line["answered_at"] and answered}
            for line in stop.sudo().outcome
        ]
        stop.sudo().write(
            {
                "started_at": began,
                "lifted_at": began + timedelta(hours=5),
                "outcome": lines,
            }
        )

    @api.model
    def _let_shelf_differ(self, channel_id):
        """Somebody sets a figure in the shop by hand; then it is compared with ours."""
        channel = self._channels().browse(channel_id)
        self._finish(channel._start_resending())
        listed = channel.listing_ids.filtered("published_quantity")
        sold = self.env["sale.order.line"].search(
            [("product_id", "in", listed.product_id.ids)]
        )
        # One that nobody orders keeps its figure, and so the difference.
        listing = listed.filtered(lambda each: each.product_id not in sold.product_id)[
            :1
        ]
        note = (
            self.env["oms.demo.memory"]
            .sudo()
            .search(
                [
                    ("channel_id", "=", channel.id),
                    ("kind", "=", "stock"),
                    ("key", "=like", f"{listing.sku}%"),
                ],
                limit=1,
            )
        )
        level = json.loads(note.payload)
        note.payload = json.dumps({**level, "quantity": level["quantity"] + 40})
        # It was told long enough ago to be shown.
        channel.listing_ids.published_at = fields.Datetime.now() - timedelta(hours=1)
        self._finish(channel._start_comparing_shown())
