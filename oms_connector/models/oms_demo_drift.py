from datetime import UTC, timedelta

from odoo import api, fields, models

from ..channels.demo import ledger


class OmsDemoCompany(models.AbstractModel):
    _inherit = "oms.demo.company"

    # === BUSINESS METHODS - WHAT DIFFERS === #

    @api.model
    def _let_books_differ(self, channel_ids):
        """Let shops and company disagree, as happens: then compare them.

        One shop took an order, and one a cancellation, of which nobody heard; one lost
        a parcel; and of one parcel the number was put right after it had been told.

        :param list[int] channel_ids: four demo channels, in this order
        """
        channels = self._channels().browse(channel_ids)
        unheard, cancelled, lost, corrected = channels
        self._place_unheard_order(unheard)
        self._cancel_unheard(cancelled)
        self._lose_parcel(lost)
        self._correct_number(corrected)
        for channel in channels:
            self._finish(channel._start_comparing())

    def _finish(self, run):
        while run.state == "running" and run._advance():
            pass

    def _shop_then(self, channel):
        """The shop as it was before the last fetch, which finds nothing of then."""
        shop = channel._adapter().shop
        shop.now = (channel.orders_since - timedelta(minutes=30)).replace(tzinfo=UTC)
        return shop

    def _place_unheard_order(self, channel):
        self._shop_then(channel).place_order()

    def _cancel_unheard(self, channel):
        """A customer cancels an order that nobody has begun to pick."""
        before = fields.Datetime.now() - timedelta(hours=1)
        order = self._orders(channel, [("date_order", "<", before)]).filtered(
            lambda order: set(order.picking_ids.mapped("state")) == {"assigned"}
        )[:1]
        if order:
            self._shop_then(channel).cancel_order(order.oms_external_id)

    def _lose_parcel(self, channel):
        """The shop forgets the last parcel that it was told of."""
        order = self._orders(channel, [("delivery_status", "=", "partial")])[:1]
        self.env["oms.demo.memory"].sudo().search(
            [
                ("channel_id", "=", channel.id),
                ("kind", "=", ledger.SHIPMENT),
                ("about", "=", order.oms_external_id),
            ]
        ).unlink()

    def _correct_number(self, channel):
        parcels = self._orders(channel, []).picking_ids.filtered(
            lambda picking: picking.state == "done" and picking.carrier_tracking_ref
        )
        for parcel in parcels[:1]:
            parcel.carrier_tracking_ref = f"{parcel.carrier_tracking_ref[:-2]}AT"

    def _orders(self, channel, domain):
        return self.env["sale.order"].search(
            [("oms_channel_id", "=", channel.id), ("state", "=", "sale"), *domain],
            order="date_order, id",
        )
