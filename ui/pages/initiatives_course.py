"""Where an initiative stands: its course, the decision that adopted it, its budget, its milestones."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.milestone import MilestoneLine
from ui.icons import IconLabel
from ui.widgets.buttons import IconButton, LinkButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.column import Column
from ui.widgets.date import DateField
from ui.widgets.field import FieldRow, beside_editor
from ui.widgets.flow import Flow
from ui.widgets.labels import Chip, Text, hairline
from wimdesk import clock
from wimdesk.errors import RuleBroken, WimdeskError
from wimdesk.i18n import N_, _
from wimdesk.records.initiative import STATES
from wimdesk.records.milestone import KINDS
from wimdesk.services import editing, lifecycle, taking_part
from wimdesk.services.dates import day_text
from wimdesk.services.lifecycle import Course, Mile

_ACTS = {
    "adopted": N_("Adopt"), "running": N_("Start"), "delivered": N_("Delivered"), "closed": N_("Close"),
    "paused": N_("Pause"), "dropped": N_("Drop"), "proposed": N_("Propose again"),
}  # fmt: skip
_DATE = 150


class CourseCard(Card):
    """The states one behind the other, and the buttons that lead on. ``moved`` tells the id of a shared copy."""

    moved = Signal(str)

    def __init__(self, desk: Desk, initiative: str, parent: QWidget | None = None) -> None:
        super().__init__(_("Course"), parent=parent)
        self._desk, self._initiative = desk, initiative
        self.course: Course | None = None
        self.path, self.acts = Flow(), Flow()
        self.buttons: dict[str, SecondaryButton] = {}
        self.decision = QLineEdit()
        self._decision_row = FieldRow(_("Decision"), self.decision, _("Where it was adopted, for example a meeting."))
        self._facts = Text("", "muted", wrap=True)
        for part in (self.path, self._facts, self._decision_row, self.acts):
            self.add(part)

    def show_course(self, course: Course) -> None:
        """Show where it stands."""
        if course == self.course:
            return
        self.course = course
        passed = lifecycle.PATH.index(course.state) if course.state in lifecycle.PATH else -1
        chips = [
            Chip(_(STATES[state]), "accent" if place == passed else "ok" if place < passed else "neutral")
            for place, state in enumerate(lifecycle.PATH)
        ]
        if passed < 0:
            chips.append(Chip(_(STATES.get(course.state, course.state)), "warn"))
        self.path.fill(chips)
        planned, committed, spent = course.budget
        budget = _("Budget planned / committed / spent: {planned} / {committed} / {spent} {currency}").format(
            planned=planned, committed=committed, spent=spent, currency=course.currency
        )
        adopted = ""
        if course.decided_on:
            adopted = _("Adopted on {day}: {decision}").format(
                day=day_text(course.decided_on), decision=course.decision
            )
        self._facts.setText("\n".join(part.strip() for part in (adopted, budget) if part))
        self._decision_row.setVisible("adopted" in course.next)
        self._decision_row.clear_message()
        self.buttons = {state: SecondaryButton(_(_ACTS[state])) for state in course.next}
        for state, button in self.buttons.items():
            button.clicked.connect(partial(self.advance, state))
        self.acts.fill(self.buttons.values())
        self.acts.setVisible(bool(self.buttons))

    def advance(self, state: str, _on: bool = False) -> None:
        """Take the initiative on."""
        self._desk.tasks.write(
            self, taking_part.advance, self._initiative, state, self.decision.text(), done=self._advanced,
            failed=self._explain,
        )  # fmt: skip

    def _advanced(self, record: str) -> None:
        if record != self._initiative:
            self._desk.notices.say(_("Published. It reaches the others with the next sync."))
            self.moved.emit(record)

    def _explain(self, problem: WimdeskError) -> None:
        if isinstance(problem, RuleBroken) and not self._decision_row.isHidden():
            self._decision_row.set_message(problem.problems[0][1])
            self.decision.setFocus()
        else:
            self._desk.notices.warn(str(problem))


class MilestonesCard(Card):
    """The milestones and deliverables in the order of their days; one is opened to be changed."""

    def __init__(self, desk: Desk, initiative: str, parent: QWidget | None = None) -> None:
        super().__init__(_("Milestones and deliverables"), parent=parent)
        self._desk, self._initiative = desk, initiative
        self._shown: tuple[tuple[Mile, ...], bool] | None = None
        self._opened = ""
        self.text, self.due = QLineEdit(), DateField()
        self.due.setPlaceholderText(_("2026-10-31"))
        self.button = SecondaryButton(_("Add"), "plus")
        self.button.setAccessibleName(_("Add a milestone"))
        self.button.clicked.connect(self.enter)
        self.text.returnPressed.connect(self.enter)
        self._row = FieldRow(_("What"), self.text)
        due = self._due = FieldRow(_("Due"), self.due)
        due.setFixedWidth(theme.px(_DATE))
        self.adding = QWidget()
        line = QHBoxLayout(self.adding)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(self._row, 1)
        line.addWidget(due)
        line.addLayout(beside_editor(self.button, self._row))
        self.add(self.adding)
        self._list = Column()
        self.add(self._list)

    def show_course(self, course: Course) -> None:
        """Show the milestones, and how many of them are done."""
        self.setVisible(bool(course.miles) or course.may_edit)
        self.adding.setVisible(course.may_edit)
        count = _("{done} of {count} done")
        self.set_right(count.format(done=course.done, count=len(course.miles)) if course.miles else "")
        self.open(bool(course.miles) or course.may_edit)
        if (course.miles, course.may_edit) == self._shown or self._is_open(course):
            return
        self._shown = course.miles, course.may_edit
        self._rebuild()

    def _is_open(self, course: Course) -> bool:
        """A line in which somebody writes is not taken away."""
        return bool(self._opened) and self._opened in {mile.id for mile in course.miles}

    def enter(self) -> None:
        """Add the milestone that is typed."""
        self._row.clear_message()
        self._due.set_message(self.due.problem())
        if self.due.problem():
            return
        self._desk.tasks.write(
            self, lifecycle.add_milestone, self._initiative, self.text.text(), self.due.value() or "",
            done=self._entered, failed=lambda problem: self._row.set_message(str(problem)),
        )  # fmt: skip

    def _entered(self, _record: str) -> None:
        self.text.clear()
        self.due.clear()

    def _rebuild(self) -> None:
        miles, may_edit = self._shown or ((), False)
        parts: list[QWidget] = []
        for mile in miles:
            parts.append(hairline())
            if mile.id == self._opened:
                line = MilestoneLine(self._desk, mile.id)
                line.removed.connect(self._remove)
                close = LinkButton(_("Done"), "check")
                close.clicked.connect(lambda: self._open(""))
                parts += [line, close]
            else:
                parts.append(self._read_only(mile, may_edit))
        self._list.fill(parts)

    def _read_only(self, mile: Mile, may_edit: bool) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 6, 0, 6)
        line.setSpacing(8)
        icon, token = ("circle-check", "ok") if mile.done_on else ("clock", "warn" if mile.late else "text2")
        line.addWidget(IconLabel(icon, token, 18))
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(Text(mile.title, wrap=True))
        words.addWidget(Text(_mile_words(mile), "caption", wrap=True))
        line.addLayout(words, 1)
        if may_edit:
            if not mile.done_on:
                done = IconButton("check", _("Done today: {what}").format(what=mile.title), size=16)
                done.clicked.connect(lambda: self._done(mile.id))
                line.addWidget(done)
            edit = IconButton("pencil", _("Change: {what}").format(what=mile.title), size=16)
            edit.clicked.connect(lambda: self._open(mile.id))
            line.addWidget(edit)
        return row

    def _open(self, record: str) -> None:
        self._opened = record
        self._shown = None  # whatever was changed meanwhile is read with the next announcement
        self._desk.tasks.read(self, lifecycle.course, self._initiative, done=self._reopen, key="milestones")

    def _reopen(self, course: Course) -> None:
        self._shown = course.miles, course.may_edit
        self._rebuild()

    def _done(self, record: str) -> None:
        self._desk.tasks.write(self, editing.change, "milestone", record, {"done_on": clock.today().isoformat()})

    def _remove(self, record: str) -> None:
        self._opened = ""
        tell, words = self._desk.notices.offer_undo, _("Line moved to the trash.")
        self._desk.tasks.write(self, taking_part.remove, "milestone", record, done=lambda act: tell(words, act))


def _mile_words(mile: Mile) -> str:
    parts = [_(KINDS.get(mile.kind, mile.kind))]
    if mile.due:
        parts.append(_("due {day}").format(day=day_text(mile.due, "medium")))
    if mile.done_on:
        parts.append(_("done {day}").format(day=day_text(mile.done_on, "medium")))
    elif mile.late:
        parts.append(_("late"))
    return " · ".join(parts)
