"""Draws the line charts of the screens from the same description the PDF draws from, so both show the same figures.

Places are worked out from left to right; on a mirrored screen time runs to the left and each place is mirrored.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QLocale, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget

from ui import theme
from wimdesk.i18n import _, isolated
from wimdesk.pdf import chart as described

SERIES_TOKENS = ("accent", "copper", "info", "ok", "warn", "text2")
_TARGET_TOKEN = "ok"


@dataclass
class EndLabel:
    """A direct label at the right end of a line: what it says, its colour token and where it wants to stand."""

    text: str
    token: str
    y: float


class LineChart(QWidget):
    """Lines with gaps where a value is missing, names at the lines' ends, and a dashed line for the target."""

    def __init__(self, chart: described.Chart | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chart = described.Chart("", ())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        if chart is not None:
            self.show_chart(chart)

    def show_chart(self, chart: described.Chart) -> None:
        """Show another chart; its values become the spoken description."""
        self._chart = chart
        self.setAccessibleName(chart.title)
        self.setAccessibleDescription(describe(chart, self.locale()))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(460), theme.px(220))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(280), theme.px(150))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if described.values(self._chart):
            self._paint_chart(painter)
        else:
            painter.setFont(theme.font(13))
            painter.setPen(theme.token("text2"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, _("No figures yet."))
        painter.end()

    def _paint_chart(self, painter: QPainter) -> None:
        axis = described.axis(self._chart, 3 if self.height() < theme.px(260) else 5)
        labels = described.categories(self._chart)
        ends = self._end_labels(axis)
        small, bold = QFontMetrics(theme.font(12)), QFontMetrics(theme.font(12, 600))
        ticks = [(value, self._number(value)) for value in axis.ticks()]
        left = max(small.horizontalAdvance(text) for _value, text in ticks) + theme.px(8)
        right = min(max(bold.horizontalAdvance(end.text) for end in ends) + theme.px(12), self.width() * 0.4)
        plot = QRectF(left, theme.px(8), self.width() - left - right, self.height() - theme.px(8) - theme.px(28))
        self._paint_grid(painter, plot, axis, ticks, left)
        self._paint_months(painter, plot, labels, small)
        self._paint_target(painter, plot, axis)
        for series, token in zip(self._chart.series, _tokens(len(self._chart.series)), strict=True):
            self._paint_series(painter, plot, axis, described.runs(series, labels), token)
        for end in ends:
            end.y = plot.bottom() - end.y * plot.height()
        spread(ends, bold.height(), plot.top() - bold.height() / 2, plot.bottom() + bold.height() / 2)
        painter.setFont(theme.font(12, 600))
        for end in ends:
            painter.setPen(theme.token(end.token))
            place = QRectF(plot.right() + theme.px(10), end.y - bold.height() / 2, right - theme.px(10), bold.height())
            shown = bold.elidedText(end.text, Qt.TextElideMode.ElideRight, int(place.width()) + 1)
            self._write(painter, place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)

    def _write(self, painter: QPainter, place: QRectF, side: Qt.AlignmentFlag, text: str) -> None:
        if self._is_mirrored():
            place = QRectF(self.width() - place.right(), place.top(), place.width(), place.height())
        shown = QStyle.visualAlignment(self.layoutDirection(), side)
        painter.drawText(place, shown | Qt.AlignmentFlag.AlignAbsolute, text)

    def _spot(self, x: float, y: float) -> QPointF:
        return QPointF(self.width() - x if self._is_mirrored() else x, y)

    def _is_mirrored(self) -> bool:
        return self.layoutDirection() == Qt.LayoutDirection.RightToLeft

    def _number(self, value: float) -> str:
        return with_unit(value, self._chart.unit, self.locale())

    def _end_labels(self, axis: described.Axis) -> list[EndLabel]:
        ends = []
        for series, token in zip(self._chart.series, _tokens(len(self._chart.series)), strict=True):
            known = [value for _label, value in series.points if value is not None]
            if known:
                text = f"{series.label} {self._number(known[-1])}"
                ends.append(EndLabel(text, token, axis.fraction(known[-1])))
        if self._chart.target is not None:
            text = _("Target {value}").format(value=self._number(self._chart.target))
            ends.append(EndLabel(text, _TARGET_TOKEN, axis.fraction(self._chart.target)))
        return ends

    def _paint_grid(
        self, painter: QPainter, plot: QRectF, axis: described.Axis, ticks: list[tuple[float, str]], left: float
    ) -> None:
        painter.setFont(theme.font(12))
        height = painter.fontMetrics().height()
        for value, text in ticks:
            y = plot.bottom() - axis.fraction(value) * plot.height()
            painter.setPen(QPen(theme.token("border"), 1))
            if value != self._chart.target:
                painter.drawLine(self._spot(plot.left(), round(y) + 0.5), self._spot(plot.right(), round(y) + 0.5))
            painter.setPen(theme.token("text2"))
            place = QRectF(0, y - height / 2, left - theme.px(8), height)
            self._write(painter, place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_months(self, painter: QPainter, plot: QRectF, labels: tuple[str, ...], metrics: QFontMetrics) -> None:
        widest = max(metrics.horizontalAdvance(label) for label in labels) + theme.px(14)
        step = max(1, -(-len(labels) * widest // max(1, int(plot.width()))))
        painter.setPen(theme.token("text2"))
        for index, label in enumerate(labels):
            # Counted from the end: the latest period is always named.
            if (len(labels) - 1 - index) % step == 0:
                place = QRectF(_x(plot, index, len(labels)) - widest / 2, plot.bottom() + theme.px(6), widest, 18)
                self._write(painter, place, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, label)

    def _paint_target(self, painter: QPainter, plot: QRectF, axis: described.Axis) -> None:
        if self._chart.target is None:
            return
        y = plot.bottom() - axis.fraction(self._chart.target) * plot.height()
        pen = QPen(theme.token(_TARGET_TOKEN), 1.5)
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.drawLine(self._spot(plot.left(), y), self._spot(plot.right(), y))

    def _paint_series(
        self, painter: QPainter, plot: QRectF, axis: described.Axis, runs: list[list[tuple[int, float]]], token: str
    ) -> None:
        count = len(described.categories(self._chart))
        colour = theme.token(token)
        for run in runs:
            points = [self._spot(_x(plot, i, count), plot.bottom() - axis.fraction(v) * plot.height()) for i, v in run]
            painter.setPen(QPen(colour, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
            painter.drawPolyline(QPolygonF(points))
            painter.setPen(QPen(theme.token("surface"), 1.5))
            painter.setBrush(colour)
            for point in points:
                painter.drawEllipse(point, 3.2, 3.2)
            if run is runs[-1]:
                painter.drawEllipse(points[-1], 4.2, 4.2)
        painter.setBrush(Qt.BrushStyle.NoBrush)


def describe(chart: described.Chart, locale: QLocale) -> str:
    """Return the text alternative of a chart with every value of every line, gaps included."""
    lines = [chart.alt] if chart.alt else []
    for series in chart.series:
        said = [
            (label, _("no figure") if value is None else with_unit(value, chart.unit, locale))
            for label, value in series.points
        ]
        values = ", ".join(f"{label} {value}" for label, value in said)
        lines.append(f"{series.label}: {values}.")
    if chart.target is not None:
        lines.append(_("Target {value}").format(value=with_unit(chart.target, chart.unit, locale)) + ".")
    return " ".join(lines)


def with_unit(value: float, unit: str, locale: QLocale) -> str:
    """Write a value with at most one decimal and its unit in the manner of ``locale``."""
    number = locale.toString(float(value), "f", 0 if float(value).is_integer() else 1)
    if not unit:
        return number
    tight = unit == "%" and locale.language() in {QLocale.Language.English, QLocale.Language.Arabic}
    return isolated(number + ("" if tight else "\u00a0") + unit)


def spread(ends: list[EndLabel], height: float, top: float, bottom: float) -> None:
    """Move labels apart until none overlaps another, keeping their order and staying between top and bottom."""
    ends.sort(key=lambda end: end.y)
    floor = top + height / 2
    for end in ends:
        end.y = floor = max(end.y, floor)
        floor += height
    ceiling = bottom - height / 2
    for end in reversed(ends):
        end.y = ceiling = min(end.y, ceiling)
        ceiling -= height


def _tokens(count: int) -> list[str]:
    return [SERIES_TOKENS[index % len(SERIES_TOKENS)] for index in range(count)]


def _x(plot: QRectF, index: int, count: int) -> float:
    return plot.center().x() if count == 1 else plot.left() + plot.width() * index / (count - 1)
