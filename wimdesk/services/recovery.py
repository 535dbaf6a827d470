"""What happens when a profile is damaged: find that out before anything is changed, and put a backup in its place.

Nothing is ever deleted: the damaged files move to `quarantine/`. A backup is prepared beside its place, with what
could be read of the damaged journal, and takes the place in one step; where the program dies half-way, the next
start finishes that step.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlcipher3 import dbapi2

from wimdesk import search
from wimdesk.errors import Damaged, NotAProfile, UserError
from wimdesk.i18n import _, ngettext
from wimdesk.services import erasing
from wimdesk.store import backup, durable, facts, identity, journal, migrations, salvage, writeahead
from wimdesk.store import recovery as went_back
from wimdesk.store.engine import Store, connect, translated, unwritable
from wimdesk.store.keys import QUARANTINE

log = logging.getLogger(__name__)
PREPARING, READY = "restoring", "restored"
"""How the folder and the file begin in which a backup waits until it can take its place."""
_BESIDE = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a restoring did. `brought_back` counts records whose unsent changes came from the damaged file."""

    copy: backup.Copy
    brought_back: int
    complete: bool
    quarantine: Path

    def sentence(self, day: str = "") -> str:
        """Return what the person is told; `day` is when the backup was made, in words where there are any."""
        day = day or datetime.fromisoformat(self.copy.at).astimezone().strftime("%Y-%m-%d %H:%M")
        said = [_("The backup of {day} was restored.").format(day=day)]
        if self.brought_back:
            text = ngettext(
                "Newer changes of {count} record were saved as well.",
                "Newer changes of {count} records were saved as well.",
                self.brought_back,
            )
            said.append(text.format(count=self.brought_back))
        if not self.complete:
            said.append(_("Some changes after that backup could not be read. Please look at your last entries."))
        said.append(_("The old files are kept on this computer, beside your data."))
        return " ".join(said)


def examine(database: Path, key: bytes, *, thorough: bool = False) -> writeahead.State:
    """Prove that a database is whole before it is used; say in which state its log was.

    Each page is held against its own seal, which finds all damage of the disk; `thorough`, or a log that is still
    there, adds SQLite's own check. Raises Damaged with a sentence; then nothing was changed.
    """
    try:
        log_state = writeahead.state(database)
    except OSError as error:
        raise unwritable(error) from error
    if log_state == "damaged":
        raise Damaged(damaged())
    crashed = writeahead.path_beside(database).exists()
    connection = connect(database, key)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        bad = bool(connection.execute("PRAGMA cipher_integrity_check").fetchall())
        if not bad and (thorough or crashed):
            bad = connection.execute("PRAGMA quick_check").fetchall() != [("ok",)]
    except dbapi2.Error as error:
        raise translated(error) from error
    finally:
        connection.close()
    if bad:
        raise Damaged(damaged())
    return log_state


def damaged() -> str:
    """Return what is said of a database that the keys open, or opened, and that is not whole."""
    return _("Some of your data on this disk is damaged. Nothing was changed. Please restore a backup.")


def pick(folder: Path, key: bytes, name: str = "") -> backup.Copy:
    """Return the backup of that name, or the newest whole one. Raises UserError where there is none."""
    copies = folder / backup.FOLDER
    found = next((copy for copy in backup.every(copies) if copy.name == name), None)
    if name and found is None:
        raise UserError(_("There is no backup of this name. Nothing was changed. See: wimdesk backup list."))
    if found is not None and not backup.is_whole(found, key):
        raise NotAProfile(_("This backup is damaged. Nothing was changed. Please choose another one."))
    found = found or backup.newest_whole(copies, key)
    if found is None:
        raise UserError(_("There is no whole backup. Nothing was changed. Your files are kept as they are."))
    return found


def restore(database: Path, key: bytes, copy: backup.Copy) -> Recovered:
    """Put a backup in the place of the database. The caller holds the lock of the profile.

    A damaged database gives what can be read of its own unsent changes; a whole one is backed up first, and
    goes with all it has, as asked. The profile numbers its operations anew from then on. Raises
    EnvironmentProblem; then the profile is as it was.
    """
    folder = database.parent
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(folder / PREPARING)
    try:
        found = salvage.Found()
        if _is_whole(database, key):
            backup.make(database, key, folder / backup.FOLDER, "before-restore")
        else:
            found = salvage.operations(database, key, folder / PREPARING)
        erasing.save_ledger(database, key)
        place = folder / PREPARING / database.name
        place.parent.mkdir(exist_ok=True)
        shutil.copyfile(copy.path, place)
        brought = _prepare(place, key, found)
        quarantine = _next_quarantine(folder)
        durable.settle(place)
        durable.move(place, folder / f"{READY}-{quarantine.name}.db")
        finish(database)
    except OSError as error:
        raise unwritable(error) from error
    finally:
        shutil.rmtree(folder / PREPARING, ignore_errors=True)
    log.info("backup %s restored", copy.name)
    return Recovered(copy, brought, found.complete, quarantine)


def _is_whole(database: Path, key: bytes) -> bool:
    try:
        examine(database, key, thorough=True)
    except NotAProfile:
        return False
    return True


def _prepare(place: Path, key: bytes, found: salvage.Found) -> int:
    """Bring the copy up to today and to what was read of the damaged journal; return how many records that were."""
    migrations.migrate(place, key, place.parent / backup.FOLDER)
    store = Store(place, key, identity.author(identity.NOBODY))
    try:
        search.attach(store)
        store.run(journal.renew_author)
        brought = store.run(salvage.bring_back, found)
        # The endpoint may know more of this device than the backup: all is read and compared before anything is sent.
        store.run(lambda session: went_back.begin(session, lost=False))
        if not store.read(identity.read).enrolled:
            store.run(went_back.finish)
        store.run(lambda session: facts.put(session, restored=True))
    finally:
        store.close()
    backup.check(place, key)
    return brought


def _next_quarantine(folder: Path) -> Path:
    numbers = [int(path.name) for path in (folder / QUARANTINE).glob("*") if path.name.isdigit()]
    made = folder / QUARANTINE / f"{max(numbers, default=0) + 1:06}"
    made.mkdir(parents=True)
    durable.settle(made.parent)
    return made


def finish(database: Path) -> bool:
    """Take the last step of a restoring, also one that was begun by a program that died; say whether there was one.

    Raises OSError.
    """
    folder = database.parent
    ready = sorted(folder.glob(f"{READY}-*.db"))
    for place in ready:
        quarantine = folder / QUARANTINE / place.stem.removeprefix(f"{READY}-")
        quarantine.mkdir(parents=True, exist_ok=True)
        for end in _BESIDE:
            old = database.with_name(database.name + end)
            if old.exists():
                durable.move(old, quarantine / old.name)
        durable.move(place, database)
    return bool(ready)
