from collections import defaultdict
from datetime import UTC
from decimal import Decimal

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..channels.adapter import Capability
from ..channels.document import NoticeItem
from ..channels.notice import ShipmentNotice


class StockPicking(models.Model):
    _inherit = "stock.picking"

    oms_channel_id = fields.Many2one(related="sale_id.oms_channel_id", store=True)
    oms_number = fields.Char(related="sale_id.oms_number")
    oms_hold_text = fields.Text(related="sale_id.oms_hold_text")
    oms_stop_text = fields.Text(
        string="Stopped", compute="_compute_oms_stop_text", compute_sudo=True
    )

    # === COMPUTE METHODS === #

    @api.depends("sale_id.oms_hold_ids.state", "sale_id.oms_hold_ids.reason")
    @api.depends_context("lang")
    def _compute_oms_stop_text(self):
        for picking in self:
            stops = picking._oms_stops()
            picking.oms_stop_text = "\n".join(stops.mapped("reason")) or False

    # === ACTION METHODS === #

    def action_oms_stop_done(self):
        """What the stop asked for is done: the picking may go on, or is over."""
        self.check_access("write")
        if not self.env.user.has_group("oms_connector.group_warehouse"):
            raise AccessError(
                self.env._("The warehouse confirms what was done with stopped goods.")
            )
        self.sudo()._oms_stops()._release()
        self.sudo().activity_feedback(["mail.mail_activity_data_warning"])
        return True

    # === BUSINESS METHODS - THE PICK === #

    def _oms_stops(self):
        """Open holds that stop this picking because its order has changed."""
        return self.sale_id._oms_open_holds("pick_stopped").filtered(
            lambda hold: hold.subject in self.mapped("name")
        )

    def _oms_is_being_picked(self):
        """Hook: whether somebody is at work on it, or has brought its goods along."""
        self.ensure_one()
        if self.state in ("draft", "done", "cancel") or self.return_id:
            return False
        moves = self.move_ids
        return bool(
            self.printed
            or any(moves.mapped("picked"))
            or moves.move_orig_ids.filtered(lambda move: move.state == "done")
        )

    def _oms_pickers(self):
        """Hook: who is at work on it."""
        picked = self.move_line_ids.filtered("picked")
        users = self.user_id | picked.write_uid
        return users.filtered(
            lambda user: user.active and user.has_group("stock.group_stock_user")
        )

    def _oms_picked_goods(self):
        """What was picked, or may have been: {product: quantity in its unit}."""
        goods = {}
        for line in self.move_line_ids:
            if line.picked or not any(self.move_line_ids.mapped("picked")):
                quantity = line.product_uom_id._compute_quantity(
                    line.quantity, line.product_id.uom_id
                )
                goods[line.product_id] = goods.get(line.product_id, 0) + quantity
        return goods

    def _oms_tell_pickers(self, pickers, say):
        """Give those who pick it something to do; where nobody is known, all.

        :param say: function from an environment to the text in its language
        """
        for user in pickers:
            env = self.with_context(lang=user.lang).env
            self.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=env._("Stop: the order has changed"),
                note=Markup("<p>{}</p>").format(say(env)),
                user_id=user.id,
            )
        if not pickers:
            env = self.with_context(lang=self.company_id.partner_id.lang).env
            floor = self.env.ref("oms_connector.group_warehouse").sudo().all_user_ids
            floor = floor.filtered(
                lambda user: not user.share and self.company_id in user.company_ids
            )
            self.message_post(body=say(env), partner_ids=floor.partner_id.ids)

    # === ACTION METHODS === #

    def action_oms_resend(self):
        """Tell the channel of these shipments again, as they are now; each counts once.

        A tracking number that came after the parcel had left goes along.
        """
        self.check_access("read")
        return self._oms_rewrite_notices()._resend()

    # === BUSINESS METHODS === #

    def button_validate(self):
        """Override of `stock`: what is stopped waits for the picker's word."""
        for picking in self:
            if picking.oms_stop_text:
                raise UserError(
                    self.env._(
                        "%(picking)s is stopped: %(reason)s",
                        picking=picking.name,
                        reason=picking.oms_stop_text,
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
        for notice in self._oms_shipment_notices():
            channel = self.sale_id.oms_channel_id.sudo()
            self.env["oms.message"]._announce(channel, "shipment", notice, self)

    def _oms_shipment_notices(self):
        """One notice a package; what lies loose goes with the first.

        Empty where the channel takes no shipments.
        """
        self.ensure_one()
        channel = self.sale_id.oms_channel_id.sudo()
        if not channel or Capability.SHIPMENT not in channel._capabilities():
            return []
        return [
            ShipmentNotice.build(
                key=f"shipment-{self.id}-{package}",
                order_id=self.sale_id.oms_external_id,
                items=[
                    NoticeItem(line_id=line, quantity=quantity)
                    for line, quantity in items.items()
                ],
                carrier=channel._carrier_code(self.carrier_id),
                carrier_name=self.carrier_id.name or "",
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
            for package, items in self._oms_packages().items()
        ]

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
