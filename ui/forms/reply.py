"""One action or decision with how far it is, and our answer where it is ours to do."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ui.widgets.buttons import QuietButton, SecondaryButton
from ui.widgets.labels import Chip, Text, Tone
from wimdesk.i18n import N_, _, ngettext
from wimdesk.services.dates import day_text
from wimdesk.services.owed import Owed

STATES = {
    "open": N_("Still open"),
    "doing": N_("Working on it"),
    "done": N_("Done"),
    "declined": N_("Declined"),
    "dropped": N_("No longer wanted"),
}
_TONES: dict[str, Tone] = {"done": "ok", "doing": "info"}


class ReplyLine(QWidget):
    """``answered`` tells the id of the action, the new state and what was written about it."""

    answered = Signal(str, str, str)

    def __init__(self, owed: Owed, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.owed = owed
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Text(owed.text, "strong", wrap=True), 1)
        head.addWidget(_chip(owed))
        column.addLayout(head)
        meeting = owed.meeting if owed.meeting != owed.group else ""
        meta = " · ".join(part for part in (owed.organisation, due_words(owed), owed.group, meeting) if part)
        if meta:
            column.addWidget(Text(meta, "caption", wrap=True))
        if owed.answer:
            column.addWidget(Text(owed.answer, "muted", wrap=True))
        self.buttons: dict[str, QWidget] = {}
        if "answer" in owed.can and owed.kind != "decision" and owed.state != "dropped":
            column.addLayout(self._answers())

    def _answers(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(8)
        self.words = QLineEdit()
        self.words.setAccessibleName(_("Answer in words"))
        self.words.setPlaceholderText(_("Answer in words"))
        line.addWidget(self.words, 1)
        for state, button in (
            ("doing", QuietButton(_("Working on it"))),
            ("done", SecondaryButton(_("Done"), "check")),
        ):
            if self.owed.state != state:
                button.setAccessibleName(f"{button.text()}: {self.owed.text}")
                button.clicked.connect(lambda _on=False, state=state: self._answer(state))
                line.addWidget(button)
                self.buttons[state] = button
        return line

    def _answer(self, state: str) -> None:
        self.answered.emit(self.owed.id, state, self.words.text())


def _chip(owed: Owed) -> Chip:
    if owed.kind == "decision":
        return Chip(_("Decision"), "accent")
    if owed.is_overdue:
        return Chip(_("Overdue"), "err")
    return Chip(_(STATES[owed.state]) if owed.state in STATES else owed.state, _TONES.get(owed.state, "neutral"))


def due_words(owed: Owed) -> str:
    """Return until when something is to be done, and how long that still is."""
    if not owed.due or owed.kind == "decision":
        return ""
    day = _("until {day}").format(day=day_text(owed.due))
    if not owed.is_open or owed.days is None or owed.days < 0:
        return day
    left = ngettext("{count} day", "{count} days", owed.days).format(count=owed.days)
    return f"{day} ({left})"
