"""Who holds a post, held it before, or will hold it: a line for each term, as seen from a day."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.binder import Binder
from ui.widgets.buttons import IconButton, LinkButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.date import DateField
from ui.widgets.field import FieldRow
from ui.widgets.labels import Chip, Text, Tone, hairline
from ui.widgets.lookup import LookUpField
from wimdesk import clock
from wimdesk.i18n import N_, _
from wimdesk.services import people
from wimdesk.services.dates import span_text
from wimdesk.services.people import PostCard, Term

_CHIPS: dict[str, tuple[str, Tone]] = {
    "now": (N_("Now"), "ok"),
    "before": (N_("Before"), "neutral"),
    "later": (N_("Later"), "info"),
}
_ORDER = ("now", "later", "before")

_CHIP = 100
"""Pixels for the longest of "now", "before" and "later" in any language."""


class TermLine(QWidget):
    """One term with its two dates, which save themselves."""

    removed = Signal(str)

    def __init__(self, desk: Desk, term: Term, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.term = term
        self.binder = Binder(desk, "post_holding", term.id, self)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        top = Qt.AlignmentFlag.AlignTop
        self._name = Text("", "strong", wrap=True)
        self._name.setMinimumHeight(theme.px(36))
        line.addWidget(self._name, 1, top)
        self._chip = Chip()
        self.start, self.end = DateField(), DateField()
        for name, editor, words in (
            ("start_date", self.start, _("Term of {person}, from")),
            ("end_date", self.end, _("Term of {person}, until")),
        ):
            row = self.binder.bind(name, editor)
            row.label.hide()
            row.setFixedWidth(theme.px(128))
            editor.setAccessibleName(words.format(person=term.person))
            editor.setPlaceholderText(_("open"))
            line.addWidget(row, 0, top)
        holder = QWidget()
        holder.setFixedSize(theme.px(_CHIP), theme.px(36))
        inside = QHBoxLayout(holder)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self._chip)
        line.addWidget(holder, 0, top)
        remove = IconButton("trash-2", _("Remove the term of {person}").format(person=term.person))
        remove.clicked.connect(lambda: self.removed.emit(term.id))
        remove.setFixedWidth(theme.px(36))
        line.addWidget(remove, 0, top)
        self.show_term(term)

    def show_term(self, term: Term) -> None:
        """Show who it is, and whether the term runs on the day asked for."""
        self.term = term
        self._name.setText(term.person)
        words, tone = _CHIPS[term.when]
        self._chip.show_state(_(words), tone)


class HoldersCard(Card):
    """All terms of a post; ``day_chosen`` tells another day from which to look."""

    day_chosen = Signal(str)

    def __init__(self, desk: Desk, post: str, parent: QWidget | None = None) -> None:
        super().__init__(_("Who holds it"), parent=parent)
        self._desk = desk
        self._post = post
        self._lines: dict[str, TermLine] = {}
        self.person = LookUpField()
        self.since = DateField()
        self.day = DateField(_("As of"))
        self.day.setPlaceholderText(clock.today().isoformat())
        self.day.setFixedWidth(theme.px(128))
        self.day.changed.connect(self._look)
        self.add_to_head(Text(_("As of"), "head"))
        self.add_to_head(self.day)
        self._column = QVBoxLayout()
        self._column.setSpacing(8)
        self.add(self._heads())
        self.add_layout(self._column)
        self._empty = Text(_("Nobody has held this post yet."), "muted")
        self.add(self._empty)
        self.add(hairline())
        self.add(self._adding())

    def lines(self) -> list[TermLine]:
        """Return the lines from top to bottom."""
        return list(self._lines.values())

    def show_post(self, card: PostCard) -> None:
        """Show the terms, running ones first; lines that stay keep what is being typed."""
        terms = sorted(card.terms, key=lambda term: _ORDER.index(term.when))
        if [term.id for term in terms] != list(self._lines):
            self._rebuild(terms)
        for term in terms:
            self._lines[term.id].show_term(term)
        self._titles.setVisible(bool(terms))
        self._empty.setVisible(not terms)

    def flush(self) -> None:
        """Save what waits to be saved."""
        for line in self._lines.values():
            line.binder.flush()

    def appoint(self) -> None:
        """Add the chosen person as a holder from the day given."""
        person, start = self.person.value(), self.since.value()
        if not person:
            self._person_row.set_message(_("Choose a person."))
            return
        if self.since.problem():
            self._since_row.set_message(self.since.problem())
            return
        self._person_row.clear_message()
        self._since_row.clear_message()
        self._desk.tasks.write(self, people.appoint, self._post, person, start or "", done=self._appointed)

    def _appointed(self, _term: str) -> None:
        self.person.empty()
        self.since.set_value(None)

    def _rebuild(self, terms: Sequence[Term]) -> None:
        kept = {term.id for term in terms}
        for record in list(self._lines):
            line = self._lines[record]
            self._column.removeWidget(line)
            if record not in kept:
                line.hide()
                line.deleteLater()
                del self._lines[record]
        lines = {}
        for term in terms:
            line = self._lines.get(term.id) or self._new_line(term)
            self._column.addWidget(line)
            lines[term.id] = line
        self._lines = lines

    def _new_line(self, term: Term) -> TermLine:
        line = TermLine(self._desk, term)
        line.removed.connect(self._remove)
        return line

    def _heads(self) -> QWidget:
        self._titles = QWidget()
        line = QHBoxLayout(self._titles)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(Text(_("Person"), "head"), 1)
        for words in (_("From"), _("Until")):
            head = Text(words, "head")
            head.setFixedWidth(theme.px(128))
            line.addWidget(head)
        for width in (_CHIP, 36):
            room = QWidget()
            room.setFixedWidth(theme.px(width))
            line.addWidget(room)
        return self._titles

    def _adding(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        line = QHBoxLayout()
        line.setSpacing(8)
        self._person_row = FieldRow(_("New holder"), self.person)
        self._since_row = FieldRow(_("From"), self.since)
        self._since_row.setFixedWidth(theme.px(232))
        self.add_button = SecondaryButton(_("Add holder"), "user-plus")
        self.add_button.clicked.connect(self.appoint)
        line.addWidget(self._person_row, 1, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self._since_row, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(line)
        column.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignLeft)
        return box

    def _look(self) -> None:
        if not self.day.problem():
            self.day_chosen.emit(self.day.value() or "")

    def _remove(self, record: str) -> None:
        self._lines[record].binder.flush()

        def tell(act: int) -> None:
            self._desk.notices.offer_undo(_("Term deleted."), act)

        self._desk.tasks.write(self, people.remove, "post_holding", record, done=tell)


class HeldCard(Card):
    """The posts of one person, to read; the terms are edited where the post is."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Posts"), parent=parent)
        self._rows: list[QWidget] = []

    def show_terms(self, terms: Sequence[Term]) -> None:
        """Show the terms, or that there are none."""
        for row in self._rows:
            self.content.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = [self._row(term) for term in terms] or [Text(_("Holds no post."), "muted")]
        for row in self._rows:
            self.add(row)

    def _row(self, term: Term) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        link = LinkButton(term.post or _("Without a name"))
        link.clicked.connect(lambda: self.chosen.emit(term.post_id))
        words, tone = _CHIPS[term.when]
        line.addWidget(link)
        line.addWidget(Text(span_text(term.start, term.end), "muted"))
        line.addStretch(1)
        line.addWidget(Chip(_(words), tone))
        return row
