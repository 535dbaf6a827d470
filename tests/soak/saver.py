"""The child of the kill soak: opens a profile, saves without pause, and tells each save only after it returned.

Each line on standard output is one JSON object: {"wrote": tag, "records": {id: value}}, or {"at": "what begins now"}.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from sqlalchemy.orm import Session
from sqlcipher3 import dbapi2

from sync.protocol import Author, Op, Page, Payload, Placed, private_space
from wimdesk.app import App
from wimdesk.identifiers import new_id
from wimdesk.services import editing, exchange
from wimdesk.settings import passphrase
from wimdesk.store import inbox, migrations, outbox

MARK = "Zarzuela"
"""Stands in every value: no file may hold it readable."""
PAIR, ROWS, OPS = 2, 12, 8
"""How many records one act of each kind makes: all of them or none may be there afterwards."""
STEP_ROWS = 10_000


def say(**what: object) -> None:
    """One whole line in one system call: a killed process leaves no half line in the pipe."""
    os.write(1, (json.dumps(what) + "\n").encode())


def with_more_steps(count: int) -> None:
    """Pretend that later versions brought `count` more migrations, each with something to do."""

    def step(number: int, connection: dbapi2.Connection) -> None:
        connection.execute(f"CREATE TABLE soak_{number} (n INTEGER PRIMARY KEY, text TEXT NOT NULL)")
        for n in range(STEP_ROWS):
            connection.execute(f"INSERT INTO soak_{number} VALUES (?, ?)", (n, f"{MARK} {n}"))

    def bound(number: int) -> migrations.Step:
        return lambda connection: step(number, connection)

    # A program from the future can't be had otherwise; what runs the steps is the real thing.
    migrations.STEPS = (*migrations.STEPS, *(bound(number) for number in range(count)))


def _pair(session: Session, tag: str, name: str) -> list[str]:
    """Two records in one act."""
    return [editing.add(session, "site", {"name": name, "operator": tag}) for _ in range(PAIR)]


def save(app: App) -> Iterator[None]:
    """As the window does: a verb handed to the writer with an origin, told when its future is done."""
    for n in itertools.count():
        tag, name = new_id(), f"{MARK} {n}"
        records = app.write_as("soak", _pair, tag, name).result()
        say(wrote=tag, records=dict.fromkeys(records, name))
        yield


def change(app: App) -> Iterator[None]:
    """The same record over and over; each value is later than the one before it."""
    tag = new_id()
    record = app.run(editing.add, "site", {"name": f"{MARK} 0", "operator": tag})
    say(wrote=tag, records={record: f"{MARK} 0"})
    for n in itertools.count(1):
        app.run(editing.change, "site", record, {"name": f"{MARK} {n}"})
        say(wrote=tag, records={record: f"{MARK} {n}"})
        yield


def bring_in(app: App) -> Iterator[None]:
    """A CSV file of several rows, as one import."""
    for n in itertools.count():
        tag, rows = new_id(), {new_id(): f"{MARK} {n}.{row}" for row in range(ROWS)}
        out = io.StringIO()
        csv.writer(out).writerows([("id", "name", "operator"), *((i, name, tag) for i, name in rows.items())])
        app.run(exchange.import_csv, "site", out.getvalue())
        say(wrote=tag, records=rows)
        yield


def receive(app: App) -> Iterator[None]:
    """A page of another laptop's operations, taken in as the sync engine does."""
    space, owner = private_space(app.identity().organisation), uuid.UUID(app.identity().organisation).bytes
    author = Author(uuid.uuid4().bytes, 7)
    first = app.read(outbox.cursors).get(space, 0) + 1
    for n in itertools.count():
        tag, rows = new_id(), {new_id(): f"{MARK} {n}.{row}" for row in range(OPS)}
        ops: list[int | Placed] = [
            Placed(
                0, n * OPS + at, Op(space, "site", uuid.UUID(record).bytes, owner, ("name", "operator"), {}, payload)
            )
            for at, (record, payload) in enumerate(
                ((i, msgspec.msgpack.encode(Payload([name, tag], "", "Bela"))) for i, name in rows.items()), 1
            )
        ]
        page = Page(space, first + n * OPS, [author], ops)
        app.store.run_as("sync", inbox.apply_page, page)
        say(wrote=tag, records=rows, received=True)
        yield


def back_up(app: App) -> Iterator[None]:
    """A save, then a copy of the whole database; never finished when it matters."""
    saves = save(app)
    for _ in itertools.count():
        next(saves)
        app.back_up()
        yield


def mixed(app: App) -> Iterator[None]:
    """All of them in turn."""
    kinds = [save(app), change(app), bring_in(app), receive(app)]
    for kind in itertools.cycle(kinds):
        yield next(kind)


WORK: dict[str, Callable[[App], Iterator[None]]] = {
    "save": save, "change": change, "import": bring_in, "receive": receive, "backup": back_up, "mixed": mixed,
}  # fmt: skip


def main(folder: Path, kind: str, steps: int) -> None:
    """Work until killed. A kind that is not in WORK opens and closes the profile over and over."""
    with_more_steps(steps)
    say(at="opening")
    app = App.open(folder, passphrase())
    say(at="open")
    if kind not in WORK:
        app.close()
        say(at="closed")
        time.sleep(60)
        return
    for _ in WORK[kind](app):
        pass


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
