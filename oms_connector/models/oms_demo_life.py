from odoo import api, models


class OmsDemoCompany(models.AbstractModel):
    """What happens to orders of the demo company after they were placed."""

    _inherit = "oms.demo.company"

    # === BUSINESS METHODS === #

    @api.model
    def _change_orders(self):
        """Customers and channels change their minds; a marketplace sends by itself."""
        shop, market = (
            self.env.ref(f"oms_connector.channel_{name}")
            for name in ("shop_de", "marktwiese")
        )
        skus = market.listing_ids.filtered("product_id").sorted("sku")[:2].mapped("sku")
        market._adapter().shop.place_order([(skus[0], 2)], sent_by_shop=True)
        changing = self.env["sale.order"].search(
            [
                ("oms_channel_id", "=", shop.id),
                ("state", "=", "sale"),
                ("picking_ids.state", "=", "assigned"),
            ],
            order="date_order, id",
        )
        picker = self.env.ref("oms_connector.user_warehouse")
        for order in changing.filtered(self._ready)[:1]:
            picking = self._ready(order)[:1]
            picking.user_id = picker
            picking.move_ids.picked = True
            shop._adapter().shop.cancel_order(order.oms_external_id)
        (shop | market).with_context(queue_job__no_delay=True)._pull()
