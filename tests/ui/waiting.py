"""How a test of screens waits, instead of for so many milliseconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.notices import Notices
    from ui.tasks import Tasks


def settle(qtbot: QtBot, tasks: Tasks) -> None:
    """Wait until what was announced was heard, and nothing is under way any more, nor what follows from it."""
    for _turn in range(3):
        QApplication.processEvents()
        qtbot.waitUntil(lambda: not tasks.busy())


def undo(qtbot: QtBot, notices: Notices) -> None:
    """Click “Undo” as soon as it is offered: that comes after the save, which others may hear of before."""
    qtbot.waitUntil(lambda: not notices.undo_bar.isHidden())
    qtbot.mouseClick(notices.undo_bar.button, Qt.MouseButton.LeftButton)
