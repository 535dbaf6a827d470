"""Real profiles and a real endpoint for tests, made as cheaply as they come."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import random
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from filelock import FileLock

from sync import bundles as files
from sync import sealing
from sync.client import bundles, enrolment
from sync.client.engine import Report, SyncEngine
from sync.protocol import MAX_SEALED, Op, private_space
from sync.server import service
from sync.server.service import issue_code, running
from wimdesk import search
from wimdesk.app import DATABASE, App
from wimdesk.identifiers import new_id
from wimdesk.services import editing
from wimdesk.store import audit, facts, history, identity, journal, keys, outbox, seal_keys
from wimdesk.store.engine import Store
from wimdesk.store.history import TwoPlaces
from wimdesk.store.record import Info, Values, fields

TOO_LONG = base64.b64encode(random.Random(1).randbytes(MAX_SEALED * 9 // 8)).decode()
"""A text that does not fit into one message, however well it is packed."""
PASSPHRASE = "correct horse battery staple"


@dataclass
class Template:
    """One profile made in the ordinary way. Copies skip only what makes a passphrase slow on purpose."""

    folder: Path
    unlocked: keys.Unlocked

    @classmethod
    def make(cls, folder: Path) -> Template:
        App.open(folder, PASSPHRASE).close()
        return cls(folder, keys.unlock(folder, PASSPHRASE))

    def new(self, folder: Path) -> App:
        """Open a copy as a profile that was just made; its passphrase is PASSPHRASE."""
        shutil.copytree(self.folder, folder)
        app = self.reopen(folder, self.unlocked.device)
        app.store.indexers.append(audit.follow)
        return app

    def open(self, folder: Path) -> App:
        """Open a copy that is a device of its own."""
        shutil.copytree(self.folder, folder)
        device = keys.DeviceKeys(Ed25519PrivateKey.generate(), X25519PrivateKey.generate())
        app = self.reopen(folder, device)
        app.run(identity.create)
        return app

    def reopen(self, folder: Path, device: keys.DeviceKeys, writer: Executor | None = None) -> App:
        """Open what is in the folder as it is; `writer` takes the place of the thread that writes."""
        lock = FileLock(folder / "lock")
        lock.acquire(blocking=False)
        store = Store(folder / DATABASE, self.unlocked.database, identity.author(identity.NOBODY), writer)
        search.attach(store)
        store.run(journal.renew_author)
        return App(folder, lock, keys.Unlocked(self.unlocked.database, device), store)


@dataclass
class Endpoint:
    """A running endpoint."""

    data: Path
    url: str
    database: str = ""
    owner: str = ""

    def code(self, organisation: str, role: str = "coordinator") -> str:
        return issue_code(self.data, organisation, role, self.database)["code"]


@contextlib.contextmanager
def endpoint_at(
    data: Path, database: str = "", owner: str = "", now: Callable[[], float] = time.time
) -> Iterator[Endpoint]:
    """Serve for as long as the block lasts, from a file in the folder or from a database."""
    with running(data, failed_attempts=100_000, database=database, now=now) as url:
        yield Endpoint(data, url, database, owner)


def free_port() -> int:
    """A port that nobody has, and that no system gives to whoever asks for any: nobody gets it meanwhile."""
    for port in random.SystemRandom().sample(range(20_000, 32_000), 100):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise OSError("no port is free")


@dataclass
class Laptop:
    """An enrolled profile and its engine, in the words of a story."""

    app: App
    engine: SyncEngine

    @classmethod
    def join(cls, app: App, endpoint: Endpoint, organisation: str, role: str = "coordinator", name: str = "") -> Laptop:
        enrolment.enrol(app, endpoint.code(organisation, role), endpoint.url)
        if name:
            app.set_person(name)
        return cls(app, SyncEngine(app))

    def sync(self) -> Report:
        return self.engine.run_once()

    def add(self, type_name: str, **values: object) -> str:
        return self.app.run(editing.add, type_name, values)

    def change(self, type_name: str, record: str, **values: object) -> None:
        self.app.run(editing.change, type_name, record, values)

    def remove(self, type_name: str, record: str) -> None:
        self.app.run(editing.remove, type_name, record)

    def see(self, type_name: str, record: str) -> Values:
        return self.app.read(editing.values, type_name, record)

    def questions(self) -> list[TwoPlaces]:
        return self.app.read(history.open_clashes)

    def close(self) -> None:
        self.engine.stop()
        self.app.close()


def introduce(app: App, organisation: str) -> None:
    """Give a profile the organisation's key as if a coordinator had handed it on."""
    key = hashlib.sha256(organisation.encode()).digest()
    app.run(seal_keys.keep, seal_keys.SealKey(1, sealing.id_of(key), key))


