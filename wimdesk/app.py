"""What is alive while a profile is open: settings, store, search, identity. Passed down by argument."""

from __future__ import annotations

import contextlib
import logging
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from filelock import FileLock, Timeout
from sqlalchemy.orm import Session

import wimdesk.records  # noqa: F401 - every record type must be known before the store opens
from wimdesk import clock, memory, search
from wimdesk.errors import Damaged, EnvironmentProblem, NotAProfile, ProfileBusy, WimdeskError
from wimdesk.events import Changed, Signal
from wimdesk.i18n import _
from wimdesk.services import attaching, catalogue, directory, erasing, file_words, library_search, recovery, retention
from wimdesk.settings import Settings
from wimdesk.store import audit, backup, contents, facts, identity, inbox, journal, keys, migrations, rows
from wimdesk.store.engine import Store, unwritable

P = ParamSpec("P")
R = TypeVar("R")
DATABASE = "wimdesk.db"
BACKUP_AFTER = 1800.0
"""Seconds of work after which a backup is made by itself (design: half an hour)."""
_SEALED_AT_OPENING = 5000
"""Rows of the journal that may have come since the last act of a person; more of them wait for the next acts."""
log = logging.getLogger(__name__)


class App:
    """An open profile. Make it with `App.open`; close it when done."""

    def __init__(self, folder: Path, lock: FileLock, unlocked: keys.Unlocked, store: Store) -> None:
        self.folder = folder
        self.settings = Settings(folder / "settings.json")
        self.store = store
        self.contents = contents.Contents(folder / contents.FOLDER, store.key)
        self.device_keys = unlocked.device
        store.sign_key = unlocked.device.sign
        self.changed: Signal[Changed] = store.changed
        self.told: list[str] = []
        """Sentences for the person about what was noticed at opening."""
        self._lock = lock
        self._searchers: dict[str, search.Searcher] = {}
        self._reading, self._follows_files = file_words.Reading(store, self.contents), False
        self._closed = self._wrote = self._wiped = False
        self._copier = ThreadPoolExecutor(1, thread_name_prefix="backup")
        self._backed_up_at, self._device = time.monotonic(), store.author.device
        self.changed.connect(self._on_changed)

    @classmethod
    def open(cls, folder: Path, passphrase: str | None = None) -> App:
        """Open the profile in the folder, or make one there.

        Raises ProfileBusy, Damaged, NotAProfile, ProfileTooNew, WrongKey or another EnvironmentProblem,
        each with a sentence; then nothing in an existing profile was changed.
        """
        with contextlib.ExitStack() as undo:
            lock = _lock(folder)
            undo.callback(lock.release)
            app = cls.open_unlocked(folder, lock, _unlock(folder, passphrase))
            undo.pop_all()
        return app

    @classmethod
    def open_unlocked(cls, folder: Path, lock: FileLock, unlocked: keys.Unlocked) -> App:
        """Open the profile whose lock is held and whose keys are there; raises as `open` does."""
        path, copies = folder / DATABASE, folder / backup.FOLDER
        first_today = not any(copy.at[:10] == clock.now()[:10] for copy in backup.every(copies))
        told = [_("The file of keys was damaged. A copy of it was put in its place.")] if unlocked.mended else []
        with contextlib.ExitStack() as undo:
            existed = _look(path, unlocked.database, told, thorough=first_today)
            with _damage_named():
                steps = migrations.migrate(path, unlocked.database, copies)
            store = Store(path, unlocked.database, identity.author(identity.NOBODY))
            undo.callback(store.close)
            store.sign_key = unlocked.device.sign
            search.attach(store)
            store.indexers.append(audit.follow)
            with _damage_named():
                store.run(_prepare, bool(steps))
                store.run(erasing.apply_ledger, erasing.read_ledger(folder))
            undo.pop_all()
        app = cls(folder, lock, unlocked, store)
        app.told += told
        if app.contents.is_used():
            app.contents.sweep(*app.read(attaching.kept))
        app.sweep_soon()
        if existed and first_today:
            app.back_up_soon("by-day")
        return app

    @classmethod
    def newest_backup(cls, folder: Path, passphrase: str | None = None, name: str = "") -> backup.Copy:
        """Return the newest whole backup of a closed profile, or the one of that name if it is whole.

        Raises UserError where there is none, NotAProfile where that one is damaged, and as `open` does.
        """
        with _lock(folder):
            return recovery.pick(folder, _unlock(folder, passphrase).database, name)

    @classmethod
    def restore(cls, folder: Path, passphrase: str | None = None, name: str = "") -> recovery.Recovered:
        """Put a backup in the place of the database of a closed profile; the old files are kept.

        Without a name the newest whole one is taken. Raises as `newest_backup` does, and DiskFull.
        """
        with _lock(folder):
            key = _unlock(folder, passphrase).database
            return recovery.restore(folder / DATABASE, key, recovery.pick(folder, key, name))

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

    def searcher(self, use: str = "") -> search.Searcher:
        """Return the searcher for a use; it has a connection of its own, and questions of other uses don't stop it."""
        if use not in self._searchers:
            self._searchers[use] = search.Searcher(self.store)
        return self._searchers[use]

    def follow_files(self) -> None:
        """From now on read the words of attached files as they come, behind everything else."""
        self._follows_files = True
        self._reading.soon()

    def read_files(self) -> int:
        """Read the words of attached files now, and wait; return how many were read. Raises DiskFull and the like."""
        return self._reading.now()

    def give_back(self) -> None:
        """Let go of the memory that made the last writes quick, and give it back to the computer."""
        self.store.run(rows.let_go)
        memory.give_back()

    def check(self) -> None:
        """Prove that the database is whole; raises NotAProfile with a sentence."""
        backup.check(self.store.path, self.store.key)

    def back_up(self, reason: str = "by-hand") -> Path:
        """Make a verified copy beside the database; return where it is. Raises DiskFull and the like."""
        self._backed_up_at, self._device = time.monotonic(), self.store.author.device
        folder = self.folder / backup.FOLDER
        return self._copier.submit(backup.make, self.store.path, self.store.key, folder, reason).result()

    def back_up_soon(self, reason: str) -> None:
        """Make a backup in a thread of its own. That it can't be made now is no reason to disturb anybody."""
        self._backed_up_at, self._device = time.monotonic(), self.store.author.device
        with contextlib.suppress(RuntimeError):  # the profile is being closed just now
            self._copier.submit(self._back_up_quietly, reason)

    def _back_up_quietly(self, reason: str) -> None:
        try:
            backup.make(self.store.path, self.store.key, self.folder / backup.FOLDER, reason)
        except WimdeskError as problem:
            log.info("no backup was made: %s", type(problem).__name__)

    def sweep(self) -> int:
        """Have nothing of what was erased in any file here; return how many records that were. Raises DiskFull."""
        return self._copier.submit(erasing.sweep, self.store, self.contents, self.folder).result()

    def sweep_soon(self) -> None:
        """As `sweep_quietly`, in a thread of its own."""
        with contextlib.suppress(RuntimeError):  # the profile is being closed just now
            self._copier.submit(self._retain)

    def _retain(self) -> None:
        """Erase what is kept no longer, and sweep."""
        try:
            if self.run(retention.run) or self.read(erasing.is_unswept):
                erasing.sweep(self.store, self.contents, self.folder)
        except WimdeskError as problem:
            log.info("something is still to be erased: %s", type(problem).__name__)

    def _tidy(self) -> None:
        try:
            erasing.tidy(self.store)
        except WimdeskError as problem:
            log.info("words of something withdrawn are still in the index: %s", type(problem).__name__)

    def sweep_quietly(self) -> bool:
        """As `sweep`, where there is anything to sweep; what fails is tried another time. Say whether it was done."""
        if not self.read(erasing.is_unswept):
            return False
        try:
            sweeping = self._copier.submit(self._sweep)
        except RuntimeError:  # the profile is being closed just now
            return False
        return sweeping.result()

    def _sweep(self) -> bool:
        try:
            return erasing.sweep(self.store, self.contents, self.folder) > 0
        except WimdeskError as problem:
            log.info("something erased is still in a file: %s", type(problem).__name__)
            return False

    def _on_changed(self, what: Changed) -> None:
        self._wrote = True
        if self._closed or self._wiped:
            return
        if what.origin == "sync" and what.touches(directory.TYPE):
            self.write(directory.settle)
        if what.origin == "sync" and (what.touches(library_search.TYPE) or what.touches(attaching.TYPE)):
            with contextlib.suppress(RuntimeError):  # the profile is being closed just now
                self._copier.submit(self._tidy)
        if self._follows_files and what.touches(attaching.TYPE):
            self._reading.soon()
        if self.store.author.device != self._device and self.identity().enrolled:
            self.back_up_soon("by-joining")
        elif time.monotonic() - self._backed_up_at > BACKUP_AFTER:
            self.back_up_soon("by-work")

    def wipe(self) -> None:
        """Destroy the keys of this profile: from its closing on nobody can read it or its backups."""
        self._wiped = True
        self._copier.shutdown(wait=True)
        try:
            keys.destroy(self.folder)
        finally:
            self.contents.destroy()
            for name in (backup.FOLDER, keys.QUARANTINE, recovery.PREPARING):
                shutil.rmtree(self.folder / name, ignore_errors=True)
            for rest in self.folder.glob(f"{recovery.READY}-*"):
                with contextlib.suppress(OSError):
                    rest.unlink()

    def close(self) -> None:
        """Finish what was asked for and release the profile."""
        if self._closed:
            return
        self._closed = True
        self._reading.close()
        for searcher in self._searchers.values():
            searcher.close()
        if self._wrote and not self._wiped and not backup.every(self.folder / backup.FOLDER):
            self.back_up_soon("first")
        self._copier.shutdown(wait=True)
        self.store.close()
        if self._wiped:
            for part in self.folder.glob(f"{DATABASE}*"):
                with contextlib.suppress(OSError):
                    part.unlink()
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
    if keys.exist(folder) or (folder / DATABASE).exists():
        return keys.unlock(folder, passphrase)
    with contextlib.suppress(OSError):
        folder.chmod(0o700)
    return keys.create(folder, passphrase)


