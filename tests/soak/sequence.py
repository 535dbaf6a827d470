"""Many writers at once, connections that die, readers that follow by cursor: nothing missed, nothing twice, no hole.

Run it with `python -m tests.soak.sequence --writers 16 --transactions 2000 --seed 1 --postgres` (or `--sqlite`):
so many transactions per writer. Its last line is JSON, its exit code 1 where something is wrong. `--control` numbers by
a BIGSERIAL instead of the counter row, which must lose: it shows that this soak could notice.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, select, text

from sync.protocol import ALLIANCE, COMMITTEE, Batch, Op, batch_root
from sync.server import enrolment, intake, numbers, tables
from sync.server.refusals import Refused
from sync.server.roles import Device
from sync.server.store import Store
from tests.postgres import cluster
from tests.sync.server.laptop import enrol_request

SPACES = (ALLIANCE, COMMITTEE)
MOST_OPS = 4
LONGEST_HOLD = 0.006
"""Seconds that a transaction stays open with its numbers given; before that it may wait as long again."""
READERS = 3
POLL = 0.001
_SERIAL = """
CREATE TABLE wimdesk.serial (
    seq bigserial PRIMARY KEY, space text NOT NULL, device bytea NOT NULL, epoch bigint NOT NULL, n bigint NOT NULL,
    UNIQUE (space, device, epoch, n)
);
GRANT SELECT, INSERT ON wimdesk.serial TO PUBLIC;
GRANT USAGE ON SEQUENCE wimdesk.serial_seq_seq TO PUBLIC;
"""

Row = tuple[int, bytes, int, int]
"""seq, device, epoch, n"""
Append = Callable[[Connection, Device, Batch], None]
Follow = Callable[[Connection, str, int], list[Row]]


@dataclass
class Outcome:
    """What was found."""

    transactions: int = 0
    ops: int = 0
    busy: int = 0
    killed: int = 0
    polls: int = 0
    missed: int = 0
    twice: int = 0
    holes: int = 0
    lost: int = 0
    seconds: float = 0.0
    turn: threading.Lock = field(default_factory=threading.Lock)

    def count(self, **more: int) -> None:
        """Add to some figures."""
        with self.turn:
            for name, number in more.items():
                setattr(self, name, getattr(self, name) + number)

    @property
    def wrong(self) -> int:
        """How many things are not as they must be."""
        return self.missed + self.twice + self.holes + self.lost

    def figures(self) -> dict[str, float]:
        """Everything as JSON."""
        names = ("transactions", "ops", "busy", "killed", "polls", "missed", "twice", "holes", "lost")
        figures: dict[str, float] = {name: getattr(self, name) for name in names}
        seconds = round(self.seconds, 1)
        return figures | {"seconds": seconds, "transactions_per_second": round(self.transactions / self.seconds, 1)}


# ---------------------------------------------------------------- the two ways to give numbers


def append(connection: Connection, device: Device, batch: Batch) -> None:
    """As the endpoint does it."""
    known = numbers.known_of(connection, device, batch.epoch, batch.space)
    intake.take(connection, device, batch, known, int(time.time()))


def follow(connection: Connection, space: str, cursor: int) -> list[Row]:
    """What a reader finds after its cursor."""
    table = tables.op
    query = select(table.c.seq, table.c.device, table.c.epoch, table.c.n)
    rows = connection.execute(query.where(table.c.space == space, table.c.seq > cursor).order_by(table.c.seq))
    return [(row.seq, row.device, row.epoch, row.n) for row in rows]


def append_serial(connection: Connection, device: Device, batch: Batch) -> None:
    """As it is usually done: the database gives the number when the row is written."""
    statement = text("INSERT INTO serial (space, device, epoch, n) VALUES (:space, :device, :epoch, :n)")
    rows = [
        {"space": batch.space, "device": device.id, "epoch": batch.epoch, "n": n}
        for n in range(batch.first, batch.first + len(batch.ops))
    ]
    known = text("SELECT max(n) FROM serial WHERE space = :space AND device = :device AND epoch = :epoch")
    if (connection.scalar(known, rows[0]) or 0) < batch.first:
        connection.execute(statement, rows)


def follow_serial(connection: Connection, space: str, cursor: int) -> list[Row]:
    """The same reader over the other table."""
    query = text("SELECT seq, device, epoch, n FROM serial WHERE space = :space AND seq > :cursor ORDER BY seq")
    rows = connection.execute(query, {"space": space, "cursor": cursor})
    return [(row.seq, bytes(row.device), row.epoch, row.n) for row in rows]


def after(store: Store, device: Device, look: Follow, space: str, cursor: int) -> list[Row]:
    """The rows of the space after the cursor, as the device sees them at this moment."""
    return store.read(lambda connection: look(connection, space, cursor), device.id)


def head_of(store: Store, device: Device, space: str) -> int:
    """What the counter row says."""
    query = select(tables.space.c.head).where(tables.space.c.name == space)
    return store.read(lambda connection: connection.scalar(query), device.id) or 0


# ---------------------------------------------------------------- who takes part


@dataclass
class Writer:
    """One device that pushes as a laptop does: until it is told that something is stored, it says the same again."""

    store: Store
    device: Device
    key: Ed25519PrivateKey
    chance: random.Random
    acknowledged: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    epoch: int = 7

    @classmethod
    def enrolled(cls, store: Store, seed: str) -> Writer:
        """A new device of its own organisation; a committee's device, so that there is more than one common space."""
        key = Ed25519PrivateKey.generate()
        code = enrolment.issue(store, f"Organisation {seed}", "committee")["code"]
        made = enrolment.enrol(store, enrol_request(code, key))
        device = store.read(lambda connection: enrolment.find(connection, bytes.fromhex(made.device.replace("-", ""))))
        assert device is not None
        return cls(store, device, key, random.Random(seed))

    def batch(self) -> Batch:
        """Some operations on new records."""
        space, first = self.chance.choice(SPACES), 0
        first = self.acknowledged[space] + 1
        ops = [
            Op(space, "note", self.chance.randbytes(16), self.device.organisation, ("title",), {}, b"x")
            for _ in range(self.chance.randint(1, MOST_OPS))
        ]
        seed = self.chance.randbytes(32)
        root = batch_root(space, self.device.id, self.epoch, first, ops, seed)
        return Batch(space, self.epoch, first, ops, seed, self.key.sign(root))

    def push(self, give: Append, outcome: Outcome) -> None:
        """One transaction, said again until it is acknowledged."""
        batch = self.batch()
        intake.check(self.device, batch)
        before, after = self.chance.uniform(0, LONGEST_HOLD), self.chance.uniform(0, LONGEST_HOLD)

        def work(connection: Connection) -> None:
            time.sleep(before)
            give(connection, self.device, batch)
            time.sleep(after)

        while True:
            try:
                self.store.write(work, self.device.id)
                break
            except Refused:
                outcome.count(busy=1)
        self.acknowledged[batch.space] += len(batch.ops)
        outcome.count(transactions=1, ops=len(batch.ops))


