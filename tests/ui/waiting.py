"""How a test of screens waits, instead of for so many milliseconds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.notices import Notices
    from ui.tasks import Tasks

R = TypeVar("R")


class Late(Generic[R]):
    """Reads as `real` does and holds its first answer back until it may `go`; `asked` has what each call was given."""

    def __init__(self, real: Callable[..., R]) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.was_read, self._may, self._real = threading.Event(), threading.Event(), real

    def __call__(self, session: object, *args: object) -> R:
        """Take the place of the query."""
        found, waits = self._real(session, *args), not self.asked
        self.asked.append(args)
        self.was_read.set()
        assert not waits or self._may.wait(60)
        return found

    def go(self) -> None:
        """Let the answers come."""
        self._may.set()


def settle(qtbot: QtBot, tasks: Tasks) -> None:
    """Wait until what was announced was heard, and nothing is under way any more, nor what follows from it."""
    for _turn in range(3):
        QApplication.processEvents()
        qtbot.waitUntil(lambda: not tasks.busy())


def undo(qtbot: QtBot, notices: Notices) -> None:
    """Click “Undo” as soon as it is offered: that comes after the save, which others may hear of before."""
    qtbot.waitUntil(lambda: not notices.undo_bar.isHidden())
    qtbot.mouseClick(notices.undo_bar.button, Qt.MouseButton.LeftButton)