@contextlib.contextmanager
def _damage_named() -> Iterator[None]:
    """The keys have opened, so what is no profile now was one: it is damaged, and a backup can take its place.

    A word about keys that don't fit would send people to look for others.
    """
    try:
        yield
    except Damaged:
        raise
    except NotAProfile as problem:
        # One with a cause is what the database said; the others name what is missing or empty.
        raise Damaged(str(problem) if problem.__cause__ is None else recovery.damaged()) from problem


def _look(path: Path, key: bytes, told: list[str], *, thorough: bool) -> bool:
    """Finish a restoring that was interrupted, and prove that the database is whole; say whether there is one."""
    try:
        if recovery.finish(path):
            told.append(_("A backup was restored. The old files are kept."))
        exists = path.is_file() and path.stat().st_size > 0
    except OSError as error:
        raise unwritable(error) from error
    with _damage_named():
        if exists and recovery.examine(path, key, thorough=thorough) == "unfinished":
            told.append(_("The computer stopped in the middle of a save. Please look at your last entry."))
    return exists


def _prepare(session: Session, migrated: bool) -> None:
    fresh = not facts.text(session, "device")
    if fresh:
        identity.create(session)
    journal.renew_author(session)
    if fresh or migrated:
        inbox.show_parked(session)
        catalogue.plant(session)
    if search.is_empty(session):
        search.rebuild(session)
    audit.seal(session, _SEALED_AT_OPENING)
