"""Places widgets one after the other and begins a new line when the line is full, as words do.

A widget that places its own children and no `QLayout`: PySide's wrappers of layout items outlive what they stand for,
and then they damage memory (6.11.3).
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPoint, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget


class Flow(QWidget):
    """A row of widgets whose height depends on its width; in right-to-left languages it begins at the right."""

    def __init__(self, spacing: int = 6, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: list[QWidget] = []
        self._spacing = spacing
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add(self, widget: QWidget) -> None:
        """Put a widget at the end."""
        widget.setParent(self)
        widget.show()
        self._parts.append(widget)
        self._arrange()

    def fill(self, widgets: Iterable[QWidget]) -> None:
        """Show these widgets instead of the ones before."""
        before, self._parts = self._parts, []
        for widget in before:
            widget.hide()
            widget.deleteLater()
        for widget in widgets:
            self.add(widget)
        self._arrange()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(width, move=False)

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        size = QSize(0, 0)
        for widget in self._parts:
            size = size.expandedTo(_least(widget))
        return size

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place(self.width(), move=True)

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() in {QEvent.Type.LayoutRequest, QEvent.Type.Show, QEvent.Type.LayoutDirectionChange}:
            self._arrange()
        return done

    def _arrange(self) -> None:
        self.updateGeometry()
        self._place(self.width(), move=True)

    def _place(self, width: int, move: bool) -> int:
        x, y, line_height = 0, 0, 0
        for widget in self._parts:
            if widget.isHidden():
                continue
            hint = _wish(widget)
            if x > 0 and x + hint.width() > width:
                x, y, line_height = 0, y + line_height + self._spacing, 0
            wide = min(hint.width(), width)
            if move:
                place = QRect(QPoint(x, y), QSize(wide, hint.height()))
                whole = QRect(0, 0, width, self.height())
                widget.setGeometry(QStyle.visualRect(self.layoutDirection(), whole, place))
            x += wide + self._spacing
            line_height = max(line_height, hint.height())
        return y + line_height


def _wish(widget: QWidget) -> QSize:
    wish = widget.sizeHint().expandedTo(widget.minimumSizeHint())
    return wish.boundedTo(widget.maximumSize()).expandedTo(widget.minimumSize())


def _least(widget: QWidget) -> QSize:
    shrinks = widget.sizePolicy().horizontalPolicy().value & QSizePolicy.PolicyFlag.ShrinkFlag.value
    wish = _wish(widget)
    return QSize(min(wish.width(), widget.minimumSizeHint().width()), wish.height()) if shrinks else wish
