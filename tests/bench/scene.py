"""One endpoint as a process of its own, two laptops, and a link between them: what the wire is measured on."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.client import enrolment
from sync.client.engine import Report, SyncEngine
from tests.bench.link import Count, Link, Speed
from tests.bench.workload import Edit, Row
from wimdesk.app import App
from wimdesk.records import Organization
from wimdesk.services import editing
from wimdesk.store import history
from wimdesk.store.record import Values

ROOT = Path(__file__).parents[2]
WORD = "a passphrase for the bench"
ORGANISATION = "WIM Bench"
TYPE = "organization"
"""The type with most fields; it lives in the Alliance's space, and here also in the private one."""
COLUMNS = {
    "org": "acronym", "country": "country_code", "person": "identifiers", "role": "classification",
    "year": "member_count", "hours": "member_count_source", "email": "website", "start": "founding_date",
    "status": "scope", "notes": "summary", "updated": "member_count_as_of",
}  # fmt: skip
"""Which field of the workload goes where; `id` is the record's id, hours are text, notes are text in one language."""
_PATIENCE = 60.0


def values_of(row: Row | dict[str, object]) -> Values:
    """Return fields of the workload as fields of a record."""
    return {COLUMNS[name]: _value(name, value) for name, value in row.items() if name != "id"}


def _value(name: str, value: object) -> object:
    if name == "notes":
        return {"en": value}
    return str(value) if name == "hours" else value


def add(session: Session, rows: list[Row], space: str) -> None:
    """Make the records, all in one space ("alliance" or "private"); they are written when the transaction ends."""
    where = session.info["scribe"].author.spaces[space]
    for row in rows:
        editing.prepare(session, Organization, values_of(row), str(row["id"])).space = where


def change(session: Session, rows: list[Row], edits: list[Edit]) -> None:
    """Make each edit, as a person would one after the other."""
    for index, name, value in edits:
        editing.change(session, TYPE, str(rows[index]["id"]), values_of({name: value}))


def change_all(session: Session, rows: list[Row], edits: list[Edit]) -> None:
    """Make each edit in one act, as an import does."""
    found = {record.id: record for record in session.scalars(select(Organization))}
    for index, name, value in edits:
        for column, new in values_of({name: value}).items():
            setattr(found[str(rows[index]["id"])], column, new)


@dataclass
class Measured:
    """One sync as the link saw it."""

    count: Count
    seconds: float
    report: Report


@dataclass
class Laptop:
    """An enrolled profile."""

    app: App
    engine: SyncEngine
    keeps_connection: bool = False

    def sync(self) -> Report:
        """Run one pass; but for those who keep it, on a new connection."""
        if not self.keeps_connection:
            self.hang_up()
        return self.engine.run_once()

    def measure(self, link: Link) -> Measured:
        """Run one pass and say what it cost."""
        if not self.keeps_connection:
            self.hang_up()
        link.reset()
        start = time.perf_counter()
        report = self.engine.run_once()
        return Measured(link.count, time.perf_counter() - start, report)

    def hang_up(self) -> None:
        """Let go of the connection; the next pass opens one."""
        self.engine.stop()
        self.engine = SyncEngine(self.app)

    def shown(self) -> dict[str, tuple[object, ...]]:
        """Return what a person sees of each record of the workload."""
        return self.app.read(shown)

    def decisions(self) -> int:
        """Return how many questions are open because something was changed in two places."""
        return len(self.app.read(history.open_clashes))

    def close(self) -> None:
        """Close the profile."""
        self.engine.stop()
        self.app.close()


def shown(session: Session) -> dict[str, tuple[object, ...]]:
    """Return what a person sees of each record of the workload, in the order of COLUMNS."""
    columns: list[object] = [getattr(Organization, name) for name in COLUMNS.values()]
    query = select(Organization.id, *columns).where(Organization.identifiers != "")
    return {row[0]: tuple(row[1:]) for row in session.execute(query)}


