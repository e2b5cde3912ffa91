from decimal import Decimal

from odoo.addons.oms_connector.channels.notice import ReturnItem, ReturnState

from .common import ReturnsCase


class TestInReturn(ReturnsCase):
    def returns(self):
        return self.env["oms.return"].search([("channel_id", "=", self.channel.id)])

    def test_channel_s_return_becomes_ours(self):
        order = self.channel_order(lines=[self.line(quantity=2)])
        message = self.take_return(self.channel_return(note="Ring twice"))
        record = self.returns()
        self.assertEqual(message.state, "done")
        self.assertEqual(message.res_id, record.id)
        self.assertEqual(record.order_id, order)
        self.assertEqual(record.external_id, "ret-1")
        self.assertEqual(record.state, "expected")
        self.assertEqual(record.note, "Ring twice")
        line = record.line_ids
        self.assertEqual(line.quantity, 1)
        self.assertEqual(line.reason_id.code, "too_small")
        self.assertEqual(line.customer_note, "Too small")

    def test_unknown_words_are_kept_beside_another_reason(self):
        self.channel_order()
        item = ReturnItem(line_id="line-1", quantity=Decimal(1), reason="It smells")
        self.take_return(self.channel_return(items=(item,)))
        line = self.returns().line_ids
        self.assertEqual(line.reason_id.code, "other")
        self.assertEqual(line.customer_note, "It smells")

    def test_return_that_comes_twice_is_one(self):
        self.channel_order(lines=[self.line(quantity=2)])
        self.take_return(self.channel_return())
        message = self.take_return(self.channel_return())
        self.assertEqual(len(self.returns()), 1)
        self.assertEqual(message.state, "ignored")

    def test_channel_changes_its_mind_about_the_quantity(self):
        self.channel_order(lines=[self.line(quantity=2)])
        self.take_return(self.channel_return(quantity=1))
        self.take_return(self.channel_return(quantity=2))
        self.assertEqual(self.returns().line_ids.quantity, 2)

    def test_cancelled_at_the_channel_cancels_ours(self):
        self.channel_order()
        self.take_return(self.channel_return())
        message = self.take_return(self.channel_return(state=ReturnState.CANCELLED))
        self.assertEqual(self.returns().state, "cancelled")
        self.assertEqual(message.state, "done")

    def test_cancelled_too_late_leaves_what_is_here(self):
        self.channel_order()
        self.take_return(self.channel_return())
        self.returns().with_user(self.picker).action_receive()
        message = self.take_return(self.channel_return(state=ReturnState.CANCELLED))
        self.assertEqual(self.returns().state, "received")
        self.assertEqual(message.state, "ignored")

    def test_cancelled_before_we_knew_of_it_makes_none(self):
        self.channel_order()
        message = self.take_return(self.channel_return(state=ReturnState.CANCELLED))
        self.assertFalse(self.returns())
        self.assertEqual(message.state, "ignored")

    def test_return_of_an_order_that_is_not_here_waits_for_it(self):
        message = self.take_return(self.channel_return())
        self.assertEqual(message.state, "failed")
        self.assertIn("order-1001", message.error_text)
        self.channel_order()
        self.env["oms.message"]._process(message.ids)
        self.assertEqual(message.state, "done")

    def test_more_than_was_delivered_is_not_taken(self):
        self.channel_order()
        message = self.take_return(self.channel_return(quantity=2))
        self.assertEqual(message.state, "failed")
        self.assertIn("more would come back", message.error_text)
        self.assertFalse(self.returns())

    def test_line_that_the_order_lacks_is_named(self):
        self.channel_order()
        item = ReturnItem(line_id="line-7", quantity=Decimal(1))
        message = self.take_return(self.channel_return(items=(item,)))
        self.assertIn("line-7", message.error_text)

    def test_receipt_names_the_channel_s_return(self):
        self.channel_order()
        self.take_return(self.channel_return())
        self.returns().with_user(self.picker).action_receive()
        self.deliver()
        (notice,) = self.adapter.sent
        self.assertEqual(notice.return_id, "ret-1")

    def test_our_own_return_does_not_come_back_as_another(self):
        """The channel makes a return of what we tell it, and sends it as news."""
        record = self.received(self.channel_order())
        self.deliver()
        self.assertEqual(record.external_id, f"taken-return-{record.id}")
        echo = self.channel_return(
            external_id=record.external_id, state=ReturnState.RECEIVED
        )
        message = self.take_return(echo)
        self.assertEqual(message.state, "ignored")
        self.assertEqual(self.returns(), record)

    def test_our_own_return_waits_until_the_channel_has_answered_our_notice(self):
        """The channel may send the return it made sooner than we note its answer."""
        record = self.received(self.channel_order())
        own_id = f"taken-return-{record.id}"
        echo = self.take_return(self.channel_return(external_id=own_id))
        self.assertEqual((echo.state, echo.error_class), ("failed", "retryable"))
        self.deliver()
        self.env["oms.message"]._process(echo.ids)
        self.assertEqual(echo.res_id, record.id)
        self.assertEqual(self.returns(), record)
