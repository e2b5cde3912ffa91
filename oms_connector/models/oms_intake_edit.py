import zlib
from collections import defaultdict
from itertools import zip_longest

from odoo import models
from odoo.fields import Command

from ..channels.document import LineKind

TERMS = ("price_unit", "discount", "tax_ids")
"""What an order line is sold at: it changes until it is invoiced."""
LASTING = ("address:", "invoice:", "price:")
"""How the subjects of holds begin that only a person settles: the next version no
longer shows what has changed."""


class OmsIntake(models.AbstractModel):
    """A confirmed order that the channel has changed: applied as far as it can be.

    What has left the building or is invoiced stays. It is named in a hold, and what
    left and is no longer ordered is a return to expect.
    """

    _inherit = "oms.intake"

    # === BUSINESS METHODS - WHAT DIFFERS === #

    def _update_confirmed(self, order, document):
        self._hold_unpaid(order, document)
        if self._differs(order, document):
            self._edit(order, document)
        else:
            holds = self._hold_for(order, self._confirmed_total_causes(order, document))
            self._release_settled(order, holds)

    def _differs(self, order, document):
        """Whether the channel's version says anything else than the order does.

        Addresses are compared with what the channel said before, so that one that a
        person has put right stays, until the channel itself changes it.
        """
        theirs = self._wanted_quantities(order, document)
        ours = defaultdict(float)
        for line in order.order_line.filtered("oms_external_id"):
            ours[line.oms_external_id] += line.product_uom_qty
        return (
            any(
                abs(theirs.get(key, 0) - ours.get(key, 0)) > 1e-6
                for key in {*theirs, *ours}
            )
            or order.currency_id.compare_amounts(order.oms_total, float(document.total))
            or order.oms_addresses != self._as_sent(document)
        )

    def _wanted_quantities(self, order, document):
        """Quantities by the channel's lines, less what we are just cancelling there."""
        quantities = defaultdict(float)
        for line in document.lines:
            quantities[line.external_id] += float(line.quantity)
        for item in order._oms_cancelling():
            if item.line_id in quantities:
                left = quantities[item.line_id] - float(item.quantity)
                quantities[item.line_id] = max(left, 0.0)
        return quantities

    # === BUSINESS METHODS - APPLYING IT === #

    def _edit(self, order, document):
        """Apply a version, tell the floor, and hold for what cannot be applied."""
        listings = self._find_listings(order.oms_channel_id, [document])
        edit = Edit(order)
        with order._oms_unlocked():
            self._edit_addresses(edit, document)
            self._edit_lines(edit, document, listings)
        order.oms_total = float(document.total)
        order.oms_tax_collected = float(document.tax_collected)
        self._stop_edited(edit)
        holds = self._hold_unapplied(edit)
        causes = list(edit.causes)
        if not (edit.rest or edit.late):
            causes += self._confirmed_total_causes(order, document)
        self._release_settled(order, holds | self._hold_for(order, causes))

    def _confirmed_total_causes(self, order, document):
        """As `_total_causes`, once the channel knows what we have cancelled."""
        if order._oms_cancelling():
            return []
        if order._oms_total_difference():
            self._round_as_channel(order, document)
        return self._total_causes(order, document)

    def _hold_for(self, order, causes):
        holds = self.env["oms.hold"]
        for code, say, subject in causes:
            holds |= order._oms_hold(code, say, subject)
        return holds

    def _edit_addresses(self, edit, document):
        order = edit.order
        before = {kind: order._oms_sent(kind) for kind in ("shipping", "billing")}
        order.oms_addresses = self._as_sent(document)
        now = {"shipping": document.shipping, "billing": document.billing}
        if before["shipping"] is None or before == now:
            return
        parties = self._find_parties(order.oms_channel_id, [document])[0]
        if before["shipping"] != document.shipping:
            edit.change(lambda env: env._("new delivery address"))
            order._oms_redirect(parties["partner_shipping_id"])
            if order.picking_ids.filtered(
                lambda p: p.state == "done" and p.picking_type_code == "outgoing"
            ):
                edit.lasts(
                    f"address:{_mark(document.shipping)}",
                    lambda env: env._(
                        "The delivery address is another one, but goods have left to "
                        "the old one."
                    ),
                )
        if before["billing"] != document.billing:
            order.partner_invoice_id = parties["partner_invoice_id"]
            if order.invoice_ids.filtered(lambda move: move.state == "posted"):
                edit.lasts(
                    f"invoice:{_mark(document.billing)}",
                    lambda env: env._(
                        "The invoice address is another one, but an invoice is "
                        "written to the old one."
                    ),
                )

    def _edit_lines(self, edit, document, listings):
        order = edit.order
        quantities = self._wanted_quantities(order, document)
        new = self._line_values(order, document, listings)
        sold = {line.external_id: float(line.quantity) for line in document.lines}
        ours = order.order_line.filtered("oms_external_id").grouped("oms_external_id")
        for key in {**ours, **new}:
            for line, vals in zip_longest(ours.get(key, ()), new.get(key, ())):
                if vals:
                    # Less what we are cancelling at the channel.
                    for name in ("product_uom_qty", "oms_amount"):
                        vals[name] *= quantities[key] / sold[key]
                if line:
                    self._edit_line(edit, line, vals or {"product_uom_qty": 0.0})
                elif vals["product_uom_qty"] > 0:
                    self._add_line(edit, vals, document, listings)

    def _line_values(self, order, document, listings):
        """Values of the order's lines as they would be made, by the channel's line."""
        vals = self._order_vals(order.oms_channel_id, document, {}, listings, {})
        values = defaultdict(list)
        for command in vals["order_line"]:
            row = command[2]
            values[row.get("oms_external_id")].append(row)
        values.pop(None, None)
        return values

    def _edit_line(self, edit, line, vals):
        wanted, before = vals["product_uom_qty"], line.product_uom_qty
        unit, name = line.product_uom_id, line.oms_external_id
        least = max(line._oms_left_quantity(), line.qty_invoiced)
        if unit.compare(wanted, least) < 0:
            edit.too_late(line, wanted)
        quantity = max(wanted, least)
        if unit.compare(quantity, before):
            edit.change(
                lambda env: (
                    f"{line.product_id.with_env(env).display_name}: "
                    f"{before:g} → {quantity:g}"
                )
            )
            line.product_uom_qty = quantity
        amount = vals.get("oms_amount", 0.0)
        if line.currency_id.compare_amounts(line.oms_amount, amount):
            line.oms_amount = amount
        terms = self._new_terms(line, vals)
        if terms and line.qty_invoiced:
            edit.lasts(
                f"price:{name}",
                lambda env: env._(
                    "“%s” has another price, but is invoiced.",
                    line.product_id.with_env(env).display_name,
                ),
            )
        elif terms:
            line.write(terms)

    def _new_terms(self, line, vals):
        """What the line is sold at, where it is something else than before."""
        terms = {}
        for name in TERMS:
            if name not in vals:
                continue
            if name == "tax_ids":
                changed = set(vals[name][0][2]) != set(line.tax_ids.ids)
            else:
                changed = abs(line[name] - vals[name]) > 1e-6
            if changed:
                terms[name] = vals[name]
        if "price_unit" in terms:
            terms["technical_price_unit"] = terms["price_unit"]
        return terms

    def _add_line(self, edit, vals, document, listings):
        """A new line; an article that nobody knows waits for its mapping."""
        sold = next(
            line
            for line in document.lines
            if line.external_id == vals["oms_external_id"]
        )
        if sold.kind == LineKind.PRODUCT and not listings.get(sold.sku):
            edit.causes.append(self._listing_cause(sold))
            edit.rest[f"{sold.external_id}=new"] = lambda env: env._(
                "“%(title)s” (%(sku)s) was added and is not known: map it.",
                title=sold.title,
                sku=sold.sku or "–",
            )
            return
        quantity = vals["product_uom_qty"]
        edit.change(lambda env: f"+ {quantity:g} × {vals['name']}")
        edit.order.order_line = [Command.create(vals)]

    # === BUSINESS METHODS - WHO IS TOLD === #

    def _stop_edited(self, edit):
        order = edit.order
        transfers = order._oms_bring_back() | order._oms_brought_back(edit.before)

        def say(env, picking, _goods):
            changes = "; ".join(change(env) for change in edit.changes)
            if transfers:
                return env._(
                    "The channel changed %(order)s while %(picking)s was being picked: "
                    "%(changes)s. Bring back with %(transfer)s what is too many.",
                    order=order.name,
                    picking=picking.name,
                    changes=changes,
                    transfer=", ".join(transfers.mapped("name")),
                )
            return env._(
                "The channel changed %(order)s while %(picking)s was being picked: "
                "%(changes)s. Pick what it says now.",
                order=order.name,
                picking=picking.name,
                changes=changes,
            )

        order._oms_stop_picks(edit.under_way, say)

    def _hold_unapplied(self, edit):
        """Hold for what could not be applied; what left too many, comes back.

        What a person has settled is not asked for again.

        :return: the holds that have their cause still
        """
        order, holds = edit.order, self.env["oms.hold"]
        expected = edit.excess and order._oms_expect_return(
            lambda env: env._("The channel took it off the order after it had left."),
            edit.excess,
        )
        rest = {**edit.rest, **({} if expected else edit.late)}
        told = [(";".join(sorted(rest)), list(rest.values()))] if rest else []
        told += [(key, [tell]) for key, tell in edit.lasting.items()]
        settled = order._oms_let_go("order_changed")
        for subject, tells in told:
            if subject not in settled:

                def say(env, tells=tells):
                    return env._(
                        "The channel has changed the order, and this could not be "
                        "applied:\n%s",
                        "\n".join(tell(env) for tell in tells),
                    )

                holds |= order._oms_hold("order_changed", say, subject)
        return holds

    def _release_settled(self, order, remaining):
        """Release what an edit holds for and what is gone."""
        mine = order._oms_open_holds(
            "order_changed", "unknown_listing", "total_differs"
        ).filtered(lambda hold: not (hold.subject or "").startswith(LASTING))
        (mine - remaining)._end()


