"""How far the numbers of each device go in each space, and the places that a log gives out."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, bindparam, insert, select, update

from sync.protocol import Batch, Sealed
from sync.server import tables
from sync.server.roles import Device

LIMIT = 1 << 63
"""Numbers from here on fit in no database."""


class Taken(NamedTuple):
    """What became of a batch: how far the numbers are known now, and (space, n, problem number) of what was refused of
    it, now or before, in order."""

    known: int
    refused: list[tuple[str, int, int]]


def by(table: Table) -> tuple[ColumnElement[bool], ...]:
    """Return what picks the rows of one device and epoch in one space; `mine` names them."""
    return table.c.space == bindparam("of"), table.c.device == bindparam("by"), table.c.epoch == bindparam("in")


def mine(device: Device, epoch: int, space: str) -> dict[str, object]:
    """Return the parameters of `by`."""
    return {"of": space, "by": device.id, "in": epoch}


# What each push asks is made once: to make a statement costs several times what it costs to run it.
_author, _refused, _space = tables.author.c, tables.refused.c, tables.space.c
_KNOWN = select(_author.known).where(*by(tables.author))
_EPOCHS = select(_author.epoch, _author.known).where(
    _author.space == bindparam("of"), _author.device == bindparam("by")
)
_NEWEST = {
    log: select(log.c.seq).where(*by(log)).order_by(log.c.n.desc()).limit(1) for log in (tables.op, tables.sealed)
}
_REFUSED_IN = select(_refused.n).where(*by(tables.refused), _refused.n.between(bindparam("first"), bindparam("last")))
_REFUSED_BETWEEN = (
    select(_refused.n, _refused.number)
    .where(*by(tables.refused), _refused.n.between(bindparam("first"), bindparam("last")))
    .order_by(_refused.n)
)
_ADD_AUTHOR = insert(tables.author)
_NOTE_KNOWN = update(tables.author).where(*by(tables.author)).values(known=bindparam("now_known"))
_ADD_SPACE = insert(tables.space)
_ADVANCE = (
    update(tables.space)
    .where(_space.name == bindparam("of"))
    .values(head=_space.head + bindparam("count"))
    .returning(_space.head, _space.trail, _space.digest)
)
_LEAVE = (
    update(tables.space)
    .where(_space.name == bindparam("of"))
    .values(trail=bindparam("new_trail"), digest=bindparam("new_digest"))
)


def known_of(connection: Connection, device: Device, epoch: int, space: str) -> int:
    """Return the highest n that is known of the device and epoch in the space; there is no hole below it."""
    return connection.scalar(_KNOWN, mine(device, epoch, space)) or 0


def epochs_of(connection: Connection, device: Device, space: str) -> dict[int, int]:
    """Return what `known_of` says of each epoch of the device in the space."""
    rows = connection.execute(_EPOCHS, {"of": space, "by": device.id})
    return {row.epoch: row.known for row in rows}


def is_ahead(
    connection: Connection, device: Device, batch: Batch | Sealed, cursor: int, epochs: Collection[int]
) -> bool:
    """Say whether the device has places behind the cursor that it got under another of its epochs.

    A copy of its profile, or this one before it was restored, was here: it may have sent the same already.
    """
    newest = _NEWEST[tables.sealed if isinstance(batch, Sealed) else tables.op]
    for epoch in epochs:
        if epoch == batch.epoch:
            continue
        if (connection.scalar(newest, mine(device, epoch, batch.space)) or 0) > cursor:
            return True
    return False


def refused_before(
    connection: Connection, device: Device, batch: Batch | Sealed, built_on: Collection[int]
) -> set[int]:
    """Return which of these were refused: what builds on one would reach the others as half of what was meant."""
    asked = set(built_on)
    if not asked:
        return asked
    those = mine(device, batch.epoch, batch.space) | {"first": min(asked), "last": max(asked)}
    return asked.intersection(connection.scalars(_REFUSED_IN, those))


def note_known(connection: Connection, device: Device, batch: Batch | Sealed, before: int, known: int) -> None:
    """Remember the highest number that is known now; `before` is the one that was, 0 for none."""
    if before:
        connection.execute(_NOTE_KNOWN, mine(device, batch.epoch, batch.space) | {"now_known": known})
    else:
        row = {"space": batch.space, "device": device.id, "epoch": batch.epoch, "known": known}
        connection.execute(_ADD_AUTHOR, row)


def advance(connection: Connection, space: str, count: int) -> tuple[int, bytes, bytes]:
    """Return the new head of the space, and the trail and the digest of the log before it."""
    found = connection.execute(_ADVANCE, {"of": space, "count": count}).first()
    if found is None:
        connection.execute(_ADD_SPACE, {"name": space, "head": count, "trail": b""})
        return count, b"", b""
    return found.head, found.trail, found.digest


def leave(connection: Connection, space: str, trail: bytes, digest: bytes) -> None:
    """Note trail and digest of the log up to the new head of the space."""
    connection.execute(_LEAVE, {"of": space, "new_trail": trail, "new_digest": digest})


def refused_of(connection: Connection, device: Device, batch: Batch | Sealed) -> list[tuple[str, int, int]]:
    """Return (space, n, problem number) of what was refused of the batch, now or before, in order."""
    count = batch.count if isinstance(batch, Sealed) else len(batch.ops)
    those = mine(device, batch.epoch, batch.space) | {"first": batch.first, "last": batch.first + count - 1}
    return [(batch.space, row.n, row.number) for row in connection.execute(_REFUSED_BETWEEN, those)]
