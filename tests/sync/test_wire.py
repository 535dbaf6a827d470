"""What an endpoint says about places and numbers is believed only where it could be true."""

from __future__ import annotations

import contextlib
import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import wire
from sync.client.answer import Arrival
from sync.client.pieces import next_batches
from sync.columns import row
from sync.frames import first_frame, handfuls
from sync.protocol import (
    ANSWER_OPS,
    MAX_OPS,
    MAX_PAYLOAD,
    PREFIX_BYTES,
    Author,
    Begun,
    Block,
    Op,
    Page,
    Placed,
    SyncResponse,
    newest_that_fit,
)
from tests.support import Office
from wimdesk.store import outbox

NAMES = wire.Names(bytes(range(16)))
OP = Op("alliance", "site", bytes(16), bytes(16), ("name",), {}, b"x")
LAST = 2**63 - 1
AUTHOR = Author(bytes(16), 2**64 - 1)


def part(first: int = 1, author: Author = AUTHOR, **changed: object) -> wire.Part:
    """A page with one operation of somebody else."""
    found = first_frame(wire.part(Page("alliance", first, [author], [Placed(0, 1, OP)]), NAMES, lambda _op: 0))
    assert found is not None
    made = wire.answer_of(found[0])
    assert isinstance(made, wire.Part)
    return msgspec.structs.replace(made, **changed)


def page(made: wire.Part) -> Page:
    return wire.page_of(made, NAMES, lambda _space, _places: {})


def test_a_page_with_numbers_at_their_limits_is_read() -> None:
    assert page(part()).authors == [Author(bytes(16), 2**64 - 1)]
    assert next(item.n for item in page(part(ns=row([LAST - 1]))).ops if isinstance(item, Placed)) == LAST


@pytest.mark.parametrize(
    "made",
    [
        part(first=0), part(first=-1), part(first=LAST), part(first=2**64 - 1), part(ns=row([LAST])),
        part(ns=row([-1])), part(ns=row([-(2**63)])), part(author=Author(bytes(16), -1)), part(author=Author(b"a", 1)),
    ],
)  # fmt: skip
def test_numbers_that_no_log_has_are_told(made: wire.Part) -> None:
    with pytest.raises(ValueError, match=r"no (page|number|author)"):
        page(made)


@pytest.mark.parametrize(
    "made",
    [
        SyncResponse(2**63, {}, [], [], False), SyncResponse(1, {"alliance": 2**63}, [], [], False),
        SyncResponse(1, {"alliance": -1}, [], [], False), SyncResponse(1, {}, [], [("alliance", 2**64 - 1, 1)], False),
        SyncResponse(1, {}, [], [("alliance", 1, 2**63)], False),
    ],
)  # fmt: skip
def test_an_end_with_numbers_beyond_all_measure_is_told(made: SyncResponse) -> None:
    found = first_frame(wire.end(made, NAMES))
    assert found is not None
    end = wire.answer_of(found[0])
    assert isinstance(end, wire.End)
    with pytest.raises(ValueError, match="beyond"):
        wire.end_of(end, [], NAMES)


def test_more_than_there_can_be_is_told_before_anything_is_made_of_it() -> None:
    with pytest.raises(ValueError, match="no page"):
        page(part(authors=[(bytes(16), n) for n in range(2)]))
    with pytest.raises(ValueError, match="ever sent"):
        wire.end_of(wire.End(1, [], [(1, n, 31) for n in range(200_001)], False, 0), [], NAMES)
    with pytest.raises(ValueError, match="ever sent"):
        wire.end_of(wire.End(1, [(1, 1)] * 10_001, [], False, 0), [], NAMES)
    hello = msgspec.msgpack.encode(wire.Hello(1, 1, 1, [(1, 1, b"")] * 10_001))
    with pytest.raises(ValueError, match="spaces"):
        wire.hello_of(hello, NAMES)


def test_frames_are_understood_a_few_at_a_time() -> None:
    frames = [bytes(50 * 1024)] * 7
    assert [len(some) for some in handfuls(frames, 128 * 1024)] == [3, 3, 1]


