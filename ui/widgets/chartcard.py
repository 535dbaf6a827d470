"""A chart in a card, with a button that shows the same figures as a table."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QStackedWidget, QTableWidget, QTableWidgetItem, QWidget

from ui.widgets.buttons import QuietButton
from ui.widgets.card import Card
from ui.widgets.labels import Text
from ui.widgets.linechart import LineChart, with_unit
from wimdesk.i18n import _
from wimdesk.pdf import chart as described


class ChartCard(Card):
    """Shows a chart or its table, and below it a note such as why there is a gap."""

    def __init__(self, chart: described.Chart, note: str = "", parent: QWidget | None = None) -> None:
        super().__init__(chart.title, parent=parent)
        self.chart = LineChart()
        self.table = QTableWidget()
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setStretchLastSection(True)
        self._button = QuietButton(_("Table"), "table")
        self._button.setCheckable(True)
        self._button.toggled.connect(self._switch)
        self.add_to_head(self._button)
        self._views = QStackedWidget()
        self._views.addWidget(self.chart)
        self._views.addWidget(self.table)
        self.add(self._views, 1)
        self._note = Text(note, "caption", wrap=True)
        self.add(self._note)
        self.show_chart(chart, note)

    def show_chart(self, chart: described.Chart, note: str = "") -> None:
        """Show another chart and another note; an empty note takes no room."""
        self.set_title(chart.title)
        self.chart.show_chart(chart)
        self.table.setAccessibleName(chart.title)
        self._fill(chart)
        self._note.setText(note)
        self._note.setVisible(bool(note))

    def _fill(self, chart: described.Chart) -> None:
        labels = described.categories(chart)
        self.table.clear()
        self.table.setColumnCount(len(chart.series) + 1)
        self.table.setRowCount(len(labels))
        self.table.setHorizontalHeaderLabels([_("Month"), *[series.label for series in chart.series]])
        for row, label in enumerate(labels):
            self.table.setItem(row, 0, QTableWidgetItem(label))
            for column, series in enumerate(chart.series, start=1):
                value = dict(series.points).get(label)
                text = _("no figure") if value is None else with_unit(value, chart.unit, self.locale())
                item = QTableWidgetItem(text)
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(row, column, item)

    def _switch(self, table: bool) -> None:
        self._views.setCurrentWidget(self.table if table else self.chart)
        self._button.setText(_("Chart") if table else _("Table"))
        self._button.show_icon("chart-column" if table else "table")
