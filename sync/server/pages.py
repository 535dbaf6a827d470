"""What a pull becomes: the next pages of every space that the device may read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, Row, bindparam, select, tuple_

from sync.digests import SAID_BYTES
from sync.protocol import (
    PAGE_BYTES,
    PAGE_OPS,
    PREFIX_OPS,
    TRAIL_BYTES,
    Author,
    Op,
    Page,
    Placed,
    Problem,
    SyncRequest,
    digest_of,
    newest_that_fit,
)
from sync.server import sealed, tables
from sync.server.refusals import Refused
from sync.server.roles import Device, kind_of, may_read, organisation_of_shared, own_spaces, reads_every_shared

_OVERHEAD = 100
"""Bytes of an operation besides its payload, about."""
_CHUNK = 500

# What each sync asks is made once: to make a statement costs several times what it costs to run it.
_op = tables.op.c
_TRAILS = select(_op.space, _op.trail).where(tuple_(_op.space, _op.seq).in_(bindparam("at", expanding=True)))
_ALL_HEADS = select(tables.space).order_by(tables.space.c.name)
_HEADS = _ALL_HEADS.where(tables.space.c.name.in_(bindparam("named", expanding=True)))
_PART = select(tables.op).where(
    _op.space == bindparam("space"), _op.seq > bindparam("cursor"), _op.seq <= bindparam("head")
)
_BEYOND = _PART.order_by(_op.seq).limit(bindparam("most"))
_LAST = _PART.order_by(_op.seq.desc())
_RECORDS_AT = select(_op.seq, _op.record).where(
    _op.space == bindparam("space"), _op.seq.in_(bindparam("places", expanding=True))
)

_fields = msgspec.msgpack.Decoder(tuple[str, ...]).decode
_base = msgspec.msgpack.Decoder(dict[str, int]).decode


def op_of(row: Row[tuple[object, ...]]) -> Op:
    """Return the operation as its device sent it."""
    return Op(row.space, row.type, row.record, row.owner, _fields(row.fields), _base(row.base), row.payload)


class Standing(NamedTuple):
    """Where a device stands: what it lacks, as (space, cursor, newest seq), and the spaces that it has read to their
    end and of which it says something else than the log."""

    behind: list[tuple[str, int, int]]
    differs: list[str]


class _Log(NamedTuple):
    """A space that the device may read: where it is, what it says the trail there is, and the end of the log."""

    space: str
    is_private: bool
    cursor: int
    said: bytes
    head: int
    trail: bytes
    digest: bytes


def standing(connection: Connection, device: Device, request: SyncRequest, *, proven: bool = False) -> Standing:
    """Return where the device stands.

    Raises Refused where it has read what this log does not say. `proven`: that was looked at already, and a log only
    grows, so that only its end is.
    """
    logs = list(_logs(connection, device, request))
    if any(log.cursor > log.head for log in logs) or not (proven or _are_followed(connection, logs)):
        raise Refused(Problem.GENERATION_CHANGED)
    sums = request.sums
    return Standing(
        [(log.space, log.cursor, log.head) for log in logs if log.cursor < log.head],
        [log.space for log in logs if log.cursor == log.head and _differs(sums.get(log.space, b""), log.digest)],
    )


def _differs(said: bytes, digest: bytes) -> bool:
    return bool(said and digest) and said != digest[:SAID_BYTES]


def _are_followed(connection: Connection, logs: list[_Log]) -> bool:
    """Say whether a device that follows these logs can be where it is; one without a trail may be anywhere, but never
    in the middle of a block."""
    doubtful = [log for log in logs if log.cursor and not (log.cursor == log.head and log.said == log.trail)]
    opened = [log for log in doubtful if log.said and not log.is_private]
    private = [log for log in doubtful if log.is_private]
    there = _trails_at(connection, [(log.space, log.cursor) for log in opened])
    there |= {log.space: sealed.trail_at(connection, log.space, log.cursor) for log in private}
    return all(
        (found := there.get(log.space)) is not None and (not log.said or log.said == found) for log in opened + private
    )


def _trails_at(connection: Connection, places: list[tuple[str, int]]) -> dict[str, bytes | None]:
    found = {}
    for at in range(0, len(places), _CHUNK):
        found.update({row.space: row.trail for row in connection.execute(_TRAILS, {"at": places[at : at + _CHUNK]})})
    return found


def _logs(connection: Connection, device: Device, request: SyncRequest) -> Iterator[_Log]:
    """Yield each readable space, but not the private one of a device that does not have the organisation's key yet.

    A space nobody wrote to has a cursor of 0 or is a lie.
    """
    cursors, named = request.cursors, own_spaces(device)
    every = reads_every_shared(device)
    rows = connection.execute(_ALL_HEADS) if every else connection.execute(_HEADS, {"named": list(named)})
    heads: dict[str, tuple[int, bytes, bytes]] = {row.name: (row.head, row.trail, row.digest) for row in rows}
    others = [space for space in heads if organisation_of_shared(space) and space not in named]
    asked = [space for space in cursors if space not in heads and space not in named and may_read(device, space)]
    for space in (*named, *others, *asked):
        is_private = kind_of(device, space) == "private"
        if is_private and space not in cursors:
            continue
        said = request.trails.get(space, b"")[:TRAIL_BYTES]
        yield _Log(space, is_private, cursors.get(space, 0), said, *heads.get(space, (0, b"", b"")))


def page(connection: Connection, device: Device, epoch: int, space: str, cursor: int, head: int) -> Page:
    """Return the operations after the cursor, up to `head`: as many as fit, at least one.

    Own ones take next to no room: there may be many of them before those of others.
    """
    authors: dict[Author, int] = {}
    ops: list[int | Placed] = []
    own_ops = []
    size = 0
    while not authors and size <= PAGE_BYTES and cursor + len(ops) < head:
        for row in _rows(connection, space, cursor + len(ops), head):
            # An erased one is news to its author too.
            own = row.device == device.id and row.epoch == epoch and bool(row.payload)
            size += _OVERHEAD // 10 if own else len(row.payload) + _OVERHEAD
            if ops and size > PAGE_BYTES:
                break
            if own:
                own_ops.append(op_of(row))
                ops.append(row.n)
                continue
            index = authors.setdefault(Author(row.device, row.epoch), len(authors))
            ops.append(Placed(index, row.n, op_of(row)))
    return Page(space, cursor + 1, list(authors), ops, digest_of(own_ops))


def _rows(connection: Connection, space: str, cursor: int, head: int) -> Sequence[Row[tuple[object, ...]]]:
    """Return the next rows of the log. Better no answer than a loss: raises LookupError where there is a hole."""
    beyond = {"space": space, "cursor": cursor, "head": head, "most": PAGE_OPS}
    rows = connection.execute(_BEYOND, beyond).all()
    if [row.seq for row in rows] != list(range(cursor + 1, cursor + 1 + len(rows))) or not rows:
        raise LookupError(f"the log has a hole after {cursor}")
    return rows


def last(connection: Connection, space: str, cursor: int) -> list[Op]:
    """Return the last operations up to a place of the log, in its order."""
    some = {"space": space, "cursor": cursor - PREFIX_OPS, "head": cursor}
    with connection.execute(_LAST, some) as rows:
        return newest_that_fit(map(op_of, rows))


def records_at(connection: Connection, space: str, places: Collection[int]) -> dict[int, bytes]:
    """Return the records of these places in the log; a place that it does not have is left out."""
    found, asked = {}, sorted(places)
    for at in range(0, len(asked), _CHUNK):
        rows = connection.execute(_RECORDS_AT, {"space": space, "places": asked[at : at + _CHUNK]})
        found.update({row.seq: row.record for row in rows})
    return found


def places(connection: Connection, page: Page) -> Callable[[Op], int]:
    """Return what finds, for an operation of the page, an earlier place of its record that the reader knows."""
    first = page.first
    built_on = {_built_on(item.op, first) for item in page.ops if isinstance(item, Placed)} - {0}
    known = records_at(connection, page.space, built_on)

    def place_of(op: Op) -> int:
        place = _built_on(op, first)
        # What its author says it had seen need not be true.
        return place if known.get(place) == op.record else 0

    return place_of


def _built_on(op: Op, first: int) -> int:
    return max((place for place in op.base.values() if 0 < place < first), default=0)
