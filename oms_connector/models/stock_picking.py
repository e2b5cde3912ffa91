from collections import defaultdict
from datetime import UTC
from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError

from ..channels.adapter import Capability
from ..channels.document import NoticeItem, ShipmentNotice


class StockPicking(models.Model):
    _inherit = "stock.picking"

    oms_channel_id = fields.Many2one(related="sale_id.oms_channel_id", store=True)
    oms_number = fields.Char(related="sale_id.oms_number")
    oms_hold_text = fields.Text(related="sale_id.oms_hold_text")

    # === BUSINESS METHODS === #

    def button_validate(self):
        """Override of `stock`: a hold that blocks shipping stops the parcel here."""
        for picking in self:
            holds = picking.sale_id._oms_blocking_holds("ship")
            if holds and picking.picking_type_code == "outgoing":
                raise UserError(
                    self.env._(
                        "%(order)s may not be shipped: %(reasons)s",
                        order=picking.sale_id.name,
                        reasons="; ".join(holds.mapped("reason")),
                    )
                )
        return super().button_validate()

    def _action_done(self):
        """Override of `stock`: what left for a channel's customer is announced."""
        result = super()._action_done()
        for picking in self.filtered(
            lambda p: (
                p.state == "done"
                and p.picking_type_code == "outgoing"
                and p.sale_id.oms_channel_id
            )
        ):
            picking._oms_announce_shipment()
            picking.sale_id._oms_capture()
        return result

    def _oms_announce_shipment(self):
        """One notice a package; what lies loose goes with the first."""
        self.ensure_one()
        channel = self.sale_id.oms_channel_id.sudo()
        if Capability.SHIPMENT not in channel._capabilities():
            return
        for package, items in self._oms_packages().items():
            notice = ShipmentNotice.build(
                key=f"shipment-{self.id}-{package}",
                order_id=self.sale_id.oms_external_id,
                items=[
                    NoticeItem(line_id=line, quantity=quantity)
                    for line, quantity in items.items()
                ],
                carrier=self.carrier_id.name or "",
                tracking_number=self.carrier_tracking_ref or "",
                tracking_url=self._oms_tracking_url(),
                shipped_at=(self.date_done or fields.Datetime.now()).replace(
                    tzinfo=UTC
                ),
                location=channel.location_ids.filtered(
                    lambda place: place.warehouse_id == self._oms_warehouse()
                ).external_id
                or "",
            )
            self.env["oms.message"]._announce(channel, "shipment", notice, self)

    def _oms_packages(self):
        """What went out, by package and the channel's order line.

        :return: {package id (0 for loose goods): {line's external id: quantity}}
        """
        packages = defaultdict(lambda: defaultdict(Decimal))
        for move_line in self.move_line_ids:
            line = move_line.move_id.sale_line_id
            if not line.oms_external_id or not move_line.quantity:
                continue
            quantity = move_line.product_uom_id._compute_quantity(
                move_line.quantity, line.product_uom_id
            )
            packages[move_line.result_package_id.id or 0][line.oms_external_id] += (
                Decimal(str(quantity))
            )
        return packages

    def _oms_tracking_url(self):
        """The carrier's page for this parcel, empty where there is none."""
        url = self.carrier_tracking_url or ""
        return url if url.startswith("http") else ""

    def _oms_warehouse(self):
        return self.picking_type_id.warehouse_id
