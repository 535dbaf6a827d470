"""Draws the first series of a chart as bars below each other: a name, a bar, a number."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget

from ui import theme
from ui.widgets.linechart import describe
from wimdesk.i18n import _
from wimdesk.pdf import chart as described

_LINE = 30
_NAMES = 0.36
"""The part of the width that the names may take."""


class BarList(QWidget):
    """Bars from the side on which reading begins; the numbers are its spoken description too."""

    def __init__(self, chart: described.Chart | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chart = described.Chart("", ())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if chart is not None:
            self.show_chart(chart)

    def show_chart(self, chart: described.Chart) -> None:
        """Show another chart."""
        self._chart = chart
        self.setAccessibleName(chart.title)
        self.setAccessibleDescription(describe(chart, self.locale()))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(320), theme.px(_LINE) * max(1, len(self._points())))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(160), self.sizeHint().height())

    def _points(self) -> tuple[tuple[str, float | None], ...]:
        return self._chart.series[0].points if self._chart.series else ()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(13))
        if not self._points():
            painter.setPen(theme.token("text2"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, _("No figures yet."))
        most = max((value or 0 for _label, value in self._points()), default=0) or 1
        numbers = QFontMetrics(theme.font(13)).horizontalAdvance("00000")
        widest = max((painter.fontMetrics().horizontalAdvance(label) for label, _value in self._points()), default=0)
        names, height = min(self.width() * _NAMES, widest + theme.px(24)), theme.px(_LINE)
        room = self.width() - names - numbers
        for place, (label, value) in enumerate(self._points()):
            top = place * height
            bar = room * (value or 0) / most
            self._write(painter, QRectF(0, top, names - theme.px(10), height), label)
            self._bar(painter, QRectF(names, top + height * 0.26, max(bar, 2), height * 0.48))
            number = self.locale().toString(int(value or 0))
            self._write(painter, QRectF(names + bar + theme.px(8), top, numbers, height), number)
        painter.end()

    def _write(self, painter: QPainter, place: QRectF, text: str) -> None:
        painter.setPen(theme.token("text"))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(place.width()))
        side = QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeft)
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
        painter.drawText(self._placed(place), side | middle, shown)

    def _bar(self, painter: QPainter, place: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.token("accent"))
        painter.drawRoundedRect(self._placed(place), 3, 3)

    def _placed(self, place: QRectF) -> QRectF:
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            return QRectF(self.width() - place.right(), place.top(), place.width(), place.height())
        return place