@dataclass
class Reader:
    """Follows each space by cursor, in short polls, and keeps what it saw in the order in which it saw it."""

    store: Store
    device: Device
    seen: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def poll(self, look: Follow, outcome: Outcome) -> None:
        """Read once what is new in each space."""
        for space in SPACES:
            cursor = self.seen[space][-1][0] if self.seen[space] else 0
            with contextlib.suppress(Refused):
                self.seen[space] += after(self.store, self.device, look, space, cursor)
        outcome.count(polls=1)

    def read_on(self, look: Follow, over: threading.Event, outcome: Outcome) -> None:
        """Poll until it is over."""
        while not over.is_set():
            self.poll(look, outcome)
            time.sleep(POLL)


def kill_some(address: str, over: threading.Event, chance: random.Random, outcome: Outcome) -> None:
    """End a random connection of the endpoint now and then, whatever it is doing."""
    query = "SELECT pid FROM pg_stat_activity WHERE application_name = 'wimdesk' AND state <> 'idle'"
    with psycopg.connect(address, autocommit=True) as connection:
        while not over.wait(chance.uniform(0.02, 0.3)):
            pids = [pid for (pid,) in connection.execute(query).fetchall()]
            if pids:
                connection.execute("SELECT pg_terminate_backend(%s)", (chance.choice(pids),))
                outcome.count(killed=1)


