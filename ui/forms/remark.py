"""What organisations say on a position: comments and amendments, what became of them, and one of our own to add."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.widgets.buttons import LinkButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.column import Column
from ui.widgets.combo import ChoiceField
from ui.widgets.field import FieldRow
from ui.widgets.labels import Chip, Text, Tone, hairline
from wimdesk.errors import RuleBroken, WimdeskError
from wimdesk.i18n import _
from wimdesk.records.remark import OUTCOMES
from wimdesk.services import remarks
from wimdesk.services.dates import day_text
from wimdesk.services.remarks import Said
from wimdesk.services.texts import Line, Reading

_TONES: dict[str, Tone] = {"open": "info", "taken": "ok", "declined": "neutral"}
_LOW = 92


def changed_line(line: Line) -> QWidget:
    """Return a line of a comparison: what was removed or added."""
    row = QWidget()
    inside = QHBoxLayout(row)
    inside.setContentsMargins(0, 0, 0, 0)
    inside.setSpacing(8)
    added = line.mark == "added"
    chip = Chip(_("Added") if added else _("Removed"), "ok" if added else "err")
    inside.addWidget(chip, 0, Qt.AlignmentFlag.AlignTop)
    inside.addWidget(Text(line.text, wrap=True), 1)
    return row


class RemarksCard(Card):
    """Remarks, open ones first. ``drafted`` tells the draft in which the Secretariat has taken one up."""

    drafted = Signal(str)

    def __init__(self, desk: Desk, text: str, parent: QWidget | None = None) -> None:
        super().__init__(_("Comments and amendments"), parent=parent)
        self._desk, self._text = desk, text
        self._shown: tuple[list[Said], bool] | None = None
        self._reading: Reading | None = None
        self.section = ChoiceField()
        self.section.changed.connect(self._follow)
        self.wording = QPlainTextEdit()
        self.wording.setFixedHeight(theme.px(_LOW))
        self.wording.setTabChangesFocus(True)
        self.reason = QLineEdit()
        self.button = SecondaryButton(_("Send to the others"), "send")
        self.button.clicked.connect(self.enter)
        self.rows = {
            "section": FieldRow(_("Section"), self.section),
            "wording": FieldRow(_("In other words"), self.wording, _("Left empty for a comment only.")),
            "reason": FieldRow(_("What we say"), self.reason),
        }
        self.adding = QWidget()
        column = QVBoxLayout(self.adding)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for row in self.rows.values():
            column.addWidget(row)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self._list = Column(6)
        self.add(self._list)
        self.add(self.adding)
        self.answer_buttons: dict[str, dict[str, LinkButton]] = {}

    def show_reading(self, reading: Reading) -> None:
        """Offer the sections of the text."""
        self._reading = reading
        code = reading.languages[0] if reading.languages else ""
        named = [(row.key, row.said[code].heading or row.key) for row in reading.rows if code in row.said]
        self.section.set_options([("", "–"), *named])
        self.adding.setVisible(bool(reading.can or reading.info.state != "draft"))
        self.reload()

    def reload(self) -> None:
        """Read the remarks anew."""
        self._desk.tasks.read(
            self, remarks.listed, self._text, done=self._take, failed=lambda _problem: None, key="remarks"
        )

    def enter(self) -> None:
        """Send what is typed."""
        for row in self.rows.values():
            row.clear_message()
        self.wording.setFocus()
        changed = self.wording.toPlainText() if self.wording.toPlainText().strip() != self._said() else ""
        code = self._reading.languages[0] if self._reading and self._reading.languages else ""
        add = partial(remarks.add, section=self.section.value() or "", wording=changed, lang=code)
        self._desk.tasks.write(self, add, self._text, self.reason.text(), done=self._entered, failed=self._explain)

    def _said(self) -> str:
        key = self.section.value() or ""
        for row in self._reading.rows if self._reading else ():
            if row.key == key and self._reading is not None:
                part = row.said.get(self._reading.languages[0])
                return part.text.strip() if part else ""
        return ""

    def _follow(self) -> None:
        """Other words begin as the section says it."""
        self.wording.setPlainText(self._said())

    def _entered(self, _record: str) -> None:
        self.section.set_value("")
        self.wording.clear()
        self.reason.clear()

    def _explain(self, problem: WimdeskError) -> None:
        pairs = problem.problems if isinstance(problem, RuleBroken) else [("reason", str(problem))]
        for name, sentence in pairs:
            self.rows[name].set_message(sentence)

    def _take(self, found: list[Said]) -> None:
        answers = self._desk.app.identity().role == "secretariat"
        if (found, answers) == self._shown:
            return
        self._shown = found, answers
        self.answer_buttons = {}
        self.set_right(str(len(found)) if found else "")
        parts: list[QWidget] = []
        for said in found:
            parts += [*([hairline()] if parts else []), self._row(said, answers)]
        self._list.fill(parts)

    def _row(self, said: Said, answers: bool) -> QWidget:
        row = QWidget()
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Text(said.organisation, "strong", wrap=True), 1)
        head.addWidget(Chip(_(OUTCOMES.get(said.outcome, said.outcome)), _TONES.get(said.outcome, "neutral")))
        column.addLayout(head)
        column.addWidget(Text(f"{remarks.kind_words(said)} · {day_text(said.date, 'medium')}", "caption", wrap=True))
        if said.reason:
            column.addWidget(Text(said.reason, wrap=True))
        for line in said.lines:
            column.addWidget(changed_line(line))
        if said.answer:
            column.addWidget(Text(_("Answer: {text}").format(text=said.answer), "muted", wrap=True))
        if answers and said.outcome == "open":
            acts = QHBoxLayout()
            made = self.answer_buttons[said.id] = {}
            for outcome, words in (("taken", _("Take up")), ("declined", _("Decline"))):
                button = made[outcome] = LinkButton(words)
                button.setAccessibleName(f"{words}: {said.organisation}")
                button.clicked.connect(partial(self._answer, said.id, outcome))
                acts.addWidget(button)
            acts.addStretch(1)
            column.addLayout(acts)
        return row

    def _answer(self, remark: str, outcome: str, _on: bool = False) -> None:
        self._desk.tasks.write(self, remarks.answer, remark, outcome, done=self._answered, failed=self._explain)

    def _answered(self, draft: str) -> None:
        if draft:
            self.drafted.emit(draft)
