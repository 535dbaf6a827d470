"""Numbered steps from an old database to today's. A step never imports today's models: they change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlcipher3 import dbapi2

from wimdesk.errors import ProfileTooNew
from wimdesk.i18n import _
from wimdesk.store import backup
from wimdesk.store.engine import connect, translated
from wimdesk.store.migrations import m0001_first

Step = Callable[[dbapi2.Connection], None]
STEPS: tuple[Step, ...] = (m0001_first.apply,)


def migrate(path: Path, key: bytes, backups: Path) -> int:
    """Bring the database to today's schema; return how many steps ran.

    Each step is one transaction together with the note that it ran. A verified backup is made
    before the first step of an existing database. Raises ProfileTooNew.
    """
    connection = connect(path, key, create=True)
    try:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if version > len(STEPS):
            raise ProfileTooNew(
                _("This data was made by a later WIMDesk. Nothing was changed. Please install the newer program.")
            )
        pending = STEPS[version:]
        if pending and version:
            backup.make(path, key, backups, f"before-{version + 1:04}")
        for number, step in enumerate(pending, version + 1):
            # Closing without COMMIT rolls back: a step that fails leaves the database as it was.
            connection.execute("BEGIN IMMEDIATE")
            step(connection)
            connection.execute(f"PRAGMA user_version={number}")
            connection.execute("COMMIT")
        return len(pending)
    except dbapi2.Error as error:
        raise translated(error) from error
    finally:
        connection.close()
