"""Pushing and pulling between devices: everything arrives once, in order, and only where it may."""

from __future__ import annotations

import itertools
import os
import threading
import uuid
from typing import TYPE_CHECKING

import msgspec
import pytest

from sync.erasures import ERASE
from sync.protocol import (
    ALLIANCE,
    COMMITTEE,
    MAX_OPS,
    MAX_PAYLOAD,
    PAGE_OPS,
    SHIPPED_OWNER,
    Batch,
    Placed,
    Problem,
    shared_space,
)
from sync.server.service import renew_generation
from tests.sync.server.laptop import Answered, Laptop

if TYPE_CHECKING:
    from tests.sync.server.conftest import Endpoint

SHIPPED = uuid.UUID(SHIPPED_OWNER).bytes


def test_what_one_device_pushes_the_other_reads(corner: Endpoint) -> None:
    one, two = corner.laptop(), corner.laptop()
    op = one.op(one.shared, b"said")
    answer = one.push(1, op, one.op(one.private))
    assert (answer.acked, answer.refused, answer.more) == ({one.shared: 1, one.private: 1}, [], False)
    assert {page.space: page.ops for page in answer.pages} == {one.shared: [1], one.private: [1]}
    two.pull()
    (placed,) = two.log[one.shared]
    assert isinstance(placed, Placed)
    assert (placed.n, placed.op) == (1, op)
    page = two.send(msgspec.structs.replace(two.request(), cursors={})).pages[0]
    assert page.authors == [(one.id, one.epoch)]


def test_pushing_twice_changes_nothing(corner: Endpoint) -> None:
    one, two = corner.laptop(), corner.laptop()
    batch = one.batch(1, one.op(one.shared, b"a"), one.op(one.shared, b"b"))
    first, again = one.send(one.request(batch)), one.send(one.request(batch))
    assert first == again
    assert two.read(one.shared) == [b"a", b"b"]


def test_after_a_lost_answer_a_longer_batch_adds_only_what_is_new(corner: Endpoint) -> None:
    one, two = corner.laptop(), corner.laptop()
    ops = [one.op(one.shared, bytes([n])) for n in range(5)]
    one.push(1, *ops[:3])
    assert one.push(2, *ops[1:]).acked == {one.shared: 5}
    assert two.read(one.shared) == [bytes([n]) for n in range(5)]


def test_a_pull_without_a_batch_knows_own_operations(corner: Endpoint) -> None:
    one = corner.laptop()
    one.push(1, one.op(one.shared), one.op("elsewhere", record=bytes(16)))
    answer = one.send(one.request())
    assert [page.ops for page in answer.pages] == [[1]]
    assert one.known(one.shared) == one.known("elsewhere") == 1
    assert one.push(1, one.op("elsewhere", record=bytes(16))).refused == [("elsewhere", 1, Problem.SPACE_FORBIDDEN)]
    one.epoch += 1
    answer = one.send(one.request())
    assert one.known(one.shared) == 0
    assert isinstance(answer.pages[0].ops[0], Placed)


def test_a_gap_in_the_numbers_is_named(corner: Endpoint) -> None:
    one = corner.laptop()
    one.push(1, one.op(one.shared), one.op(one.shared))
    with pytest.raises(Answered) as refusal:
        one.push(4, one.op(one.shared))
    assert refusal.value.problem is Problem.NUMBERS_NOT_IN_ORDER
    assert (refusal.value.status, refusal.value.answer["expected"]) == (409, 3)
    assert one.known(one.shared) == 2


def test_a_copied_profile_does_not_lose_its_work_silently(corner: Endpoint) -> None:
    one = corner.laptop()
    one.push(1, one.op(one.shared, b"original"), one.op("nowhere", b"original"))
    for space in (one.shared, "nowhere"):
        with pytest.raises(Answered) as refusal:
            one.push(1, one.op(space, b"copy"))
        assert refusal.value.problem is Problem.NUMBERS_USED
    one.epoch += 1
    with pytest.raises(Answered) as refusal:
        one.push(1, one.op(one.shared, b"copy"))
    assert refusal.value.problem is Problem.READ_FIRST, "the same may have come from the original"
    one.cursors = {one.shared: 1}
    assert one.push(1, one.op(one.shared, b"copy")).acked == {one.shared: 1}
    assert one.push(1, one.op("nowhere", b"copy")).refused == [("nowhere", 1, Problem.SPACE_FORBIDDEN)]


