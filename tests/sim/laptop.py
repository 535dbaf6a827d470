"""One laptop of a simulation: a real profile in a real file, its real engine, and what the model knows of both."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session
from sqlcipher3 import dbapi2

from sync.client.engine import Report, SyncEngine
from sync.client.transport import Transport
from sync.protocol import Payload
from tests.sim.endpoint import copy_database
from tests.sim.fate import Clock
from tests.sim.model import DELETED, MARKS, Life, SaveId, told_at
from tests.sim.wire import Wire
from tests.support import Template
from wimdesk.app import DATABASE, App
from wimdesk.services import editing, erasing
from wimdesk.store import journal, keys, rows, tables
from wimdesk.store.record import types

TYPE = "site"
FIELDS = ("name", "operator", "country_code", "commodity", "latitude")
BLANK: dict[str, object] = {
    "name": "", "operator": "", "country_code": "", "commodity": [], "latitude": None, DELETED: False,
}  # fmt: skip
_payload = msgspec.msgpack.Decoder(Payload).decode


@dataclass(frozen=True)
class Seat:
    """Who sits at a laptop: its name, organisation (id) and keys, and the device that the endpoint knows."""

    name: str
    organisation: str
    secretariat: bool
    device: str
    device_keys: keys.DeviceKeys


@dataclass(frozen=True, slots=True)
class Written:
    """One operation as it stands in the laptop's file."""

    pos: int
    save: SaveId
    space: str
    owner: str
    type: str
    state: str
    seq: int | None
    values: dict[str, object]
    problem: int


@dataclass
class Copy:
    """An earlier state of the file, and what the model knew of it."""

    folder: Path
    life: Life
    tick: int


@dataclass
class Laptop:
    """An open profile. `forget` ends it as a crash does; `open` goes on from the file."""

    seat: Seat
    home: Path
    template: Template
    clock: Clock
    wire: Wire
    role: str = "coordinator"
    life: Life = field(default_factory=Life)
    leaps: int = 0
    revoked: bool = False
    clone: bool = False
    copies: list[Copy] = field(default_factory=list)
    roles_since: list[tuple[int, str]] = field(default_factory=list)
    last_pos: int = 0
    put_aside: set[str] = field(default_factory=set)
    """Spaces in which an order once waited for the proof of who gave it."""
    kept_in_view: set[str] = field(default_factory=set)
    """What is removed and still showed when the act under way began: its author has not seen that it is."""
    lives: int = 0

    def open(self, source: Path) -> None:
        """Open a copy of the database in `source`."""
        folder = self.home / f"{self.seat.name}.{self.lives}"
        self.lives += 1
        folder.mkdir(parents=True)
        copy_database(source / DATABASE, folder / DATABASE)
        if (source / erasing.LEDGER).exists():
            shutil.copyfile(source / erasing.LEDGER, folder / erasing.LEDGER)
        self.app: App = self.template.reopen(folder, self.seat.device_keys)
        self.app.run(erasing.apply_ledger, erasing.read_ledger(folder))
        self.engine = SyncEngine(self.app, lambda url: Transport(url, self.wire))
        self.eye: dbapi2.Connection = self.app.store.raw()
        self.last_pos = self.ask("SELECT coalesce(max(pos), 0) FROM op")[0][0]

    def close(self) -> None:
        self.eye.close()
        self.engine.stop()
        self._leave()
        shutil.rmtree(self.app.folder)

    def reborn(self, source: Path | None = None) -> None:
        """The process dies, and another opens what stands in the file, or in an earlier copy of it.

        The ledger of what was erased stays: it is a file of its own.
        """
        dead, looked_at = self.app.folder, self.last_pos
        self.eye.close()
        with_file = dead if source is None else source
        kept = self.home / f"{self.seat.name}.kept"
        copy_database(with_file / DATABASE, kept / DATABASE)
        self._leave()
        if (dead / erasing.LEDGER).exists():
            shutil.copyfile(dead / erasing.LEDGER, kept / erasing.LEDGER)
        shutil.rmtree(dead)
        self.open(kept)
        if source is None:
            self.last_pos = looked_at  # what was written since is still to be looked at
        shutil.rmtree(kept)

    def _leave(self) -> None:
        """Let go of the files. Who dies makes no backup first, and where all is over nobody needs one."""
        self.app._wrote = False  # noqa: SLF001 - see above
        self.app.close()

    def keep_copy(self) -> None:
        """Make a copy of the file for later."""
        folder = self.home / f"{self.seat.name}.copy.{self.clock.tick}.{self.lives}"
        if folder.exists():
            return
        copy_database(self.app.folder / DATABASE, folder / DATABASE)
        self.copies.append(Copy(folder, self.life.copy(), self.clock.tick))
        if len(self.copies) > 2:
            shutil.rmtree(self.copies.pop(0).folder)

    # ------------------------------------------------------------- what a person does

    def run(self, verb: Callable[..., object], *args: object) -> object:
        """Run a verb of the program with this laptop's clock."""
        with self.clock.wrong_by(self.leaps):
            return self.app.run(verb, *args)

    def sync(self) -> Report:
        with self.clock.wrong_by(self.leaps):
            return self.engine.run_once()

    # ------------------------------------------------------------- what stands in the file

    def ask(self, query: str, *args: object) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self.eye.execute(query, args).fetchall()
        return found

    def written(self, where: str, *args: object) -> list[Written]:
        """Return the operations in the file that fit and still say something."""
        names = "pos, record, space, owner, type, state, seq, fields, payload, problem"
        found = []
        for row in self.eye.execute(f"SELECT {names} FROM op WHERE {where}", args).fetchall():
            pos, record, space, owner, type_name, state, seq, fields, payload, problem = row
            if not payload:
                continue  # erased: nobody can say any more which save it was
            opened = _payload(payload)
            values = {} if type_name in MARKS else dict(zip(json.loads(fields), opened.values, strict=True))
            save = SaveId(told_at(space, type_name, opened), record)
            found.append(Written(pos, save, space, owner, type_name, state, seq, values, problem))
        # Sorted here: to spare itself the sorting the database would read the whole journal.
        return sorted(found, key=lambda row: row.pos)

    def generation(self) -> int:
        found = self.eye.execute("SELECT value FROM local WHERE key = 'generation'").fetchone()
        return int(found[0]) if found else 0

    def returning(self) -> bool:
        """Say whether this file and the endpoint are being brought together."""
        found = self.eye.execute("SELECT value FROM local WHERE key = 'returning'").fetchone()
        return bool(found and int(found[0]))

    def cursors(self) -> dict[str, int]:
        return dict(self.eye.execute("SELECT space, seq FROM cursor").fetchall())

    def shown(self, record: str) -> dict[str, object] | None:
        """Return what a person sees of a record, None where it is not there."""
        row = self.eye.execute(f"SELECT {', '.join(FIELDS)}, deleted FROM {TYPE} WHERE id = ?", (record,)).fetchone()
        return None if row is None else _seen(row)

    def is_spared(self, record: str) -> bool:
        """Say whether the record shows until somebody agrees that it is removed, or until all was read."""
        return bool(self.ask("SELECT count(*) FROM spared WHERE record = ?", record)[0][0])

    def lost(self, record: str) -> list[SaveId]:
        """Return what of the record can come back to a restored endpoint only from another laptop, in its old order."""
        query = "SELECT payload FROM op WHERE record = ? AND state = 'lost' AND payload <> x'' ORDER BY was, pos"
        return [SaveId(_payload(payload).at, record) for (payload,) in self.eye.execute(query, (record,)).fetchall()]

    def all_shown(self) -> dict[str, dict[str, object]]:
        """Return what a person sees, by record."""
        rows = self.eye.execute(f"SELECT {', '.join(FIELDS)}, deleted, id FROM {TYPE}").fetchall()
        return {row[-1]: _seen(row) for row in rows}

    def records(self) -> list[tuple[str, str, bool]]:
        """Return (id, space, deleted) of every record."""
        return [(r, s, bool(d)) for r, s, d in self.eye.execute(f"SELECT id, space, deleted FROM {TYPE} ORDER BY id")]

    @property
    def epoch(self) -> int:
        return self.app.store.author.epoch


