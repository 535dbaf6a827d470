"""What others did with a practice, and a short form to say what we did."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.columns import TwoColumns
from ui.widgets.buttons import LinkButton, PrimaryButton, QuietButton
from ui.widgets.card import Card
from ui.widgets.combo import ChoiceField
from ui.widgets.field import FieldRow
from ui.widgets.labels import Chip, Text
from wimdesk.events import Changed
from wimdesk.i18n import _, ngettext
from wimdesk.records.feedback import KINDS, MOST
from wimdesk.services import library_feedback, library_words
from wimdesk.services.dates import day_text
from wimdesk.services.library_feedback import Said, Word


class FeedbackForm(QWidget):
    """Asks what was done with a practice, where, and what others should know."""

    def __init__(self, desk: Desk, item_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._id = desk, item_id
        self.kind = ChoiceField([(code, _(words)) for code, words in KINDS.items()])
        self.rating = ChoiceField([("", "–"), *((str(stars), _stars(stars)) for stars in range(1, MOST + 1))])
        self.country = ChoiceField([("", "–"), *library_words.countries()])
        self.context = QLineEdit()
        self.context.setPlaceholderText(_("For example: an open pit with 300 people."))
        self.comment = QPlainTextEdit()
        self.comment.setTabChangesFocus(True)
        self.comment.setFixedHeight(theme.px(72))
        self.save = PrimaryButton(_("Tell the Alliance"), "send")
        self.save.clicked.connect(self._save)
        self.stop = QuietButton(_("Cancel"))
        self.stop.clicked.connect(self.hide)
        fields = TwoColumns()
        for label, editor in (
            (_("What was done with it"), self.kind), (_("Stars"), self.rating), (_("Country"), self.country),
            (_("Where it was used"), self.context),
        ):  # fmt: skip
            editor.setAccessibleName(label)
            fields.add(FieldRow(label, editor))
        self.comment.setAccessibleName(_("What others should know"))
        fields.add_wide(FieldRow(_("What others should know"), self.comment))
        buttons = QHBoxLayout()
        buttons.addWidget(self.save)
        buttons.addWidget(self.stop)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        column.addWidget(fields)
        column.addLayout(buttons)

    def begin(self, before: Word | None, country: str) -> None:
        """Ask, beginning with what was said before, or with our own country."""
        self.kind.set_value(before.kind if before else "used")
        self.rating.set_value(str(before.rating or "") if before else "")
        self.country.set_value(before.country_code if before else country)
        self.context.setText(before.context if before else "")
        self.comment.setPlainText(before.comment if before else "")
        self.show()
        self.kind.setFocus(Qt.FocusReason.OtherFocusReason)

    def _save(self) -> None:
        stars = str(self.rating.value() or "")
        verb = partial(
            library_feedback.say, comment=self.comment.toPlainText().strip(),
            country_code=str(self.country.value() or ""), context=self.context.text().strip(),
        )  # fmt: skip
        self._desk.tasks.write(
            self, verb, self._id, str(self.kind.value()), int(stars) if stars else None,
            done=lambda _id: self._tell(), failed=lambda problem: self._desk.notices.warn(str(problem)),
        )  # fmt: skip

    def _tell(self) -> None:
        self.hide()
        self._desk.notices.say(_("Thank you. The author sees it after the next sync."))


class FeedbackCard(Card):
    """Who used a practice, and what they say of it."""

    def __init__(self, desk: Desk, item_id: str, parent: QWidget | None = None) -> None:
        super().__init__(_("Who used it"), parent=parent)
        self._desk, self._id = desk, item_id
        self._said: Said | None = None
        self._lines = QVBoxLayout()
        self._lines.setSpacing(theme.px(10))
        self._shown: list[QWidget] = []
        self.add_layout(self._lines)
        self.button = LinkButton(_("We used it"), "plus")
        self.button.clicked.connect(self._begin)
        self.add(self.button)
        self.form: FeedbackForm | None = None
        """Made when it is asked for: a practice is laid out in half the time, with each step through the list."""
        self.hide()
        desk.bridge.changed.connect(self._hear)
        self.reload()

    def reload(self) -> None:
        """Read anew what is said."""
        self._desk.tasks.read(self, library_feedback.said, self._id, done=self._take, key="feedback")

    def _hear(self, change: Changed) -> None:
        if change.touches(library_feedback.TYPE):
            self.reload()

    def _begin(self) -> None:
        if self._said is None:
            return
        if self.form is None:
            self.form = FeedbackForm(self._desk, self._id)
            self.add(self.form)
        self.form.begin(self._said.mine, self._said.country)

    def _take(self, said: Said) -> None:
        self._said = said
        for row in self._shown:
            self._lines.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._shown = [_line(word) for word in said.words]
        for row in self._shown:
            self._lines.addWidget(row)
        words = ngettext("{count} organisation", "{count} organisations", said.reused)
        self.set_right(words.format(count=said.reused) if said.reused else "")
        self.button.setVisible(said.may_say)
        self.button.setText(_("Change what we said") if said.mine else _("We used it"))
        self.setVisible(said.may_say or bool(said.words))


def _stars(count: int) -> str:
    return ngettext("{count} star", "{count} stars", count).format(count=count)


def _line(word: Word) -> QWidget:
    line = QWidget()
    column = QVBoxLayout(line)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    head = QHBoxLayout()
    head.setSpacing(8)
    who = word.organization or _("An organisation")
    head.addWidget(Text(who, "strong", wrap=True), 1)
    if word.rating:
        stars = Text("★" * word.rating + "☆" * (MOST - word.rating), "caption")
        stars.setAccessibleName(_stars(word.rating))
        head.addWidget(stars)
    if word.kind:
        head.addWidget(Chip(_(KINDS.get(word.kind, word.kind)), "ok" if word.kind != "read" else "neutral"))
    column.addLayout(head)
    told = (library_words.country_name(word.country_code), word.context, day_text(word.date) if word.date else "")
    column.addWidget(Text(" · ".join(part for part in told if part), "caption", wrap=True))
    if word.comment:
        column.addWidget(Text(word.comment, wrap=True))
    return line
