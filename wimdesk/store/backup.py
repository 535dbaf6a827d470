"""Copies of the database, each proved readable before it counts, and which of them are kept.

A backup is two files: `000012-20261123T101500Z-by-day.db`, encrypted with the profile's key, and beside it a
manifest of the same name with `.json`: a copy of the keys, so that the backup opens by itself, and the sealed
facts of the copy (its checksum, how many rows it holds). Backups are ordered by the number, never by the clock.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from sqlcipher3 import dbapi2

from wimdesk import clock
from wimdesk.errors import NotAProfile
from wimdesk.i18n import _
from wimdesk.store import durable, keys
from wimdesk.store.engine import connect, translated, unwritable

FOLDER = "backups"
LATEST, DAYS, WEEKS, OLDEST = 4, 7, 4, 35
"""Kept: the latest ones; the last of each day and of each week that has one; none that is more days old than
OLDEST when a newer one is made, so that what was erased leaves the backups too. The latest ones stay in any case."""
_NAME = re.compile(r"(?:(\d{6})-)?(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-([a-z0-9-]+)\.db")
_SEAL = b"backup"
log = logging.getLogger(__name__)
Change = Callable[[dbapi2.Connection], bool]
"""Changes an open database; says whether there was anything to change."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One backup. `at` is when the clock of this computer said it was made (RFC 3339, UTC)."""

    path: Path
    number: int
    at: str
    reason: str
    day: int
    """The day of `at`, as a number to count with."""

    @property
    def name(self) -> str:
        """What a person types to name it."""
        return self.path.stem

    @property
    def manifest(self) -> Path:
        """Where its manifest is; the first version made backups without one."""
        return self.path.with_suffix(".json")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the sealed part of a manifest says of its copy. `head` is the last row of the journal."""

    number: int
    at: str
    reason: str
    schema: int
    size: int
    sha256: str
    head: int
    counts: dict[str, int]


def every(folder: Path) -> list[Copy]:
    """Return the backups in the folder, newest first."""
    found = []
    for path in folder.glob("*.db"):
        if match := _NAME.fullmatch(path.name):
            number, year, month, day, hour, minute, second, reason = match.groups()
            at = f"{year}-{month}-{day}T{hour}:{minute}:{second}Z"
            with contextlib.suppress(ValueError):  # a day that is in no calendar was typed by somebody
                found.append(Copy(path, int(number or 0), at, reason, date.fromisoformat(at[:10]).toordinal()))
    return sorted(found, key=lambda copy: (copy.number, copy.at), reverse=True)


def newest_whole(folder: Path, key: bytes) -> Copy | None:
    """Return the newest backup that is whole; None where there is none."""
    return next((copy for copy in every(folder) if is_whole(copy, key)), None)


def is_whole(copy: Copy, key: bytes) -> bool:
    """Say whether a backup can be restored: no byte differs from what was proved when it was made."""
    known = facts(copy, key)
    try:
        if known is not None:
            return _fingerprint(copy.path) == (known.size, known.sha256)
        check(copy.path, key)  # without its manifest the database still proves itself
    except (OSError, NotAProfile):
        return False
    return True


def facts(copy: Copy, key: bytes) -> Facts | None:
    """Return what the manifest says; None where it is missing, damaged, or not of this profile."""
    try:
        held = json.loads(copy.manifest.read_text("utf-8"))
        return Facts(**json.loads(keys.unseal(key, held["sealed"], _SEAL)))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, NotAProfile):
        return None


def unpack(copy: Copy, folder: Path, database: str) -> None:
    """Make a profile of the backup alone in an empty folder. Raises NotAProfile where it carries no keys, OSError."""
    try:
        held = json.loads(copy.manifest.read_text("utf-8"))["keys"]
    except (ValueError, KeyError, TypeError) as error:
        raise NotAProfile(_("This backup is damaged. Nothing was changed. Please choose another one.")) from error
    (folder / keys.FILE).write_text(json.dumps(held), "utf-8")
    shutil.copyfile(copy.path, folder / database)


def make(path: Path, key: bytes, folder: Path, reason: str) -> Path:
    """Copy the database into the folder, verify the copy, and return where it is.

    The copy is encrypted with the same key. Raises DiskFull and the like; no half copy stays, nor one of
    a program that was killed while it made it. `reason` is small letters, digits and hyphens.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        known = every(folder)
        number = known[0].number + 1 if known else 1
        at = clock.now()
        name = f"{number:06}-{at.replace(':', '').replace('-', '')}-{reason}.db"
        made = Copy(folder / name, number, at, reason, date.fromisoformat(at[:10]).toordinal())
        _write(path, key, made)
        _thin(folder, made)
    except OSError as error:
        raise unwritable(error) from error
    return made.path


def _write(path: Path, key: bytes, made: Copy) -> None:
    fresh = made.path.with_suffix(".part")
    try:
        head = _copy(path, key, fresh)
        check(fresh, key)
        told = _describe(fresh, key, made)
        if told.head < head:
            raise NotAProfile(_("The backup is not complete. Your data is as it was. Please try again."))
        _settle(fresh, key, made, told, keys.read(path.parent))
    finally:
        _sweep(made.path.parent)


