"""Somebody who is enrolled and means no good, and the whole endpoint that answers, for the fuzzing."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import random
import tempfile
import uuid
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, select

from sync import columns, wire
from sync.frames import MAX_FRAME, framed, packed
from sync.protocol import (
    PATH_ENROL,
    PATH_KEYS,
    PATH_NONCE,
    PATH_SYNC,
    PATH_TOKEN,
    VERSION,
    SyncRequest,
    TokenRequest,
    batch_root,
    private_space,
    token_message,
)
from sync.server import enrolment, pages, tables, tokens
from sync.server.app import create_app
from sync.server.store import Store
from tests.sim.wire import Letter, Line
from tests.soak.fuzz_messages import HOME, INTEGERS, SPACE, Make, damaged, damaged_box, opened, operations
from tests.sync.server.laptop import enrol_request

Run = Callable[[bytes], str]
_pack = msgspec.msgpack.Encoder().encode
_errand = msgspec.msgpack.Decoder(tuple[str, str, dict[str, str], bytes]).decode


class _Device:
    """Somebody who may do everything, and means no good: what it sends is signed as it should be."""

    def __init__(self, store: Store, seed: int) -> None:
        self.key = Ed25519PrivateKey.from_private_bytes(random.Random(seed).randbytes(32))
        me = enrolment.enrol(store, enrol_request(enrolment.issue(store, "One", "secretariat")["code"], self.key))
        nonce = tokens.nonce(store, me.device).nonce
        request = TokenRequest(me.device, nonce, self.key.sign(token_message(nonce)))
        self.token = tokens.sign_in(store, request).token
        self.id, self.organisation = uuid.UUID(me.device).bytes, uuid.UUID(me.organisation).bytes
        self.names, self.spaces = wire.Names(self.organisation), [SPACE, private_space(me.organisation)]
        self._store = store

    def request(self, chance: random.Random) -> bytes:
        """A whole body, damaged somewhere; what can still be signed is."""
        now, heads = self._store.read(_state)
        cursors = {space: max(0, heads.get(space, 0) - chance.randrange(4)) for space in self.spaces}
        epoch, space = chance.getrandbits(63), chance.choice(self.spaces)
        prefix = (space, chance.randbytes(8)) if chance.random() < 0.1 else None
        begin = opened(wire.hello(SyncRequest(VERSION, now, cursors, epoch, [], False, {}, prefix), self.names))
        frames = [self._push(chance, space, epoch, heads.get(space, 0)) for _ in range(chance.choice([0, 1, 1, 1, 2]))]
        place = chance.randrange(6)
        if place == 0:
            begin = damaged(begin, begin, chance)
        sent = [framed(frame[:MAX_FRAME]) for frame in frames if frame]
        body = framed(begin[:MAX_FRAME]) + (packed(sent) if frames else b"")
        return damaged(body, body, chance) if place == 1 else body

    def _push(self, chance: random.Random, space: str, epoch: int, head: int) -> bytes:
        ops = operations(chance, space, chance.choice([self.organisation, HOME]))
        inner = columns.encode(ops, self.organisation, lambda op: min(head, max(op.base.values(), default=0)))
        inner = damaged(inner, inner, chance) if chance.random() < 0.4 else inner
        first, seed = chance.choice([*[1] * 20, *INTEGERS[:8]]), chance.randbytes(16)
        root = b""
        with contextlib.suppress(ValueError, LookupError, OverflowError):
            meant = columns.decode(inner, space, self.organisation, functools.partial(self._known, space))
            root = batch_root(space, self.id, epoch, first, meant, seed)
        made = _pack(wire.Push(self.names.short(space), max(first, 0), seed, self.key.sign(root), inner))
        return damaged(made, made, chance) if chance.random() < 0.1 else made

    def _known(self, space: str, places: Collection[int]) -> Mapping[int, bytes]:
        return self._store.read(lambda connection: pages.records_at(connection, space, places))

    def errand(self, chance: random.Random) -> bytes:
        """A request about a file: how it is named, what its heads say, and some of it."""
        content = chance.choice([b"a plan", b"a plan", b"", bytes(9000), damaged_box(chance)])
        right = hashlib.sha256(content).hexdigest()
        digest = chance.choice([*[right] * 9, "0" * 64, "../../etc/passwd", "é", "", "F" * 64])
        space = chance.choice([*self.spaces * 6, "committee", "org/\0/private", "alliance/../x", "", "x" * 4000])
        size, at, first, last = (chance.choice([*[len(content)] * 9, 0, *INTEGERS]) for _ in range(4))
        spans = [f"bytes={first}-{last}", f"bytes=0-{last}", f"bytes=-{last}", "bytes=0-1,3-4", "lines=1-2", "bytes--"]
        heads = {
            "upload-length": str(size), "upload-offset": chance.choice([*["0"] * 9, str(at), "1e3", " 5", "\u0663"]),
            "range": chance.choice(spans), "if-range": chance.choice(["", f'"{digest}"', "W/x"]),
            "content-length": str(len(content)),
        }  # fmt: skip
        kept = {name: value for name, value in heads.items() if chance.random() < 0.9}
        method = chance.choice(["PATCH", "PATCH", "PATCH", "GET", "HEAD", "DELETE", "PUT"])
        return _pack([method, f"/v1/files/{digest}/{space}", kept, content])


def _state(connection: Connection) -> tuple[int, dict[str, int]]:
    generation = connection.scalar(select(tables.server_state.c.generation)) or 0
    return generation, {row.name: row.head for row in connection.execute(select(tables.space))}


@contextlib.contextmanager
def _serving(seed: int) -> Iterator[tuple[_Device, Line]]:
    """The whole application without sockets, and somebody who is enrolled."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        store = Store(Path(name))
        app = create_app(Path(name), failed_attempts=10**9)
        line = Line(lambda: app, lambda: None)
        try:
            yield _Device(store, seed), line
        finally:
            line.close()
            store.close()