def test_a_refused_operation_blocks_nothing_after_it(endpoint: Endpoint) -> None:
    one, two = endpoint.laptop(), endpoint.laptop()
    stranger = endpoint.laptop("Women in Mining Chile")
    other = os.urandom(16)
    answer = one.push(
        1,
        one.op(one.shared, b"1"),
        one.op(stranger.private, b"2"),
        one.op(stranger.shared, b"3"),
        one.op(COMMITTEE, b"4"),
        one.op("group/1", b"5"),
        one.op(ALLIANCE, b"6", owner=other),
        one.op(one.shared, bytes(MAX_PAYLOAD + 1)),
        one.op(one.private, b"7"),
        one.op(one.shared, b"8", type_name=""),
        one.op(one.shared, b"9", owner=other),
    )
    assert (answer.acked[one.shared], answer.acked[one.private]) == (4, 1)
    assert sorted(answer.refused) == sorted(
        [
            (stranger.private, 1, Problem.SPACE_FORBIDDEN),
            (stranger.shared, 1, Problem.SPACE_FORBIDDEN),
            (COMMITTEE, 1, Problem.SPACE_FORBIDDEN),
            ("group/1", 1, Problem.SPACE_FORBIDDEN),
            (ALLIANCE, 1, Problem.OWNER_FORBIDDEN),
            (one.shared, 2, Problem.TOO_LARGE),
            (one.shared, 3, Problem.MALFORMED),
        ]
    )
    assert two.read(one.shared) == [b"1", b"9"]
    assert stranger.read(ALLIANCE) == []
    assert one.push(5, one.op(one.shared, b"10")).acked == {one.shared: 5}


def test_nobody_writes_another_organisations_record(endpoint: Endpoint) -> None:
    one, stranger = endpoint.laptop(), endpoint.laptop("Women in Mining Chile")
    record = os.urandom(16)
    assert not one.push(1, one.op(ALLIANCE, record=record)).refused
    honest = stranger.op(ALLIANCE, record=record, owner=one.organisation)
    forged = stranger.op(ALLIANCE, record=record)
    assert stranger.push(1, honest, forged).refused == [
        (ALLIANCE, 1, Problem.OWNER_FORBIDDEN),
        (ALLIANCE, 2, Problem.OWNER_FORBIDDEN),
    ]
    secretariat = endpoint.laptop("Secretariat", "secretariat")
    stolen = secretariat.op(ALLIANCE, record=record)
    corrected = secretariat.op(ALLIANCE, record=record, owner=one.organisation)
    assert secretariat.push(1, stolen, corrected).refused == [(ALLIANCE, 1, Problem.OWNER_FORBIDDEN)]


def test_what_ships_with_the_program_stays_the_secretariats(endpoint: Endpoint) -> None:
    thief, secretariat, theme = endpoint.laptop(), endpoint.laptop("Secretariat", "secretariat"), os.urandom(16)
    assert not thief.push(1, thief.op(ALLIANCE, record=theme)).refused
    assert thief.push(2, thief.op(ALLIANCE, record=theme, owner=SHIPPED)).refused == [
        (ALLIANCE, 2, Problem.OWNER_FORBIDDEN)
    ]
    assert not secretariat.push(1, secretariat.op(ALLIANCE, record=theme, owner=SHIPPED)).refused


def test_the_record_of_an_enrolled_organisation_is_its_own(endpoint: Endpoint) -> None:
    one, stranger = endpoint.laptop(), endpoint.laptop("Women in Mining Chile")
    for n, name in enumerate(("note", ERASE), 1):
        squatting = stranger.op(ALLIANCE, record=one.organisation, type_name=name)
        assert [problem for *_op, problem in stranger.push(n, squatting).refused] == [Problem.OWNER_FORBIDDEN]
    squatting = stranger.op(ALLIANCE, record=one.organisation, type_name="organization")
    assert stranger.push(3, squatting).refused == [(ALLIANCE, 3, Problem.OWNER_FORBIDDEN)]
    assert not one.push(1, one.op(ALLIANCE, record=one.organisation, type_name="organization")).refused


