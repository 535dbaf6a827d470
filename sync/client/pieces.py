"""What waits, cut into pieces that are signed and count by themselves."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Iterator

from sqlalchemy.orm import Session

from sync import wire
from sync.client import blocks
from sync.client.tally import Tally
from sync.protocol import PAGE_BYTES, SEALED_BYTES, SEALED_OPS, Batch, Op, batch_root, private_space
from wimdesk.app import App
from wimdesk.store import outbox
from wimdesk.store.seal_keys import SealKey

Waiting = tuple[str, int, list[Op]]
"""A space, the n of the first, and the operations."""
_OVERHEAD = 100
"""Bytes of an operation besides its payload, about."""


def next_batches(session: Session, acked: dict[str, int]) -> list[Waiting]:
    """Return what fits into one request of what waits behind these numbers, by space."""
    found: list[Waiting] = []
    room = outbox.MAX_BYTES
    for space in outbox.ready(session):
        first, ops = outbox.next_batch(session, space, acked.get(space, 0), room)
        if ops:
            found.append((space, first, ops))
            room -= outbox.size_of(ops)
        if room <= 0:
            break
    return found


def frames(
    app: App, names: wire.Names, waiting: Iterable[Waiting], epoch: int, tally: Tally, key: SealKey | None
) -> list[bytes]:
    """Return what goes out, `tally.bite` operations or fewer in a piece; what is private is sealed with the key.

    A box may be larger: it goes on where it was cut.
    """
    private = private_space(str(uuid.UUID(bytes=names.organisation)))
    found = []
    for space, first, ops in waiting:
        if space == private and key is not None:
            for at, some in bites(ops, SEALED_OPS, SEALED_BYTES):
                plain = Batch(space, epoch, first + at, some, b"", b"")
                found += blocks.frames(app, key, names, plain, tally.begun)
        else:
            for at, some in bites(ops, tally.bite):
                found.append(wire.push(_signed(app, space, epoch, first + at, some), names, seen_place))
    return found


def _signed(app: App, space: str, epoch: int, first: int, ops: list[Op]) -> Batch:
    seed = os.urandom(16)
    root = batch_root(space, app.store.author.device, epoch, first, ops, seed)
    return Batch(space, epoch, first, ops, seed, app.device_keys.sign.sign(root))


def bites(ops: list[Op], most: int, limit: int = PAGE_BYTES) -> Iterator[tuple[int, list[Op]]]:
    """Yield (how many came before, some operations): each bite is signed by itself and counts by itself.

    `limit`: bytes of a bite that has more than one operation.
    """
    begun, size = 0, 0
    for at, op in enumerate(ops):
        size += len(op.payload) + _OVERHEAD
        if at > begun and (at - begun == most or size > limit):
            yield begun, ops[begun:at]
            begun, size = at, len(op.payload) + _OVERHEAD
    if ops:
        yield begun, ops[begun:]


def seen_place(op: Op) -> int:
    """Return the latest place of its record that this device has read: the endpoint knows it too."""
    return max((place for place in op.base.values() if place > 0), default=0)
