"""A table of another program: how it is written, where each column goes, what would happen, and the button for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QCheckBox, QFileDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.pages.record_list import Item, RecordList
from ui.widgets.buttons import LinkButton, PrimaryButton
from ui.widgets.card import Card
from ui.widgets.column import Column
from ui.widgets.combo import ChoiceField
from ui.widgets.field import FieldRow
from ui.widgets.labels import Text
from ui.widgets.rows import Row
from wimdesk.errors import WimdeskError
from wimdesk.i18n import N_, _, ngettext
from wimdesk.services import encodings, exchange, import_fields, importing, sheets
from wimdesk.services.import_fields import FULL_NAME, ID, Plan
from wimdesk.services.importing import Bad, Outcome
from wimdesk.services.sheets import Layout, Table

TYPES = {"person": N_("People"), "site": N_("Sites"), "post": N_("Posts"), "activity": N_("Activities")}
_TRY_AFTER = 400
"""Milliseconds after the last choice."""
_MOST_COLUMNS = 60
_MOST_BAD = 500
_LIST, _ROW = 260, 64
_KEYS = ("way:email", "family_name+given_name", FULL_NAME, "family_name+given_name+way:phone", "name", ID)
"""What rows can be known by, where it is filled."""


@dataclass(frozen=True)
class Seen:
    """A file that was looked into: how it is written, where its columns probably go, and what its first rows say."""

    table: Table
    plan: Plan
    samples: Mapping[str, str]


class TablePart(QWidget):
    """Everything is read, guessed and tried off the screen's thread; nothing is kept before the button is pressed."""

    def __init__(self, desk: Desk, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._path = path
        self.seen: Seen | None = None
        self.tried: Outcome | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_TRY_AFTER)
        self._timer.timeout.connect(self._try)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for part in (self._outcome_card(), self._writing_card(), self._columns_card()):
            column.addWidget(part)
        self._look()

    # ------------------------------------------------------------- parts

    def _outcome_card(self) -> Card:
        card = Card(_("What this file brings"))
        self.summary = Text(_("The file is being read."), "body", wrap=True)
        self.trash = QCheckBox()
        self.trash.toggled.connect(lambda _on: self._timer.start())
        self.bad = RecordList(_("Rows that can't be used"))
        self.button = PrimaryButton(_("Import"), "check")
        self.button.clicked.connect(self.bring_in)
        self.report = LinkButton(_("Save these rows with their reasons"), "download")
        self.report.clicked.connect(self._choose_report)
        line = QHBoxLayout()
        line.addWidget(self.button)
        line.addWidget(self.report)
        line.addStretch(1)
        card.add(self.summary)
        card.add(self.trash)
        card.add_layout(line)
        card.add(self.bad)
        for part in (self.trash, self.button, self.report, self.bad):
            part.hide()
        return card

    def _writing_card(self) -> Card:
        card = Card(_("The file"))
        line = QHBoxLayout()
        line.setSpacing(8)
        self.type = ChoiceField([(code, _(words)) for code, words in TYPES.items()])
        self.encoding = ChoiceField(list(encodings.NAMES.items()))
        self.separator = ChoiceField(list(sheets.SEPARATORS.items()))
        self.sheet = ChoiceField()
        self.known_by = ChoiceField()
        self._rows = {
            "type": FieldRow(_("Holds"), self.type),
            "encoding": FieldRow(_("Letters"), self.encoding),
            "separator": FieldRow(_("Cells set apart by"), self.separator),
            "sheet": FieldRow(_("Sheet"), self.sheet),
            "known_by": FieldRow(_("Rows are known again by"), self.known_by),
        }
        for row in self._rows.values():
            line.addWidget(row, 1, Qt.AlignmentFlag.AlignTop)
        for editor in (self.type, self.encoding, self.separator, self.sheet):
            editor.changed.connect(self._look)
        self.known_by.changed.connect(self._timer.start)
        card.add_layout(line)
        return card

    def _columns_card(self) -> Card:
        card = Card(_("Where each column goes"))
        self.editors: dict[str, ChoiceField] = {}
        self._columns = Column()
        card.add(self._columns)
        return card

    # ------------------------------------------------------------- the file

    def _layout(self) -> Layout:
        before = self.seen.table.layout if self.seen else Layout()
        return replace(
            before,
            encoding=self.encoding.value() or "" if before.encoding else "",
            separator=self.separator.value() or "" if before.separator else "",
            sheet=self.sheet.value() or "" if before.sheet else "",
            header=0,
        )

    def _look(self) -> None:
        layout, kind = self._layout(), self.type.value() or "person"
        self.summary.setText(_("The file is being read."))
        self.button.setEnabled(False)
        look = partial(_seen, self._desk, self._path, layout, kind)
        self._desk.tasks.work(self, look, done=self._take, failed=self._say_problem, key="look")

    def _take(self, seen: Seen) -> None:
        self.seen = seen
        layout = seen.table.layout
        shown = {"encoding": layout.encoding, "separator": layout.separator, "sheet": layout.sheet}
        self.sheet.blockSignals(True)
        self.sheet.set_options([(name, name) for name in seen.table.sheets])
        self.sheet.blockSignals(False)
        for name, value in shown.items():
            editor = self._rows[name].editor
            if isinstance(editor, ChoiceField) and value:
                blocked = editor.blockSignals(True)
                editor.set_value(value)
                editor.blockSignals(blocked)
            self._rows[name].setVisible(bool(value) and (name != "sheet" or len(seen.table.sheets) > 1))
        self._show_columns(seen)
        self._try()

    def _show_columns(self, seen: Seen) -> None:
        options = [("", _("Do not import")), *seen.plan.targets().items()]
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self.editors = {}
        for at, (column, target) in enumerate(list(seen.plan.columns.items())[:_MOST_COLUMNS]):
            editor = ChoiceField(options, column)
            editor.set_value(target)
            editor.changed.connect(self._remap)
            self.editors[column] = editor
            words = QVBoxLayout()
            words.setSpacing(0)
            words.addWidget(Text(column, "strong", wrap=True))
            words.addWidget(Text(seen.samples.get(column, ""), "caption", wrap=True))
            grid.addLayout(words, at, 0)
            grid.addWidget(editor, at, 1)
        self._columns.fill([holder])
        self._show_keys(seen.plan.known_by)

    def _remap(self) -> None:
        self._show_keys(None)
        self._timer.start()

    def _show_keys(self, chosen: tuple[str, ...] | None) -> None:
        labels = self.seen.plan.targets() if self.seen else import_fields.targets("person")
        used = {editor.value() for editor in self.editors.values()}
        keys = [key for key in dict.fromkeys((*_KEYS, "+".join(chosen or ()))) if key]
        options = [("", _("Everything in the row"))]
        options += [
            (key, ", ".join(labels.get(part, part) for part in key.split("+")))
            for key in keys
            if set(key.split("+")) <= used
        ]
        blocked = self.known_by.blockSignals(True)
        self.known_by.set_options(options)
        if chosen is not None:
            self.known_by.set_value("+".join(chosen))
        self.known_by.blockSignals(blocked)

    # ------------------------------------------------------------- trying and doing

    def plan(self) -> Plan:
        """Return what is chosen."""
        kind = self.seen.plan.type_name if self.seen else "person"
        columns = dict(self.seen.plan.columns) if self.seen else {}  # those that are not shown too
        columns |= {column: editor.value() or "" for column, editor in self.editors.items()}
        keys = tuple(part for part in (self.known_by.value() or "").split("+") if part)
        return Plan(kind, columns, keys, own=self.seen.plan.own if self.seen else ())

    def _try(self) -> None:
        if self.seen is None:
            return
        self.button.setEnabled(False)
        self._desk.tasks.read(
            self, importing.bring_in_good, self.seen.table, self.plan(), self.trash.isChecked(), done=self._show,
            failed=self._say_problem, key="try",
        )  # fmt: skip

    def _show(self, tried: Outcome) -> None:
        self.tried = tried
        self.summary.set_tone("")
        self.summary.setText(told(tried))
        words = ngettext("Take {count} back out of the trash", "Take {count} back out of the trash", tried.trashed)
        self.trash.setText(words.format(count=tried.trashed))
        self.trash.setVisible(bool(tried.trashed) or self.trash.isChecked())
        self.bad.show_items([_item(number, bad) for number, bad in enumerate(tried.bad[:_MOST_BAD])])
        self.bad.setFixedHeight(theme.px(min(_LIST, _ROW * len(tried.bad) + 2)))
        self.bad.setVisible(bool(tried.bad))
        self.report.setVisible(bool(tried.bad))
        count = tried.new + tried.changed
        words = ngettext("Import {count} row", "Import {count} rows", count)
        self.button.setText(words.format(count=self.locale().toString(count)))
        self.button.setVisible(bool(count))
        self.button.setEnabled(True)

    def bring_in(self) -> None:
        """Bring the rows in that can be used, as one act."""
        if self.seen is None:
            return
        self.button.setEnabled(False)
        store, table, plan, trashed = self._desk.app.store, self.seen.table, self.plan(), self.trash.isChecked()
        self._desk.tasks.work(
            self,
            lambda _progress: importing.bring_in_parts(store, table, plan, leave_bad=True, from_trash=trashed),
            done=self._done,
            failed=self._say_problem,
        )

    def _done(self, found: Outcome) -> None:
        self._show(found)
        self.button.hide()
        self.trash.hide()
        self._desk.notices.offer_undo(_("The rows are here."), found.act)

    def _say_problem(self, problem: WimdeskError) -> None:
        self.summary.setText(str(problem))
        self.summary.set_tone("err")
        self.button.setEnabled(False)

    def _choose_report(self) -> None:
        chosen, _filter = QFileDialog.getSaveFileName(
            self, self.report.text(), f"{self._path.stem} 2.csv", "CSV (*.csv)"
        )
        if chosen:
            self.report_to(Path(chosen))

    def report_to(self, path: Path) -> None:
        """Save the rows that can't be used, to be mended and brought in again."""
        if self.seen is not None and self.tried is not None:
            text = importing.report(self.seen.table, self.tried.bad)
            self._desk.tasks.work(
                self,
                lambda _progress: exchange.write_file(path, text.encode("utf-8-sig")),
                done=lambda _none: self._desk.notices.say(_("The rows are saved.")),
                failed=lambda problem: self._desk.notices.warn(str(problem)),
            )


