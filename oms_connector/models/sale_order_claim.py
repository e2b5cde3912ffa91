from odoo import models


class SaleOrder(models.Model):
    """Whoever confirms an order must alone have the goods that it asks for.

    Of two workers the second one gives way at once, and comes again in a transaction
    that sees what is left; a person waits.
    """

    _inherit = "sale.order"

    # === ACTION METHODS === #

    def action_confirm(self):
        """Override of `sale`: what others are just giving away is theirs."""
        self.env["stock.quant"]._oms_await(*self._oms_asked_for())
        return super().action_confirm()

    # === BUSINESS METHODS === #

    def _oms_claim_goods(self):
        """The orders whose goods nobody else is just giving away.

        All at once; where another worker has some of them, order by order.
        """
        claim = self.env["stock.quant"]._oms_claim
        if claim(*self._oms_asked_for()):
            return self
        return self.filtered(lambda order: claim(*order._oms_asked_for()))

    def _oms_asked_for(self):
        """The products that the orders take out of the warehouses, and these."""
        lines = self.order_line
        parts = [part for parts in lines._oms_parts().values() for part in parts]
        products = lines.product_id.union(*parts)
        return products, self._oms_source_warehouses()

    def _oms_source_warehouses(self):
        """Hook: the warehouses that may have to ship the orders.

        Overridden by `oms_allocation`, which chooses among the channel's.
        """
        return self.warehouse_id
