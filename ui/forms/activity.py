"""The activity log of an initiative: a line to add, and the lines that are there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.widgets.buttons import IconButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.column import Column
from ui.widgets.date import DateField
from ui.widgets.field import FieldRow, beside_editor
from ui.widgets.labels import Text, hairline
from ui.widgets.number import NumberField, format_number
from wimdesk import clock
from wimdesk.errors import RuleBroken, WimdeskError
from wimdesk.i18n import _, ngettext
from wimdesk.services import taking_part
from wimdesk.services.dates import day_text
from wimdesk.services.taking_part import Line


class LogCard(Card):
    """What was done, the latest first. The log stays in the organisation."""

    def __init__(self, desk: Desk, initiative: str, parent: QWidget | None = None) -> None:
        super().__init__(_("Activity log"), parent=parent)
        self._desk = desk
        self._initiative = initiative
        self._lines: tuple[Line, ...] | None = None
        self.day = DateField(whole_days=True)
        self.day.set_value(clock.today().isoformat())
        self.text = QLineEdit()
        self.text.returnPressed.connect(self.enter)
        self.hours = NumberField()
        self.hours.returnPressed.connect(self.enter)
        self.button = SecondaryButton(_("Add"), "plus")
        self.button.setAccessibleName(_("Add to the log"))
        self.button.clicked.connect(self.enter)
        self._rows: dict[str, FieldRow] = {}
        self.adding = self._adding()
        self.add(self.adding)
        self._list = Column()
        self.add(self._list)

    def show_log(self, lines: Sequence[Line], hours: float, may_add: bool) -> None:
        """Show the lines, and how many hours they make."""
        words = _("{hours} h · stays in your organisation") if hours else _("Stays in your organisation")
        self.set_right(words.format(hours=format_number(hours, QLocale())))
        self.adding.setVisible(may_add)
        if tuple(lines) == self._lines:
            return
        self._lines = tuple(lines)
        rows = [widget for line in lines for widget in (hairline(), self._row(line))]
        self._list.fill(rows or [Text(_("Nothing is written down yet."), "muted")])

    def enter(self) -> None:
        """Add the line that is typed; what is missing is said below its field."""
        for row in self._rows.values():
            row.clear_message()
        problem = self.day.problem() or ("" if self.day.value() else _("Write the day, like 2026-10-31."))
        if problem:
            self._rows["date"].set_message(problem)
            return
        if not self.hours.is_readable():
            self._rows["hours"].set_message(self.hours.problem())
            return
        hours = self.hours.value()
        self._desk.tasks.write(
            self, taking_part.log, self._initiative, self.day.value() or "", self.text.text(),
            None if hours is None else float(hours), done=self._entered, failed=self._explain,
        )  # fmt: skip

    def _entered(self, _record: str) -> None:
        self.text.clear()
        self.hours.clear()
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def _explain(self, problem: WimdeskError) -> None:
        pairs = problem.problems if isinstance(problem, RuleBroken) else [("text", str(problem))]
        for name, sentence in pairs:
            self._rows.get(name, self._rows["text"]).set_message(sentence)

    def _adding(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(8)
        self._rows["text"] = FieldRow(_("What was done"), self.text)
        column.addWidget(self._rows["text"])
        line = QHBoxLayout()
        line.setSpacing(8)
        column.addLayout(line)
        for name, label, editor, width in (
            ("date", _("Day"), self.day, 148),
            ("hours", _("Hours"), self.hours, 90),
        ):
            row = FieldRow(label, editor)
            self._rows[name] = row
            row.setFixedWidth(theme.px(width))
            line.addWidget(row, 0, Qt.AlignmentFlag.AlignTop)
        line.addStretch(1)
        line.addLayout(beside_editor(self.button, self._rows["date"]))
        return box

    def _row(self, line: Line) -> QWidget:
        row = QWidget()
        inside = QHBoxLayout(row)
        inside.setContentsMargins(0, 4, 0, 4)
        inside.setSpacing(8)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(Text(line.text, wrap=True))
        words.addWidget(Text(day_text(line.date), "caption", wrap=True))
        inside.addLayout(words, 1)
        if line.hours is not None:
            told = ngettext("{hours} hour", "{hours} hours", 1 if line.hours == 1 else 2)
            inside.addWidget(Text(told.format(hours=format_number(line.hours, QLocale())), "caption"))
        remove = IconButton("trash-2", _("Remove: {what}").format(what=line.text), size=16)
        remove.clicked.connect(lambda: self._remove(line.id))
        inside.addWidget(remove)
        return row

    def _remove(self, record: str) -> None:
        def tell(act: int) -> None:
            self._desk.notices.offer_undo(_("Line moved to the trash."), act)

        self._desk.tasks.write(self, taking_part.remove, "activity", record, done=tell)
