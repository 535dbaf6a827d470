"""Operations as columns: whatever goes in comes out, and nonsense is told as such."""

from __future__ import annotations

import os
import tracemalloc
import uuid

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.columns import TooMany, decode, encode, numbers, row
from sync.protocol import MAX_OPS, MAX_PAYLOAD, Op, Payload

SPACE, HOME = "alliance", bytes(range(16))
RECORDS = [uuid.UUID(int=n << 100 | 7).bytes for n in range(1, 6)]
"""The record at each place of the log: five records in turns."""

scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5)
names = st.sampled_from(["name", "notes", "year", "deleted", "é", "*"])


def at(place: int) -> bytes:
    return RECORDS[place % len(RECORDS)]


@st.composite
def operations(draw: st.DrawFn) -> Op:
    fields = draw(st.lists(names, unique=True, max_size=4))
    when = st.sampled_from(["2026-11-23T01:02:03Z", "2026-11-23T01:02:04Z", "1970-01-01T00:00:00Z", "", "soon"])
    payload = st.builds(
        lambda found, at, by: msgspec.msgpack.encode(Payload(found, at, by)),
        st.lists(values, min_size=len(fields), max_size=len(fields)), when, st.sampled_from(["Ama", "Efua", ""]),
    )  # fmt: skip
    return Op(
        SPACE,
        draw(st.sampled_from(["person", "site"])),
        draw(st.sampled_from([*RECORDS, bytes(16), b"short"]) | st.binary(min_size=16, max_size=16)),
        draw(st.sampled_from([HOME, bytes(16), b"odd"])),
        tuple(fields),
        draw(st.dictionaries(names, st.integers(-(2**62), 2**62), max_size=3)),
        draw(payload | st.binary(max_size=30)),
    )


def place_of(op: Op) -> int:
    return RECORDS.index(op.record) + 10 if op.record in RECORDS else 0


def back(packed: bytes) -> list[Op]:
    return decode(packed, SPACE, HOME, lambda places: {place: at(place) for place in places})


@given(st.lists(operations().filter(lambda op: len(op.record) == 16), max_size=12))
@settings(max_examples=400, deadline=None)
def test_whatever_goes_in_comes_out(ops: list[Op]) -> None:
    assert back(encode(ops, HOME, place_of)) == ops
    assert back(encode(ops, HOME, lambda _op: 0)) == ops


def edit(place: int, text: str = "a text") -> Op:
    payload = msgspec.msgpack.encode(Payload([text], "2026-11-23T01:02:03Z", "Ama"))
    return Op(SPACE, "person", at(place), HOME, ("notes",), {"notes": place}, payload)


def test_a_known_record_costs_two_bytes() -> None:
    one, two = encode([edit(1000)], HOME, lambda op: op.base["notes"]), encode([edit(1000)], HOME, lambda _op: 0)
    assert len(two) - len(one) >= 13
    assert len(encode([edit(9), edit(9)], HOME, lambda _op: 0)) - len(two) < 16


def test_a_place_that_nobody_knows_is_told() -> None:
    packed = encode([edit(7)], HOME, lambda op: op.base["notes"])
    with pytest.raises(LookupError):
        decode(packed, SPACE, HOME, lambda _places: {})


@pytest.mark.parametrize("size", [0, 1, 20, 400])
def test_noise_is_told_as_such(size: int) -> None:
    for _ in range(200):
        with pytest.raises((ValueError, LookupError)):
            decode(os.urandom(size) + b"\xc1", SPACE, HOME, lambda _places: {})


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_a_damaged_group_is_understood_or_told(data: st.DataObject) -> None:
    whole = bytearray(encode([edit(n, "x" * n) for n in range(20)], HOME, place_of))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        ops = back(bytes(whole))
    except (ValueError, LookupError):
        return
    assert len(ops) <= MAX_OPS


@pytest.mark.parametrize("count", [-1, MAX_OPS + 1, 2**40])
def test_a_count_beyond_all_measure_takes_no_memory(count: int) -> None:
    group = msgspec.msgpack.decode(encode([edit(1)], HOME, place_of))
    with pytest.raises(ValueError, match="operations"):
        back(msgspec.msgpack.encode([count, *group[1:]]))


def group(*operations: Op, **changed: object) -> bytes:
    """These operations, with something in the group replaced."""
    names = ["count", "shapes", "shape_of", "owners", "records", "ids", "bases", "times", "names", "name_of", "columns"]
    made = msgspec.msgpack.decode(encode(operations, HOME, lambda _op: 0))
    return msgspec.msgpack.encode([changed.get(name, old) for name, old in zip([*names, "raw"], made, strict=True)])


MANY = {"count": MAX_OPS, "ids": bytes(16 * MAX_OPS)}
BOMBS = [
    {"shapes": [["t", 0, [], [""] * 500_000, False]]},
    {"shapes": [["t", 0, [str(n) for n in range(100_000)], [], True]]},
    {"shapes": [["t" * 1_000_000, 0, [], [], False]]},
    {"shapes": [["t", 1, [], [], False]], "owners": [bytes(1_000_000)]},
    {"shapes": [["t", 0, [], [], True]], "names": ["n" * 1_000_000]},
]


@pytest.mark.parametrize("bomb", BOMBS, ids=["base", "fields", "type", "owner", "name"])
def test_a_few_bytes_do_not_become_very_many(bomb: dict[str, object]) -> None:
    packed = group(edit(1), **MANY, **bomb)
    tracemalloc.start()
    try:
        with pytest.raises(TooMany):
            back(packed)
        assert tracemalloc.get_traced_memory()[1] < 16 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_columns_of_nothing_but_lists_are_not_even_opened() -> None:
    with pytest.raises(TooMany):
        back(group(edit(1), columns=[[[[]] * (4 * MAX_PAYLOAD)]]))


@pytest.mark.parametrize("number", [2**64, -(2**63) - 1, 2**68])
def test_a_number_that_fits_nowhere_is_told(number: int) -> None:
    with pytest.raises(ValueError, match="beyond 64 bits"):
        numbers(row([number]), 1)


@pytest.mark.parametrize(
    ("places", "bases", "what"),
    [([2**63], [0], "place"), ([2**64 - 1], [0], "place"), ([2**63 - 1], [2**64 - 1], "base")],
)
def test_a_place_that_no_log_has_is_told(places: list[int], bases: list[int], what: str) -> None:
    with pytest.raises(ValueError, match=f"a {what} beyond"):
        back(group(edit(1), ids=b"", records=row(places), bases=row(bases)))


@pytest.mark.parametrize("depth", [40, 200, 900])
def test_what_one_can_read_everybody_can(depth: int) -> None:
    value: object = []
    for _ in range(depth):
        value = [value]
    deep = msgspec.structs.replace(edit(1), payload=msgspec.msgpack.encode(Payload([value], "2026-11-23", "Ama")))
    packed = encode([deep], HOME, lambda _op: 0)

    def further_down(steps: int) -> list[Op]:
        return further_down(steps - 1) if steps else back(packed)

    assert further_down(60) == [deep]
