"""How far the numbers of each device go in each space, and the places that a log gives out."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, Table, insert, select, update

from sync.protocol import Batch, Sealed
from sync.server import tables
from sync.server.roles import Device

LIMIT = 1 << 63
"""Numbers from here on fit in no database."""
_CHUNK = 500


def known_of(connection: Connection, device: Device, epoch: int, space: str) -> int:
    """Return the highest n that is known of the device and epoch in the space; there is no hole below it."""
    return connection.scalar(select(tables.author.c.known).where(*by(tables.author, device, epoch, space))) or 0


def is_ahead(connection: Connection, device: Device, batch: Batch | Sealed, cursor: int) -> bool:
    """Say whether the device has places behind the cursor that it got under another epoch.

    A copy of its profile, or this one before it was restored, was here: it may have sent the same already.
    """
    author, log = tables.author.c, tables.sealed if isinstance(batch, Sealed) else tables.op
    mine = (author.space == batch.space, author.device == device.id, author.epoch != batch.epoch)
    for epoch in connection.scalars(select(author.epoch).where(*mine)).all():
        newest = select(log.c.seq).where(*by(log, device, epoch, batch.space)).order_by(log.c.n.desc()).limit(1)
        if (connection.scalar(newest) or 0) > cursor:
            return True
    return False


def by(table: Table, device: Device, epoch: int, space: str) -> tuple[ColumnElement[bool], ...]:
    """Return what picks the rows of one device and epoch in one space."""
    return table.c.space == space, table.c.device == device.id, table.c.epoch == epoch


def refused_before(
    connection: Connection, device: Device, batch: Batch | Sealed, built_on: Collection[int]
) -> set[int]:
    """Return which of these were refused: what builds on one would reach the others as half of what was meant."""
    asked = sorted(built_on)
    table = tables.refused
    mine = by(table, device, batch.epoch, batch.space)
    parts = (asked[i : i + _CHUNK] for i in range(0, len(asked), _CHUNK))
    return {n for part in parts for n in connection.scalars(select(table.c.n).where(*mine, table.c.n.in_(part)))}


def note_known(connection: Connection, device: Device, batch: Batch | Sealed, before: int, known: int) -> None:
    """Remember the highest number that is known now; `before` is the one that was, 0 for none."""
    if before:
        mine = by(tables.author, device, batch.epoch, batch.space)
        connection.execute(update(tables.author).where(*mine).values(known=known))
    else:
        row = {"space": batch.space, "device": device.id, "epoch": batch.epoch, "known": known}
        connection.execute(insert(tables.author).values(row))


def advance(connection: Connection, space: str, count: int) -> tuple[int, bytes, bytes]:
    """Return the new head of the space, and the trail and the digest of the log before it."""
    table = tables.space
    statement = update(table).where(table.c.name == space).values(head=table.c.head + count)
    found = connection.execute(statement.returning(table.c.head, table.c.trail, table.c.digest)).first()
    if found is None:
        connection.execute(insert(table).values(name=space, head=count, trail=b""))
        return count, b"", b""
    return found.head, found.trail, found.digest


def refused_of(connection: Connection, device: Device, batch: Batch | Sealed) -> list[tuple[str, int, int]]:
    """Return (space, n, problem number) of what was refused of the batch, now or before, in order."""
    table = tables.refused
    count = batch.count if isinstance(batch, Sealed) else len(batch.ops)
    numbers = table.c.n.between(batch.first, batch.first + count - 1)
    mine = by(table, device, batch.epoch, batch.space)
    rows = connection.execute(select(table.c.n, table.c.number).where(*mine, numbers).order_by(table.c.n))
    return [(batch.space, row.n, row.number) for row in rows]
