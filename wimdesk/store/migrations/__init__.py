"""Numbered steps from an old database to today's. A step never imports today's models: they change."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import cast

from sqlcipher3 import dbapi2

from wimdesk.errors import NotAProfile, ProfileTooNew
from wimdesk.i18n import _
from wimdesk.store import backup, durable
from wimdesk.store.engine import connect, translated

Step = Callable[[dbapi2.Connection], None]
_NAMES = (
    "m0001_first",
    "m0002_sealing",
    "m0003_attachment",
    "m0004_agreement",
    "m0005_membership",
    "m0006_saved_search",
    "m0007_index",
    "m0008_organisation",
    "m0009_contacts",
    "m0010_privacy",
    "m0011_frame",
    "m0012_participation",
    "m0013_groups",
    "m0014_library",
    "m0015_library_search",
    "m0016_trail",
    "m0017_leaving",
    "m0018_sought",
)
STEPS = tuple(cast(Step, import_module(f"{__name__}.{name}").apply) for name in _NAMES)


def migrate(path: Path, key: bytes, backups: Path) -> int:
    """Bring the database to today's schema; return how many steps ran.

    Each step is one transaction together with the note that it ran. A verified backup is made
    before the first step of an existing database. Raises ProfileTooNew or NotAProfile.
    """
    if not path.exists():
        _refuse_to_replace(path, backups)
        return _create(path, key, backups)
    if path.stat().st_size == 0:
        raise NotAProfile(_("The file of your data is empty. Nothing was changed. Please restore a backup."))
    return _run(path, key, backups)


def _refuse_to_replace(path: Path, backups: Path) -> None:
    """An empty profile must not take the place of one whose file somebody moved away."""
    if path.with_name(path.name + "-wal").exists() or any(backups.glob("*.db")):
        raise NotAProfile(_("The file of your data is missing. Nothing was changed. Please restore a backup."))


def _create(path: Path, key: bytes, backups: Path) -> int:
    """Make a new database beside its place and move it there whole: an empty file is always damage."""
    fresh = path.with_suffix(".new")
    for rest in path.parent.glob(fresh.name + "*"):
        rest.unlink()
    steps = _run(fresh, key, backups)
    durable.move(fresh, path)
    return steps


def _run(path: Path, key: bytes, backups: Path) -> int:
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
