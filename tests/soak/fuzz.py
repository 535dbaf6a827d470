"""Feed damaged, nonsensical and malicious messages to whatever reads from the network, a million times.

A parser may say ValueError or LookupError, the endpoint a numbered refusal, the laptop a sentence. Anything else,
and whatever takes longer than a second of processor time or ten seconds at all, is a crash.

Run it with `python -m tests.soak.fuzz --times 1000000 --seed 1`; its last line is JSON, its exit code 1 after a crash.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import random
import sys
import tempfile
import time
import uuid
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from sync import bundles, columns, lockbox, wire
from sync.client import answer
from sync.frames import MAX_FRAME, Reader, TooLarge, first_frame, framed, packed
from sync.protocol import (
    PATH_ENROL,
    PATH_NONCE,
    PATH_SYNC,
    PATH_TOKEN,
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
    TokenRequest,
    batch_root,
    private_space,
    token_message,
)  # fmt: skip
from sync.server import enrolment, pages, tables, tokens
from sync.server.app import create_app
from sync.server.store import Store, generation
from tests.sim.wire import Letter, Line
from tests.soak.kill import WORD
from tests.sync.server.laptop import enrol_request
from wimdesk.app import App
from wimdesk.errors import WimdeskError
from wimdesk.store import inbox

KINDS = ("frames", "columns", "wire", "bundle", "laptop", "endpoint")
_SLOWER = {"bundle": 5, "laptop": 20, "endpoint": 100}
"""So many times fewer executions where each is a transaction of a database."""
_LONGEST_MS, _LONGEST_WAIT = 1000.0, 10.0
_CORPUS, _NEW = 300, 0.05
"""So many valid messages to damage, and how often one of them gives way to a new one."""
HOME, SPACE = bytes(range(16)), "alliance"
NAMES = wire.Names(HOME)
FILE_KEY = X25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
RECORDS = [uuid.UUID(int=n << 100 | 7).bytes for n in range(1, 6)]
INTEGERS = [0, 1, -1, 47, 127, 128, 255, 2000, 2001, 2**16, 2**31, 2**32, 2**53, 2**63 - 1, 2**63, 2**64 - 1, -(2**63)]

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder().decode
Run = Callable[[bytes], str]
Make = Callable[[random.Random], bytes]


class _Undone(Exception):
    """Thrown away what was applied, so that the next message meets the same profile."""


@dataclass
class Outcome:
    """What came of all messages."""

    times: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: dict[str, float] = field(default_factory=dict)
    crashes: list[dict[str, str]] = field(default_factory=list)

    def note(self, kind: str, message: bytes, run: Run) -> None:
        """Run one message and remember what came of it."""
        began, worked = time.monotonic(), time.process_time()
        try:
            said = run(message)
        except Exception as error:  # noqa: BLE001 - each of them is a finding
            said = "crash"
            self.crashes.append({"kind": kind, "error": repr(error)[:300], "message": message.hex()[:4000]})
        took, waited = (time.process_time() - worked) * 1000, time.monotonic() - began
        if took > _LONGEST_MS or waited > _LONGEST_WAIT:
            told = f"{took:.0f} ms, {waited:.0f} s"
            self.crashes.append({"kind": kind, "error": told, "message": message.hex()[:4000]})
        self.times += 1
        self.outcomes[f"{kind}: {said}"] += 1
        self.slowest[kind] = max(self.slowest.get(kind, 0.0), round(took, 1))


# ------------------------------------------------------------- what is valid


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


# ------------------------------------------------------------- who reads it


def read_frames(stream: bytes) -> str:
    reader = Reader(4 * MAX_FRAME, b"known " * 400)
    try:
        for at in range(0, len(stream), 1000):
            for _frame in reader.feed(stream[at : at + 1000]):
                """Nothing is done with it."""
        reader.end()
    except TooLarge:
        return "TooLarge"
    except ValueError:
        return "ValueError"
    return "understood"


def stream(chance: random.Random) -> bytes:
    frames = [framed(damaged(push(chance), b"x", chance)[:MAX_FRAME] or b"x") for _ in range(chance.randint(1, 3))]
    return packed(frames, b"known " * 400 if chance.random() < 0.7 else b"")


def known(places: Collection[int]) -> Mapping[int, bytes]:
    return {place: record_at(place) for place in places if place < 100}


def read_columns(message: bytes) -> str:
    try:
        ops = columns.decode(message, SPACE, HOME, known)
    except (ValueError, LookupError) as error:
        return type(error).__name__
    columns.encode(ops, HOME, lambda _op: 0)  # it goes on to others
    return "understood"


def read_wire(message: bytes) -> str:
    said = "nothing"
    readers: list[Callable[[], object]] = [
        lambda: wire.hello_of(message, NAMES),
        lambda: _read_push(wire.push_of(message)),
        lambda: _read_answer(wire.answer_of(message)),
    ]
    for reader in readers:
        try:
            reader()
            said = "understood"
        except (ValueError, LookupError) as error:
            said = type(error).__name__ if said == "nothing" else said
    return said


def _read_push(found: wire.Push | wire.SealedPush) -> None:
    if isinstance(found, wire.SealedPush):
        whole = wire.Boxes[wire.SealedPush]().add(found)
        if whole is not None:
            wire.sealed_of(whole, 5, NAMES)
    else:
        wire.batch_of(found, 5, NAMES, lambda _space, places: known(places))


def _read_answer(found: wire.Answer) -> None:
    if isinstance(found, wire.End):
        wire.end_of(found, [], NAMES)
    elif isinstance(found, wire.SealedPart):
        whole = wire.Boxes[wire.SealedPart]().add(found)
        if whole is not None:
            wire.block_of(whole, NAMES)
    else:
        wire.page_of(found, NAMES, lambda _space, places: known(places))


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


def read_bundle(message: bytes) -> str:
    """The message as a whole file, and as what is in one that can be opened."""
    known, said = FILE_KEY.public_key().public_bytes_raw(), "nothing"
    inside = framed(message[:MAX_FRAME] or b"x") + bytes(64) + b"content"
    lines = (b"WIMSYNC 1 changes\n", b"WIMSYNC 1 answer\n")
    boxes = [line + lockbox.lock(plain, [known]) for line, plain in zip(lines, (inside, message), strict=True)]
    for file in (message, b"WIMSYNC " + message, lines[0] + message, *boxes):
        try:
            bundles.opened(file, FILE_KEY).is_by(bytes(32))
            said = "understood"
        except ValueError as error:
            said = type(error).__name__ if said == "nothing" else said
    return said


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


@contextlib.contextmanager
def laptop() -> Iterator[tuple[Make, Run]]:
    """A real profile, and what a malicious endpoint may tell it."""

    def attempt(session: Session, found: list[wire.Part | wire.End]) -> None:
        answer.take(session, NAMES, found)
        raise _Undone

    def make(chance: random.Random) -> bytes:
        damage = of_corpus(lambda c: opened(page(c)), lambda c: opened(end(c)))
        return b"".join(framed(damage(chance)[:MAX_FRAME] or b"x") for _ in range(chance.choice([1, 1, 2])))

    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        app = App.open(Path(name) / "profile", WORD)

        def run(message: bytes) -> str:
            arrival = answer.Arrival(b"")
            try:
                for found in arrival.feed(message):
                    app.store.run_as("sync", attempt, found)
                arrival.end()
            except (_Undone, ValueError, WimdeskError, inbox.UnknownOwn) as error:
                return type(error).__name__.strip("_")
            return "understood"

        try:
            yield make, run
        finally:
            app.close()


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


def _state(connection: Connection) -> tuple[int, dict[str, int]]:
    return generation(connection), {row.name: row.head for row in connection.execute(select(tables.space))}


@contextlib.contextmanager
def endpoint(seed: int) -> Iterator[tuple[Make, Run]]:
    """The whole application without sockets, and requests of somebody who is enrolled."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        store = Store(Path(name))
        device = _Device(store, seed)
        app = create_app(Path(name), failed_attempts=10**9)
        line = Line(lambda: app, lambda: None)

        def make(chance: random.Random) -> bytes:
            return device.request(chance)

        def run(message: bytes) -> str:
            turn = zlib.crc32(message) % 24
            path = {0: PATH_ENROL, 1: PATH_NONCE, 2: PATH_TOKEN}.get(turn, PATH_SYNC)
            token = device.token if turn != 3 else message[:20].decode("latin-1")
            headers = ((b"authorization", f"Bearer {token}".encode("latin-1")),)
            parts = tuple(message[at : at + 3000] for at in range(0, len(message), 3000))
            reply = line.carry(Letter(path, headers, parts), broken=turn == 4)
            if reply.status >= 500 or ("x-failed", "1") in reply.headers:
                raise RuntimeError(f"the endpoint said {reply.status} to {path}")
            told = json.loads(reply.body)["error"] if reply.status >= 400 and reply.body else 0
            return f"{reply.status} {told}" if told else str(reply.status)

        try:
            yield make, run
        finally:
            line.close()
            store.close()


