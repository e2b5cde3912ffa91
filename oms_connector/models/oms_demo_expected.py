from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command


class OmsDemoCompany(models.AbstractModel):
    """What the demo company has ordered from its makers."""

    _inherit = "oms.demo.company"

    # === BUSINESS METHODS === #

    @api.model
    def _expect_goods(self, warehouse_id, maker, days, quantities):
        """Have goods on their way to a warehouse.

        :param str maker: who sends them
        :param int days: until they come
        :param dict quantities: {SKU: how many}
        """
        warehouse = self.env["stock.warehouse"].browse(warehouse_id)
        receipts = warehouse.in_type_id
        places = {
            "location_id": self.env.ref("stock.stock_location_suppliers").id,
            "location_dest_id": receipts.default_location_dest_id.id,
            "location_final_id": warehouse.lot_stock_id.id,
        }
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": receipts.id,
                "partner_id": self.env["res.partner"].create({"name": maker}).id,
                "location_id": places["location_id"],
                "location_dest_id": places["location_dest_id"],
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantities[product.default_code],
                            **places,
                        }
                    )
                    for product in self._products()
                    if product.default_code in quantities
                ],
            }
        )
        picking.scheduled_date = fields.Datetime.now() + timedelta(days=days)
        picking.action_confirm()
