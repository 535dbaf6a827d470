"""What waits, cut into pieces that count by themselves, and how a piece names what both sides know."""

from __future__ import annotations

from collections.abc import Iterator

from sync.protocol import PAGE_BYTES, Op

_OVERHEAD = 100
"""Bytes of an operation besides its payload, about."""


def bites(ops: list[Op], most: int) -> Iterator[tuple[int, list[Op]]]:
    """Yield (how many came before, some operations): each bite is signed by itself and counts by itself."""
    begun, size = 0, 0
    for at, op in enumerate(ops):
        size += len(op.payload) + _OVERHEAD
        if at > begun and (at - begun == most or size > PAGE_BYTES):
            yield begun, ops[begun:at]
            begun, size = at, len(op.payload) + _OVERHEAD
    if ops:
        yield begun, ops[begun:]


def seen_place(op: Op) -> int:
    """Return the latest place of its record that this device has read: the endpoint knows it too."""
    return max((place for place in op.base.values() if place > 0), default=0)
