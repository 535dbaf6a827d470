"""Messages of every kind for the fuzzing: valid ones, and what accidents and bad intentions make of them."""

from __future__ import annotations

import contextlib
import random
import uuid
from collections.abc import Callable

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sync import bundles, columns, filebox, wire
from sync.frames import first_frame
from sync.protocol import (
    VERSION,
    Author,
    Batch,
    Computer,
    Envelope,
    KeysRequest,
    KeysResponse,
    Op,
    Page,
    Payload,
    Placed,
    SyncRequest,
    SyncResponse,
)

_CORPUS, _NEW = 300, 0.05
"""So many valid messages to damage, and how often one of them gives way to a new one."""
HOME, SPACE = bytes(range(16)), "alliance"
NAMES = wire.Names(HOME)
FILE_KEY = X25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
BOX_KEY = bytes(range(filebox.KEY_BYTES))
RECORDS = [uuid.UUID(int=n << 100 | 7).bytes for n in range(1, 6)]
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder().decode
Make = Callable[[random.Random], bytes]
INTEGERS = [0, 1, -1, 47, 127, 128, 255, 2000, 2001, 2**16, 2**31, 2**32, 2**53, 2**63 - 1, 2**63, 2**64 - 1, -(2**63)]


def record_at(place: int) -> bytes:
    return RECORDS[place % len(RECORDS)]


def operations(chance: random.Random, space: str, owner: bytes) -> list[Op]:
    """Some operations of every kind: new records, known ones, values of all types, payloads nobody can read."""
    made = []
    for n in range(chance.choice([1, 2, 5, 20])):
        place = chance.choice([0, 0, 1, 7])
        fields = tuple(chance.sample(["name", "notes", "year", "deleted", "é"], chance.randrange(4)))
        values: list[object] = [chance.choice(["a text", "", "é" * 40, n, None, 2.5, [1, {"a": "b"}]]) for _ in fields]
        payload = _pack(Payload(values, chance.choice(["2026-11-23T01:02:03Z", "soon"]), "Ama"))
        base = dict.fromkeys(fields, place) if place else {}
        record = record_at(place) if place else chance.randbytes(16)
        made.append(Op(space, "person", record, owner, fields, base, chance.choice([payload, payload, b"raw"])))
    return made


def group(chance: random.Random) -> bytes:
    return columns.encode(operations(chance, SPACE, HOME), HOME, lambda op: max(op.base.values(), default=0))


def page(chance: random.Random) -> bytes:
    ops = [Placed(0, n, op) for n, op in enumerate(operations(chance, SPACE, HOME), 1)]
    made = Page(SPACE, 1, [Author(RECORDS[0], 2**63 + 5)], [*ops])
    return wire.part(made, NAMES, lambda _op: 0)


def push(chance: random.Random) -> bytes:
    ops = operations(chance, SPACE, HOME)
    return wire.push(Batch(SPACE, 5, 1, ops, bytes(16), bytes(64)), NAMES, lambda _op: 0)


def hello(_chance: random.Random) -> bytes:
    cursors, trails = {SPACE: 5, f"org/{uuid.UUID(int=9)}/shared": 7}, {SPACE: bytes(8)}
    return wire.hello(SyncRequest(VERSION, 5, cursors, 2**63 + 1, [], False, trails, (SPACE, bytes(8))), NAMES)


def end(_chance: random.Random) -> bytes:
    return wire.end(SyncResponse(5, {SPACE: 3}, [], [(SPACE, 2, 31)], False), NAMES)


def opened(frame: bytes) -> bytes:
    """The message in a frame."""
    found = first_frame(frame)
    assert found is not None
    return found[0]


# ------------------------------------------------------------- what is not


