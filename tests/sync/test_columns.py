"""Operations as columns: whatever goes in comes out, and nonsense is told as such."""

from __future__ import annotations

import os
import uuid

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.columns import decode, encode
from sync.protocol import MAX_OPS, Op, Payload

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
