"""A small box that opens below a button, and closes with Esc or a click elsewhere."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from ui import theme

_MARGIN = 8


class Popup(QFrame):
    """Add to ``column``; override ``first`` to say what gets the focus."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        theme.mark(self, role="popupbox")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._anchor: QWidget | None = None
        self.setAccessibleName(name)
        self.setWindowTitle(name)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(12, 12, 12, 12)
        self.column.setSpacing(8)

    def first(self) -> QWidget:
        """Return what is ready for the keys when the box opens."""
        return self

    def open_at(self, anchor: QWidget) -> None:
        """Show the box at a widget: below it, or above where there is no room."""
        self._anchor = anchor
        self.adjustSize()
        room = anchor.screen().availableGeometry()
        below = anchor.mapToGlobal(QPoint(0, anchor.height() + 4))
        above = anchor.mapToGlobal(QPoint(0, -4 - self.height()))
        fits = below.y() + self.height() <= room.bottom() - _MARGIN
        left = max(room.left() + _MARGIN, min(below.x(), room.right() - self.width() - _MARGIN))
        self.move(left, below.y() if fits else max(room.top() + _MARGIN, above.y()))
        self.show()
        self.first().setFocus(Qt.FocusReason.PopupFocusReason)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        anchor = self._anchor
        if anchor is not None and shiboken6.isValid(anchor) and anchor.isVisible():
            # Whoever came with the keys goes on where she or he was.
            anchor.window().activateWindow()
            anchor.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
            return
        super().keyPressEvent(event)