class Edit:
    """One version being applied to one order: what came of it.

    Texts are functions from an environment to the text in its language.
    """

    def __init__(self, order):
        self.order = order
        self.before = order.picking_ids
        self.under_way = {}
        """What was being picked when the first change was made."""
        self.changes = []
        """What was changed, for those who pick it."""
        self.causes = []
        """Holds of other types, as `oms.intake._causes` gives them."""
        self.rest, self.late, self.lasting = {}, {}, {}
        """What could not be applied, by a key that names it; what is late left before,
        what lasts does not show in the next version any more."""
        self.excess = {}
        """How many have left too many, by order line."""

    def change(self, say):
        """Say what is about to be changed; the first change interrupts the pick."""
        if not self.changes:
            self.under_way = self.order._oms_interrupt()
        self.changes.append(say)

    def lasts(self, key, say):
        self.lasting[key] = say

    def too_late(self, line, wanted):
        """Fewer are wanted than have left or are invoiced."""
        gone, invoiced = line._oms_left_quantity(), line.qty_invoiced
        key = f"{line.oms_external_id}={wanted:g}"
        values = {"wanted": f"{wanted:g}", "gone": f"{gone:g}"}
        if gone > wanted:
            self.excess[line] = gone - wanted
            self.late[key] = lambda env: env._(
                "“%(product)s”: %(wanted)s are ordered, %(gone)s have left.",
                product=line.product_id.with_env(env).display_name,
                **values,
            )
        else:
            self.rest[key] = lambda env: env._(
                "“%(product)s”: %(wanted)s are ordered, %(invoiced)s are invoiced. "
                "Credit them, then fetch the order again.",
                product=line.product_id.with_env(env).display_name,
                invoiced=f"{invoiced:g}",
                **values,
            )


def _mark(address):
    """Tells one address from another."""
    return f"{zlib.crc32(address.model_dump_json().encode()):08x}"
