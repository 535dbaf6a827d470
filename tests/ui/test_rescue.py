"""A damaged profile in the window: it is said, the newest backup is offered, and what came back is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication, QPushButton

from tests.support import PASSPHRASE, Template
from tests.ui.program_seat import finish, texts
from ui.application import Program
from ui.rescue import Rescue
from wimdesk.app import DATABASE
from wimdesk.services import editing, samples
from wimdesk.store import backup

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot


@pytest.fixture
def folder(template: Template, tmp_path: Path) -> Path:
    """A profile with a backup, work after it, and one turned bit."""
    folder = tmp_path / "profile"
    app = template.new(folder)
    app.run(samples.plant)
    app.settings.put("first_run_done", True)
    app.settings.put("scheme", "light")
    app.back_up()
    app.run(editing.add, "site", {"name": "later"})
    app.close()
    held = bytearray((folder / DATABASE).read_bytes())
    held[len(held) // 2] ^= 1
    (folder / DATABASE).write_bytes(held)
    return folder


@pytest.fixture
def program(dressed: QApplication, folder: Path, qtbot: QtBot) -> Iterator[Program]:
    program = Program(dressed, folder, PASSPHRASE)
    program.window.resize(1366, 740)
    yield program
    finish(program)


def rescue_of(program: Program, qtbot: QtBot) -> Rescue:
    program.start()
    qtbot.waitUntil(lambda: program.window.findChild(Rescue) is not None, timeout=20_000)
    found = program.window.findChild(Rescue)
    assert found is not None
    return found


def button(rescue: Rescue, text: str) -> QPushButton | None:
    return next((each for each in rescue.findChildren(QPushButton) if each.text() == text), None)


def test_the_newest_backup_is_offered_and_restored(program: Program, qtbot: QtBot) -> None:
    rescue = rescue_of(program, qtbot)
    assert "Your data is damaged" in texts(rescue)
    assert "A whole backup can take its place: today" in texts(rescue)
    restore = button(rescue, "Restore the backup")
    assert restore is not None
    assert all(each.text() for each in rescue.findChildren(QPushButton))
    with qtbot.waitSignal(program.ready, timeout=30_000):
        restore.click()
        assert (restore.text(), restore.isEnabled()) == ("Restoring…", False)
        assert "This may take some minutes." in texts(rescue)
    told = texts(program.window)
    assert "The backup of today" in told
    assert "was restored" in told
    assert "beside your data" in told
    assert not any(word in told for word in ("UTC", "quarantine"))
    assert program.app is not None
    program.app.check()
    assert program.app.identity().sample
    desk = program.desk
    assert desk is not None
    qtbot.waitUntil(lambda: not desk.tasks.busy())


def test_a_file_that_is_no_database_any_more_is_damaged_and_no_key_is_blamed(
    program: Program, folder: Path, qtbot: QtBot
) -> None:
    """The keys opened: who reads of a key that does not fit looks for another one, and there is none."""
    (folder / DATABASE).write_bytes(b"x" * 8192)
    said = texts(rescue_of(program, qtbot))
    assert "is damaged" in said
    assert not any(word in said for word in ("key", "profile"))


def test_without_a_backup_nothing_is_promised(program: Program, folder: Path, qtbot: QtBot) -> None:
    for copy in backup.every(folder / backup.FOLDER):
        copy.path.write_bytes(b"nothing")
    rescue = rescue_of(program, qtbot)
    assert button(rescue, "Restore the backup") is None
    assert "There is no whole backup" in texts(rescue)
