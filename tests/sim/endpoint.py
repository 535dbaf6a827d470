"""The Secretariat's endpoint of a simulation: the real application over a real file, without a socket."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import msgspec
from sqlalchemy import delete, update
from sqlcipher3 import dbapi2
from starlette.applications import Starlette

from sync import sealing
from sync.protocol import Author, Block, Op, Payload
from sync.server import enrolment, service, tables
from sync.server.app import create_app
from sync.server.ledger import FILE as LEDGER
from sync.server.store import FILE, Store
from tests.sim.fate import Clock
from tests.sim.model import MARKS, Entry, SaveId, told_at
from tests.sim.wire import Letter, Line

URL = "http://127.0.0.1:1"
_names = msgspec.msgpack.Decoder(tuple[str, ...]).decode
_payload = msgspec.msgpack.Decoder(Payload).decode


class Secretariat:
    """One endpoint. `crash` and `restore` put another application over another copy of the file in its place."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder = folder
        self._clock = clock
        self.keys: dict[bytes, bytes] = {}
        """The organisations' keys by their ids: the simulation may look into what the endpoint can't."""
        self.leaps = 0
        self.extra_seconds = 0
        self.data = folder / "0"
        self._lives = 0
        self.app = self._start(self.data)
        self.line = Line(lambda: self.app, clock.go_on)
        self._operator = Store(self.data, self._now)
        self._eye = _eye(self.data)

    def _now(self) -> float:
        with self._clock.wrong_by(self.leaps):
            return self._clock.now() + self.extra_seconds

    def _start(self, data: Path) -> Starlette:
        return create_app(data, now=self._now, failed_attempts=10**9)

    def crash(self) -> None:
        """The process dies; another one starts from what stands in the file."""
        self.take_over(self.data)

    def take_over(self, source: Path) -> None:
        """Go on with a copy of the files in `source`, unless who brings this about dies before it is there."""
        self._lives += 1
        data = self.folder / str(self._lives)
        copy_database(source / FILE, data / FILE)
        for ledger in (self.data / LEDGER, source / LEDGER):
            if ledger.exists():
                shutil.copyfile(ledger, data / LEDGER)
        app, operator = self._start(data), Store(data, self._now)
        self._operator.close()
        self._eye.close()
        shutil.rmtree(self.data)
        self.data, self.app, self._operator, self._eye = data, app, operator, _eye(data)

    def restore(self, source: Path) -> None:
        """Be restored from an earlier copy, as the operator's handbook says."""
        self.take_over(source)
        service.renew_generation(self.data)

    def copy_to(self, target: Path) -> Path:
        """Copy the files as a backup would; return where."""
        copy_database(self.data / FILE, target / FILE)
        return target

    def deliver(self, letter: Letter) -> int:
        """Let a letter from long ago arrive; return the status of the answer that nobody hears."""
        return self.line.carry(letter).status

    def code(self, organisation: str, role: str) -> str:
        return service.issue_code(self.data, organisation, role)["code"]

    def revoke(self, device: str) -> None:
        enrolment.revoke(self._operator, device)

    def give_role(self, device: str, role: str) -> None:
        """The operator changes what a device may do."""
        with self._operator.writing() as connection:
            mine = tables.device.c.id == uuid.UUID(device).bytes
            connection.execute(update(tables.device).where(mine).values(role=role))

    def forget_tokens(self) -> None:
        """Each token ends now, as after a day."""
        with self._operator.writing() as connection:
            connection.execute(delete(tables.token))

    def generation(self) -> int:
        return int(self._eye.execute("SELECT generation FROM server_state").fetchone()[0])

    def heads(self) -> dict[str, int]:
        """Return the newest seq of each space."""
        return dict(self._eye.execute("SELECT name, head FROM space ORDER BY name").fetchall())

    def log(self, space: str, after: int) -> Iterator[Entry]:
        """Yield the operations of a space in their order, also what only its organisation can open."""
        if space.endswith("/private"):
            yield from self._sealed(space, after)
            return
        query = "SELECT seq, record, owner, fields, payload, type FROM op WHERE space = ? AND seq > ? ORDER BY seq"
        for seq, record, owner, fields, payload, type_name in self._eye.execute(query, (space, after)).fetchall():
            yield _entry(seq, Op(space, type_name, record, owner, _names(fields), {}, payload))

    def _sealed(self, space: str, after: int) -> Iterator[Entry]:
        organisation = uuid.UUID(space.split("/")[1]).bytes
        query = "SELECT seq, ops, device, epoch, n, key, root, box FROM sealed WHERE space = ? AND seq > ? ORDER BY seq"
        for seq, count, device, epoch, n, key, root, box in self._eye.execute(query, (space, after)).fetchall():
            first = seq - count + 1
            block = Block(space, first, Author(device, epoch), n, count, key, root, box)
            for place, op in enumerate(sealing.unseal(self.keys[key], block, organisation), first):
                yield _entry(place, op)

    def numbers_twice(self) -> int:
        """Return how many places the log gave to a number that has one already."""
        query = "SELECT count(*) FROM (SELECT 1 FROM op GROUP BY space, device, epoch, n HAVING count(*) > 1)"
        over = """
            SELECT count(*) FROM sealed a JOIN sealed b USING (space, device, epoch)
            WHERE a.seq < b.seq AND a.n < b.n + b.ops AND b.n < a.n + a.ops
        """
        return sum(int(self._eye.execute(each).fetchone()[0]) for each in (query, over))

    def close(self) -> None:
        self._eye.close()
        self._operator.close()
        self.line.close()


def _entry(seq: int, op: Op) -> Entry:
    record, owner = str(uuid.UUID(bytes=op.record)), str(uuid.UUID(bytes=op.owner))
    if not op.payload:
        return Entry(op.space, seq, SaveId("", record), owner, op.type, {}, is_stub=True)
    opened = _payload(op.payload)
    values = {} if op.type in MARKS else dict(zip(op.fields, opened.values, strict=True))
    save = SaveId(told_at(op.space, op.type, opened), record)
    return Entry(op.space, seq, save, owner, op.type, values)


def _eye(data: Path) -> dbapi2.Connection:
    connection = dbapi2.connect(str(data / FILE), isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA query_only=ON")
    return connection


def copy_database(source: Path, target: Path) -> None:
    """Copy a database and its write-ahead log, which nobody writes at this moment."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    log = source.with_name(source.name + "-wal")
    if log.exists() and log.stat().st_size:
        shutil.copyfile(log, target.with_name(target.name + "-wal"))
