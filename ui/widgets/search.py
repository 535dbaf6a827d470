"""The field to search with: an icon that says what it is, and a button that empties it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QStyle, QWidget

from ui import theme
from ui.icons import IconLabel
from ui.sides import margins
from ui.widgets.buttons import IconButton
from wimdesk.i18n import _

_ICON = 16
_SIDE = 10
_GAP = 6


class SearchField(QLineEdit):
    """A one-line field; Esc empties it, and nothing else is ever lost by Esc.

    The pictures are its own and no actions of the line: those stay small beside large letters.
    """

    def __init__(self, placeholder: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder or _("Search"))
        self._glass = IconLabel("search", "text2", _ICON, self)
        self.clear_button = IconButton("x", _("Clear the search"), size=_ICON, parent=self)
        self.clear_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Esc does the same
        self.clear_button.clicked.connect(self.clear)
        self.clear_button.hide()
        self.textChanged.connect(lambda text: self.clear_button.setVisible(bool(text)))
        self._place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.StyleChange, QEvent.Type.LayoutDirectionChange}:
            self._place()

    def _place(self) -> None:
        """Put the pictures where the line begins and ends, and keep the words between them."""
        side, edge = theme.px(_ICON), theme.px(_SIDE)
        room = side + theme.px(_GAP)
        self.setTextMargins(margins(room, 0, room, 0))
        top = (self.height() - side) // 2
        glass = QRect(edge, top, side, side)
        button = QRect(self.width() - edge - side, top, side, side).adjusted(-4, -4, 4, 4)
        for part, place in ((self._glass, glass), (self.clear_button, button)):
            part.setGeometry(QStyle.visualRect(self.layoutDirection(), self.rect(), place))
