"""A roster with some records replaced is the roster that is made of the records as they are now."""

from __future__ import annotations

import random

from wimdesk.services.roster import Line, Roster, make

FACETS = ("role", "tags")


def line(chance: random.Random, number: int) -> Line:
    name = chance.choice(("", "a", "b", "b\0c", "z"))
    role = chance.choice(((), ("Miner",), ("Lawyer",)))
    return Line(f"id{number:03}", name, f"{name} {number}", (role, chance.choice(((), ("board", "donor")))))


def told(roster: Roster) -> list[tuple[object, ...]]:
    columns = [[list(column.kinds)[number] for number in column.of] for column in roster.columns.values()]
    return list(zip(roster.ids, roster.keys, roster.texts, *columns, strict=True))


def test_what_is_replaced_stands_where_it_would_have_been_made() -> None:
    for seed in range(200):
        chance = random.Random(seed)
        before = [line(chance, number) for number in range(chance.randrange(12))]
        gone = frozenset(each.id for each in before if chance.random() < 0.4)
        # Some of those that go come back changed, and others come for the first time.
        numbers = [number for number, each in enumerate(before) if each.id in gone and chance.random() < 0.6]
        new = [line(chance, number) for number in [*numbers, *range(20, 20 + chance.randrange(5))]]
        chance.shuffle(new)
        found = make(FACETS, before).replaced(gone, new)
        assert told(found) == told(make(FACETS, [*(each for each in before if each.id not in gone), *new]))
