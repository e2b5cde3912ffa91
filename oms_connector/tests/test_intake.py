from datetime import timedelta
from decimal import Decimal

from odoo.addons.oms_connector.channels.document import (
    ChannelOrder,
    Customer,
    OrderState,
)

from .common import NOON, ConnectorCase


class TestIntake(ConnectorCase):
    def test_order_is_confirmed_and_reserved(self):
        order = self.take(self.order(lines=[self.line(quantity=2), self.shipping()]))
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.picking_ids.state, "assigned")
        self.assertEqual(order.picking_ids.picking_type_id.warehouse_id, self.warehouse)
        self.assertEqual(order.amount_total, 204.90)
        self.assertEqual(order.oms_total, 204.90)
        self.assertEqual(order.client_order_ref, "1001")
        self.assertEqual(order.date_order, NOON.replace(tzinfo=None))
        self.assertEqual(order.transaction_ids.state, "done")
        self.assertEqual(order.transaction_ids.amount, 204.90)

    def test_message_names_the_order_it_made(self):
        messages = self.store(self.order())
        self.env["oms.message"]._process(messages.ids)
        self.assertEqual(messages.state, "done")
        self.assertEqual(
            (messages.res_model, messages.res_id),
            ("sale.order", self.found(self.order()).id),
        )

    def test_processing_twice_makes_one_order(self):
        messages = self.store(self.order())
        self.env["oms.message"]._process(messages.ids)
        messages.state = "pending"
        self.env["oms.message"]._process(messages.ids)
        self.assertEqual(len(self.found(self.order())), 1)
        self.assertEqual(messages.state, "done")

    def test_two_versions_in_one_portion_make_one_order(self):
        older = self.order(lines=[self.line(quantity=1)], paid=False)
        newer = self.order(
            lines=[self.line(quantity=3)], updated_at=NOON + timedelta(minutes=1)
        )
        order = self.take(older, newer)
        self.assertEqual(len(order), 1)
        self.assertEqual(order.order_line.product_uom_qty, 3)

    def test_older_version_changes_nothing(self):
        order = self.take(self.order(updated_at=NOON + timedelta(hours=1), paid=False))
        late = self.store(self.order(lines=[self.line(quantity=5)]))
        self.env["oms.message"]._process(late.ids)
        self.assertEqual(late.state, "ignored")
        self.assertEqual(order.order_line.product_uom_qty, 1)

    def test_address_of_the_order_is_the_address_of_the_order(self):
        customer = Customer(
            external_id="c-7", name="Jörg Müller", email="j@example.com"
        )
        first = self.take(self.order("1", customer=customer))
        second = self.take(
            self.order(
                "2",
                customer=customer,
                shipping=self.address(street="Kurze Gasse 3", city="Berlin"),
            )
        )
        third = self.take(self.order("3", customer=customer))
        self.assertEqual(first.partner_id, second.partner_id)
        self.assertEqual(second.partner_shipping_id.street, "Kurze Gasse 3")
        self.assertEqual(second.partner_shipping_id.parent_id, second.partner_id)
        self.assertEqual(third.partner_shipping_id, first.partner_shipping_id)
        self.assertEqual(second.partner_invoice_id, first.partner_invoice_id)

    def test_customer_is_found_by_email_never_by_name(self):
        one = self.take(
            self.order("1", customer=Customer(name="A", email="a@example.com"))
        )
        same = self.take(
            self.order("2", customer=Customer(name="B", email="A@example.com"))
        )
        other = self.take(self.order("3", customer=Customer(name="A")))
        self.assertEqual(one.partner_id, same.partner_id)
        self.assertNotEqual(one.partner_id, other.partner_id)

    def test_new_customer_of_two_orders_in_one_portion_is_made_once(self):
        customer = Customer(external_id="c-9", name="Jörg", email="j9@example.com")
        orders = self.take(
            self.order("1", customer=customer), self.order("2", customer=customer)
        )
        self.assertEqual(len(orders), 2)
        self.assertEqual(len(orders.partner_id), 1)

    def test_malformed_order_disturbs_no_neighbour(self):
        good = self.order("1")
        messages = self.store(good)
        broken = ChannelOrder.model_construct(external_id="order-2")
        messages += self.env["oms.message"]._store(
            self.channel, [self.adapter.put(broken)]
        )
        self.env["oms.message"]._process(messages.ids)
        self.assertEqual(messages.mapped("state"), ["done", "dead"])
        self.assertEqual(messages[1].error_class, "malformed")
        self.assertEqual(self.found(good).state, "sale")

    def test_unknown_currency_disturbs_no_neighbour(self):
        good, bad = self.order("1"), self.order("2", currency="QQQ")
        messages = self.store(bad, good)
        self.env["oms.message"]._process(messages.ids)
        self.assertEqual(set(messages.mapped("state")), {"done", "dead"})
        self.assertEqual(self.found(good, bad).oms_external_id, good.external_id)

    def test_foreign_currency_is_kept(self):
        other = "USD" if self.company.currency_id.name != "USD" else "EUR"
        order = self.take(self.order(currency=other))
        self.assertEqual(order.currency_id.name, other)
        self.assertEqual(order.amount_total, 100)

    def test_discount_is_exact(self):
        line = self.line(price="19.99", quantity=3, discount=Decimal("7.77"))
        order = self.take(self.order(lines=[line]))
        self.assertEqual(order.amount_total, 52.20)
        self.assertEqual(order.state, "sale")

    def test_round_discount_is_shown_in_percent(self):
        line = self.line(price="50.00", quantity=2, discount=Decimal("10.00"))
        order = self.take(self.order(lines=[line]))
        self.assertEqual(order.order_line.discount, 10)
        self.assertEqual(order.order_line.price_unit, 50)

    def test_net_prices_take_tax_on_top(self):
        line = self.line(price="10.00", quantity=3)
        order = self.take(
            self.order(lines=[line], tax_included=False, total=Decimal("35.70"))
        )
        self.assertEqual(order.amount_untaxed, 30)
        self.assertEqual(order.amount_total, 35.70)
        self.assertEqual(order.state, "sale")

    # --- Cancelled ---

    def test_cancelled_before_it_leaves_frees_the_goods(self):
        order = self.take(self.order())
        self.take(
            self.order(state=OrderState.CANCELLED, updated_at=NOON + timedelta(hours=1))
        )
        self.assertEqual(order.state, "cancel")
        self.assertEqual(order.picking_ids.state, "cancel")
        self.assertFalse(self.outbox("cancellation"), "the channel knows already")

    def test_cancelled_with_lines_set_to_zero(self):
        order = self.take(self.order())
        self.take(
            self.order(
                lines=[self.line(quantity=0)],
                state=OrderState.CANCELLED,
                updated_at=NOON + timedelta(hours=1),
            )
        )
        self.assertEqual(order.state, "cancel")

    def test_cancelled_after_shipment_is_a_return_to_expect(self):
        order = self.take(self.order())
        self.ship(order.picking_ids)
        self.take(
            self.order(state=OrderState.CANCELLED, updated_at=NOON + timedelta(hours=1))
        )
        self.assertEqual(order.state, "sale")
        self.assertEqual(self.open_holds(order), {"cancelled_late"})

    def test_arrives_cancelled(self):
        order = self.take(self.order(state=OrderState.CANCELLED))
        self.assertEqual(order.state, "cancel")
        self.assertFalse(order.picking_ids)

    def test_cancelled_by_us_tells_the_channel_once(self):
        order = self.take(self.order())
        order._action_cancel()
        order._oms_announce_cancellation()
        self.deliver()
        self.assertEqual(len(self.outbox("cancellation")), 1)
        self.assertEqual(self.adapter.sent[-1].order_id, "order-1001")

    # --- Edited ---

    def test_payment_that_arrives_later_lets_the_order_go(self):
        order = self.take(self.order(paid=False))
        self.assertEqual(self.open_holds(order), {"payment_pending"})
        self.assertEqual(order.state, "draft")
        self.take(self.order(paid=True))
        self.assertEqual(order.state, "sale")
        self.assertFalse(self.open_holds(order))
        self.assertEqual(order.transaction_ids.state, "done")