def _seen(row: tuple[object, ...]) -> dict[str, object]:
    values = dict(zip((*FIELDS, DELETED), row, strict=False))
    values["commodity"] = json.loads(str(values["commodity"]))
    values[DELETED] = bool(values[DELETED])
    return values


def add_in(session: Session, values: dict[str, object], space: str) -> str:
    """Make a record in a space that is not the home of its type, as publishing does."""
    record = editing.prepare(session, editing.type_of(TYPE), values)
    record.space = space or journal.scribe_of(session).author.spaces["private"]
    session.flush()
    return record.id


def write_as_newer(session: Session, record: str, values: dict[str, object], at: str) -> None:
    """Journal what a newer program would: a field that this one does not know."""
    author, op = journal.scribe_of(session).author, tables.op.c
    row = session.execute(select(tables.op).where(op.record == record).limit(1)).one()
    mine = (op.space == row.space, op.device == author.device, op.epoch == author.epoch)
    number = (session.scalar(select(func.max(op.n)).where(*mine)) or 0) + 1
    site = session.get_one(types()[TYPE], record)
    # A newer program says what its author saw, as any other does: without that, everybody would be asked in vain.
    base = journal._base(session, site, values, {})  # noqa: SLF001 - nothing public writes a field without a column
    session.execute(
        insert(tables.op).values(
            space=row.space, device=author.device, epoch=author.epoch, n=number, type=row.type, record=record,
            owner=row.owner, fields=list(values), base=base, state=tables.WAITING,
            payload=journal.pack_payload(list(values.values()), at, ""),
        )
    )  # fmt: skip
    seen = (site.versions or {}) | dict.fromkeys(values, -number)
    table = rows.table_of(types()[TYPE])
    session.execute(update(table).where(table.c.id == record).values(versions=seen))