def twisted(value: object, chance: random.Random) -> object:
    """The value with something in it changed that its grammar still allows."""
    if isinstance(value, bytes) and len(value) > 8 and chance.random() < 0.8:
        with contextlib.suppress(msgspec.DecodeError, ValueError, RecursionError):
            return _pack(twisted(_unpack(value), chance))
    if isinstance(value, list) and value and chance.random() < 0.85:
        at = chance.randrange(len(value))
        match chance.randrange(8):
            case 0:
                return value[:at] + value[at + 1 :]
            case 1:
                return value[:at] + [value[at]] * chance.choice([1, 2, 2001, 20_000]) + value[at:]
            case _:
                return [*value[:at], twisted(value[at], chance), *value[at + 1 :]]
    if isinstance(value, int) and chance.random() < 0.8:
        return chance.choice([value + 1, value - 1, -value, *INTEGERS])
    texts = ["", "\0", "x" * 200, "a text"]
    return chance.choice(
        [chance.choice(INTEGERS), _nested(chance), chance.choice(texts), b"", chance.randbytes(16), None]
    )


def _nested(chance: random.Random) -> object:
    made: object = []
    for _ in range(chance.choice([1, 60, 900])):
        made = [made]
    return made


def damaged(message: bytes, other: bytes, chance: random.Random) -> bytes:
    """The message after some accidents, or one that somebody thought about."""
    if chance.random() < 0.6:
        with contextlib.suppress(msgspec.DecodeError, ValueError, RecursionError, OverflowError, TypeError):
            return _pack(twisted(_unpack(message), chance))
    return _hurt(message, other, chance)


def _hurt(message: bytes, other: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.choice([1, 1, 1, 2, 4])):
        at = chance.randrange(len(message) + 1)
        match chance.randrange(6):
            case 0 if message:
                held = bytearray(message)
                held[at % len(held)] ^= 1 << chance.randrange(8)
                message = bytes(held)
            case 1:
                message = message[:at]
            case 2:
                message = message[:at] + other[chance.randrange(len(other) + 1) :]
            case 3:
                message = message[:at] + message[at : at + 9] * chance.choice([2, 50, 3000]) + message[at:]
            case 4:
                message = message[:at] + _pack(chance.choice(INTEGERS)) + message[at + chance.randrange(3) :]
            case _:
                message = message[:at] + columns.row([chance.choice(INTEGERS)]) + message[at + 1 :]
    return message


def header(chance: random.Random) -> bytes:
    """The header of a file, as somebody writes it who means no good."""
    kind, id, text = (
        chance.choice(["changes", "answer"]),
        chance.randbytes(16),
        chance.choice(["", "reader", "é" * 300]),
    )
    envelope = Envelope(1, id, chance.randbytes(100))
    computer = Computer(id, text, "reader", chance.randbytes(32), 5, [1], [2])
    made = bundles.Header(
        kind, id, id, HOME, chance.randbytes(32), b"mark", {SPACE: 5}, id, 33, True, b"order", text, "", 7,
        KeysRequest([(1, id)], [envelope]), KeysResponse(7, [(1, id)], [computer], [envelope], True),
    )  # fmt: skip
    return _pack(made)


def of_corpus(*makers: Make) -> Make:
    """Damage messages that are valid."""
    corpus: list[bytes] = []

    def valid(chance: random.Random) -> bytes:
        if len(corpus) < _CORPUS:
            corpus.append(chance.choice(makers)(chance))
        elif chance.random() < _NEW:
            corpus[chance.randrange(_CORPUS)] = chance.choice(makers)(chance)
        return chance.choice(corpus)

    def make(chance: random.Random) -> bytes:
        return damaged(valid(chance), valid(chance), chance)

    return make


def box(chance: random.Random) -> bytes:
    """A file as it travels from a private space."""
    content = chance.randbytes(chance.choice([0, 1, 5000, filebox.PIECE, filebox.PIECE + 9]))
    return b"".join(filebox.lock(BOX_KEY, filebox.split(content), len(content)))


def damaged_box(chance: random.Random) -> bytes:
    """Such a file with pieces cut, changed, moved, or from another one."""
    return _hurt(box(chance), box(chance), chance)
