"""Erasing what a log says of a record: an order is an operation like any other, and what it erases leaves a stub.

An order (type ERASE) names the record, a receipt (type ERASED) says that its author's computer has nothing of it any
more. Neither sets a field. An operation without payload is a stub: number, place, trail and the signed root stay as
they were, for a signature commits to H(salt || payload) only. Whoever has read an order keeps it for good, so that
what comes later from elsewhere arrives as a stub too.
"""

from __future__ import annotations

import hashlib
import uuid

import msgspec

from sync.protocol import SHIPPED_OWNER, Author, Op, Sealed
from sync.signers import SIGNER

ERASE, ERASED = "erase", "erased"
MARKS = frozenset({ERASE, ERASED, SIGNER})
"""Types of operations that are about a record without saying anything of it: they stay."""
MOST_RECORDS = 2000
MOST_PLACES = 20_000
_SHIPPED = uuid.UUID(SHIPPED_OWNER).bytes
_CONTEXT = b"wimdesk erased v1\0"
_RESEALED = b"wimdesk resealed v1\0"
_encode = msgspec.msgpack.Encoder().encode


class Head(msgspec.Struct, array_like=True, frozen=True):
    """A box of a private space without its content: `seq` is the place of its last operation."""

    seq: int
    author: Author
    n: int
    count: int
    key: bytes
    root: bytes


class Resealed(msgspec.Struct, array_like=True, frozen=True):
    """What takes the place of a box: the same operations, of which some are stubs now.

    `signature` is that of the computer that looked into it (`resealed_message`): it vouches for the rest.
    """

    head: Head
    box: bytes
    signature: bytes


class EraseRequest(msgspec.Struct, array_like=True, frozen=True):
    """Asks for the endpoint's receipts for records of a space that an order names.

    In a private space, where the endpoint can't look: `places` asks which boxes these are in, `resealed` are new boxes,
    and `done` are records of which nothing is in any box now, on the word of this computer.
    """

    space: str
    records: list[bytes]
    places: list[int] = []
    resealed: list[Resealed] = []
    done: list[bytes] = []


class Receipt(msgspec.Struct, array_like=True, frozen=True):
    """The endpoint's word that it has nothing of the record any more; `at` in seconds since 1970."""

    record: bytes
    at: int
    signature: bytes


class EraseResponse(msgspec.Struct, array_like=True, frozen=True):
    """The boxes that were asked for, and a receipt for each record of which nothing is left."""

    heads: list[Head]
    receipts: list[Receipt]


def receipt_message(space: str, record: bytes, at: int) -> bytes:
    """Return what the endpoint signs when it has erased a record."""
    return _CONTEXT + record + at.to_bytes(8) + space.encode()


def resealed_message(device: bytes, space: str, head: Head, box: bytes) -> bytes:
    """Return what `Resealed.signature` signs; `device` is the one that packed it anew."""
    told = (space, device, head, hashlib.sha256(box).digest())
    return _RESEALED + hashlib.sha256(_encode(told)).digest()


def may_go(op: Op) -> bool:
    """Say whether an order can erase the operation. What is said of something that ships with the program stays: an
    order about it can only come from somebody who claims it."""
    return op.type not in MARKS and op.owner != _SHIPPED


def stub(op: Op) -> Op:
    """Return the operation without what it says."""
    return msgspec.structs.replace(op, payload=b"")


def sealed_of(space: str, new: Resealed) -> Sealed:
    """Return the new box as one that could have been pushed: the same limits hold."""
    head = new.head
    return Sealed(space, head.author.epoch, head.n, head.count, (), head.key, head.root, new.signature, new.box)
