from collections import defaultdict
from contextlib import contextmanager

from odoo import models
from odoo.fields import Command


class SaleOrder(models.Model):
    """A change that reaches an order while the floor is at work on it."""

    _inherit = "sale.order"

    # === BUSINESS METHODS - WHAT HAS LEFT === #

    def _oms_lines_left(self):
        """Lines of which goods of ours have left and are not back."""
        return self.order_line.filtered(lambda line: line._oms_left_quantity() > 0)

    def _oms_cancel_rest(self):
        """Order no more than what has left: the rest need not be delivered."""
        for line in self.order_line.filtered(lambda line: line._oms_is_goods()):
            left = line._oms_left_quantity()
            if line.product_uom_id.compare(line.product_uom_qty, left) > 0:
                line.product_uom_qty = left

    def _oms_expect_return(self, say, quantities=None):
        """Hook for `oms_returns`: what has left and is no longer wanted comes back.

        :param say: function from an environment to the reason in its language
        :param dict quantities: {order line: quantity in its unit}, None for all
        :return: whether it is expected now; a person has to see to it otherwise
        """
        return False

    # === BUSINESS METHODS - ANOTHER ADDRESS === #

    def _oms_redirect(self, address_id):
        """Deliver to another address, as far as nothing has left.

        Odoo would change all deliveries or none, and ask somebody to do it by hand.
        """
        self.ensure_one()
        pickings = self.sudo().picking_ids
        gone = {p: p.partner_id for p in pickings if p.state in ("done", "cancel")}
        self.with_context(
            update_delivery_shipping_partner=True
        ).partner_shipping_id = address_id
        for picking, partner in gone.items():
            picking.partner_id = partner
        moves = self.sudo().order_line.move_ids
        moves.filtered(
            lambda move: move.state not in ("done", "cancel")
        ).partner_id = address_id

    # === BUSINESS METHODS - THE PICK === #

    def _oms_interrupt(self):
        """Take the picker's marks off, so that the moves may change.

        :return: what was being picked, as {picking: (pickers, goods)}, goods being
            {product: quantity in its unit}
        """
        under_way = {
            picking: (picking._oms_pickers(), picking._oms_picked_goods())
            for picking in self.sudo().picking_ids
            if picking._oms_is_being_picked()
        }
        for picking in under_way:
            picking.move_ids.filtered(lambda move: move.state != "done").picked = False
        return under_way

    @contextmanager
    def _oms_unlocked(self):
        """Within this, confirmed orders may change though the company locks them."""
        locked = self.filtered("locked")
        locked.locked = False
        yield
        locked.locked = True

    def _oms_stop_picks(self, under_way, say):
        """Stop what is being picked, until the picker has seen it, and tell them.

        :param dict under_way: as `_oms_interrupt` gives it
        :param say: function from environment, picking and goods to what to do
        """
        for picking, (pickers, goods) in under_way.items():

            def tell(env, picking=picking, goods=goods):
                return say(env, picking, _goods_text(env, goods))

            self._oms_hold("pick_stopped", tell, picking.name)
            picking._oms_tell_pickers(pickers, tell)

    def _oms_bring_back(self):
        """Have goods that stand on their way to the door brought back to the shelf.

        Of deliveries in several steps the first may be done: what they have brought
        along and nothing takes further goes back by a return of Odoo's.

        :return: the transfers that bring it back
        """
        transfers = self.env["stock.picking"]
        staged = self._oms_staged()
        steps = self.sudo().picking_ids.filtered(
            lambda p: p.state == "done" and p.picking_type_code == "internal"
        )
        for picking in steps.sorted("id", reverse=True):
            parts = []
            for move in picking.move_ids.filtered(lambda m: m.state == "done"):
                key = (move.location_dest_id, move.product_id)
                unit = move.product_id.uom_id
                moved = move.product_uom._compute_quantity(move.quantity, unit)
                quantity = min(moved, staged[key])
                if unit.compare(quantity, 0) > 0:
                    staged[key] -= quantity
                    parts.append((move, quantity))
            if parts:
                transfers += self._oms_return_of(picking, parts)
        return transfers

    def _oms_brought_back(self, before):
        """Transfers that Odoo itself made to bring picked goods back to the shelf.

        :param before: the order's transfers that were there before
        """
        steps = self.sudo().picking_ids & before
        bays = steps.move_ids.filtered(
            lambda move: move.state == "done" and move.location_dest_usage == "internal"
        ).location_dest_id
        return (self.sudo().picking_ids - before).filtered(
            lambda p: p.location_id in bays and p.picking_type_code == "internal"
        )

    def _oms_staged(self):
        """What stands between shelf and door.

        :return: {(location, product): quantity in the product's unit}
        """
        staged = defaultdict(float)
        moves = self.sudo().order_line.move_ids.filtered(lambda m: m.state != "cancel")
        for move in moves:
            done = move.state == "done"
            quantity = move.product_uom._compute_quantity(
                move.quantity if done else move.product_uom_qty, move.product_id.uom_id
            )
            staged[move.location_id, move.product_id] -= quantity
            if done and move.location_id.usage == "internal":
                staged[move.location_dest_id, move.product_id] += quantity
        return staged

    def _oms_return_of(self, picking, parts):
        wizard = (
            self.env["stock.return.picking"]
            .sudo()
            .create(
                {
                    "picking_id": picking.id,
                    "product_return_moves": [
                        Command.create(
                            {
                                "move_id": move.id,
                                "product_id": move.product_id.id,
                                "quantity": quantity,
                                "to_refund": True,
                            }
                        )
                        for move, quantity in parts
                    ],
                }
            )
        )
        return wizard._create_return()

    # === BUSINESS METHODS - CANCELLED === #

    def _oms_cancel_from_channel(self):
        """A cancellation wins over everything that has not left the building."""
        self.ensure_one()
        if not self._oms_lines_left():
            self.with_context(oms_from_channel=True)._action_cancel()
            return
        under_way = self._oms_interrupt()
        with self._oms_unlocked():
            self._oms_cancel_rest()
        self._oms_expect_all_back()
        self._oms_stop_cancelled(under_way)

    def _oms_stop_cancelled(self, under_way):
        """Bring back what was on its way, and tell those who were at it."""
        self.ensure_one()
        transfers = self._oms_bring_back()
        names = ", ".join(transfers.mapped("name"))

        def say(env, picking, goods):
            if names:
                return env._(
                    "%(order)s was cancelled after it was picked. Bring the goods back "
                    "with %(transfer)s.",
                    order=self.name,
                    transfer=names,
                )
            return env._(
                "%(order)s was cancelled while %(picking)s was being picked. Put "
                "back: %(goods)s.",
                order=self.name,
                picking=picking.name,
                goods=goods or "–",
            )

        self._oms_stop_picks(under_way, say)

    def _oms_expect_all_back(self):
        """What the channel cancelled and has left becomes a return to expect."""
        shipped = self.picking_ids.filtered(
            lambda p: p.state == "done" and p.picking_type_code == "outgoing"
        )

        def say(env):
            return env._(
                "The channel cancelled it, but %s has left: expect a return.",
                ", ".join(shipped.mapped("name")),
            )

        if not self._oms_expect_return(say):
            self._oms_hold("cancelled_late", say)


def _goods_text(env, goods):
    return ", ".join(
        f"{quantity:g} × {product.with_env(env).display_name}"
        for product, quantity in goods.items()
    )