@dataclass
class Office:
    """Opens profiles and laptops for one test, and closes them after it."""

    template: Template
    folder: Path
    endpoint: Endpoint | None = None
    organisation: str = field(default_factory=lambda: f"WIM {new_id()}")
    opened: list[Callable[[], None]] = field(default_factory=list)

    def app(self, name: str = "profile") -> App:
        app = self.template.open(self.folder / name)
        self.opened.append(app.close)
        return app

    def laptop(
        self, name: str, organisation: str = "", role: str = "coordinator", *, introduced: bool = True
    ) -> Laptop:
        assert self.endpoint is not None
        laptop = Laptop.join(self.app(name), self.endpoint, organisation or self.organisation, role, name)
        if introduced:
            introduce(laptop.app, organisation or self.organisation)
        self.opened.append(laptop.close)
        return laptop

    def reopened(self, name: str, copy: Path, device: keys.DeviceKeys) -> Laptop:
        """A laptop whose database is this copy."""
        folder = self.folder / name
        shutil.copytree(self.template.folder, folder)
        shutil.copy(copy, folder / DATABASE)
        app = self.template.reopen(folder, device)
        laptop = Laptop(app, SyncEngine(app))
        self.opened.append(laptop.close)
        return laptop

    def close(self) -> None:
        for close in reversed(self.opened):
            close()


@dataclass
class Post:
    """A folder on a stick, and the desk at which files are handed in."""

    office: Office
    folder: Path
    count: int = field(default=0)

    @property
    def endpoint(self) -> Endpoint:
        assert self.office.endpoint is not None
        return self.office.endpoint

    def path(self) -> Path:
        self.count += 1
        return self.folder / f"{self.count}{files.SUFFIX}"

    def save(self, laptop: Laptop) -> Path:
        path = self.path()
        bundles.save(laptop.engine, path)
        return path

    def answer(self, file: Path) -> Path:
        path = self.path()
        service.bundle(self.endpoint.data, file, path, database=self.endpoint.database)
        return path

    def round(self, laptop: Laptop) -> bundles.Loaded:
        return bundles.load(laptop.engine, self.answer(self.save(laptop)))


def waiting(app: App, after: int = 0, space: str = "") -> tuple[int, list[Op]]:
    """What waits in a space (the private one where none is named): the first number and the operations."""
    return app.read(outbox.next_batch, space or private_space(app.identity().organisation), after)


def fact(app: App, key: str) -> str:
    """A local fact of the profile as text."""
    return app.read(facts.text, key)


def sample_value(info: Info, mark: str) -> object:
    """A value of the column's kind, with letters of several scripts, recognisable by the mark."""
    kind = info["kind"]
    by_kind: dict[str, object] = {
        "texts": {"en": f"{mark} en", "fr": f"{mark} é\u0301û"},
        "long_texts": {"en": f"{mark}\nsecond line, “quoted”; and; more", "es": f"{mark} ñ"},
        "map": {"mark": mark, "numbers": [1, 2.5, None, True], "inner": {"a": "ä"}},
        "codes": ["one", f"two {mark}"],
        "long_text": f' {mark}\r\nline two, "quoted" 北京 \n',
        "day": "2026-03-04",
        "month": "2026-03",
        "flag": True,
        "integer": 5,
        "decimal": 2.5,
        "choice": next(iter(info.get("choices", {"": ""}))),
        "link": new_id(),
    }
    return by_kind.get(kind, f"{mark} ‏عربى 'x' \N{SNOWMAN}")


def sample_row(cls: type, mark: str) -> dict[str, object]:
    """A value for each column of a record type."""
    return {name: sample_value(info, mark) for name, info in fields(cls).items()}
