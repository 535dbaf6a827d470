"""Carries what the core announces in its own threads into the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

if TYPE_CHECKING:
    from sync.client.engine import SyncEngine
    from wimdesk.app import App


class Bridge(QObject):
    """Emits ``changed(Changed)`` after each commit and ``synced(SyncStatus)`` with each word of the engine."""

    changed = Signal(object)
    synced = Signal(object)
    _heard = Signal(object)
    _status = Signal(object)

    def __init__(self, app: App, engine: SyncEngine | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._heard.connect(self.changed, Qt.ConnectionType.QueuedConnection)
        self._status.connect(self.synced, Qt.ConnectionType.QueuedConnection)
        self._leave: list[Callable[[], None]] = [app.changed.connect(self._heard.emit)]
        if engine is not None:
            self._leave.append(engine.status.connect(self._status.emit))

    def close(self) -> None:
        """Hear nothing any more."""
        for leave in self._leave:
            leave()
        self._leave.clear()
