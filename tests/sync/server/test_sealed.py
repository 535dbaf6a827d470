"""The log of a private space: blocks that the endpoint counts and passes on, and can neither read nor mix up."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from sync import wire
from sync.frames import framed
from sync.protocol import (
    ALLIANCE,
    MAX_OPS,
    MAX_SEALED,
    PAGE_BYTES,
    PAGE_OPS,
    PATH_SYNC,
    TRAIL_BYTES,
    VERSION,
    Author,
    Placed,
    Problem,
    Sealed,
    private_space,
    sealed_message,
    trail,
)
from sync.server import exchange, service, tables
from sync.server.store import Store
from tests.sync.server.laptop import Answered, Laptop, key_of, post

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from tests.sync.server.conftest import Endpoint

changed = msgspec.structs.replace
many = settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])


def block(laptop: Laptop, first: int, *payloads: bytes, built_on: tuple[int, ...] = ()) -> Sealed:
    """New records of the laptop, sealed."""
    return laptop.block(first, *(laptop.op(laptop.private, payload) for payload in payloads), built_on=built_on)


def refusal(attempt: Callable[[], object]) -> Answered:
    with pytest.raises(Answered) as found:
        attempt()
    return found.value


def rows(endpoint: Endpoint, count: Callable[[Connection], list[object]]) -> list[object]:
    """What an operator finds in the database."""
    store = Store(endpoint.data, database=endpoint.owner)
    try:
        return store.read(count)
    finally:
        store.close()


def traces(endpoint: Endpoint, space: str) -> list[object]:
    """Whatever the database has of the space."""
    found: list[object] = []

    def look(connection: Connection) -> list[object]:
        for name, table in tables.metadata.tables.items():
            column = table.c.get("name" if name == "space" else "space")
            if column is not None:
                found.extend(connection.execute(select(table).where(column == space)))
        return found

    return rows(endpoint, look)


def test_what_one_device_seals_the_other_reads(corner: Endpoint) -> None:
    one, two = corner.laptop(), corner.laptop()
    ops = [one.op(one.private, payload) for payload in (b"a", b"b", b"c")]
    answer = one.push(1, *ops)
    assert (answer.acked, answer.refused, answer.more) == ({one.private: 3}, [], False)
    assert {page.space: page.ops for page in answer.pages} == {one.private: [1, 2, 3]}
    two.pull()
    assert [item.op for item in two.log[one.private] if isinstance(item, Placed)] == ops
    two.start_over()
    (page,) = two.send(two.request()).pages
    assert (page.first, page.authors) == (1, [Author(one.id, one.epoch)])


def test_own_blocks_come_back_without_box(corner: Endpoint) -> None:
    one = corner.laptop()
    sent = block(one, 1, b"a", b"b")
    one.send(one.request(), sent)
    (back,) = one.blocks
    assert (back.seq, back.author, back.n, back.count, back.key) == (1, None, 1, 2, sent.key)
    assert (back.box, back.root) == (b"", sent.root[:TRAIL_BYTES])
    epoch, one.epoch = one.epoch, one.epoch + 1
    one.start_over()
    one.pull()
    one.start_over()
    one.send(one.request())
    (back,) = one.blocks
    assert (back.author, back.box, back.root) == (Author(one.id, epoch), sent.box, sent.root)
    one.pull()
    assert one.known(one.private) == 0


def test_places_follow_one_another_and_a_reader_goes_on_where_it_was(corner: Endpoint) -> None:
    one, two, reader = corner.laptop(), corner.laptop(), corner.laptop(role="reader")
    expected, numbers = [], {one.id: 1, two.id: 1}
    for laptop, count in ((one, 3), (two, 1), (one, 2), (two, 4), (one, 1)):
        payloads = [os.urandom(8) for _ in range(count)]
        laptop.send(laptop.request(), block(laptop, numbers[laptop.id], *payloads))
        numbers[laptop.id] += count
        expected += payloads
        assert reader.read(reader.private) == expected
    assert reader.cursors[reader.private] == 11
    reader.start_over()
    assert reader.read(reader.private) == expected
    assert one.read(one.private) == [*expected[3:4], *expected[6:10]]


def test_pushing_twice_changes_nothing(corner: Endpoint) -> None:
    one, two = corner.laptop(), corner.laptop()
    sent = block(one, 1, b"a", b"b")
    answers = [one.send(one.request(), *some) for some in ((sent,), (sent,), (sent, sent))]
    assert answers[0] == answers[1] == answers[2]
    assert two.read(one.private) == [b"a", b"b"]


def test_a_block_that_overlaps_what_is_known_changes_nothing(corner: Endpoint) -> None:
    one, two = corner.laptop(), corner.laptop()
    one.send(one.request(), block(one, 1, b"1", b"2", b"3"))
    for first, count in ((1, 1), (2, 4), (3, 1), (1, 9)):
        answer = one.send(one.request(), block(one, first, *[b"other"] * count))
        assert (answer.acked, answer.refused) == ({one.private: 3}, [])
    assert one.send(one.request(), block(one, 4, b"4")).acked == {one.private: 4}
    assert two.read(one.private) == [b"1", b"2", b"3", b"4"]


def test_what_follows_a_known_block_waits_until_its_device_has_compared_that(corner: Endpoint) -> None:
    one, two = corner.laptop(), corner.laptop()
    one.send(one.request(), block(one, 1, b"1"))
    for known, follows in ((block(one, 1, b"copy"), 2), (block(one, 1, b"1", b"2"), 3)):
        request, then = one.request(), block(one, follows, b"then", built_on=(follows - 1,))
        assert one.send(request, known, then).acked == {one.private: 1}
    assert one.send(one.request(), block(one, 2, b"2"), block(one, 3, b"3")).acked == {one.private: 3}
    assert two.read(one.private) == [b"1", b"2", b"3"]


def test_a_copied_profile_can_tell_what_stands_under_its_numbers(corner: Endpoint) -> None:
    one = corner.laptop()
    original, copy = block(one, 1, b"original"), block(one, 1, b"copy")
    one.send(one.request(), original)
    one.send(one.request(), copy)
    assert [back.root for back in one.blocks] == [original.root[:TRAIL_BYTES]]
    assert original.root[:TRAIL_BYTES] != copy.root[:TRAIL_BYTES]


def test_a_gap_in_the_numbers_is_named(corner: Endpoint) -> None:
    one = corner.laptop()
    one.send(one.request(), block(one, 1, b"1", b"2"))
    found = refusal(lambda: one.send(one.request(), block(one, 4, b"4")))
    assert (found.problem, found.status, found.answer["expected"]) == (Problem.NUMBERS_NOT_IN_ORDER, 409, 3)
    assert one.known(one.private) == 2


def test_a_forged_block_is_noticed(corner: Endpoint) -> None:
    one, two = corner.laptop(), corner.laptop()
    good = block(one, 1, b"a")
    for bad in (
        changed(good, signature=bytes([good.signature[0] ^ 1]) + good.signature[1:]),
        changed(good, signature=b""),
        changed(good, signature=two.signed(good).signature),
        changed(good, first=2),
        changed(good, count=2),
        changed(good, root=bytes(32)),
        changed(good, key=bytes(len(good.key))),
        changed(good, box=good.box[:-1] + bytes([good.box[-1] ^ 1])),
        changed(good, first=2, built_on=(1,)),
    ):
        assert refusal(lambda bad=bad: one.send(one.request(), bad)).problem is Problem.SIGNATURE_WRONG
    request = one.request()
    assert refusal(lambda: one.send(changed(request, epoch=1), good)).problem is Problem.SIGNATURE_WRONG
    assert refusal(lambda: two.send(two.request(), good)).problem is Problem.SIGNATURE_WRONG
    assert one.known(one.private) == two.known(one.private) == 0
    assert one.send(one.request(), good).acked == {one.private: 1}


def test_a_box_that_was_swapped_is_noticed_by_who_opens_it(corner: Endpoint) -> None:
    one, two = corner.laptop(), corner.laptop()
    one.send(one.request(), one.signed(changed(block(one, 1, b"a"), box=block(one, 1, b"b").box)))
    with pytest.raises(ValueError, match="not what was sealed"):
        two.pull()


@pytest.mark.parametrize("exists", [True, False])
def test_a_block_for_a_foreign_private_space_leaves_no_trace(endpoint: Endpoint, exists: bool) -> None:
    one, stranger = endpoint.laptop(), endpoint.laptop("Women in Mining Chile", "secretariat")
    if exists:
        one.send(one.request(), block(one, 1, b"theirs"))
    before = traces(endpoint, one.private)
    forged = stranger.block(1, stranger.op(one.private, b"foreign"))
    found = refusal(lambda: stranger.send(stranger.request(), forged))
    assert (found.problem, found.status) == (Problem.MALFORMED, 400)
    assert traces(endpoint, one.private) == before
    assert one.read(one.private) == []
    both = stranger.request(stranger.batch(1, stranger.op(stranger.shared)))
    assert refusal(lambda: stranger.send(both, forged)).problem is Problem.MALFORMED
    assert traces(endpoint, stranger.shared) == []


def test_what_is_not_private_can_not_be_sealed(corner: Endpoint) -> None:
    one = corner.laptop()
    for space in (one.shared, ALLIANCE, "group/1", "", f"{one.private}/", one.private.upper()):
        sent = one.signed(changed(block(one, 1, b"x"), space=space))
        assert refusal(lambda sent=sent: one.send(one.request(), sent)).problem is Problem.MALFORMED
    assert one.known(one.shared) == 0


def test_what_is_private_can_not_come_open(endpoint: Endpoint) -> None:
    for role in ("secretariat", "reader"):
        one = endpoint.laptop("Women in Mining Chile", role)
        for ops in ([one.op(one.private, b"in the clear")], []):
            batch = one.batch(1, *(ops or [one.op(one.private)]))
            also = one.batch(1, one.op(one.shared))
            found = refusal(partial(one.send, one.request(also, batch)))
            assert (found.problem, found.status) == (Problem.MUST_BE_SEALED, 400)
        assert traces(endpoint, one.private) == traces(endpoint, one.shared) == []


def test_a_reader_is_refused_number_by_number(endpoint: Endpoint) -> None:
    one, reader = endpoint.laptop(), endpoint.laptop(role="reader")
    one.send(one.request(), block(one, 1, b"seen"))
    sent = block(reader, 1, b"1", b"2", b"3")
    for _ in range(2):
        answer = reader.send(reader.request(), sent)
        assert answer.acked == {reader.private: 3}
        assert answer.refused == [(reader.private, n, Problem.SPACE_FORBIDDEN) for n in (1, 2, 3)]
    assert reader.read(reader.private) == [b"seen"]
    assert reader.cursors[reader.private] == 1


def test_a_box_has_a_size(corner: Endpoint) -> None:
    one, two = corner.laptop(), corner.laptop()
    whole = block(one, 1, b"a", b"b")
    large = one.signed(changed(whole, box=os.urandom(MAX_SEALED + 1)))
    answer = one.send(one.request(), large)
    assert answer.acked == {one.private: 2}
    assert answer.refused == [(one.private, n, Problem.TOO_LARGE) for n in (1, 2)]
    full = one.signed(changed(block(one, 3, b"c"), box=os.urandom(MAX_SEALED)))
    assert one.send(one.request(), full).refused == []
    two.cursors = {two.private: 0}
    with pytest.raises(ValueError, match="not what was sealed"):
        two.pull()
    (back,) = two.blocks
    assert (back.seq, back.n, len(back.box)) == (1, 3, MAX_SEALED)


def test_what_builds_on_something_refused_is_refused_too(corner: Endpoint) -> None:
    one, two = corner.laptop(), corner.laptop()
    large = one.signed(changed(block(one, 1, b"1", b"2"), box=os.urandom(MAX_SEALED + 1)))
    one.send(one.request(), large)
    one.send(one.request(), block(one, 3, b"3"))
    for first, built_on, problem in (
        (4, (2,), Problem.FOLLOWS_REFUSED),
        (5, (3,), None),
        (6, (3, 4), Problem.FOLLOWS_REFUSED),
        (7, tuple(range(3, 7)), Problem.FOLLOWS_REFUSED),
        (8, (3, 5), None),
    ):
        refused = one.send(one.request(), block(one, first, b"%d" % first, built_on=built_on)).refused
        assert refused == ([(one.private, first, problem)] if problem else [])
    assert two.read(one.private) == [b"3", b"5", b"8"]
    one.pull()
    one.epoch += 1
    assert one.send(one.request(), block(one, 1, b"again")).refused == []


def test_refusals_of_one_request_hold_for_the_rest_of_it(corner: Endpoint) -> None:
    one = corner.laptop()
    large = one.signed(changed(block(one, 1, b"1"), box=os.urandom(MAX_SEALED + 1)))
    answer = one.send(one.request(), large, block(one, 2, b"2", built_on=(1,)), block(one, 3, b"3"))
    assert answer.acked == {one.private: 3}
    assert answer.refused == [(one.private, 1, Problem.TOO_LARGE), (one.private, 2, Problem.FOLLOWS_REFUSED)]


def test_a_device_that_has_read_something_else_is_told(corner: Endpoint) -> None:
    one = corner.laptop()
    so_far, trails = b"", []
    for n in range(1, 7):
        so_far = trail(so_far, one.id, one.epoch, n)
        trails.append(so_far)
    one.send(one.request(), block(one, 1, b"1", b"2", b"3"))
    one.send(one.request(), block(one, 4, b"4", b"5", b"6"))
    for cursor, said, right in (
        (3, trails[2], True), (3, b"", True), (6, trails[5], True), (0, b"", True), (0, bytes(8), True),
        (3, trails[1], False), (3, trails[5], False), (6, bytes(8), False), (7, trails[5], False), (7, b"", False),
        (2, trails[1], False), (2, b"", False), (5, trails[4], False),
    ):  # fmt: skip
        request = changed(one.request(), cursors={one.private: cursor}, trails={one.private: said} if said else {})
        if right:
            assert sum(len(page.ops) for page in one.send(request).pages) == 6 - cursor
        else:
            assert refusal(lambda request=request: one.send(request)).problem is Problem.GENERATION_CHANGED


def test_who_does_not_ask_is_not_sent_the_private_space(corner: Endpoint) -> None:
    one, two = corner.laptop(), corner.laptop()
    one.push(1, one.op(one.private), one.op(one.shared))
    for cursors in ({}, {two.shared: 0}):
        answer = two.send(changed(two.request(), cursors=cursors))
        assert one.private not in {page.space for page in answer.pages}
        assert not answer.more
    assert two.read(one.private) == [b"x"]
    one.push(2, one.op(one.private))
    del two.cursors[two.private]
    both = changed(two.request(), all_read=True)
    assert two.send(both, block(two, 1, b"y")).acked == {two.private: 1}, "what it did not ask for is not in its way"


def test_nothing_is_taken_from_who_has_not_read_all(corner: Endpoint) -> None:
    one, two = corner.laptop(), corner.laptop()
    one.send(one.request(), block(one, 1, b"1"))
    sent = block(two, 1, b"2")
    found = refusal(lambda: two.send(changed(two.request(), all_read=True), sent))
    assert found.problem is Problem.READ_FIRST
    assert two.read(two.private) == [b"1"]
    assert two.send(changed(two.request(), all_read=True), sent).acked == {two.private: 1}


def test_a_long_log_comes_whole_and_in_several_answers(corner: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two, three = corner.laptop(), corner.laptop(), corner.laptop()
    count = 2 * PAGE_OPS + 5
    for first in range(1, count + 1, 40):
        numbers = range(first, min(first + 40, count + 1))
        one.send(one.request(), *(block(one, n, b"%d" % n) for n in numbers))
    large = [os.urandom(PAGE_BYTES) for _ in range(5)]
    two.send(two.request(), *(block(two, n, payload) for n, payload in enumerate(large, 1)))
    expected = [b"%d" % n for n in range(1, count + 1)] + large
    assert three.read(three.private) == expected
    monkeypatch.setattr(exchange, "ANSWER_BYTES", 1)
    three.start_over()
    assert three.pull() > 3
    assert three.read(three.private) == expected
    monkeypatch.undo()
    monkeypatch.setattr(exchange, "ANSWER_OPS", 10)
    three.start_over()
    assert three.pull() > 3
    assert three.read(three.private) == expected


def test_as_many_operations_as_there_may_be(corner: Endpoint) -> None:
    one, two = corner.laptop(), corner.laptop()
    whole = block(one, 1, *[b"x"] * MAX_OPS)
    assert one.send(one.request(), whole).acked == {one.private: MAX_OPS}
    more = one.signed(changed(whole, first=MAX_OPS + 1, count=MAX_OPS + 1))
    assert refusal(lambda: one.send(one.request(), more)).problem is Problem.TOO_MANY_OPS
    assert two.read(two.private) == [b"x"] * MAX_OPS


def test_eight_writers_at_once_leave_no_hole(endpoint: Endpoint) -> None:
    laptops = [endpoint.laptop() for _ in range(8)]
    failures: list[BaseException] = []

    def write(laptop: Laptop) -> None:
        try:
            for n in range(1, 51, 5):
                sent = block(laptop, n, *(b"%d" % each for each in range(n, n + 5)))
                assert laptop.send(laptop.request(), sent).acked == {laptop.private: n + 4}
        except (AssertionError, Answered, OSError) as failure:
            failures.append(failure)

    threads = [threading.Thread(target=write, args=(laptop,)) for laptop in laptops]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    reader = endpoint.laptop()
    reader.pull()  # checks that each block begins where the one before it ended
    log = [item for item in reader.log[reader.private] if isinstance(item, Placed)]
    assert len(log) == reader.cursors[reader.private] == 400
    assert len({item.op.record for item in log}) == 400


def test_the_same_block_many_times_at_once_is_there_once(endpoint: Endpoint) -> None:
    laptop = endpoint.laptop()
    sent = block(laptop, 1, *(b"%d" % n for n in range(5)))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _n: laptop.send(laptop.request(), sent), range(8)))
    assert {answer.acked[laptop.private] for answer in answers} == {5}
    assert endpoint.laptop(role="reader").read(laptop.private) == [b"%d" % n for n in range(5)]


def test_a_revoked_devices_blocks_are_kept_apart(endpoint: Endpoint) -> None:
    one, two = endpoint.laptop(), endpoint.laptop()
    one.send(one.request(), block(one, 1, b"before"))
    service.revoke(endpoint.data, one.me.device, database=endpoint.database)
    sent = block(one, 2, b"after", b"too")
    for _ in range(2):
        assert refusal(lambda: one.send(one.request(), sent)).problem is Problem.DEVICE_REVOKED
    (kept,) = service.kept_apart(endpoint.data, database=endpoint.owner)
    assert (kept["space"], kept["n"], kept["operations"], kept["sealed"]) == (one.private, 2, 2, True)
    forged = changed(block(one, 4, b"forged"), signature=bytes(64))
    assert refusal(lambda: one.send(one.request(), forged)).problem is Problem.SIGNATURE_WRONG
    assert len(service.kept_apart(endpoint.data, database=endpoint.owner)) == 1
    assert two.read(two.private) == [b"before"]


def test_a_revoked_device_does_not_fill_the_disk(endpoint: Endpoint) -> None:
    """A box of nothing is very short on its way."""
    one = endpoint.laptop()
    service.revoke(endpoint.data, one.me.device, database=endpoint.database)
    for start in (1, 31, 61):
        boxes = [one.signed(changed(block(one, n, b"x"), box=bytes(1 << 20))) for n in range(start, start + 30)]
        assert refusal(partial(one.send, one.request(), *boxes)).problem is Problem.DEVICE_REVOKED
    kept = service.kept_apart(endpoint.data, database=endpoint.owner)
    assert 60 < len(kept) < 64


def test_the_database_holds_nothing_that_can_be_read(endpoint: Endpoint) -> None:
    one = endpoint.laptop()
    one.send(one.request(), block(one, 1, b"canary of Maria " * 20))
    kept = repr(traces(endpoint, one.private)).encode()
    assert one.private.encode() in kept
    assert b"canary" not in kept
    assert key_of(one.private).hex().encode() not in kept


BAD = {
    "no operation": {"count": 0}, "fewer than none": {"count": -1}, "number nought": {"first": 0},
    "below nought": {"first": -5}, "no number of a database": {"first": 2**63}, "largest": {"first": 2**64 - 1},
    "last before the limit": {"first": 2**63 - MAX_OPS}, "no key": {"key": b""}, "long key": {"key": bytes(33)},
    "short root": {"root": bytes(31)}, "long root": {"root": bytes(33)}, "no root": {"root": b""},
    "builds on itself": {"built_on": (1,)}, "builds on what follows": {"built_on": (9,)},
    "builds on nothing": {"built_on": (0,)}, "builds below": {"built_on": (-1,)},
    "builds on too much": {"first": 1000, "built_on": tuple(range(1, 502))},
    "builds twice on one": {"first": 1000, "built_on": (1, 1)}, "out of order": {"first": 1000, "built_on": (2, 1)},
}  # fmt: skip


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_values_that_fit_nowhere(corner: Endpoint, bad: dict[str, object]) -> None:
    one = corner.laptop()
    sent = one.signed(changed(block(one, 1, b"x"), **bad))
    assert refusal(lambda: one.send(one.request(), sent)).problem is Problem.MALFORMED
    assert one.known(one.private) == 0


def test_the_largest_numbers_that_fit(corner: Endpoint) -> None:
    one = corner.laptop()
    one.epoch = 2**64 - 1
    assert one.send(one.request(), block(one, 1, b"x")).acked == {one.private: 1}
    last = one.signed(changed(block(one, 2**63 - MAX_OPS - 1, b"x"), built_on=(2**63 - MAX_OPS - 2,)))
    assert refusal(lambda: one.send(one.request(), last)).problem is Problem.NUMBERS_NOT_IN_ORDER
    one.start_over()
    one.pull()
    assert one.log[one.private] == [1]


numbers = st.integers(-(2**63), 2**64 - 1)
short = st.binary(max_size=40)
parts = st.tuples(
    st.sampled_from([0, 1, 2, 3, b"", b"group/1", private_space("0" * 36).encode(), b"\0" + bytes(16), b"\xff"])
    | short,
    numbers | st.just(1),
    numbers | st.just(1),
    st.lists(numbers, max_size=4),
    short,
    st.just(bytes(32)) | short,
    short,
)


@many
@given(epoch=numbers, part=parts, signs=st.booleans())
def test_any_block_is_answered(
    shared_endpoint: Endpoint, epoch: int, part: tuple[object, int, int, list[int], bytes, bytes, bytes], signs: bool
) -> None:
    laptop = _one(shared_endpoint)
    ref, first, count, built_on, key, root, box = part
    try:
        space = laptop.names.long(msgspec.convert(ref, wire.Ref))
    except ValueError:
        space = ""
    made = Sealed(space, epoch, first, count, tuple(built_on), key, root, b"", box)
    signature = laptop.key.sign(sealed_message(laptop.id, made)) if signs else b"no signature"
    begin = framed(msgspec.msgpack.encode([VERSION, 0, epoch, []]))
    frame = framed(msgspec.msgpack.encode([2, ref, first, count, built_on, key, root, signature, box]))
    answer = post(laptop.url + PATH_SYNC, begin + frame, Authorization=laptop.authorization)
    assert answer.status_code < 500, answer.text
    assert answer.status_code == 200 or answer.json()["message"].endswith(".")


_made: dict[str, Laptop] = {}


def _one(endpoint: Endpoint) -> Laptop:
    if endpoint.url not in _made:
        _made[endpoint.url] = endpoint.laptop()
    return _made[endpoint.url]
