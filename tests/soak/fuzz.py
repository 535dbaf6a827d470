"""Feed damaged, nonsensical and malicious messages to whatever reads from the network, a million times.

A parser may say ValueError or LookupError, the endpoint a numbered refusal, the laptop a sentence. Anything else,
and whatever takes longer than a second of processor time or ten seconds at all, is a crash.

Run it with `python -m tests.soak.fuzz --times 1000000 --seed 1`; its last line is JSON, its exit code 1 after a crash.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.orm import Session

from sync import bundles, columns, filebox, lockbox, wire
from sync.client import answer
from sync.frames import MAX_FRAME, Reader, TooLarge, framed, packed
from tests.soak.fuzz_endpoint import Run, attachments, endpoint
from tests.soak.fuzz_messages import (
    BOX_KEY,
    FILE_KEY,
    HOME,
    NAMES,
    SPACE,
    Make,
    damaged,
    damaged_box,
    end,
    group,
    header,
    hello,
    of_corpus,
    opened,
    page,
    push,
    record_at,
)
from tests.soak.kill import WORD
from wimdesk.app import App
from wimdesk.errors import WimdeskError
from wimdesk.store import numbered

KINDS = ("frames", "columns", "wire", "bundle", "box", "laptop", "endpoint", "attachment")
_SLOWER = {"bundle": 5, "laptop": 20, "endpoint": 100, "attachment": 100}
"""So many times fewer executions where each is a transaction of a database."""
_LONGEST_MS, _LONGEST_WAIT = 1000.0, 10.0


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


def read_box(message: bytes) -> str:
    try:
        size = filebox.content_size(len(message))
        read = sum(map(len, filebox.unlock(BOX_KEY, filebox.split_box(message), size)))
    except ValueError:
        return "ValueError"
    return "understood" if read == size else "short"


@contextlib.contextmanager
def laptop() -> Iterator[tuple[Make, Run]]:
    """A real profile, and what a malicious endpoint may tell it."""

    def attempt(session: Session, found: list[wire.Answer]) -> None:
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
            except (_Undone, ValueError, WimdeskError, numbered.UnknownOwn) as error:
                return type(error).__name__.strip("_")
            return "understood"

        try:
            yield make, run
        finally:
            app.close()


@contextlib.contextmanager
def scene(kind: str, seed: int) -> Iterator[tuple[Make, Run]]:
    """What makes messages of the kind, and what reads them."""
    messages: list[Make] = [lambda c: opened(hello(c)), lambda c: opened(push(c)), lambda c: opened(page(c))]
    in_memory: dict[str, tuple[Make, Run]] = {
        "frames": (of_corpus(stream), read_frames),
        "columns": (of_corpus(group), read_columns),
        "wire": (of_corpus(*messages, lambda c: opened(end(c))), read_wire),
        "bundle": (of_corpus(header), read_bundle),
        "box": (damaged_box, read_box),
    }
    if kind in in_memory:
        yield in_memory[kind]
    else:
        served = {"endpoint": endpoint, "attachment": attachments}
        with laptop() if kind == "laptop" else served[kind](seed) as made:
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