def _heard(line: Line, letter: Letter, *, broken: bool) -> str:
    reply = line.carry(letter, broken=broken)
    if reply.status >= 500 or ("x-failed", "1") in reply.headers:
        raise RuntimeError(f"the endpoint said {reply.status} to {letter.method} {letter.path}")
    told = json.loads(reply.body)["error"] if reply.status >= 400 and reply.body[:1] == b"{" else 0
    return f"{reply.status} {told}" if told else str(reply.status)


def _parts(content: bytes) -> tuple[bytes, ...]:
    return tuple(content[at : at + 3000] for at in range(0, len(content), 3000))


@contextlib.contextmanager
def endpoint(seed: int) -> Iterator[tuple[Make, Run]]:
    """Requests of somebody who is enrolled, to the routes that take messages."""
    with _serving(seed) as (device, line):

        def run(message: bytes) -> str:
            turn = zlib.crc32(message) % 24
            path = {0: PATH_ENROL, 1: PATH_NONCE, 2: PATH_TOKEN, 5: PATH_KEYS}.get(turn, PATH_SYNC)
            token = device.token if turn != 3 else message[:20].decode("latin-1")
            headers = ((b"authorization", f"Bearer {token}".encode("latin-1")),)
            return _heard(line, Letter(path, headers, _parts(message)), broken=turn == 4)

        yield device.request, run


@contextlib.contextmanager
def attachments(seed: int) -> Iterator[tuple[Make, Run]]:
    """Requests about files: their names, heads and contents."""
    with _serving(seed) as (device, line):

        def run(message: bytes) -> str:
            method, path, heads, content = _errand(message)
            headers = {"authorization": f"Bearer {device.token}", **heads}
            sent = tuple((name.encode(), value.encode()) for name, value in headers.items())
            return _heard(line, Letter(path, sent, _parts(content), method), broken=zlib.crc32(message) % 9 == 4)

        yield device.errand, run
