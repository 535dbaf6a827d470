"""Damage files of a sync, load them again and again, and shuffle them with the network: nothing wrong may come in.

python -m tests.soak.bundles --mutations 20000 --replays 2000 --shuffles 200 --seed 1
prints one line of JSON; its exit code is 1 where a damaged file was accepted, anything was applied twice, or two
laptops did not say the same at the end of a shuffle.
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
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from sync import bundles as files
from sync import lockbox
from sync.client import bundles
from sync.frames import framed
from sync.server import bundles as desk
from sync.server import tables as log_tables
from sync.server.refusals import Refused
from sync.server.store import Store
from tests.support import Endpoint, Laptop, Office, Template, endpoint_at
from wimdesk.errors import WimdeskError
from wimdesk.services import editing
from wimdesk.store import history, outbox, tables
from wimdesk.store.record import types

_SAME_PAIR = 10
"""Shuffles with the same two laptops, so that files of earlier ones turn up in later ones."""
_LOOK_EVERY = 500
_SAY_EVERY = 2_000
_NO_TIMES = {"created_at": "", "updated_at": ""}


@dataclass
class Outcome:
    """What was found."""

    mutations: int = 0
    accepted: int = 0
    replays: int = 0
    twice: int = 0
    shuffles: int = 0
    equal: int = 0
    told: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


@dataclass
class Pair:
    """Two laptops of one organisation, the endpoint, and the files that they made."""

    endpoint: Endpoint
    store: Store
    laptops: list[Laptop]
    folder: Path
    ups: list[tuple[int, bytes]] = field(default_factory=list)
    downs: list[tuple[int, bytes]] = field(default_factory=list)

    def save(self, at: int) -> bytes:
        """A file of changes of this laptop."""
        path = self.folder / "up"
        bundles.save(self.laptops[at].engine, path)
        self.ups.append((at, path.read_bytes()))
        return path.read_bytes()

    def hand_in(self, at: int, up: bytes) -> bytes:
        """The answer to a file."""
        down = desk.answered(self.store, desk.believed(self.store, up))
        self.downs.append((at, down))
        return down

    def load(self, at: int, down: bytes) -> bundles.Loaded:
        """Load an answer."""
        path = self.folder / "down"
        path.write_bytes(down)
        return bundles.load(self.laptops[at].engine, path)

    def counts(self) -> list[int]:
        """Operations at the endpoint and on each laptop."""
        found = [laptop.app.read(_own_operations) for laptop in self.laptops]
        return [self.store.read(_operations), *found]


def _operations(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(log_tables.op)) or 0


def _own_operations(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(tables.op)) or 0


@contextlib.contextmanager
def pair(endpoint: Endpoint, template: Template, folder: Path) -> Iterator[Pair]:
    """Two laptops that have joined and synced."""
    folder.mkdir()
    office = Office(template, folder, endpoint)
    store = Store(endpoint.data, database=endpoint.database)
    try:
        laptops = [office.laptop(name) for name in ("Anna", "Bela")]
        for laptop in (*laptops, *laptops):
            laptop.sync()
        yield Pair(endpoint, store, laptops, folder)
    finally:
        store.close()
        office.close()


def edit(laptop: Laptop, chance: random.Random) -> None:
    """Add, change or delete something; what both laptops know above all."""
    rows = laptop.app.read(editing.rows, "site")
    match chance.randrange(5) if rows else 0:
        case 0:
            laptop.add("site", name=f"Site {chance.randrange(10**6)}", operator="North")
        case 1:
            laptop.remove("site", str(chance.choice(rows)["id"]))
        case _:
            values = {chance.choice(["name", "operator"]): f"{chance.randrange(10**6)}" for _ in range(2)}
            laptop.change("site", str(chance.choice(rows)["id"]), **values)


# ------------------------------------------------------------- damage


def damaged(file: bytes, chance: random.Random) -> bytes:
    """The file after an accident of the stick or the mail."""
    held = bytearray(file)
    at = chance.choice([chance.randrange(len(file)), chance.randrange(min(len(file), 500))])
    match chance.randrange(6):
        case 0:
            held[at] ^= 1 << chance.randrange(8)
        case 1:
            held[at] = (held[at] + chance.randrange(1, 256)) % 256
        case 2:
            del held[at:]
        case 3:
            del held[at : at + chance.choice([1, 16, 100])]
        case 4:
            held[at:at] = chance.randbytes(chance.choice([1, 16]))
        case _:
            end = min(len(held), at + 64)
            held[at:end] = held[at:end][::-1]
    return bytes(held) if held != file else damaged(file, chance)  # turned round, one byte is what it was


def forged(bundle: files.Bundle, reader: bytes, chance: random.Random) -> bytes:
    """A file by somebody who has all keys that are public, and what was in the box: changed, and locked again."""
    header, content, signature = bundle.header, bundle.content, bundle.signature
    line = b"WIMSYNC 1 changes\n" if header.kind == "changes" else b"WIMSYNC 1 answer\n"
    match chance.randrange(5):
        case 0 if content:
            content = damaged(content, chance)
        case 1:
            field_name = chance.choice(["id", "device", "organisation", "endpoint", "mark", "answers"])
            held: bytes = getattr(header, field_name)
            header = msgspec.structs.replace(header, **{field_name: chance.randbytes(len(held) or 16)})
        case 2:
            signature = chance.choice([chance.randbytes(64), bytes(64), signature[:63], signature[:32] + bytes(32)])
        case 3:
            header = msgspec.structs.replace(header, problem=header.problem ^ 33, wipe=not header.wipe)
        case _:
            return files.sealed(header, content, Ed25519PrivateKey.generate(), [reader])
    return line + lockbox.lock(framed(msgspec.msgpack.encode(header)) + signature + content, [reader])


def mutate(made: Pair, times: int, chance: random.Random, outcome: Outcome) -> None:
    """Offer damaged and forged files to the endpoint and to a laptop."""
    for _ in range(3):
        for laptop in made.laptops:
            edit(laptop, chance)
            laptop.sync()
        edit(made.laptops[0], chance)
        made.hand_in(0, made.save(0))
    mine = made.laptops[0].app.device_keys.receive
    readers = {"changes": made.store.public_receive_key, "answer": mine.public_key().public_bytes_raw()}
    valid = [file for _at, file in (*made.ups, *made.downs)]
    opened = {file: files.opened(file, mine) for file in valid}
    before = made.counts()
    for number in range(times):
        file = chance.choice(valid)
        kind = files.kind_of(file)
        bad = damaged(file, chance) if chance.random() < 0.6 else forged(opened[file], readers[kind], chance)
        outcome.mutations += 1
        said = _offer(made, kind, bad)
        outcome.told[f"{kind}: {said}"] += 1
        if said == "accepted":
            outcome.accepted += 1
            outcome.wrong.append(f"a damaged file of {kind} was accepted: {bad[:80].hex()}")
        if number % _LOOK_EVERY == _LOOK_EVERY - 1 and made.counts() != before:
            outcome.wrong.append("a damaged file left something behind")
            before = made.counts()
        if number % _SAY_EVERY == _SAY_EVERY - 1:
            sys.stderr.write(f"{outcome.mutations} mutations, {outcome.accepted} accepted\n")
    if made.counts() != before:
        outcome.wrong.append("a damaged file left something behind")


def _offer(made: Pair, kind: str, bad: bytes) -> str:
    try:
        if kind == "changes":
            desk.believed(made.store, bad)
        else:
            made.load(0, bad)
    except Refused as refused:
        return refused.problem.name
    except WimdeskError as problem:
        return type(problem).__name__
    return "accepted"


# ------------------------------------------------------------- again


def replay(made: Pair, times: int, chance: random.Random, outcome: Outcome) -> None:
    """Hand in and load files again that were handed in and loaded before, in any order."""
    made.ups.clear()
    made.downs.clear()
    for _ in range(6):
        for at in (0, 1):
            edit(made.laptops[at], chance)
            made.load(at, made.hand_in(at, made.save(at)))
    ups, downs = list(made.ups), list(made.downs)
    for laptop in (*made.laptops, *made.laptops):
        laptop.sync()
    before = made.counts(), [digest(laptop) for laptop in made.laptops]
    for _ in range(times):
        outcome.replays += 1
        if chance.random() < 0.5:
            at, up = chance.choice(ups)
            done = made.load(at, made.hand_in(at, up))
        else:
            done = made.load(*chance.choice(downs))
        if not done.known:
            outcome.twice += 1
            outcome.wrong.append(f"loaded once more, it was news: {done}")
        if made.counts() != before[0]:
            outcome.twice += 1
            outcome.wrong.append("something was applied twice")
            before = made.counts(), before[1]
    if [digest(laptop) for laptop in made.laptops] != before[1]:
        outcome.wrong.append("the records changed by what was known")


# ------------------------------------------------------------- in any order


def digest(laptop: Laptop) -> dict[str, object]:
    """What a laptop holds of the common log: records, places, cursors, and what is open for a decision."""
    # A second may begin between making a record and writing down when: where it was made it says the earlier one.
    rows: dict[str, object] = {
        name: sorted(repr({**row, **_NO_TIMES}) for row in laptop.app.read(editing.rows, name, where={}))
        for name in types()
    }
    questions = laptop.app.read(history.open_clashes)
    open_ones = sorted(
        (each.record, each.field, *sorted(json.dumps(side.value, sort_keys=True) for side in (each.shown, each.other)))
        for each in questions
    )
    return {**rows, "log": laptop.app.read(_log), "cursors": laptop.app.read(outbox.cursors), "open": open_ones}


def _log(session: Session) -> list[tuple[object, ...]]:
    op = tables.op.c
    query = select(op.space, op.seq, op.device, op.epoch, op.n, op.record, op.payload).where(op.seq.is_not(None))
    return [tuple(row) for row in session.execute(query.order_by(op.space, op.seq))]


def _one_of(kept: list[tuple[int, bytes]], chance: random.Random) -> tuple[int, bytes]:
    """The newest file as a rule, but also old ones."""
    return kept[-1] if chance.random() < 0.6 else chance.choice(kept[-12:])


def shuffle(made: Pair, chance: random.Random, outcome: Outcome) -> None:
    """Edit, save, hand in, load and sync in any order; at its end all must say the same."""
    for _ in range(chance.randrange(20, 50)):
        at = chance.randrange(2)
        match chance.randrange(16):
            case 0 | 1 | 2 | 3:
                edit(made.laptops[at], chance)
            case 4 | 5 | 6:
                made.save(at)
            case 7 | 8 | 9 | 10 if made.ups:
                made.hand_in(*_one_of(made.ups, chance))
            case 11 | 12 | 13 | 14 if made.downs:
                done = made.load(*_one_of(made.downs, chance))
                said = [name for name in ("known", "old", "more", "again") if getattr(done, name)]
                outcome.told[f"loaded: {said[0] if said else 'news'}"] += 1
            case 15:
                made.laptops[at].sync()
    for laptop in (*made.laptops, *made.laptops, *made.laptops):
        laptop.sync()
    outcome.shuffles += 1
    one, two = (digest(laptop) for laptop in made.laptops)
    different = [name for name in one if one[name] != two[name]]
    waiting = sum(laptop.app.read(outbox.count) for laptop in made.laptops)
    if different or waiting:
        outcome.wrong.append(f"different at the end: {different}, {waiting} waiting")
        outcome.wrong += [f"{name}: {one[name]!r} / {two[name]!r}"[:4000] for name in different]
    else:
        outcome.equal += 1


# ------------------------------------------------------------- all of it


@dataclass(frozen=True)
class Plan:
    """How much of each."""

    mutations: int
    replays: int
    shuffles: int
    seed: int


def soak(plan: Plan) -> Outcome:
    """Run everything, the same files damaged in the same way for the same seed."""
    outcome = Outcome()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bundles-")))
        template = Template.make(folder / "template")
        endpoint = stack.enter_context(endpoint_at(folder / "endpoint"))
        if plan.mutations or plan.replays:
            with pair(endpoint, template, folder / "first") as made:
                mutate(made, plan.mutations, random.Random(f"{plan.seed} damage"), outcome)
                replay(made, plan.replays, random.Random(f"{plan.seed} again"), outcome)
        chance = random.Random(f"{plan.seed} order")
        for begin in range(0, plan.shuffles, _SAME_PAIR):
            with pair(endpoint, template, folder / f"pair {begin}") as made:
                for _ in range(min(_SAME_PAIR, plan.shuffles - begin)):
                    shuffle(made, chance, outcome)
            sys.stderr.write(f"{outcome.equal} of {outcome.shuffles} shuffles equal\n")
    return outcome


def main(argv: list[str] | None = None) -> int:
    """Read the command line, run, and say the outcome as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutations", type=int, default=20_000)
    parser.add_argument("--replays", type=int, default=2_000)
    parser.add_argument("--shuffles", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    args = parser.parse_args(argv)
    began = time.monotonic()
    outcome = soak(Plan(args.mutations, args.replays, args.shuffles, args.seed))
    found = {
        "mutations": outcome.mutations, "accepted": outcome.accepted, "replays": outcome.replays,
        "applied_twice": outcome.twice, "shuffles": outcome.shuffles, "equal": outcome.equal,
        "told": dict(sorted(outcome.told.items())), "wrong": outcome.wrong[:20], "seed": args.seed,
        "seconds": round(time.monotonic() - began),
    }  # fmt: skip
    sys.stdout.write(json.dumps(found) + "\n")
    return 1 if outcome.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
