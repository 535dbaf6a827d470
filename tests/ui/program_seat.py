"""What tests of the whole program share: a profile with the sample in it, and the program open on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from tests.support import PASSPHRASE, Template
from tests.ui import waiting
from ui.application import Program
from ui.page import Page
from wimdesk.i18n import set_language
from wimdesk.services import samples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot


@pytest.fixture
def folder(template: Template, tmp_path: Path) -> Path:
    """Make a profile with the sample in it, as somebody left it."""
    folder = tmp_path / "profile"
    app = template.new(folder)
    app.run(samples.plant)
    app.settings.put("first_run_done", True)
    app.settings.put("scheme", "light")
    app.close()
    return folder


@pytest.fixture
def program(dressed: QApplication, qtbot: QtBot, folder: Path) -> Iterator[Program]:
    program = Program(dressed, folder, PASSPHRASE)
    program.window.resize(1366, 740)
    with qtbot.waitSignal(program.ready, timeout=20_000), qtbot.waitActive(program.window):
        program.start()
        program.window.activateWindow()
    yield program
    finish(program)


def finish(program: Program) -> None:
    program.window.close()
    program.close()
    program.window.deleteLater()
    program.deleteLater()
    QApplication.sendPostedEvents(None, 52)  # QEvent.DeferredDelete
    set_language("en")


def settle(qtbot: QtBot, program: Program) -> None:
    desk = program.desk
    assert desk is not None
    waiting.settle(qtbot, desk.tasks)


def texts(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def shown(program: Program) -> Page:
    page = program.window.page()
    assert page is not None
    return page
