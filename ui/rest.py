"""Gives memory back to the computer some seconds after much was written: the laptop is small, and others run on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from ui.desk import Desk
    from wimdesk.events import Changed

MUCH = 1000
"""Records in one commit."""
_QUIET_MS = 3000


class Rest(QObject):
    """Listens to what is written; as soon as nothing more comes, the store lets its pages go."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.setInterval(_QUIET_MS)
        self.timer.timeout.connect(self._give_back)
        desk.bridge.changed.connect(self._note)

    def _note(self, changed: Changed) -> None:
        if self.timer.isActive() or sum(map(len, changed.ids.values())) >= MUCH:
            self.timer.start()

    def _give_back(self) -> None:
        # If the file is held just now, nothing that somebody typed is lost: nobody has to hear of it.
        self._desk.tasks.work(self, lambda _progress: self._desk.app.give_back(), failed=lambda _problem: None)