def test_an_answer_with_more_than_anybody_asks_for_is_told() -> None:
    frame = wire.part(Page("alliance", 1, [], list(range(1, MAX_OPS + 1))), NAMES, lambda _op: 0)
    arrival = Arrival(b"")
    for _ in range(ANSWER_OPS // MAX_OPS + 1):
        assert sum(map(len, arrival.feed(frame))) == 1
    with pytest.raises(ValueError, match="without end"):
        list(arrival.feed(frame))


def test_the_compression_builds_on_what_fits() -> None:
    large = [msgspec.structs.replace(OP, payload=bytes([n]) * (PREFIX_BYTES // 3)) for n in range(9)]
    assert newest_that_fit(large) == large[1::-1]
    assert newest_that_fit([msgspec.structs.replace(OP, payload=bytes(MAX_PAYLOAD)), OP]) == []


def test_both_sides_build_on_the_same_few_of_many_large_operations(office: Office) -> None:
    anna = office.laptop("Anna")
    chance = random.Random(5)
    for _ in range(12):
        anna.add("person", given_name="Carla", summary=chance.randbytes(25_000).hex())
    anna.sync()
    anna.add("person", given_name="Delia")
    assert anna.sync().requests == 1  # a second one would say that the endpoint builds on something else


def test_what_waits_in_several_spaces_goes_out_in_requests_that_the_endpoint_takes(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = office.laptop("Anna")
    anna.sync()
    monkeypatch.setattr(outbox, "MAX_BYTES", 50_000)
    for number in range(8):
        words = str(number) * 10_000
        anna.add("person", family_name="Diop", summary=words)
        anna.add("organization", name={"en": "One"}, summary={"en": words})
    chunks = anna.app.read(next_batches, {})
    assert chunks
    assert sum(outbox.size_of(ops) for _space, _first, ops in chunks) < 50_000 + 10_000 + 200
    assert anna.sync().sent == 16
    assert anna.app.read(outbox.count) == 0


def pieces(block: Block, begun: Begun | None = None) -> list[wire.SealedPart]:
    found = []
    for frame in wire.sealed_part(block, NAMES, begun):
        whole = first_frame(frame)
        assert whole is not None
        piece = wire.answer_of(whole[0])
        assert isinstance(piece, wire.SealedPart)
        found.append(piece)
    return found


@given(size=st.integers(0, 20_000), cuts=st.lists(st.integers(1, 9), max_size=12))
def test_a_box_comes_together_however_it_is_cut(size: int, cuts: list[int]) -> None:
    block = Block(NAMES.long(0), 5, AUTHOR, 1, 2, bytes(8), bytes(range(32)), bytes(at % 251 for at in range(size)))
    boxes, begun, had = wire.Boxes[wire.SealedPart](), None, 0
    for count in [*cuts, 1000]:
        for piece in pieces(block, begun)[:count]:
            assert piece.at >= had - 2048, "nothing comes twice but what was cut"
            if whole := boxes.add(piece):
                assert wire.is_last(piece)
                assert wire.block_of(whole, NAMES) == block
                assert boxes.begun is None
                return
            assert not wire.is_last(piece)
        assert boxes.begun is not None
        had = len(boxes.begun.box)
        begun = Begun(block.root[:8], had)
        boxes = wire.Boxes(boxes.begun)
    raise AssertionError


def test_a_piece_that_does_not_follow_is_told() -> None:
    block = Block(NAMES.long(0), 5, AUTHOR, 1, 2, bytes(8), bytes(32), bytes(5000))
    first, second, _last = pieces(block)
    wrong = [
        second, msgspec.structs.replace(first, at=5), msgspec.structs.replace(first, size=9),
        msgspec.structs.replace(first, size=1 << 40), msgspec.structs.replace(first, at=-1),
    ]  # fmt: skip
    for piece in wrong:
        with pytest.raises(ValueError, match=r"a piece|more than"):
            wire.Boxes[wire.SealedPart]().add(piece)
    for change in ({"root": b"x" * 32}, {"seq": 6}, {"n": 2}, {"size": 5001}, {"at": 3000}, {"author": None}):
        boxes = wire.Boxes[wire.SealedPart]()
        boxes.add(first)
        with pytest.raises(ValueError, match="a piece of something else"):
            boxes.add(msgspec.structs.replace(second, **change))


@pytest.mark.parametrize("author", [AUTHOR, None])
def test_no_bit_of_a_block_turns_unnoticed(author: Author | None) -> None:
    block = Block(NAMES.long(0), 5, author, 1, 2, bytes(8), bytes(range(32)), bytes(range(60)) if author else b"")
    told = msgspec.structs.replace(block, root=block.root if author else block.root[:8])
    frame = b"".join(wire.sealed_part(block, NAMES))
    for place in range(len(frame)):
        for bit in range(8):
            spoiled = frame[:place] + bytes([frame[place] ^ 1 << bit]) + frame[place + 1 :]
            with contextlib.suppress(ValueError):
                whole = first_frame(spoiled)
                piece = wire.answer_of(whole[0]) if whole is not None else None
                if isinstance(piece, wire.SealedPart) and (found := wire.Boxes[wire.SealedPart]().add(piece)):
                    assert wire.block_of(found, NAMES) == told
