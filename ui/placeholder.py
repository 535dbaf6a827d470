"""What stands where a page will be, until the profile is open: the shape of a page, without words."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui import theme
from ui.widgets.header import PageHeader


class _Shapes(QWidget):
    """Two quiet cards."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.token("border"))
        painter.setBrush(theme.token("surface"))
        width = self.width() - 48
        left, right = round(width * 0.6), 0
        right = width - left - 12
        height = min(self.height() - 32, theme.px(300))
        painter.drawRoundedRect(QRectF(24.5, 16.5, left, height), 10, 10)
        painter.drawRoundedRect(QRectF(36.5 + left, 16.5, right, height), 10, 10)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.token("sunken"))
        for number, share in enumerate((0.35, 0.7, 0.55, 0.6)):
            painter.drawRoundedRect(QRectF(44, 40 + number * theme.px(48), left * share, theme.px(12)), 6, 6)
        painter.end()


class Placeholder(QWidget):
    """A page's shape."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(PageHeader(""))
        column.addWidget(_Shapes(), 1)
