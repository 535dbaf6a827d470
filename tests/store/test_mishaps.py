"""What goes wrong on a computer is a sentence: files moved away, places taken, a program killed at its work."""

from __future__ import annotations

import errno
import shutil
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from tests.support import PASSPHRASE
from wimdesk.app import DATABASE, App
from wimdesk.errors import DiskFull, EnvironmentProblem, NotAProfile, UserError
from wimdesk.services import editing, exchange
from wimdesk.settings import Settings
from wimdesk.store import keys
from wimdesk.store.engine import unwritable

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.support import Template

NAME = "Zarzuela Quispe"


@pytest.fixture
def folder(template: Template, tmp_path: Path) -> Path:
    """A closed profile."""
    return Path(shutil.copytree(template.folder, tmp_path / "profile"))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "lock"}


def test_half_a_backup_of_a_killed_program_goes_with_the_next_one(app: App) -> None:
    backups = app.folder / "backups"
    backups.mkdir()
    for name in ("20260101T000000Z-by-hand.part", "20260101T000000Z-by-hand.part-journal"):
        (backups / name).write_bytes(b"half")
    made = app.back_up()
    assert sorted(backups.iterdir()) == [made, made.with_suffix(".json")]


def test_a_file_that_was_moved_away_is_never_replaced_by_an_empty_one(folder: Path) -> None:
    app = App.open(folder, PASSPHRASE)
    app.run(editing.add, "site", {"name": "North"})
    copy = app.back_up()
    app.close()
    (folder / DATABASE).rename(folder.parent / "elsewhere.db")
    before = contents(folder)
    with pytest.raises(NotAProfile, match="missing"):
        App.open(folder, PASSPHRASE)
    assert contents(folder) == before
    shutil.copy(copy, folder / DATABASE)
    app = App.open(folder, PASSPHRASE)
    assert [row["name"] for row in app.read(editing.rows, "site")] == ["North"]
    app.close()


def test_a_log_without_its_file_is_left_alone(folder: Path) -> None:
    (folder / DATABASE).rename(folder / (DATABASE + "-wal"))
    with pytest.raises(NotAProfile, match="missing"):
        App.open(folder, PASSPHRASE)
    assert not (folder / DATABASE).exists()


def test_places_that_are_taken_by_a_folder(folder: Path, tmp_path: Path) -> None:
    (folder / DATABASE).unlink()
    (folder / DATABASE).mkdir()
    with pytest.raises(EnvironmentProblem, match="can't be read or written"):
        App.open(folder, PASSPHRASE)
    (tmp_path / "keys.copy.json.new").mkdir()
    with pytest.raises(EnvironmentProblem, match="can't be read or written"):
        keys.create(tmp_path, PASSPHRASE)
    (tmp_path / "settings.new").mkdir()
    with pytest.raises(EnvironmentProblem, match="could not be kept"):
        Settings(tmp_path / "settings.json").put("language", "fr")
    (tmp_path / "sites.csv.part").mkdir()
    with pytest.raises(UserError, match="could not be written"):
        exchange.write_file(tmp_path / "sites.csv", b"name")


def test_a_backup_that_cannot_be_made_is_a_sentence(app: App) -> None:
    (app.folder / "backups").write_text("no folder")
    with pytest.raises(EnvironmentProblem, match="can't be read or written"):
        app.back_up()
    app.check()


def test_a_full_disk_is_called_so() -> None:
    assert isinstance(unwritable(OSError(errno.ENOSPC, "")), DiskFull)
    assert not isinstance(unwritable(OSError(errno.EACCES, "")), DiskFull)


def test_a_bug_tells_nothing_of_what_was_typed(app: App) -> None:
    def broken(session: Session) -> None:
        session.execute(text("INSERT INTO site (id, name) VALUES (:id, :name)"), {"id": None, "name": NAME})

    with pytest.raises(Exception, match="NOT NULL") as caught:
        app.run(broken)
    assert NAME not in "".join(traceback.format_exception(caught.value))