def told(found: Outcome) -> str:
    """Return how many rows are new, changed, the same, in the trash and bad, in one line."""
    parts = [
        ngettext("{count} new", "{count} new", found.new).format(count=found.new),
        ngettext("{count} brought up to date", "{count} brought up to date", found.changed).format(count=found.changed),
        ngettext("{count} here already", "{count} here already", found.same).format(count=found.same),
    ]
    if found.trashed:
        parts.append(
            ngettext("{count} in the trash", "{count} in the trash", found.trashed).format(count=found.trashed)
        )
    if found.bad:
        words = ngettext("{count} can't be used", "{count} can't be used", len(found.bad))
        parts.append(words.format(count=len(found.bad)))
    return " · ".join(parts)


def _seen(desk: Desk, path: Path, layout: Layout, kind: str, _progress: object) -> Seen:
    table = sheets.read(path, layout)
    plan = desk.app.read(import_fields.propose, table, kind)
    said: dict[str, list[str]] = {}
    for _line, cells in islice(table.rows(), 20):
        for column, cell in zip(table.columns, cells, strict=False):
            if cell and len(said.setdefault(column, [])) < 2:
                said[column].append(cell[:32])
    return Seen(table, plan, {column: ", ".join(cells) for column, cells in said.items()})


def _item(number: int, bad: Bad) -> Item:
    title = _("Line {line}").format(line=bad.line)
    row = Row(title, meta=bad.reason, icon="triangle-alert")
    return Item(str(number + 1), row, f"{title}. {bad.reason}")
