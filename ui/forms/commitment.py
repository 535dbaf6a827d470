"""Our word on a text of the Alliance: sign it, keep the signed paper, print the certificate, withdraw."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ui.desk import Desk
from ui.forms.attachment import AttachmentsCard
from ui.forms.columns import TwoColumns
from ui.icons import IconLabel
from ui.papers import Papers
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.combo import ChoiceField
from ui.widgets.date import DateField
from ui.widgets.field import FieldRow
from ui.widgets.labels import Text
from wimdesk import clock
from wimdesk.errors import RuleBroken, WimdeskError
from wimdesk.i18n import N_, _
from wimdesk.records.commitment import ANSWERS, INDEPENDENCE
from wimdesk.services import commitments
from wimdesk.services.commitments import Ours, Word
from wimdesk.services.dates import day_text

_SIGN = {"declaration": N_("Endorse"), "position": N_("Ratify"), "regulation": N_("Acknowledge")}


class SignForm(QWidget):
    """Who signs, in which capacity, when; and what else the kind of text asks for."""

    def __init__(self, desk: Desk, ours: Ours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._text = desk, ours.info.id
        self._asked = False
        self.rows: dict[str, FieldRow] = {}
        self.answer = ChoiceField([(code, _(ANSWERS[code])) for code in ours.answers])
        self.answer.changed.connect(self._follow)
        self.signed_by, self.capacity, self.reservation = QLineEdit(), QLineEdit(), QLineEdit()
        self.signed_by.setText(desk.app.identity().person_name)
        self.day = DateField(whole_days=True)
        self.day.set_value(clock.today().isoformat())
        self.independent = QCheckBox(_("We state that we stay independent"))
        self.button = PrimaryButton(_(_SIGN[ours.info.kind]), "check")
        self.button.clicked.connect(self.sign)
        fields = TwoColumns()
        for name, label, editor, hint in (
            ("answer", _("Answer"), self.answer, ""),
            ("signed_by", _("Signed by"), self.signed_by, ""),
            ("capacity", _("In which capacity"), self.capacity, _("For example president.")),
            ("date", _("Signed on"), self.day, ""),
            ("reservation", _("Reservation"), self.reservation, ""),
        ):
            row = self.rows[name] = FieldRow(label, editor, hint)
            (fields.add_wide if name in {"answer", "reservation"} else fields.add)(row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(fields)
        self.statement = Text(_(INDEPENDENCE), "muted", wrap=True)
        column.addWidget(self.statement)
        row = self.rows["independent"] = FieldRow("", self.independent)
        row.label.hide()
        column.addWidget(row)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self.rows["answer"].setVisible(len(ours.answers) > 1)
        for widget in (self.statement, row):
            widget.setVisible(ours.info.kind == "regulation")
        self._follow()

    def sign(self) -> None:
        """Give the word; what is missing is said below its field."""
        for row in self.rows.values():
            row.clear_message()
        if problem := self.day.problem():
            self.rows["date"].set_message(problem)
            return
        if self._asked:
            return
        self._asked = True  # the button stays enabled: without it the focus would jump away
        sign = partial(
            commitments.sign, day=self.day.value() or "", reservation=self.reservation.text(),
            independent=self.independent.isChecked(),
        )  # fmt: skip
        self._desk.tasks.write(
            self, sign, self._text, self.signed_by.text(), self.capacity.text(), self.answer.value() or "",
            failed=self._explain,
        )  # fmt: skip

    def _follow(self) -> None:
        self.rows["reservation"].setVisible(self.answer.value() == "reserved")

    def _explain(self, problem: WimdeskError) -> None:
        self._asked = False
        if not isinstance(problem, RuleBroken):
            self._desk.notices.warn(str(problem))
            return
        for name, sentence in problem.problems:
            self.rows[name].set_message(sentence)


class WordView(QWidget):
    """The word that holds: what was signed by whom, the paper, the certificate, and the way out."""

    def __init__(self, desk: Desk, word: Word, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.word = word
        self._desk = desk
        self._papers = Papers(desk, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(IconLabel("circle-check", "ok", 18))
        head.addWidget(Text(word_text(word), "strong", wrap=True), 1)
        self.certificate = SecondaryButton(_("Certificate"), "printer")
        self.certificate.clicked.connect(lambda: self._papers.certificate(word.id))
        head.addWidget(self.certificate)
        column.addLayout(head)
        if word.reservation:
            column.addWidget(Text(word.reservation, "muted", wrap=True))
        if word.independent:
            column.addWidget(Text(_(INDEPENDENCE), "muted", wrap=True))
        self.papers = AttachmentsCard(desk, commitments.TYPE, word.id)
        column.addWidget(self.papers)
        self.why = QLineEdit()
        self.button = SecondaryButton(_("Withdraw"), "undo-2")
        self.button.clicked.connect(self.withdraw)
        column.addWidget(FieldRow(_("Why we withdraw"), self.why, button=self.button))

    def save_certificate(self, path: Path) -> None:
        """Save the certificate without asking where to."""
        self._papers.certificate_to(self.word.id, path)

    def withdraw(self) -> None:
        """End the word today, and offer to take that back."""
        tell, words = self._desk.notices.offer_undo, _("Withdrawn. It stays in the history.")
        self._desk.tasks.write(
            self._desk.tasks, commitments.withdraw, self.word.id, self.why.text(), done=lambda act: tell(words, act)
        )


class OurWord(Card):
    """What our organisation has said on a version: nothing yet, a word that holds, and earlier ones."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(_("Our organisation"), parent=parent)
        self._desk = desk
        self._shown: Ours | None = None
        self.form: SignForm | WordView | None = None
        self._before = Text("", "muted", wrap=True)
        self.add(self._before)

    def show_ours(self, ours: Ours) -> None:
        """Show the form that fits; the one that is there stays while nothing changed."""
        self.setVisible(ours.may or bool(ours.word or ours.before))
        if ours == self._shown:
            return
        same = self._shown is not None and (ours.word, ours.may) == (self._shown.word, self._shown.may)
        self._shown = ours
        self._before.setText("\n".join(word_text(word) for word in ours.before))
        self._before.setVisible(bool(ours.before))
        if not same:
            self._replace(ours)

    def _replace(self, ours: Ours) -> None:
        before, self.form = self.form, None
        if ours.word is not None:
            self.form = WordView(self._desk, ours.word)
        elif ours.may:
            self.form = SignForm(self._desk, ours)
        if self.form is not None:
            self.content.insertWidget(0, self.form)
            self.form.show()
        if before is not None:
            self.content.removeWidget(before)
            before.hide()
            before.deleteLater()


def word_text(word: Word) -> str:
    """Return a word of an organisation as a sentence, with both days where it was withdrawn."""
    said = _(ANSWERS.get(word.answer, word.answer))
    text = _("{answer} on {day}, signed by {name} ({capacity})").format(
        answer=said, day=day_text(word.signed_on), name=word.signed_by, capacity=word.capacity
    )
    if word.withdrawn_on:
        text += " · " + _("withdrawn on {day}").format(day=day_text(word.withdrawn_on))
    return f"{text} · {word.why}" if word.why else text
