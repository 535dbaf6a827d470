"""The processes of the storm: a laptop that saves and syncs and tells of it, and an endpoint."""

from __future__ import annotations

import contextlib
import random
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from filelock import FileLock

from sync.client.engine import SyncEngine
from sync.server import service
from tests.sim.planted import PLANTED
from tests.soak.kill import WORD
from wimdesk.app import App
from wimdesk.errors import WimdeskError
from wimdesk.services import editing, publishing
from wimdesk.store import keys, outbox, proof, recovery, tables

_TRIES = 3
"""How often somebody syncs again where it failed, before going on with the work."""


@dataclass(frozen=True)
class Profile:
    """What opens a profile without the second that its passphrase costs on purpose."""

    folder: Path
    database: bytes
    sign: bytes
    receive: bytes

    @classmethod
    def of(cls, folder: Path) -> Profile:
        """Unlock the profile in the folder."""
        found = keys.unlock(folder, WORD)
        device = found.device
        return cls(folder, found.database, device.sign.private_bytes_raw(), device.receive.private_bytes_raw())

    @contextlib.contextmanager
    def opened(self) -> Iterator[App]:
        """The profile, open as it is when somebody starts the program."""
        device = keys.DeviceKeys(
            Ed25519PrivateKey.from_private_bytes(self.sign), X25519PrivateKey.from_private_bytes(self.receive)
        )
        lock = FileLock(self.folder / "lock")
        lock.acquire(timeout=10)
        app = App.open_unlocked(self.folder, lock, keys.Unlocked(self.database, device))
        try:
            yield app
        finally:
            app.close()


@dataclass(frozen=True)
class Job:
    """What a process with a profile is to do: so many turns of saving and syncing; then only to sync."""

    profile: Profile
    name: str
    seed: int
    turns: int
    known: tuple[str, ...]
    """Records that all of its organisation may change."""
    bug: str


def work(job: Job, tell: Connection) -> None:
    """Do the job; say each save before it is made and after it was acknowledged, and what is there at the end."""
    random.seed(job.seed)
    try:
        with contextlib.ExitStack() as stack:
            if job.bug:
                stack.enter_context(PLANTED[job.bug]())
            app = stack.enter_context(job.profile.opened())
            engine = SyncEngine(app)
            stack.callback(engine.stop)
            tell.send(("open",))
            for turn in range(job.turns):
                _save(app, job, turn, tell)
                tries = 0
                while not _pass(engine, tell) and tries < _TRIES:
                    tries += 1
            if not job.turns:
                _pass(engine, tell)
                tell.send(("state", _state(app)))
        tell.send(("done",))
    except Exception:  # noqa: BLE001  whatever it is, the one who looks on counts it as wrong
        tell.send(("broken", traceback.format_exc()))


def _save(app: App, job: Job, turn: int, tell: Connection) -> None:
    for number in range(random.randint(1, 6)):
        name = f"{job.name} {job.seed} {turn} {number}"
        match random.choice(("new", "new", "change", "change", "share")):
            case "change" if job.known:
                record = random.choice(job.known)
                tell.send(("try", record, name))
                app.run(editing.change, "site", record, {"name": name})
                tell.send(("saved", "site", record, name))
            case "share":
                item = app.run(editing.add, "library_item", {"title": {"en": name}, "license": "CC-BY-4.0"})
                tell.send(("saved", "library_item", item, name))
                copy = app.run(publishing.publish, "library_item", item, "alliance")
                tell.send(("shared", "library_item", copy, name))
            case _:
                record = app.run(editing.add, "site", {"name": name, "operator": "x" * random.choice((5, 50, 900))})
                tell.send(("saved", "site", record, name))


def _pass(engine: SyncEngine, tell: Connection) -> bool:
    try:
        report = engine.run_once()
    except WimdeskError as problem:
        tell.send(("told", f"{type(problem).__name__}: {problem}"[:90]))
        return False
    tell.send(("passed", report.sent, report.received))
    return True


def _state(app: App) -> dict[str, Any]:
    app.check()
    return app.read(
        lambda session: {
            "waiting": outbox.count(session),
            "returning": recovery.returning(session),
            "differing": proof.differing(session),
            "logs": {row.space: (row.seq, row.trail) for row in session.execute(tables.cursor.select())},
            "site": {row["id"]: row["name"] for row in editing.rows(session, "site")},
            "library_item": {row["id"]: row["title"]["en"] for row in editing.rows(session, "library_item")},
        }
    )


def serve(data: Path, port: int) -> None:
    """Be the endpoint until killed."""
    random.seed()
    service.serve(data, "127.0.0.1", port)