def test_within_one_batch_the_first_operation_sets_the_owner(corner: Endpoint) -> None:
    one, record = corner.laptop(), os.urandom(16)
    ops = [one.op(one.shared, record=record), one.op(one.shared, record=record, owner=os.urandom(16))]
    assert one.push(1, *ops).refused == [(one.shared, 2, Problem.OWNER_FORBIDDEN)]


def test_each_role_reads_what_it_may(endpoint: Endpoint) -> None:
    one, stranger = endpoint.laptop(), endpoint.laptop("Women in Mining Chile")
    secretariat, member = endpoint.laptop("Secretariat", "secretariat"), endpoint.laptop("Committee", "committee")
    one.push(1, one.op(one.private), one.op(one.shared), one.op(ALLIANCE))
    member.push(1, member.op(COMMITTEE))
    foreign = secretariat.op(one.shared, owner=one.organisation), secretariat.op(shared_space(NOBODY))
    assert secretariat.push(1, *foreign).refused == [(shared_space(NOBODY), 1, Problem.SPACE_FORBIDDEN)]
    for laptop in (one, stranger, secretariat, member):
        laptop.pull()
    assert set(one.log) == {one.private, one.shared, ALLIANCE}
    assert set(stranger.log) == {ALLIANCE}
    assert set(secretariat.log) == {one.shared, COMMITTEE, ALLIANCE}
    assert set(member.log) == {COMMITTEE, ALLIANCE}


NOBODY = "00000000-0000-4000-8000-000000000000"


def test_a_reader_only_reads(corner: Endpoint) -> None:
    one, reader = corner.laptop(), corner.laptop(role="reader")
    one.push(1, one.op(one.shared, b"seen"))
    assert reader.push(1, reader.op(one.shared)).refused == [(reader.shared, 1, Problem.SPACE_FORBIDDEN)]
    assert reader.read(one.shared) == [b"seen"]


def test_a_cursor_of_a_foreign_space_tells_nothing(endpoint: Endpoint) -> None:
    one, stranger = endpoint.laptop(), endpoint.laptop("Women in Mining Chile")
    one.push(1, one.op(one.shared), one.op(one.private))
    for space, cursor in itertools.product((one.shared, one.private), (0, 1, 99)):
        answer = stranger.send(msgspec.structs.replace(stranger.request(), cursors={space: cursor}))
        assert answer.pages == []


def test_a_flipped_bit_is_noticed(corner: Endpoint) -> None:
    one = corner.laptop()
    good = one.batch(1, one.op(one.shared, b"payload"))
    op = good.ops[0]
    changed = msgspec.structs.replace
    for bad in (
        changed(good, signature=bytes([good.signature[0] ^ 1]) + good.signature[1:]),
        changed(good, signature=b""),
        changed(good, seed=bytes([good.seed[0] ^ 1]) + good.seed[1:]),
        changed(good, first=2),
        changed(good, ops=[changed(op, payload=b"qayload")]),
        changed(good, space=ALLIANCE, ops=[changed(op, space=ALLIANCE)]),
        changed(good, ops=[changed(op, base={"title": 1})]),
        changed(good, ops=[]),
    ):
        with pytest.raises(Answered) as refusal:
            one.send(one.request(bad))
        assert refusal.value.problem is Problem.SIGNATURE_WRONG
    assert one.send(one.request(good)).acked == {one.shared: 1}


def test_too_many_operations_at_once(corner: Endpoint) -> None:
    one = corner.laptop()
    with pytest.raises(Answered) as refusal:
        one.push(1, *[one.op(one.shared)] * (MAX_OPS + 1))
    assert refusal.value.problem is Problem.TOO_MANY_OPS


