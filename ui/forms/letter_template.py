"""The words of receipts, cards and letters: a text for each language, with a word in braces for each value."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.binder import Binder
from ui.forms.columns import texts
from ui.widgets.buttons import QuietButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.combo import ChoiceField
from ui.widgets.field import FieldRow
from ui.widgets.labels import Text
from wimdesk.i18n import _
from wimdesk.records.letter_template import KINDS, placeholders
from wimdesk.services import letters

_HEIGHT = 200


class LetterTemplateForm(QWidget):
    """One template; it saves itself, and says below what is wrong with it."""

    def __init__(self, desk: Desk, record: str, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.binder = Binder(desk, "letter_template", record, self)
        self.text = texts(multiline=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.binder.bind("text", self.text))
        known = ", ".join(f"{{{word}}}" for word in placeholders(kind))
        words = _("These stand for what is known of the member: {known}. A line without anything to say is left out.")
        column.addWidget(Text(words.format(known=known), "caption", wrap=True))
        self.binder.loaded.connect(self._loaded)

    def _loaded(self) -> None:
        for edit in self.text.findChildren(QPlainTextEdit):
            edit.setFixedHeight(theme.px(_HEIGHT))
        self.binder.judge()


class TemplatesCard(Card):
    """Choose a paper, and write it in the organisation's own words."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(_("Templates"), parent=parent)
        self._desk = desk
        self.form: LetterTemplateForm | None = None
        self.kind = ChoiceField([(code, _(words)) for code, words in KINDS.items()])
        self.kind.changed.connect(self.open_kind)
        self.add(FieldRow(_("Paper"), self.kind))
        self._place = QVBoxLayout()
        self.add_layout(self._place)
        line = QHBoxLayout()
        self.open_button = SecondaryButton(_("Change the words"), "pencil")
        self.open_button.clicked.connect(self._begin)
        self.reset_button = QuietButton(_("Take the words of the program again"), "undo-2")
        self.reset_button.clicked.connect(self._reset)
        line.addWidget(self.open_button)
        line.addWidget(self.reset_button)
        line.addStretch(1)
        self._sample = Text("", "body", wrap=True)
        self._sample.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._place.addWidget(self._sample)
        self.add_layout(line)
        self.open_kind()

    def open_kind(self) -> None:
        """Show the words of a paper as they are now, without changing them."""
        self._drop()
        kind = self.kind.value() or "receipt"
        self._desk.tasks.read(self, letters.shown_words, kind, done=self._show, key="words")

    def flush(self) -> None:
        """Save what waits to be saved."""
        if self.form is not None:
            self.form.binder.flush()

    def _show(self, found: tuple[str, str]) -> None:
        record, words = found
        self._sample.setText(words)
        self._sample.setVisible(not record)
        self.open_button.setVisible(not record)
        self.reset_button.setVisible(bool(record))
        if record and self.form is None:
            self.form = LetterTemplateForm(self._desk, record, self.kind.value() or "receipt")
            self._place.addWidget(self.form)

    def _begin(self) -> None:
        kind = self.kind.value() or "receipt"
        self._desk.tasks.write(self, letters.begin_template, kind, done=lambda _record: self.open_kind())

    def _reset(self) -> None:
        def tell(act: int) -> None:
            self._desk.notices.offer_undo(_("The words of the program are back."), act)

        self.flush()
        self._desk.tasks.write(self, letters.reset_template, self.kind.value() or "receipt", done=tell)

    def _drop(self) -> None:
        if self.form is not None:
            self.form.binder.flush()
            self._place.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
            self.form = None
