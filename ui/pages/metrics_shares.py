"""The right side of the site metrics: three shares, and their course over the last twelve months."""

from __future__ import annotations

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QVBoxLayout, QWidget

from ui.widgets.chartcard import ChartCard
from ui.widgets.figure import Figure
from ui.widgets.labels import Tone, tool_tip
from ui.widgets.linechart import with_unit
from wimdesk.i18n import _
from wimdesk.pdf.chart import Chart
from wimdesk.services.metric_shares import Share, figures
from wimdesk.services.metrics import Sheet


class SharesPane(QWidget):
    """Shows the figures of a sheet and the chart; both follow what is typed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self._row = QHBoxLayout()
        self._row.setSpacing(12)
        column.addLayout(self._row)
        self.figures: dict[str, Figure] = {}
        self.chart = ChartCard(Chart("", ()))
        self.chart.chart.setMinimumHeight(210)
        self.chart.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        column.addWidget(self.chart)
        column.addStretch(1)

    def show_sheet(self, sheet: Sheet) -> None:
        """Work out the figures of a month as it stands in the form."""
        for share in figures(sheet):
            if share.key not in self.figures:
                self.figures[share.key] = Figure(share.label)
                self._row.addWidget(self.figures[share.key], 1)
            _show(self.figures[share.key], share, self.locale())

    def show_chart(self, chart: Chart) -> None:
        """Show the course of the shares, and name the months without figures."""
        self.chart.show_chart(chart, chart.alt)


def _show(figure: Figure, share: Share, locale: QLocale) -> None:
    figure.setToolTip(tool_tip(share.definition))
    if share.value is None:
        if share.is_wrong:
            figure.show_value(None, share.reason, "circle-alert", "err")
        else:
            figure.show_value(None, share.reason)
        return
    number = with_unit(round(share.value, share.decimals), "%", locale)
    if share.change is None:
        figure.show_value(number, _("nothing to compare with"))
        return
    points = locale.toString(abs(share.change), "f", share.decimals)
    if share.change == 0:
        figure.show_value(number, _("as last month"), "minus")
        return
    way = "up" if share.change > 0 else "down"
    words = _("{points} points up") if way == "up" else _("{points} points down")
    figure.show_value(number, words.format(points=points), f"trending-{way}", _tone(share, way))


def _tone(share: Share, way: str) -> Tone:
    if share.better not in {"up", "down"}:
        return "neutral"
    return "ok" if share.better == way else "warn"