def test_a_long_log_comes_in_pages_and_whole(corner: Endpoint) -> None:
    one, two = corner.laptop(), corner.laptop()
    record = os.urandom(16)
    one.push(1, *[one.op(one.shared, b"%d" % n, record=record) for n in range(MAX_OPS)])
    one.push(MAX_OPS + 1, *[one.op(one.shared, bytes(MAX_PAYLOAD)) for _ in range(3)])
    assert two.read(one.shared) == [*(b"%d" % n for n in range(MAX_OPS)), *[bytes(MAX_PAYLOAD)] * 3]
    assert two.pull() == 1
    two.start_over()
    pages = two.send(two.request()).pages
    assert len(pages) >= MAX_OPS // PAGE_OPS + 3
    assert max(len(page.ops) for page in pages) == PAGE_OPS


def test_reading_now_and_then_gives_each_operation_once(corner: Endpoint) -> None:
    one, two = corner.laptop(), corner.laptop()
    for n in range(1, 10, 3):
        one.push(n, *[one.op(one.shared, b"%d" % each) for each in range(n, n + 3)])
        two.push(n, *[two.op(two.shared, b"own") for _ in range(3)])
        assert two.read(one.shared) == [b"%d" % each for each in range(1, n + 3)]
    assert [item for item in two.log[two.shared] if isinstance(item, int)] == list(range(1, 10))


def test_eight_writers_at_once_leave_no_hole(endpoint: Endpoint) -> None:
    laptops = [endpoint.laptop() for _ in range(8)]
    failures: list[BaseException] = []

    def write(laptop: Laptop) -> None:
        try:
            for n in range(1, 51, 5):
                ops = [laptop.op(laptop.shared, b"%d" % n) for n in range(n, n + 5)]
                assert laptop.push(n, *ops).acked == {laptop.shared: n + 4}
        except (AssertionError, Answered, OSError) as failure:
            failures.append(failure)

    threads = [threading.Thread(target=write, args=(laptop,)) for laptop in laptops]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    reader = endpoint.laptop()
    reader.pull()  # checks that each page begins where the one before it ended
    log = reader.log[reader.shared]
    assert len(log) == reader.cursors[reader.shared] == 400
    assert len({item.op.record for item in log if isinstance(item, Placed)}) == 400


def test_a_restored_endpoint_is_noticed(endpoint: Endpoint) -> None:
    one = endpoint.laptop()
    one.push(1, one.op(one.shared))
    one.pull()
    assert one.generation == one.me.generation
    renewed = renew_generation(endpoint.data, database=endpoint.owner)
    with pytest.raises(Answered) as refusal:
        one.push(2, one.op(one.shared))
    assert refusal.value.problem is Problem.GENERATION_CHANGED
    one.start_over()
    answer = one.send(one.request())
    assert (answer.generation, one.known(one.shared)) == (renewed, 1)


def test_a_cursor_ahead_of_the_log_means_a_restored_endpoint(endpoint: Endpoint) -> None:
    one = endpoint.laptop()
    for space in (one.private, one.shared, ALLIANCE):
        one.cursors = {space: 1}
        with pytest.raises(Answered) as refusal:
            one.push(1, one.op(one.shared))
        assert refusal.value.problem is Problem.GENERATION_CHANGED
    one.cursors = {}
    assert one.known(one.shared) == one.known(one.private) == 0, "nothing of a refused request is stored"


def test_numbers_that_fit_nowhere_are_refused(corner: Endpoint) -> None:
    one = corner.laptop()
    bad = [
        msgspec.structs.replace(one.request(), cursors={one.shared: 2**63}),
        msgspec.structs.replace(one.request(), cursors={one.shared: -1}),
        msgspec.structs.replace(one.request(), epoch=-1),
        msgspec.structs.replace(one.request(), generation=-1),
        one.request(Batch(one.shared, one.epoch, 2**64 - 1, [one.op(one.shared)], bytes(32), bytes(64))),
        one.request(Batch(one.shared, one.epoch, 0, [one.op(one.shared)], bytes(32), bytes(64))),
    ]
    for request in bad:
        with pytest.raises(Answered) as refusal:
            one.send(request)
        assert refusal.value.problem is Problem.MALFORMED
    for n, base in enumerate([2**64 - 1, 2**63, -(2**63)], 1):
        huge = msgspec.structs.replace(one.op(one.shared), base={"title": base})
        assert one.push(n, huge).refused == [(one.shared, n, Problem.MALFORMED)]
