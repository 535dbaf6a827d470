"""The register of those who endorse the Declaration, as of a day: a chart by region, a table, a file."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QFileDialog, QTableWidget, QTableWidgetItem, QWidget

from ui import theme
from ui.pages.record_card import RecordCard
from ui.widgets.barlist import BarList
from ui.widgets.buttons import QuietButton
from ui.widgets.card import Card
from ui.widgets.date import DateField
from ui.widgets.labels import Text
from wimdesk import clock
from wimdesk.events import Changed
from wimdesk.i18n import _, ngettext
from wimdesk.pdf.chart import Chart, Series
from wimdesk.services import commitments, exchange
from wimdesk.services.commitments import Register
from wimdesk.services.dates import day_text

REGISTER = "register"
"""Stands where the id of a record would: all who endorse the Declaration."""
_TYPES = ("commitment", "alliance_text", "organization")
_ROW = 34
_MOST_ROWS = 10
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SAVED = int(Qt.ItemDataRole.UserRole)
"""Under it a cell keeps what the file would hold."""


class RegisterPane(RecordCard):
    """Who endorsed by a day, each organisation once, with both days where it withdrew."""

    type_name = REGISTER

    def fill(self) -> None:
        self.day = DateField(_("As of"), whole_days=True)
        self.day.setPlaceholderText(clock.today().isoformat())
        self.day.setFixedWidth(theme.px(128))
        self.day.changed.connect(self._look)
        self.bars = BarList()
        self.chart = Card(_("By region"))
        self.chart.add_to_head(Text(_("As of"), "head"))
        self.chart.add_to_head(self.day)
        self.chart.add(self.bars)
        self.countries = Text("", "caption", wrap=True)
        self.chart.add(self.countries)
        self.table = QTableWidget()
        self.table.setAccessibleName(_("Register of endorsers"))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.save_button = QuietButton(_("Save as CSV"), "download")
        self.save_button.clicked.connect(self._save)
        self._whole = Card(_("Who has endorsed"))
        self._whole.add_to_head(self.save_button)
        self._whole.add(self.table)
        self.column.addWidget(self.chart)
        self.column.addWidget(self._whole)
        self.show_title(_("Register of endorsers"))

    def reload(self) -> None:
        self.desk.tasks.read(self, commitments.register, self.day.value() or "", done=self._take, key="register")

    def changed(self, change: Changed) -> None:
        if change.touches(*_TYPES):
            self.reload()

    def save_to(self, path: Path) -> None:
        """Save the table that is shown."""
        self.desk.tasks.read(
            self, commitments.register_csv, self.day.value() or "",
            done=lambda text: self._write(path, text), failed=self._warn,
        )  # fmt: skip

    def cells(self) -> list[list[str]]:
        """Return what the table holds, its headings first and days as they are saved."""
        across = range(self.table.columnCount())
        heads = [self.table.horizontalHeaderItem(column) for column in across]
        rows = [[self.table.item(row, column) for column in across] for row in range(self.table.rowCount())]
        lines = [[str(cell.data(_SAVED)) if cell is not None else "" for cell in line] for line in rows]
        return [[cell.text() if cell is not None else "" for cell in heads], *lines]

    def _foot(self) -> QWidget:
        return QWidget()

    def _look(self) -> None:
        if not self.day.problem():
            self.reload()

    def _take(self, found: Register) -> None:
        count = ngettext("{count} organisation", "{count} organisations", found.count).format(count=found.count)
        self.show_title(_("Register of endorsers"), f"{count} · {day_text(found.day)}")
        series = Series(_("Organisations"), tuple((region, float(number)) for region, number in found.regions))
        self.bars.show_chart(Chart(_("By region"), (series,) if found.regions else ()))
        self.countries.setText(" · ".join(f"{country} {number}" for country, number in found.countries))
        headings = commitments.headings()
        self.table.setColumnCount(len(headings))
        self.table.setRowCount(len(found.words))
        self.table.setHorizontalHeaderLabels(list(headings))
        for row, word in enumerate(found.words):
            for column, text in enumerate(commitments.cells(word)):
                item = QTableWidgetItem(day_text(text, "medium") if _DAY.fullmatch(text) else text)
                item.setData(_SAVED, text)
                self.table.setItem(row, column, item)
        for column, name in enumerate(commitments.REGISTER):
            self.table.setColumnHidden(column, name == "withdrawn_on" and not any(w.withdrawn_on for w in found.words))
        self.table.resizeColumnsToContents()
        self.table.setFixedHeight(theme.px(_ROW) * (min(max(len(found.words), 1), _MOST_ROWS) + 2))

    def _save(self) -> None:
        name = f"{_('Register of endorsers')}.csv"
        chosen, _filter = QFileDialog.getSaveFileName(self, _("Save as CSV"), name, "CSV (*.csv)")
        if chosen:
            self.save_to(Path(chosen))

    def _write(self, path: Path, text: str) -> None:
        self.desk.tasks.work(
            self, lambda _progress: exchange.write_file(path, text.encode("utf-8-sig")),
            done=lambda _nothing: self.desk.notices.say(_("Saved: {name}").format(name=path.name)), failed=self._warn,
        )  # fmt: skip

    def _warn(self, problem: Exception) -> None:
        self.desk.notices.warn(str(problem))