@dataclass
class Scene:
    """A folder with an endpoint and laptops "anna" and "bela" in it; `link` is how they reach each other."""

    place: Path
    link: Link
    keeps_connection: bool = False
    role: str = "secretariat"
    laptops: dict[str, Laptop] = field(default_factory=dict)

    def make(self) -> None:
        """Make an endpoint and both laptops."""
        (self.place / "endpoint").mkdir(parents=True)
        with self.running():
            self.enrol()

    def enrol(self) -> None:
        """Enrol both laptops at the endpoint; they sync, so that tokens and profiles are there."""
        # A window whose memory is measured in this process needs nothing of the endpoint's program.
        from sync.server.service import issue_code
        from tests.support import introduce

        for name in ("anna", "bela"):
            with self._opened(name) as app:
                code = issue_code(self.place / "endpoint", ORGANISATION, self.role)["code"]
                enrolment.enrol(app, code, self.link.url)
                introduce(app, ORGANISATION)
        for name in ("anna", "bela", "anna", "bela"):  # twice, so that each knows of the other's key
            with self._opened(name) as app:
                engine = SyncEngine(app)
                engine.run_once()
                engine.stop()

    @contextlib.contextmanager
    def _opened(self, name: str) -> Iterator[App]:
        app = App.open(self.place / name, WORD)
        try:
            yield app
        finally:
            app.close()

    def copy(self, place: Path) -> Scene:
        """Return the same at another place; nothing of it may be open."""
        shutil.copytree(self.place, place)
        return Scene(place, self.link, self.keeps_connection, self.role)

    @contextlib.contextmanager
    def running(self) -> Iterator[Scene]:
        """Serve, behind the link, for as long as the block lasts; what was opened is closed after it."""
        with endpoint(self.place / "endpoint") as served:
            self.link.target = served.url
            self.link.heal()
            try:
                yield self
            finally:
                for laptop in self.laptops.values():
                    laptop.close()
                self.laptops.clear()

    def laptop(self, name: str) -> Laptop:
        """Return the laptop, open."""
        if name not in self.laptops:
            app = App.open(self.place / name, WORD)
            self.laptops[name] = Laptop(app, SyncEngine(app), self.keeps_connection)
        return self.laptops[name]

    @contextlib.contextmanager
    def at_full_speed(self) -> Iterator[None]:
        """Do what is not measured without waiting for the link."""
        speed = self.link.speed
        self.link.shape(Speed())
        try:
            yield
        finally:
            self.link.shape(speed)


class Served(NamedTuple):
    """A running endpoint: its address, its process, and those of its database's servers where they are ours."""

    url: str
    process: int
    servers: tuple[int, ...] = ()
    is_counted: bool = True

    def processor_seconds(self) -> float | None:
        """Return how long all of them, with their children, have kept processors busy.

        None where the system does not say it simply, or somebody else's server works for the endpoint.
        """
        if not self.is_counted:
            return None
        try:
            own = sum(map(_with_children, (self.process, *self.servers)))
        except OSError:
            return None
        return own / os.sysconf("SC_CLK_TCK")


def _with_children(process: int) -> int:
    """Return the ticks of a process, of its children that have ended, and of those that live."""
    # proc_pid_stat(5): fields 14 to 17; the name of the program before them may hold spaces.
    stat = Path(f"/proc/{process}/stat").read_text("ascii")
    ticks = sum(map(int, stat.rpartition(")")[2].split()[11:15]))
    children = Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split()
    return ticks + sum(_with_children(int(child)) for child in children)


@contextlib.contextmanager
def endpoint(data: Path, *more: str) -> Iterator[Served]:
    """Run `wimdesk secretariat serve` on a free port, with more arguments."""
    words = ("-m", "wimdesk", "secretariat", "serve", "--data", str(data), "--listen", "127.0.0.1:0", *more)
    paths = os.pathsep.join(path for path in (str(ROOT), os.environ.get("PYTHONPATH", "")) if path)
    environment = os.environ | {"PYTHONPATH": paths}
    with subprocess.Popen([sys.executable, *words], cwd=ROOT, env=environment, stdout=subprocess.PIPE) as child:
        try:
            yield Served(_address(child), child.pid)
        finally:
            child.terminate()
            child.wait(_PATIENCE)


def _address(child: subprocess.Popen[bytes]) -> str:
    assert child.stdout is not None
    said = b""
    for line in child.stdout:
        said += line
        with contextlib.suppress(ValueError):
            return str(json.loads(said)["url"])
    raise RuntimeError("the endpoint did not start")
