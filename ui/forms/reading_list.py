"""A reading list: its title and a word to the readers; which practices are on it is chosen where they are read."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.binder import Binder


class ReadingListForm(QWidget):
    """Two fields that save themselves."""

    def __init__(self, desk: Desk, record: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.binder = Binder(desk, "reading_list", record, self)
        self.title, self.note = QLineEdit(), QPlainTextEdit()
        self.note.setFixedHeight(theme.px(72))
        self.note.setTabChangesFocus(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.binder.bind("title", self.title))
        column.addWidget(self.binder.bind("note", self.note))
        self.setFocusProxy(self.title)

    def flush(self) -> None:
        """Save what is being written."""
        self.binder.flush()
