"""Copies of the database, each proved readable before it counts."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from sqlcipher3 import dbapi2

from wimdesk import clock
from wimdesk.errors import NotAProfile
from wimdesk.i18n import _
from wimdesk.store.engine import connect, translated, unwritable

KEEP = 12
log = logging.getLogger(__name__)


def make(path: Path, key: bytes, folder: Path, reason: str) -> Path:
    """Copy the database into the folder, verify the copy, and return where it is.

    The copy is encrypted with the same key. Raises DiskFull and the like; no half copy stays, nor one of
    a program that was killed while it made it.
    """
    try:
        return _make(path, key, folder, reason)
    except OSError as error:
        raise unwritable(error) from error


def _make(path: Path, key: bytes, folder: Path, reason: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for rest in folder.glob("*.part*"):
        rest.unlink()
    stamp = clock.now().replace(":", "").replace("-", "")
    target = folder / f"{stamp}-{reason}.db"
    fresh = target.with_suffix(".part")
    source = connect(path, key)
    try:
        source.execute("VACUUM INTO ?", (str(fresh),))
    except dbapi2.Error as error:
        fresh.unlink(missing_ok=True)
        raise translated(error) from error
    finally:
        source.close()
    try:
        check(fresh, key)
        with fresh.open("rb+") as file:
            os.fsync(file.fileno())
        Path(fresh).replace(target)
    finally:
        for rest in folder.glob(fresh.name + "*"):
            rest.unlink()
    # The one just made stays, also where a clock that is slow makes its name the oldest.
    for old in sorted(set(folder.glob("*.db")) - {target})[: 1 - KEEP]:
        old.unlink()
    return target


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
