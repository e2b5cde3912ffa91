from odoo.exceptions import AccessError

from .common import ConnectorCase


class TestExplainStock(ConnectorCase):
    """The dialog says each term, who asks, and which rule has won."""

    def explained(self, user=None):
        listing = self.listings[0].with_user(user or self.support)
        listing.invalidate_recordset()
        action = listing.action_explain_stock()
        self.assertEqual(action["res_id"], listing.id)
        return " ".join(str(listing.explanation).split())

    def test_says_terms_orders_and_rules(self):
        order = self.take(self.order(lines=[self.line(quantity=4)], paid=False))
        late = self.take(self.order("1002", lines=[self.line(quantity=8)]))
        rules = self.env["oms.stock.rule"].create(
            [
                {"term": "share", "value": 50, "channel_id": self.channel.id},
                {"term": "maximum", "value": 1},
            ]
        )
        self.set_stock(self.tent, 12)
        told = self.explained()
        for words in ("Hamburg", order.name, rules[0].display_name, "May be sold"):
            self.assertIn(words, told)
        self.assertIn("has not been told yet", told)
        self.assertEqual(late.state, "sale")

    def test_says_what_the_channel_shows(self):
        self.env.cr.precommit.run()
        self.env["oms.channel"]._push_stock(self.channel.id)
        self.assertIn("<b>10</b> since", self.explained())

    def test_is_not_the_warehouse_s(self):
        with self.assertRaises(AccessError):
            self.explained(self.picker)
