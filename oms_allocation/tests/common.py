"""A shop with two warehouses: Hamburg has 10 tents and 5 lamps, Köln 4 tents."""

from odoo.addons.oms_connector.tests.common import ConnectorCase

HAMBURG = {"postcode": "20095", "city": "Hamburg"}
KOELN = {"postcode": "50667", "city": "Köln"}


class AllocationCase(ConnectorCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hamburg = cls.warehouse
        cls.koeln = cls.env["stock.warehouse"].create({"name": "Köln", "code": "KOE"})
        for node, place in ((cls.hamburg, HAMBURG), (cls.koeln, KOELN)):
            node.partner_id = cls.env["res.partner"].create(
                {
                    "name": node.name,
                    "zip": place["postcode"],
                    "city": place["city"],
                    "country_id": cls.germany.id,
                }
            )
        cls.channel.warehouse_ids = cls.hamburg | cls.koeln
        cls.set_stock(cls.tent, 4, cls.koeln)

    # --- Orders ---

    def order_to(self, place, lines=None, number="1001"):
        """An order of the channel to an address in Germany, confirmed."""
        address = self.address(**place)
        document = self.order(number, lines, shipping=address)
        return self.take(document)

    def tents(self, quantity=1):
        return self.line(1, "S-TENT", quantity=quantity)

    def lamps(self, quantity=1):
        return self.line(2, "S-LAMP", "20.00", quantity=quantity)

    # --- What became of them ---

    def shipped_from(self, order):
        """{node's name: {product's name: quantity}} over the live deliveries."""
        found = {}
        for move in order.order_line.move_ids.filtered(lambda m: m.state != "cancel"):
            goods = found.setdefault(move.warehouse_id.name, {})
            name = move.product_id.name
            goods[name] = goods.get(name, 0) + move.product_qty
        return found

    def allocated(self, order):
        """{node's name: quantity} over all allocations of the order."""
        found = {}
        for allocation in order.oms_allocation_ids:
            name = allocation.warehouse_id.name
            found[name] = found.get(name, 0) + allocation.quantity
        return found

    def waiting(self, order):
        return sum(order.order_line.mapped("oms_waiting_qty"))

    def source_waiting(self):
        """What the scheduled action does with the orders that may be served."""
        sourcing = self.env["oms.sourcing"]
        sourcing._source_waiting(sourcing._servable_orders())