@contextlib.contextmanager
def scene(kind: str, seed: int) -> Iterator[tuple[Make, Run]]:
    """What makes messages of the kind, and what reads them."""
    messages: list[Make] = [lambda c: opened(hello(c)), lambda c: opened(push(c)), lambda c: opened(page(c))]
    in_memory: dict[str, tuple[Make, Run]] = {
        "frames": (of_corpus(stream), read_frames),
        "columns": (of_corpus(group), read_columns),
        "wire": (of_corpus(*messages, lambda c: opened(end(c))), read_wire),
        "bundle": (of_corpus(header), read_bundle),
    }
    if kind in in_memory:
        yield in_memory[kind]
    else:
        with laptop() if kind == "laptop" else endpoint(seed) as made:
            yield made


def soak(times: int, seed: int, kinds: tuple[str, ...] = KINDS) -> Outcome:
    """Run about that many messages, the same ones for the same seed; only the endpoint draws ids of its own."""
    outcome = Outcome()
    for kind in kinds:
        chance = random.Random(f"{seed} {kind}")
        with scene(kind, seed) as (make, run):
            for number in range(max(1, times // len(kinds) // _SLOWER.get(kind, 1))):
                outcome.note(kind, make(chance), run)
                if number % 50_000 == 49_999:
                    sys.stderr.write(f"{kind}: {number + 1}, {len(outcome.crashes)} crashes\n")
    return outcome


def main(argv: list[str] | None = None) -> int:
    """Read the command line, feed, and say the outcome as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--what", choices=KINDS, action="append")
    args = parser.parse_args(argv)
    began = time.monotonic()
    outcome = soak(args.times, args.seed, tuple(args.what or KINDS))
    found = {
        "executions": outcome.times, "outcomes": dict(sorted(outcome.outcomes.items())),
        "slowest_ms": outcome.slowest, "crashes": outcome.crashes[:20], "seed": args.seed,
        "seconds": round(time.monotonic() - began),
    }  # fmt: skip
    sys.stdout.write(json.dumps(found) + "\n")
    return 1 if outcome.crashes else 0


if __name__ == "__main__":
    sys.exit(main())
