"""What a channel might send one day: its own payloads, spoilt at random. Pure.

Mutant `n` of a payload is a function of the seed and `n`, so each can be had again.
"""

import json
import marshal
import os
from copy import deepcopy
from functools import cache
from random import Random

SEED = int(os.environ.get("OMS_MUTANT_SEED", "20260504"))
"""Printed by the tests; another one makes other mutants."""

ODD_NUMBERS = (
    0,
    -1,
    -0.01,
    0.005,
    1e-12,
    1e30,
    1e300,
    float("inf"),
    float("-inf"),
    float("nan"),
    2**63,
    10**40,
    99999999999.995,
    -(10**12),
)
ODD_TEXTS = (
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "x\udfffy",
    "\u202eevil\u202c",
    "e\u0301\u200b\ufeff",
    "😀" * 50,
    "ẞ" * 300,
    "x" * 20_000,
    "NaN",
    "Infinity",
    "1e999999999",
    "-5",
    "0x10",
    "١٢٣",
    "null",
    "ZZ",
    "ZZZ",
    "%(message)s %s %",
    "<script>alert(1)</script>",
    "'; DROP TABLE sale_order; --",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-02-30T00:00:00Z",
    "2026-05-04T12:00:00",
)
ODD_THINGS = (None, True, False, [], {}, [None], [[]], {"": None}, [1, "a", {}])


def mutant(payload: str, n: int, seed: int = SEED) -> str:
    """The payload with one to four things wrong; seldom the text itself is."""
    random = Random(f"{seed}/{n}")  # noqa: S311  no secret
    holder = [marshal.loads(_parsed(payload))]  # noqa: S302  our own, of this process
    for _ in range(random.choices((1, 2, 3, 4), (60, 20, 12, 8))[0]):
        random.choices(MUTATIONS, MUTATION_WEIGHTS)[0](random, holder)
    text = json.dumps(holder[0], ensure_ascii=random.random() < 0.8)
    if random.random() < 0.06:
        text = random.choice(TEXT_MUTATIONS)(random, text)
    return text


@cache
def _parsed(payload: str) -> bytes:
    """The payload, ready to be had afresh as often as it is spoilt."""
    return marshal.dumps(json.loads(payload))


def _place(random: Random, holder: list):
    """A container somewhere in the payload, and a key or index in it."""
    container, key = holder, 0
    while True:
        value = container[key]
        if not isinstance(value, list | dict) or not value or random.random() < 0.05:
            return container, key
        container = value
        keys = list(value) if isinstance(value, dict) else range(len(value))
        key = random.choice(keys)


def _list(random: Random, holder: list):
    """A list in the payload that is not empty, where chance finds one."""
    for _ in range(6):
        container, key = _place(random, holder)
        if isinstance(container, list) and container is not holder:
            return container, key
    return None, 0


def _drop(random, holder):
    container, key = _place(random, holder)
    if container is not holder:
        del container[key]


def _odd_number(random, holder):
    container, key = _place(random, holder)
    container[key] = random.choice(ODD_NUMBERS)


def _odd_text(random, holder):
    container, key = _place(random, holder)
    container[key] = random.choice(ODD_TEXTS)


def _odd_thing(random, holder):
    container, key = _place(random, holder)
    # A copy: what is spoilt next must not show in any other mutant.
    container[key] = deepcopy(random.choice(ODD_THINGS))


def _other_type(random, holder):
    container, key = _place(random, holder)
    value = container[key]
    container[key] = random.choice(
        (str(value), [value], {"value": value}, len(str(value)))
    )


def _other_amount(random, holder):
    """A number that is still one: what arithmetic stumbles over."""
    for _ in range(8):
        container, key = _place(random, holder)
        value = container[key]
        if isinstance(value, int | float) and not isinstance(value, bool):
            container[key] = random.choice(
                (
                    -value,
                    value * 1000,
                    value / 7,
                    value + 0.001,
                    str(value),
                    f"{value}x",
                )
            )
            return


def _blemish(random, holder):
    """An odd character in a text that else stays as it is."""
    for _ in range(4):
        container, key = _place(random, holder)
        value = container[key]
        if isinstance(value, str):
            at = random.randrange(len(value) + 1)
            odd = random.choice(
                ("\0", "\ud83d", "\u2028", "\t", "\u0300", "ß", "'", "%s")
            )
            container[key] = value[:at] + odd + value[at:]
            return


def _double(random, holder):
    """A thing in a list stands there twice, its id included."""
    found, index = _list(random, holder)
    if found is not None:
        found.insert(random.randrange(len(found) + 1), found[index])


def _shuffle(random, holder):
    found, _index = _list(random, holder)
    if found is not None:
        random.shuffle(found)


def _swap(random, holder):
    """Two places exchange their content."""
    (one, key), (two, other) = _place(random, holder), _place(random, holder)
    if holder not in (one, two) and one is two:
        one[key], two[other] = two[other], one[key]
    elif holder not in (one, two) and not isinstance(one[key], list | dict):
        two[other] = one[key]


def _rename(random, holder):
    container, key = _place(random, holder)
    if isinstance(container, dict):
        container[random.choice((key.upper(), f"{key}_", "id", "x"))] = container.pop(
            key
        )


def _nest(random, holder):
    container, key = _place(random, holder)
    value = container[key]
    for _ in range(random.choice((3, 100, 400))):
        value = [value] if random.random() < 0.5 else {"a": value}
    container[key] = value


MUTATIONS = (
    _drop,
    _odd_number,
    _odd_text,
    _odd_thing,
    _other_type,
    _other_amount,
    _blemish,
    _double,
    _shuffle,
    _swap,
    _rename,
    _nest,
)
MUTATION_WEIGHTS = (14, 12, 14, 10, 8, 14, 14, 6, 2, 4, 4, 1)


def _truncated(random, text):
    return text[: random.randrange(len(text))]


def _with_junk(random, text):
    at = random.randrange(len(text))
    return (
        text[:at]
        + random.choice(("\0", "\udc80", ",", "}", '"', "\\u", "\x1b"))
        + text[at:]
    )


def _not_the_thing(random, text):
    return random.choice(
        ("", "null", "[]", '""', "0", "<html>502</html>", "[" * 20_000)
    )


def _long_number(random, text):
    return text.replace("0", "9" * random.choice((30, 5000)), 1)


def _deep(random, text):
    depth = random.choice((900, 50_000))
    return f'{{"id":{"[" * depth}{"]" * depth},{text[1:]}'


TEXT_MUTATIONS = (_truncated, _with_junk, _not_the_thing, _long_number, _deep)