def _settle(fresh: Path, key: bytes, made: Copy, told: Facts, own_keys: object) -> None:
    """Give the copy that was proved its name, and its manifest beside it."""
    manifest = made.manifest.with_suffix(".json.part")
    sealed = keys.seal(key, json.dumps(asdict(told)).encode(), _SEAL)
    manifest.write_bytes(json.dumps({"format": 1, "keys": own_keys, "sealed": sealed}).encode())
    for file in (fresh, manifest):
        durable.settle(file)
    # The name of the copy comes last: a manifest without it is swept away with the next backup.
    manifest.replace(made.manifest)
    durable.move(fresh, made.path)


def rewrite(copy: Copy, key: bytes, change: Change) -> None:
    """Make a backup anew with a change to it; one that can't be read is removed. Raises DiskFull and the like."""
    fresh = copy.path.with_suffix(".part")
    try:
        shutil.copyfile(copy.path, fresh)
        if not scrub_file(fresh, key, change):
            return
        check(fresh, key)
        held = json.loads(copy.manifest.read_text("utf-8"))["keys"] if copy.manifest.is_file() else {}
        _settle(fresh, key, copy, _describe(fresh, key, copy), held)
    except (NotAProfile, dbapi2.Error, ValueError, KeyError):
        log.warning("a backup that can't be read was removed, because something in it is erased")
        copy.path.unlink(missing_ok=True)
        copy.manifest.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(error) from error
    finally:
        _sweep(copy.path.parent)


def scrub_file(path: Path, key: bytes, change: Change) -> bool:
    """Change a database that nobody uses, and leave no byte of what was there; say whether there was a change.

    Raises EnvironmentProblem and dbapi2.Error where it can't be read.
    """
    connection = connect(path, key)
    try:
        changed = change(connection)
        if changed:
            connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.close()
    return changed


def _sweep(folder: Path) -> None:
    """Remove what a backup that failed or was killed has left."""
    for rest in folder.glob("*.part*"):
        rest.unlink(missing_ok=True)
    for manifest in folder.glob("*.json"):
        if not manifest.with_suffix(".db").exists():
            manifest.unlink(missing_ok=True)


def _copy(path: Path, key: bytes, target: Path) -> int:
    """Write the copy; return the last row of the journal as it was when that began."""
    source = connect(path, key)
    try:
        head = _head(source)
        source.execute("VACUUM INTO ?", (str(target),))
    except dbapi2.Error as error:
        raise translated(error) from error
    finally:
        source.close()
    return head


def _describe(path: Path, key: bytes, made: Copy) -> Facts:
    connection = connect(path, key, read_only=True)
    try:
        schema = int(connection.execute("PRAGMA user_version").fetchone()[0])
        head, rows = _head(connection), counts(connection)
    finally:
        connection.close()
    size, digest = _fingerprint(path)
    return Facts(made.number, made.at, made.reason, schema, size, digest, head, rows)


def _head(connection: dbapi2.Connection) -> int:
    exists = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'op'").fetchone()[0]
    return int(connection.execute("SELECT coalesce(max(pos), 0) FROM op").fetchone()[0]) if exists else 0


def counts(connection: dbapi2.Connection) -> dict[str, int]:
    """Return how many rows each table holds, but for those of the search index."""
    known = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search%' AND name NOT LIKE 'sqlite%'"
    )
    names = [str(name) for (name,) in connection.execute(known).fetchall()]
    return {name: int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]) for name in sorted(names)}


def _fingerprint(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return os.fstat(file.fileno()).st_size, digest


def _thin(folder: Path, made: Copy) -> None:
    """Delete the backups that nobody needs any more; the one just made stays whatever the clock says."""
    known = every(folder)
    kept = {copy.path for copy in kept_of(known)} | {made.path}
    for copy in known:
        if copy.path not in kept:
            copy.path.unlink(missing_ok=True)
            copy.manifest.unlink(missing_ok=True)


def kept_of(known: list[Copy]) -> list[Copy]:
    """Return which backups are kept, of all of them, newest first."""
    kept = known[:LATEST]
    for length, most in ((1, DAYS), (7, WEEKS)):
        last: dict[int, Copy] = {}
        for copy in known:
            last.setdefault(copy.day // length, copy)
        kept += [copy for copy in list(last.values())[:most] if known[0].day - copy.day <= OLDEST]
    return [copy for copy in known if copy in kept]


def check(path: Path, key: bytes) -> None:
    """Prove that every page of the database is whole. Raises NotAProfile with a sentence.

    The checkpoint comes first: the cipher's check reads the main file only.
    """
    connection = connect(path, key)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        bad = connection.execute("PRAGMA cipher_integrity_check").fetchall()
        bad += [row for row in connection.execute("PRAGMA quick_check").fetchall() if row[0] != "ok"]
    except dbapi2.Error as error:
        raise translated(error) from error
    finally:
        connection.close()
    if bad:
        log.error("the database has %d damaged places", len(bad))
        raise NotAProfile(_("Some of your data on this disk is damaged. Nothing was changed. Please restore a backup."))
