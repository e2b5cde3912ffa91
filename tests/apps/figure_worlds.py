"""Random worlds for the figure: what lies where, who wants it, and which rules hold.

All worlds share channels and warehouses; each has products of its own. They are made
as plain data, computed by `reference`, and put into the database by `figure_rows`.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from random import Random

CHANNELS = 4
NODES = 3
PLACES = ("shelf", "box", "quarantine", "dock", "expired")
"""Where a quant may be: only what is on the shelf or in a box below it is for sale."""
GROUPS = 3
"""Categories above those of the worlds."""
MILD = {
    "safety": (0, 1, 2),
    "safety_percent": (0, 5, 10),
    "share": (50, 80, 100),
    "minimum": (0, 2, 3),
    "maximum": (10, 20),
    "set_aside": (1, 2),
    "preorder": (0, 10),
}
DAYS = (
    Fraction(-3, 2),
    Fraction(-1, 2),
    Fraction(5, 2),
    Fraction(9, 2),
    Fraction(19, 2),
)
"""When goods arrive, in days from now: overdue, late, and never just at a limit."""
PACK = 6


@dataclass
class Rule:
    term: str
    value: Fraction
    channel: int | None = None
    node: int | None = None
    group: int | None = None
    world: "World | None" = None
    listing: "Listing | None" = None


@dataclass(eq=False)
class Listing:
    channel: int
    product: int
    pack: int
    active: bool


@dataclass(eq=False)
class World:
    group: int
    kits: dict = field(default_factory=dict)
    """{product: {component: quantity}}; a product without an entry is a simple one."""
    combos: dict = field(default_factory=dict)
    """{product: [[what may be chosen for one combo]]}"""
    products: int = 0
    quants: list = field(default_factory=list)
    """(product, node, place, quantity, reserved)"""
    asked: list = field(default_factory=list)
    """(product, channel or None, state, quantity)"""
    queued: list = field(default_factory=list)
    """(product, node, state, ordered, reserved)"""
    receipts: list = field(default_factory=list)
    """(product, node, state, in how many days, quantity)"""
    listings: list = field(default_factory=list)


def make(seed: int, count: int):
    """The sources of each channel, the worlds, and all rules, the oldest first."""
    random = Random(seed)
    sources = [
        sorted(random.sample(range(NODES), random.randint(1, NODES)))
        for _channel in range(CHANNELS)
    ]
    worlds = [_world(random) for _number in range(count)]
    # Two channels sell ahead in any case, so that enough is.
    rules = [Rule("preorder", Fraction(10), channel=channel) for channel in (0, 1)]
    rules += [_rule(random) for _number in range(8)]
    for world in worlds:
        rules += [_rule(random, world) for _number in range(random.randint(0, 3))]
    return sources, worlds, rules


def _world(random: Random) -> World:
    world = World(group=random.randrange(GROUPS))
    simple = random.randint(1, 3)
    world.products = simple + random.choice((0, 0, 1, 2))
    for product in range(simple, world.products):
        parts = random.sample(range(product), random.randint(1, min(3, product)))
        world.kits[product] = {part: random.randint(1, 4) for part in parts}
    if random.random() < 0.3:
        others = range(world.products)
        world.combos[world.products] = [
            random.sample(others, random.randint(1, min(3, len(others))))
            for _combo in range(random.randint(1, 3))
        ]
        world.products += 1
    for product in range(simple):
        for _number in range(random.randint(0, 5)):
            quantity = random.choice((0, 1, 3, 10, 25, 60, Fraction(5, 2)))
            reserved = random.choice((0, 0, 1, 5))
            world.quants.append(
                (
                    product,
                    random.randrange(NODES),
                    random.choice(("shelf", "shelf", *PLACES)),
                    quantity,
                    min(reserved, quantity),
                )
            )
        for _number in range(random.randint(0, 2)):
            ordered = random.randint(1, 9)
            world.queued.append(
                (
                    product,
                    random.randrange(NODES),
                    random.choice(("confirmed", "partially_available", "done")),
                    ordered,
                    random.randrange(ordered),
                )
            )
        for _number in range(random.choice((0, 0, 1, 3))):
            world.receipts.append(
                (
                    product,
                    random.randrange(NODES),
                    random.choice(("assigned", "assigned", "confirmed", "cancel")),
                    random.choice(DAYS),
                    random.choice((1, 4, 12, Fraction(5, 2))),
                )
            )
    for _number in range(random.randint(0, 3)):
        world.asked.append(
            (
                random.randrange(world.products),
                random.choice((None, *range(CHANNELS))),
                random.choice(("draft", "sent", "sale", "cancel")),
                random.randint(1, 8),
            )
        )
    world.listings = [
        Listing(
            channel=random.randrange(CHANNELS),
            product=random.randrange(world.products),
            pack=random.choice((1, 1, PACK)),
            active=random.random() < 0.95,
        )
        for _number in range(random.randint(1, 5))
    ]
    return world


def _rule(random: Random, world: World | None = None) -> Rule:
    """A rule for all worlds, or for one: its category, or a listing of it."""
    term = random.choice(tuple(MILD))
    highest = 100 if term in ("share", "safety_percent") else 12
    # One that holds everywhere must not leave nothing to sell.
    values = (0, 1, 2, 5, highest // 2, highest) if world else MILD[term]
    value = Fraction(random.choice(values))
    rule = Rule(term, value)
    if world and random.random() < 0.4:
        rule.listing = random.choice(world.listings)
    else:
        rule.channel = random.choice((None, *range(CHANNELS)))
        rule.world = world
        if not world:
            rule.group = random.choice((None, *range(GROUPS)))
        if term == "set_aside" and rule.channel is None:
            rule.channel = 0
    if term in ("safety", "safety_percent") and random.random() < 0.4:
        rule.node = random.randrange(NODES)
    return rule
