"""What a pull becomes: the next pages of every space that the device may read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

import msgspec
from sqlalchemy import Connection, Row, bindparam, select

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
_TRAIL_AT = select(_op.trail).where(_op.space == bindparam("space"), _op.seq == bindparam("seq"))
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


def behind(connection: Connection, device: Device, request: SyncRequest) -> list[tuple[str, int, int]]:
    """Return (space, cursor, newest seq) of each space in which there is something to read.

    Raises Refused where the device has read what this log does not say.
    """
    found = []
    for space, head, last, _digest in _heads(connection, device, request.cursors):
        cursor = request.cursors.get(space, 0)
        private = kind_of(device, space) == "private"
        if private and space not in request.cursors:
            continue  # it does not have the organisation's key yet
        trail = request.trails.get(space, b"")
        is_of_log = cursor == head and trail[:TRAIL_BYTES] == last
        if cursor > head or not (is_of_log or _is_of_log(connection, space, cursor, trail, private=private)):
            raise Refused(Problem.GENERATION_CHANGED)
        if cursor < head:
            found.append((space, cursor, head))
    return found


def differing(connection: Connection, device: Device, request: SyncRequest) -> list[str]:
    """Return the spaces that the device has read to their end, and of which it says something else than the log."""
    if not request.sums:
        return []
    found = []
    for space, head, _last, digest in _heads(connection, device, request.cursors):
        said = request.sums.get(space, b"")
        if said and digest and request.cursors.get(space, 0) == head and said != digest[:SAID_BYTES]:
            found.append(space)
    return found


def _is_of_log(connection: Connection, space: str, cursor: int, trail: bytes, *, private: bool) -> bool:
    """Say whether a device that follows this log can be at the cursor; one without a trail may be anywhere, but
    never in the middle of a block."""
    if not cursor or not (trail or private):
        return True
    said = (sealed.trail_at if private else _trail_at)(connection, space, cursor)
    return said is not None and (not trail or said == trail[:TRAIL_BYTES])


def _trail_at(connection: Connection, space: str, seq: int) -> bytes | None:
    found: bytes | None = connection.scalar(_TRAIL_AT, {"space": space, "seq": seq})
    return found


def _heads(connection: Connection, device: Device, cursors: dict[str, int]) -> Iterator[tuple[str, int, bytes, bytes]]:
    """Yield each readable space, its newest seq, and the trail and the digest there.

    A space nobody wrote to has a cursor of 0 or is a lie.
    """
    named = own_spaces(device)
    every = reads_every_shared(device)
    rows = connection.execute(_ALL_HEADS) if every else connection.execute(_HEADS, {"named": list(named)})
    heads: dict[str, tuple[int, bytes, bytes]] = {row.name: (row.head, row.trail, row.digest) for row in rows}
    others = [space for space in heads if organisation_of_shared(space) and space not in named]
    asked = [space for space in cursors if space not in heads and space not in named and may_read(device, space)]
    for space in (*named, *others, *asked):
        yield space, *heads.get(space, (0, b"", b""))


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
            own = row.device == device.id and row.epoch == epoch
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
