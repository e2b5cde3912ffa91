from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class OmsChannel(models.Model):
    """Stock that lies at the channel and that it sends itself."""

    _inherit = "oms.channel"

    stock_location_id = fields.Many2one(
        "stock.location",
        string="Stock at the Channel",
        check_company=True,
        domain="[('usage', '=', 'internal'), ('company_id', '=', company_id)]",
        help="Where the goods lie that the channel sends from its own warehouse. What "
        "it sells of them is booked out here, and is never offered from ours.",
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("stock_location_id", "warehouse_ids")
    def _check_stock_apart(self):
        """Goods at a channel are not among those that any channel sells from ours."""
        channels = self.sudo().search([("company_id", "in", self.company_id.ids)])
        sources = channels.warehouse_ids.lot_stock_id
        for channel in channels.filtered("stock_location_id"):
            place = channel.stock_location_id
            mixed = sources.filtered(
                lambda stock, path=place.parent_path: path.startswith(stock.parent_path)
            )
            if mixed:
                raise ValidationError(
                    self.env._(
                        "The stock at %(channel)s lies in %(place)s, which is sold "
                        "from: choose a location outside the warehouses that channels "
                        "sell from.",
                        channel=channel.name,
                        place=mixed[0].display_name,
                    )
                )

    # === BUSINESS METHODS === #

    def _oms_stock_location(self):
        """Where what the channel sends itself is booked out.

        :raise UserError: where none is set, saying where to set it
        """
        self.ensure_one()
        if not self.stock_location_id:
            raise UserError(
                self.env._(
                    "%s sends goods of ours from its own warehouse. Set “Stock at the "
                    "Channel” on the channel, then try again.",
                    self.name,
                )
            )
        return self.stock_location_id
