from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.addons.oms_connector.channels.notice import ReturnState

from .common import ReturnsCase


class TestPrivacy(ReturnsCase):
    def setUp(self):
        super().setUp()
        self.channel.anonymise_after = 90
        self.startPatcher(patch.object(self.env.cr, "commit", self.env.cr.flush))
        self.order = self.channel_order()
        self.message = self.take_return(self.channel_return(note="Ring twice at Anna"))
        self.record = self.order.oms_return_ids

    def anonymise(self):
        later = fields.Datetime.now() + timedelta(days=100)
        with patch.object(fields.Datetime, "now", return_value=later):
            self.env["oms.channel"]._cron_anonymise()
        self.env.invalidate_all()

    def test_open_return_keeps_the_order(self):
        self.anonymise()
        self.assertFalse(self.order.oms_anonymised_at)
        self.assertEqual(self.record.note, "Ring twice at Anna")

    def test_words_of_a_closed_return_go_and_do_not_come_back(self):
        cancelled = self.channel_return(state=ReturnState.CANCELLED)
        self.take_return(cancelled)
        self.assertEqual(self.record.state, "cancelled")
        self.anonymise()
        self.assertTrue(self.order.oms_anonymised_at)
        self.assertFalse(self.record.note)
        self.assertFalse(self.record.line_ids.customer_note)
        self.assertEqual(self.record.line_ids.quantity, 1)
        self.assertFalse(self.message.payload)

        repeat = self.take_return(self.channel_return(note="Ring thrice at Anna"))
        self.assertEqual(repeat.state, "ignored")
        self.assertFalse(repeat.payload)
        self.assertEqual(self.order.oms_return_ids, self.record)
        self.assertFalse(self.record.note)
