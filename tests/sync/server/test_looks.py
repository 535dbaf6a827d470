"""How often a sync looks at the database, and what each look must notice: few looks, and none that is missing."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec
import pytest
from sqlalchemy import Engine, event
from sqlalchemy.pool import Pool

from sync.protocol import ALLIANCE, COMMITTEE, PAGE_OPS, Problem, SyncRequest, trail
from sync.server import tokens
from sync.server.exchange import Exchange
from sync.server.refusals import Refused
from sync.server.service import renew_generation, revoke
from sync.server.store import Store
from tests.sync.server.laptop import Answered, Laptop

if TYPE_CHECKING:
    from tests.sync.server.conftest import Endpoint


@contextlib.contextmanager
def listening(place: type[Engine] | type[Pool], name: str, heard: list[str]) -> Iterator[list[str]]:
    """Note each statement, or each time that a connection is taken or given back, within the block."""

    def hear(*words: object) -> None:
        heard.append(str(words[2]) if name == "before_cursor_execute" else name)

    event.listen(place, name, hear)
    try:
        yield heard
    finally:
        event.remove(place, name, hear)


def said(laptop: Laptop, request: SyncRequest) -> list[str]:
    """What the endpoint says to its database while it answers a request that it does not refuse."""
    with listening(Engine, "before_cursor_execute", []) as statements:
        laptop.send(request)
    return statements


@contextlib.contextmanager
def at_work(endpoint: Endpoint, laptop: Laptop) -> Iterator[Exchange]:
    """A sync of the laptop, without HTTP."""
    with contextlib.closing(Store(endpoint.data, database=endpoint.database)) as store:
        ask = functools.partial(tokens.device_of, store, header=laptop.authorization)
        yield Exchange(store, tokens.caller(store, laptop.authorization), ask)


def answered(exchange: Exchange, body: bytes) -> None:
    """Go through a whole request, but for the rest of a long answer."""
    exchange.receive(body)
    exchange.finish()
    next(exchange.answer())


def problem(refused: pytest.ExceptionInfo[Refused] | pytest.ExceptionInfo[Answered]) -> Problem:
    return refused.value.problem


def test_a_sync_asks_the_database_little(corner: Endpoint) -> None:
    one = corner.laptop()
    one.push(1, one.op(one.shared, record=bytes(15) + b"1"))
    one.pull()
    assert len(said(one, one.request())) == 4
    edit = one.batch(2, one.op(one.shared, record=bytes(15) + b"1"))
    assert len(said(one, one.request(edit))) <= 17


def test_however_many_spaces_are_behind_one_question_is_enough(endpoint: Endpoint) -> None:
    one = endpoint.laptop(role="committee")
    spaces = one.shared, COMMITTEE, ALLIANCE
    one.push(1, *(one.op(space) for space in spaces))
    one.push(2, *(one.op(space) for space in spaces))
    asked = msgspec.structs.replace(one.request(), cursors=dict.fromkeys(spaces, 1))
    right = dict.fromkeys(spaces, trail(b"", one.id, one.epoch, 1))
    statements = said(one, msgspec.structs.replace(asked, trails=right))
    assert sum("op.trail" in each and "op.payload" not in each for each in statements) == 1
    for space in spaces:
        with pytest.raises(Answered) as refused:
            one.send(msgspec.structs.replace(asked, trails=right | {space: b"elsewhere"[:8]}))
        assert problem(refused) is Problem.GENERATION_CHANGED


def test_who_reads_slowly_holds_nothing_open_and_is_shut_out_with_the_next_page(endpoint: Endpoint) -> None:
    writer, reader = endpoint.laptop(), endpoint.laptop()
    for first in range(1, 6 * PAGE_OPS, PAGE_OPS):
        writer.push(first, *(writer.op(writer.shared, bytes(400)) for _ in range(PAGE_OPS)))
    reader.cursors = {}
    with at_work(endpoint, reader) as exchange:
        exchange.receive(reader.packed(reader.request()))
        exchange.finish()
        answer = exchange.answer()
        moves: list[str] = []
        with listening(Pool, "checkout", moves), listening(Pool, "checkin", moves):
            assert len(next(answer)) == 1, "a page of this size comes by itself"
            assert len(next(answer)) == 1
        assert moves == ["checkout", "checkin"] * 2
        revoke(endpoint.data, reader.me.device, database=endpoint.database)
        with pytest.raises(Refused) as refused:
            next(answer)
    assert problem(refused) is Problem.DEVICE_REVOKED


def test_who_follows_another_log_hears_it_before_all_is_sent(corner: Endpoint) -> None:
    one = corner.laptop()
    hello = one.packed(msgspec.structs.replace(one.request(), cursors={one.shared: 5}))
    for parts in ((hello + b"\x28",), (hello, b"\x28")):
        with at_work(corner, one) as exchange:
            for part in parts[:-1]:
                exchange.receive(part)
            with pytest.raises(Refused) as refused:
                exchange.receive(parts[-1])
        assert problem(refused) is Problem.GENERATION_CHANGED


def test_an_endpoint_that_was_restored_meanwhile_takes_and_tells_nothing(endpoint: Endpoint) -> None:
    one = endpoint.laptop()
    for request in (one.request(), one.request(one.batch(1, one.op(one.shared)))):
        with at_work(endpoint, one) as exchange:
            renew_generation(endpoint.data, database=endpoint.owner)
            with pytest.raises(Refused) as refused:
                answered(exchange, one.packed(request))
        assert problem(refused) is Problem.GENERATION_CHANGED
    one.start_over()
    assert one.known(one.shared) == 0


def test_what_was_refused_is_told_again_beside_what_is_refused_now(corner: Endpoint) -> None:
    one, other = corner.laptop(), bytes(15) + b"2"
    ops = [one.op(one.shared, bytes([n]), owner=other if n % 2 else b"") for n in range(4)]
    before, then = one.request(one.batch(1, *ops[:2])), one.request(one.batch(1, *ops))
    too_large = one.op(one.shared, bytes(1 << 20))
    assert one.send(before).refused == []
    assert one.send(then).acked == {one.shared: 4}
    refused = one.request(one.batch(5, ops[0], msgspec.structs.replace(ops[1], type="")))
    again = one.request(one.batch(5, ops[0], msgspec.structs.replace(ops[1], type=""), ops[2], too_large))
    first = (one.shared, 6, Problem.MALFORMED)
    assert one.send(refused).refused == [first]
    answer = one.send(again)
    assert (answer.acked, answer.refused) == ({one.shared: 8}, [first, (one.shared, 8, Problem.TOO_LARGE)])
    assert one.send(again).refused == answer.refused
