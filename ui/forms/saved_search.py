"""The name of a saved search, in one line that saves itself. What it asks for is chosen in the list."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ui.desk import Desk
from ui.forms.binder import Binder


class SavedSearchForm(QWidget):
    """``ended`` is emitted when the name is done: with Enter, Esc, or by going elsewhere."""

    ended = Signal()

    def __init__(self, desk: Desk, record: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.binder = Binder(desk, "saved_search", record, self)
        self.name = QLineEdit()
        row = self.binder.bind("name", self.name)
        row.label.hide()
        self.binder.loaded.connect(self.name.selectAll, Qt.ConnectionType.SingleShotConnection)
        self.name.installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(row)
        self.setFocusProxy(self.name)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)
        left = event.type() == QEvent.Type.FocusOut
        if left or (isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in keys):
            self.binder.flush()
            self.ended.emit()
            return not left
        return super().eventFilter(watched, event)
