"""What the log of a space says, as one number to which each operation adds: equal on both sides, or something is wrong.

It finds mistakes, not forgers: whoever can write a log can also make it say something else under the same number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from sync.protocol import Author, Op

SAID_BYTES = 8
"""As many bytes of it travel."""
_BYTES = 16
_encode = msgspec.msgpack.Encoder().encode


class Entry(NamedTuple):
    """An operation at its place in a log."""

    seq: int
    author: Author
    n: int
    op: Op


def add(so_far: bytes, entries: Sequence[Entry]) -> bytes:
    """Return the digest (16 bytes) of a log after these operations; nothing stands for the empty one.

    It also stands for one that is not known, because the log is older than digests are: that stays so.
    """
    if not so_far and entries and min(entry.seq for entry in entries) > 1:
        return b""
    return _bytes(int.from_bytes(so_far) + sum(map(_share, entries)))


def erased(so_far: bytes, entries: Sequence[Entry]) -> bytes:
    """Return the digest of a log in which these operations, which it has, lose what they say (sync.erasures)."""
    if not so_far:
        return b""
    stubs = (entry._replace(op=msgspec.structs.replace(entry.op, payload=b"")) for entry in entries)
    return _bytes(int.from_bytes(so_far) + sum(map(_share, stubs)) - sum(map(_share, entries)))


def _share(entry: Entry) -> int:
    """Return what an operation adds."""
    seq, author, n, op = entry
    where = seq, author.device, author.epoch % (1 << 64), n
    told = op.type, op.record, op.owner, op.fields, sorted(op.base.items()), op.payload
    return int.from_bytes(hashlib.sha256(_encode((where, told))).digest()[:_BYTES])


def _bytes(total: int) -> bytes:
    return (total % (1 << 8 * _BYTES)).to_bytes(_BYTES)
