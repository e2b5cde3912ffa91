import json
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models

from ..channels.adapter import Capability
from ..channels.document import RawDocument
from ..channels.money import to_unit

COMMISSION = Decimal("0.08")
CENT = Decimal("0.01")
ORDERS = 12
"""How many orders of a week a payout in advance is for."""


class OmsDemoCompany(models.AbstractModel):
    """What the demo channels pay out: their weekly payout, as far as it has come.

    It is replaced by the channel's own when the week is over.
    """

    _inherit = "oms.demo.company"

    # === BUSINESS METHODS === #

    @api.model
    def _pay_out(self, channel_id, strangers=()):
        """Have a channel pay out in advance what its first orders have brought.

        :param list strangers: id and amount of sales from before we were connected
        """
        channel = self._channels().browse(channel_id)
        if Capability.PAYOUTS not in channel._capabilities():
            return
        orders = self.env["sale.order"].search(
            [("oms_channel_id", "=", channel.id), ("oms_captured", ">", 0)],
            order="date_order, id",
            limit=ORDERS,
        )
        sales = [
            (order.oms_external_id, order.currency_id._oms_exact(order.oms_captured))
            for order in orders
        ]
        sales += [(name, Decimal(amount)) for name, amount in strangers]
        if sales:
            messages = self.env["oms.message"]._store(channel, [self._payout(sales)])
            messages._process(messages.ids)

    def _payout(self, sales):
        """The payout of this week, as the demo shop writes it.

        :param list sales: id of the order and what was paid for it
        """
        now = fields.Datetime.now()
        start = (now - timedelta(days=now.weekday())).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        entries = [
            self._payout_entry(kind, f"{order}-1", order, amount, now)
            for order, paid in sales
            for kind, amount in (
                ("sale", paid),
                ("commission", -to_unit(paid * COMMISSION, CENT)),
            )
        ]
        name = f"{start:payout-%G-W%V}"
        return RawDocument(
            kind="payout",
            external_id=name,
            payload=json.dumps(
                {
                    "id": name,
                    "paid_at": f"{now.isoformat()}+00:00",
                    "from": f"{start.isoformat()}+00:00",
                    "until": f"{(start + timedelta(weeks=1)).isoformat()}+00:00",
                    "currency": "EUR",
                    "paid_out": sum(entry["cents"] for entry in entries),
                    "entries": entries,
                }
            ),
        )

    def _payout_entry(self, kind, name, order, amount, now):
        return {
            "id": f"{kind}-{name}",
            "type": kind,
            "reference": name,
            "order": order,
            "cents": int(amount / CENT),
            "at": f"{now.isoformat()}+00:00",
        }
