"""Our part in an initiative: join with a role and what we can give, change it, leave."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ui.desk import Desk
from ui.forms.binder import Binder
from ui.forms.columns import TwoColumns
from ui.icons import IconLabel
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.combo import ChoiceField
from ui.widgets.date import DateField
from ui.widgets.field import FieldRow
from ui.widgets.labels import Text
from ui.widgets.number import NumberField
from wimdesk.i18n import _
from wimdesk.records.participation import ROLES
from wimdesk.services import taking_part
from wimdesk.services.dates import day_text, span_text
from wimdesk.services.taking_part import Detail, Part


def role_options() -> list[tuple[str, str]]:
    """Return the roles in which an organisation takes part, in the reader's language."""
    return [(code, _(words)) for code, words in ROLES.items()]


class JoinForm(QWidget):
    """Role, what we can give, and the one button that counts."""

    joined = Signal()

    def __init__(self, desk: Desk, initiative: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._initiative = initiative
        self._asked = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self.role = ChoiceField(role_options())
        self.capacity = QLineEdit()
        self.capacity.setPlaceholderText(_("Two people, six hours a month"))
        self.button = PrimaryButton(_("Take part"), "handshake")
        self.button.clicked.connect(self.join)
        fields = TwoColumns()
        fields.add_wide(FieldRow(_("As"), self.role))
        fields.add_wide(FieldRow(_("What we can give"), self.capacity))
        self.people, self.hours, self.until = NumberField(), NumberField(), DateField(whole_days=True)
        self._rows = (
            FieldRow(_("People"), self.people),
            FieldRow(_("Hours a month"), self.hours),
            FieldRow(_("Until"), self.until, _("Left empty, until you leave.")),
        )
        fields.add(self._rows[0])
        fields.add(self._rows[1])
        fields.add_wide(self._rows[2])
        column.addWidget(fields)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)

    def join(self) -> None:
        """Take part from today on."""
        problems = (self.people.problem(), self.hours.problem(), self.until.problem())
        for row, problem in zip(self._rows, problems, strict=True):
            row.set_message(problem)
        if any(problems):
            return
        if self._asked:
            return
        self._asked = True  # the button stays enabled: without it the focus would jump away
        role = self.role.value() or "participant"
        people, hours = self.people.value(), self.hours.value()
        take = partial(
            taking_part.take_part, people=None if people is None else int(people),
            hours=None if hours is None else float(hours), until=self.until.value() or "",
        )  # fmt: skip
        self._desk.tasks.write(
            self, take, self._initiative, role, self.capacity.text(),
            done=lambda _part: self.joined.emit(), failed=self._explain,
        )  # fmt: skip

    def _explain(self, problem: Exception) -> None:
        self._asked = False
        self._desk.notices.warn(str(problem))


class PartForm(QWidget):
    """Our running part: since when, and two fields that save themselves."""

    def __init__(self, desk: Desk, part: Part, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.part = part
        self._asked = False
        self._desk = desk
        self.binder = Binder(desk, "participation", part.id, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(IconLabel("circle-check", "ok", 18))
        since = _("We take part since {day}").format(day=day_text(part.start))
        head.addWidget(Text(since, "strong", wrap=True), 1)
        self.button = SecondaryButton(_("Leave"))
        self.button.clicked.connect(self.leave)
        head.addWidget(self.button)
        column.addLayout(head)
        fields = TwoColumns()
        fields.add_wide(self.binder.bind("role", ChoiceField(role_options())))
        fields.add_wide(self.binder.bind("capacity", QLineEdit(), hint=""))
        fields.add(self.binder.bind("people", NumberField()))
        fields.add(self.binder.bind("hours", NumberField()))
        fields.add_wide(
            self.binder.bind("end_date", DateField(whole_days=True), hint=_("Left empty, until you leave."))
        )
        fields.add_wide(self.binder.bind("note", QLineEdit()))
        column.addWidget(fields)

    def leave(self) -> None:
        """Stop taking part today, and offer to take that back."""
        if self._asked:
            return
        self._asked = True
        self.binder.flush()
        # The card goes away with the part: the word about it is said by the desk, which stays.
        tell = self._desk.notices.offer_undo
        words = _("You no longer take part.")
        self._desk.tasks.write(self._desk.tasks, taking_part.leave, self.part.id, done=lambda act: tell(words, act))


class OurPart(Card):
    """What we are in an initiative: nothing yet, taking part, or done with it."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(_("Our participation"), parent=parent)
        self._desk = desk
        self._shown: tuple[str, str] = ("", "")
        self.form: JoinForm | PartForm | None = None
        self._before = Text("", "muted", wrap=True)
        self._closed = Text("", "muted", wrap=True)
        self.add(self._closed)
        self.add(self._before)

    def show_detail(self, detail: Detail) -> None:
        """Show the form that fits; the one that is there stays while nothing changed."""
        shown = (detail.id, detail.part.id if detail.part else "join" if "join" in detail.can else "")
        if shown != self._shown:
            self._shown = shown
            self._replace(detail)
        self._closed.setText(_("Nobody can join now.") if self.form is None else "")
        self._closed.setVisible(self.form is None)
        self._before.setText("\n".join(_before_words(part) for part in detail.before))
        self._before.setVisible(bool(detail.before))

    def flush(self) -> None:
        """Save what waits to be saved."""
        if isinstance(self.form, PartForm):
            self.form.binder.flush()

    def _replace(self, detail: Detail) -> None:
        before, self.form = self.form, None
        focus = QApplication.focusWidget()
        stay = before is not None and focus is not None and before.isAncestorOf(focus)
        if isinstance(before, PartForm):
            before.binder.flush()
        if detail.part is not None:
            self.form = PartForm(self._desk, detail.part)
        elif "join" in detail.can:
            self.form = JoinForm(self._desk, detail.id)
        if self.form is not None:
            self.content.insertWidget(0, self.form)
            self.form.show()
            if stay:
                # Before the old button hides: else the focus jumps to whatever comes next.
                self.form.button.setFocus(Qt.FocusReason.OtherFocusReason)
        if before is not None:
            self.content.removeWidget(before)
            before.hide()
            before.deleteLater()


def _before_words(part: Part) -> str:
    role = _(ROLES.get(part.role, part.role))
    return _("Before: {role}, {when}").format(role=role, when=span_text(part.start, part.end))
