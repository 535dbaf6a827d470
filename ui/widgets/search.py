"""The field to search with: an icon that says what it is, and a button that empties it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget

from ui import icons
from ui.widgets.labels import tool_tip
from wimdesk.i18n import _


class SearchField(QLineEdit):
    """A one-line field; Esc empties it, and nothing else is ever lost by Esc."""

    def __init__(self, placeholder: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder or _("Search"))
        look = QAction(_("Search"), self)
        icons.attach(look, "search", "text2", 16)
        look.triggered.connect(self.selectAll)
        self.addAction(look, QLineEdit.ActionPosition.LeadingPosition)
        self._clear = QAction(_("Clear the search"), self)
        icons.attach(self._clear, "x", "text2", 16)
        self._clear.triggered.connect(self.clear)
        self.addAction(self._clear, QLineEdit.ActionPosition.TrailingPosition)
        self._clear.setVisible(False)  # a button made for an action that is hidden already would show
        self.textChanged.connect(self._show_clear)
        for button in self.findChildren(QToolButton):
            action = button.defaultAction()
            button.setAccessibleName(action.text())
            button.setToolTip(tool_tip(action.text()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(event)

    def _show_clear(self, text: str) -> None:
        self._clear.setVisible(bool(text))
