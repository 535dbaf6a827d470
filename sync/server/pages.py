"""What a pull becomes: the next pages of every space that the device may read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import Connection, Row, select

from sync.protocol import PAGE_BYTES, PAGE_OPS, Author, Op, Page, Placed, Problem
from sync.server import tables
from sync.server.refusals import Refused
from sync.server.roles import Device, may_read, organisation_of_shared, own_spaces, reads_every_shared

_OVERHEAD = 100
"""Bytes of an operation besides its payload, about."""

_fields = msgspec.msgpack.Decoder(tuple[str, ...]).decode
_base = msgspec.msgpack.Decoder(dict[str, int]).decode


def op_of(row: Row[tuple[object, ...]]) -> Op:
    """Return the operation as its device sent it."""
    return Op(row.space, row.type, row.record, row.owner, _fields(row.fields), _base(row.base), row.payload)


@dataclass
class _Budget:
    """What still fits into this answer. The first operation always does, or nobody would ever get on."""

    ops: int = PAGE_OPS
    size: int = PAGE_BYTES
    untouched: bool = field(default=True)

    def takes(self, size: int) -> bool:
        if not self.untouched and (self.ops < 1 or self.size < size):
            return False
        self.ops -= 1
        self.size -= size
        self.untouched = False
        return True


def pages_for(connection: Connection, device: Device, epoch: int, cursors: dict[str, int]) -> tuple[list[Page], bool]:
    """Return the next pages and whether there is more. Raises Refused where a cursor is ahead of the log."""
    behind = []
    for space, head in _heads(connection, device, cursors):
        cursor = cursors.get(space, 0)
        if cursor > head:
            raise Refused(Problem.GENERATION_CHANGED)
        if cursor < head:
            behind.append((space, cursor, head))
    budget = _Budget()
    pages = []
    more = False
    for space, cursor, head in behind:
        page = _page(connection, device, epoch, space, cursor, budget)
        if page.ops:
            pages.append(page)
        if cursor + len(page.ops) < head:
            more = True
            break
    return pages, more


def _heads(connection: Connection, device: Device, cursors: dict[str, int]) -> Iterator[tuple[str, int]]:
    """Yield each readable space and its newest seq; a space nobody wrote to has a cursor of 0 or is a lie."""
    named = own_spaces(device)
    query = select(tables.space).order_by(tables.space.c.name)
    if not reads_every_shared(device):
        query = query.where(tables.space.c.name.in_(named))
    heads: dict[str, int] = {row.name: row.head for row in connection.execute(query)}
    others = [space for space in heads if organisation_of_shared(space) and space not in named]
    asked = [space for space in cursors if space not in heads and space not in named and may_read(device, space)]
    for space in (*named, *others, *asked):
        yield space, heads.get(space, 0)


def _page(connection: Connection, device: Device, epoch: int, space: str, cursor: int, budget: _Budget) -> Page:
    table = tables.op
    query = select(table).where(table.c.space == space, table.c.seq > cursor).order_by(table.c.seq).limit(PAGE_OPS)
    authors: dict[Author, int] = {}
    ops: list[int | Placed] = []
    with connection.execute(query) as rows:
        for row in rows:
            if row.seq != cursor + len(ops) + 1:
                raise LookupError(f"the log has a hole before {row.seq}")  # better no answer than a loss
            own = row.device == device.id and row.epoch == epoch
            if not budget.takes(_OVERHEAD // 10 if own else len(row.payload) + _OVERHEAD):
                break
            author = Author(row.device, row.epoch)
            ops.append(row.n if own else Placed(authors.setdefault(author, len(authors)), row.n, op_of(row)))
    return Page(space, cursor + 1, list(authors), ops)
