"""What may be sold, said a second time: slowly, plainly, one listing at a time."""

from collections import Counter
from fractions import Fraction
from math import ceil, floor


def figure(world, listing, sources, rules):
    """What a listing shows, by node; empty where it is not sold.

    :param list sources: the nodes of each channel
    :param list rules: all rules, the oldest first
    :return: {node: (units, None or in how many days all that is shown is there)}
    """
    if not listing.active:
        return {}
    rule = _winner(world, listing, "preorder", None, rules)
    # Of a combo product, `components` knows none: it is not sold before it comes.
    days = sorted(
        {
            day
            for product, node, state, day, _quantity in world.receipts
            if product in components(world, listing.product)
            and node in sources[listing.channel]
            and _is_sold(state, day, rule)
        }
    )
    shown = [
        _under_rules(world, listing, _units(world, listing, sources, rules, day), rules)
        for day in (None, *days)
    ]
    now, last = shown[0], shown[-1]
    available = None
    if sum(now.values()) < sum(last.values()):
        available = next(
            day
            for day, then in zip(days, shown[1:], strict=True)
            if sum(then.values()) >= sum(last.values())
        )
    return {
        node: (units, available if units > now[node] else None)
        for node, units in last.items()
    }


def _is_sold(state, day, rule):
    """Whether what is expected is sold before it comes."""
    reach = rule.value if rule else 0
    return state != "cancel" and reach > 0 and -1 < day <= reach


def _units(world, listing, sources, rules, day):
    """Whole units that can be made in each node with what is there by a day."""
    if listing.product in world.combos:
        return _combo_units(world, listing, sources, rules)
    parts = components(world, listing.product)
    left = {part: _by(world, listing, part, sources, rules, day) for part in parts}
    return {
        node: min(
            floor(left[part][node] / (quantity * listing.pack))
            for part, quantity in parts.items()
        )
        for node in sources[listing.channel]
    }


def _combo_units(world, listing, sources, rules):
    """The least of the sums over what may be chosen; what is in several is shared."""
    combos = world.combos[listing.product]
    needed = [
        (number, components(world, item))
        for number, items in enumerate(combos)
        for item in items
    ]
    shared = Counter(part for _number, parts in needed for part in parts)
    left = {part: _by(world, listing, part, sources, rules, None) for part in shared}
    units = {}
    for node in sources[listing.channel]:
        sums = Counter()
        for number, parts in needed:
            sums[number] += min(
                floor(left[part][node] / (each * listing.pack * shared[part]))
                for part, each in parts.items()
            )
        units[node] = min(sums.values())
    return units


def _by(world, listing, component, sources, rules, day):
    """What a channel has of a component by a day: who has ordered, gets it first."""
    there, takers = _stock(world, listing.channel, component, sources, rules)
    left = take_from_most(there, takers)
    if day is None:
        return left
    rule = _winner(world, listing, "preorder", None, rules)
    owed = takers + sum(-quantity for quantity in there.values() if quantity < 0)
    owed = max(0, owed - sum(quantity for quantity in there.values() if quantity > 0))
    receipts = sorted(
        (receipt for receipt in world.receipts if receipt[0] == component),
        key=lambda receipt: receipt[3],
    )
    for _product, node, state, arrives, quantity in receipts:
        if node in left and arrives <= day and _is_sold(state, arrives, rule):
            left[node] += max(0, quantity - owed)
            owed = max(0, owed - quantity)
    return left


def components(world, product):
    """What one unit of a product takes off the shelf; of combos, nobody knows."""
    if product in world.combos:
        return {}
    if product not in world.kits:
        return {product: 1}
    needed = {}
    for part, quantity in world.kits[product].items():
        for component, each in components(world, part).items():
            needed[component] = needed.get(component, 0) + each * quantity
    return needed


def _stock(world, channel, component, sources, rules):
    """What of a component lies in a channel's nodes, and what all others take."""
    there = {}
    for node in sources[channel]:
        there[node] = Fraction(0)
        for product, place_of, place, quantity, reserved in world.quants:
            if (product, place_of) == (component, node) and place in ("shelf", "box"):
                there[node] += quantity - reserved
        for product, place_of, state, ordered, reserved in world.queued:
            if (product, place_of) == (component, node) and state != "done":
                there[node] -= ordered - reserved
    takers = Fraction(0)
    for other in range(len(sources)):
        if set(sources[other]) & set(sources[channel]):
            takers += _asked(world, other, component)
            if other != channel:
                takers += _set_aside(world, other, component, rules)
    return there, takers


def _asked(world, channel, component):
    """What orders of a channel ask for that nothing is delivered for yet."""
    return sum(
        quantity * components(world, product).get(component, 0)
        for product, asking, state, quantity in world.asked
        if asking == channel and state in ("draft", "sent")
    )


def _set_aside(world, channel, product, rules):
    """What is set aside of a product for a channel: the most of its listings."""
    most = Fraction(0)
    for listing in world.listings:
        if (listing.channel, listing.product) == (channel, product) and listing.active:
            rule = _winner(world, listing, "set_aside", None, rules)
            if rule:
                most = max(most, rule.value)
    return most


def _under_rules(world, listing, units, rules):
    def value(term, default=Fraction(0)):
        rule = _winner(world, listing, term, None, rules)
        return rule.value if rule else default

    kept, of_all, any_of_all = {}, 0, False
    for node, count in units.items():
        here = _winner_at(world, listing, "safety", node, rules)
        percent = _winner_at(world, listing, "safety_percent", node, rules)
        kept[node] = count
        if here and here.node is not None:
            kept[node] -= here.value
        else:
            any_of_all = True
        if percent and percent.node is not None:
            kept[node] -= ceil(count * percent.value / 100)
        else:
            of_all += count
        kept[node] = max(0, kept[node])
    total = floor(sum(units.values()) * value("share", Fraction(100)) / 100)
    total -= sum(units.values()) - sum(kept.values())
    if any_of_all:
        total -= value("safety")
    total -= ceil(of_all * value("safety_percent") / 100)
    total = max(0, total)
    if total < value("minimum"):
        total = 0
    total = min(total, value("maximum", total))
    return take_from_most(kept, sum(kept.values()) - total)


def take_from_most(there, takers):
    """What is left where, if takers take where most is; what is owed is taken, too."""
    left = {node: max(Fraction(0), quantity) for node, quantity in there.items()}
    takers += sum(-quantity for quantity in there.values() if quantity < 0)
    for node in sorted(left, key=lambda node: (-left[node], node)):
        taken = min(left[node], max(Fraction(0), takers))
        left[node] -= taken
        takers -= taken
    return left


def _winner_at(world, listing, term, node, rules):
    """The rule for a term in one node: one of its own, or one for all nodes."""
    found = [
        rule
        for rule in (
            _winner(world, listing, term, node, rules),
            _winner(world, listing, term, None, rules),
        )
        if rule
    ]
    return max(found, key=_how_specific, default=None)


def _winner(world, listing, term, node, rules):
    fitting = [
        rule
        for rule in rules
        if rule.term == term
        and rule.node == node
        and rule.channel in (None, listing.channel)
        and rule.group in (None, world.group)
        and rule.world in (None, world)
        and rule.listing in (None, listing)
    ]
    # Of equals, `max` gives the first: the oldest.
    return max(fitting, key=_how_specific, default=None)


def _how_specific(rule):
    depth = 2 if rule.world else 1 if rule.group is not None else 0
    return (
        rule.listing is not None,
        depth,
        rule.node is not None,
        rule.channel is not None,
    )