# ---------------------------------------------------------------- the soak


def soak(store: Store, writers: int, transactions: int, seed: int, *, kill: str = "", serial: bool = False) -> Outcome:
    """Let all of them work at once, `transactions` per writer, then compare. `kill` is a superuser's address."""
    give, look = (append_serial, follow_serial) if serial else (append, follow)
    outcome, over = Outcome(), threading.Event()
    crew = [Writer.enrolled(store, f"{seed}.{number}") for number in range(writers)]
    readers = [Reader(store, crew[0].device) for _ in range(READERS)]
    others = [threading.Thread(target=reader.read_on, args=(look, over, outcome)) for reader in readers]
    if kill:
        others.append(threading.Thread(target=kill_some, args=(kill, over, random.Random(seed), outcome)))
    started = time.monotonic()
    for thread in others:
        thread.start()

    def write(writer: Writer) -> None:
        for _ in range(transactions):
            writer.push(give, outcome)

    try:
        with ThreadPoolExecutor(writers) as pool:
            list(pool.map(write, crew))
        outcome.seconds = time.monotonic() - started
    finally:
        over.set()
        for thread in others:
            thread.join()
    for reader in readers:
        reader.poll(look, outcome)
    compare(store, crew, readers, outcome, serial=serial)
    return outcome


def compare(store: Store, crew: list[Writer], readers: list[Reader], outcome: Outcome, *, serial: bool) -> None:
    """Hold what was acknowledged against the log, and the log against what each reader saw."""
    look = follow_serial if serial else follow
    for space in SPACES:
        log = after(store, crew[0].device, look, space, 0)
        acknowledged = {(w.device.id, w.epoch, n) for w in crew for n in range(1, w.acknowledged[space] + 1)}
        written = Counter(row[1:] for row in log)
        outcome.lost += len(acknowledged - set(written))
        outcome.twice += sum(number - 1 for number in written.values())
        if not serial:  # a sequence has holes by design
            seqs = [row[0] for row in log]
            outcome.holes += sum(seq != place for place, seq in enumerate(seqs, 1))
            outcome.holes += int(head_of(store, crew[0].device, space) != len(log))
        for reader in readers:
            saw = Counter(row for row in reader.seen[space])
            outcome.missed += len(set(log) - set(saw))
            outcome.twice += sum(number - 1 for number in saw.values())


@contextlib.contextmanager
def postgres_store() -> Iterator[tuple[Store, str]]:
    """A store on a server of its own, and the superuser's address."""
    with cluster(durable=True) as server:
        made = server.database()
        with psycopg.connect(made.owner, autocommit=True) as connection:
            connection.execute(_SERIAL)
        store = Store(Path(), database=made.role)
        yield store, made.superuser
        store.close()


@contextlib.contextmanager
def sqlite_store() -> Iterator[tuple[Store, str]]:
    """A store in a file; nobody can be killed there but the process (tests.soak.storm does that)."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        yield store, ""
        store.close()


def main(arguments: list[str]) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Sequence numbers under many writers.")
    parser.add_argument("--writers", type=int, default=16)
    parser.add_argument("--transactions", type=int, default=2000, help="per writer")
    parser.add_argument("--seed", type=int, default=1)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--postgres", action="store_true")
    where.add_argument("--sqlite", action="store_true")
    where.add_argument("--control", action="store_true", help="PostgreSQL with a BIGSERIAL: it must miss some")
    known = parser.parse_args(arguments)
    with sqlite_store() if known.sqlite else postgres_store() as (store, superuser):
        kill = "" if known.control else superuser
        outcome = soak(store, known.writers, known.transactions, known.seed, kill=kill, serial=known.control)
    sys.stdout.write(json.dumps({**vars(known), **outcome.figures()}) + "\n")
    return int(outcome.missed == 0) if known.control else int(outcome.wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
