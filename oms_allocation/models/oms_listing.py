from odoo import api, models
from odoo.tools import SQL


class OmsListing(models.Model):
    _inherit = "oms.listing"

    @api.model
    def _demand_parts(self, condition):
        """Override of `oms_connector`: what waits for a node has been sold, too."""
        return [
            *super()._demand_parts(condition),
            SQL(
                """
                SELECT line.product_id, line.oms_waiting_qty::numeric,
                       sale.oms_channel_id, sale.company_id, sale.id
                FROM sale_order_line AS line
                JOIN sale_order AS sale ON sale.id = line.order_id
                WHERE %s
                  AND line.oms_waiting_qty > 0
                  AND line.state = 'sale'
                  AND sale.oms_channel_id IS NOT NULL
                """,
                condition,
            ),
        ]
