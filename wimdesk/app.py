"""What is alive while a profile is open: settings, store, search, identity. Passed down by argument."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from filelock import FileLock, Timeout
from sqlalchemy.orm import Session

import wimdesk.records  # noqa: F401 - every record type must be known before the store opens
from wimdesk import search
from wimdesk.errors import EnvironmentProblem, ProfileBusy
from wimdesk.events import Changed, Signal
from wimdesk.i18n import _
from wimdesk.services import catalogue
from wimdesk.settings import Settings
from wimdesk.store import backup, facts, identity, inbox, journal, keys, migrations
from wimdesk.store.engine import Store

P = ParamSpec("P")
R = TypeVar("R")
DATABASE = "wimdesk.db"
log = logging.getLogger(__name__)


class App:
    """An open profile. Make it with `App.open`; close it when done."""

    def __init__(self, folder: Path, lock: FileLock, unlocked: keys.Unlocked, store: Store) -> None:
        self.folder = folder
        self.settings = Settings(folder / "settings.json")
        self.store = store
        self.device_keys = unlocked.device
        self.changed: Signal[Changed] = store.changed
        self._lock = lock
        self._searcher: search.Searcher | None = None
        self._closed = False

    @classmethod
    def open(cls, folder: Path, passphrase: str | None = None) -> App:
        """Open the profile in the folder, or make one there.

        Raises ProfileBusy, NotAProfile, ProfileTooNew, WrongKey or another EnvironmentProblem, each
        with a sentence; then nothing in an existing profile was changed.
        """
        with contextlib.ExitStack() as undo:
            lock = _lock(folder)
            undo.callback(lock.release)
            unlocked = _unlock(folder, passphrase)
            path = folder / DATABASE
            steps = migrations.migrate(path, unlocked.database, folder / "backups")
            store = Store(path, unlocked.database, identity.author(identity.NOBODY))
            undo.callback(store.close)
            search.attach(store)
            store.run(_prepare, bool(steps))
            undo.pop_all()
        return cls(folder, lock, unlocked, store)

    def read(self, query: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Return what the query finds."""
        return self.store.read(query, *args, **kwargs)

    def run(self, verb: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a verb on the writer thread and wait for its result."""
        return self.store.run(verb, *args, **kwargs)

    def write(self, verb: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Run a verb on the writer thread; the future has its result after the commit."""
        return self.store.write(verb, *args, **kwargs)

    def write_as(
        self, origin: str, verb: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> Future[R]:
        """As `write`; the announcement carries the origin."""
        return self.store.write_as(origin, verb, *args, **kwargs)

    def identity(self) -> identity.Identity:
        """Return who this profile is."""
        return self.store.read(identity.read)

    def set_person(self, name: str) -> None:
        """Remember the name that stands beside each change."""
        self.run(lambda session: facts.put(session, person_name=name.strip()))

    def searcher(self) -> search.Searcher:
        """Return the searcher of this profile; it has a connection of its own."""
        if self._searcher is None:
            self._searcher = search.Searcher(self.store)
        return self._searcher

    def check(self) -> None:
        """Prove that the database is whole; raises NotAProfile with a sentence."""
        backup.check(self.store.path, self.store.key)

    def back_up(self) -> Path:
        """Make a verified copy beside the database; return where it is."""
        return backup.make(self.store.path, self.store.key, self.folder / "backups", "by-hand")

    def close(self) -> None:
        """Finish what was asked for and release the profile."""
        if self._closed:
            return
        self._closed = True
        if self._searcher:
            self._searcher.close()
        self.store.close()
        self._lock.release()


def _lock(folder: Path) -> FileLock:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Not bound to a thread: a window opens the profile in one thread and closes it in another.
        lock = FileLock(folder / "lock", thread_local=False)
        lock.acquire(blocking=False)
    except Timeout as error:
        raise ProfileBusy(
            _("WIMDesk is already open with this data. Nothing was changed. Go to the window that is open.")
        ) from error
    except OSError as error:
        raise EnvironmentProblem(
            _("The folder of your data can't be written. Nothing was changed. Check the disk and its rights.")
        ) from error
    return lock


def _unlock(folder: Path, passphrase: str | None) -> keys.Unlocked:
    if (folder / keys.FILE).exists() or (folder / DATABASE).exists():
        return keys.unlock(folder, passphrase)
    with contextlib.suppress(OSError):
        folder.chmod(0o700)
    return keys.create(folder, passphrase)


def _prepare(session: Session, migrated: bool) -> None:
    fresh = not facts.text(session, "device")
    if fresh:
        identity.create(session)
    journal.renew_author(session)
    if fresh or migrated:
        inbox.show_parked(session)
        catalogue.plant(session)
