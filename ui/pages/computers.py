"""The organisation's computers: this one's six words while it waits, and the words of others who ask to come in."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ui import moments, theme
from ui.page import Page
from ui.pages.computers_spare import SpareKeyCard
from ui.widgets.buttons import PrimaryButton
from ui.widgets.card import Card, scrolling
from ui.widgets.empty import EmptyState
from ui.widgets.field import FieldRow
from ui.widgets.labels import Chip, Text, Tone
from wimdesk.errors import WimdeskError
from wimdesk.i18n import N_, _
from wimdesk.services import computers
from wimdesk.services.computers import Look, Seen, State

_WIDTH = 760
_STATES: dict[State, tuple[str, Tone]] = {
    "this": (N_("This computer"), "accent"),
    "waiting": (N_("This computer, still waiting"), "warn"),
    "ready": (N_("Reads what is private"), "ok"),
    "sending": (N_("Gets the key at the next sync"), "info"),
    "asked": (N_("Asks to come in"), "warn"),
    "mistaken": (N_("The words did not fit"), "err"),
}
_ROLES = {
    "coordinator": N_("Coordinator"),
    "volunteer": N_("Volunteer"),
    "committee": N_("Committee"),
    "secretariat": N_("Secretariat"),
    "reader": N_("Reader"),
}


class LetInForm(QWidget):
    """Takes the six words that stand on another computer's screen and a name for it; emits ``given`` with both."""

    given = Signal(str, str)

    def __init__(self, seen: Seen, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        self.name = QLineEdit(seen.name)
        self.name.setAccessibleName(_("Name of {name}").format(name=seen.name))
        column.addWidget(
            FieldRow(_("Name"), self.name, _("So that you know it again; only your organisation sees it."))
        )
        self.words = QLineEdit()
        self.words.setAccessibleName(_("Six words of {name}").format(name=seen.name))
        self.words.returnPressed.connect(self._give)
        hint = _("Ask its owner, by telephone for example. The first four letters of each word are enough.")
        self.button = PrimaryButton(_("Let in"))
        self.row = FieldRow(_("Six words of that computer"), self.words, hint, button=self.button)
        self.button.setAccessibleName(_("Let {name} in").format(name=seen.name))
        self.button.clicked.connect(self._give)
        column.addWidget(self.row)

    def go_on(self, before: LetInForm) -> None:
        """Take over what was typed, and where, from the form that stood here."""
        for field, old in ((self.name, before.name), (self.words, before.words)):
            field.setText(old.text())
            if old.hasFocus():
                field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _give(self) -> None:
        if self.words.text().strip():
            self.given.emit(self.words.text(), self.name.text().strip())
        else:
            self.row.set_message(_("Type the six words first."), "err")


class ComputersPage(Page):
    """Says who reads what is private, and lets a new computer in."""

    key = "computers"
    follows_syncs = True

    def build(self) -> None:
        """Make the room for what is read."""
        self.header.set_title(_("Computers"))
        self._shown: Look | None = None
        self._area: QWidget | None = None
        self.forms: dict[str, LetInForm] = {}
        self.spare = SpareKeyCard(self.desk)
        self.spare.setParent(self)
        self.spare.hide()
        self.spare.loaded.connect(self._after_loading)
        self.body.setSpacing(0)

    def refresh(self) -> None:
        """Read how things stand."""
        self.desk.tasks.read(self, computers.look, done=self._show, key="computers")

    def _show(self, found: Look) -> None:
        if found == self._shown:
            return  # what is being typed stays
        self._shown = found
        before, self.forms = self.forms, {}
        self.spare.setParent(self)  # it outlives what it stood in
        self.spare.hide()
        content = self._not_connected() if not found.enrolled else self._all(found)
        area = scrolling(content)
        area.setAccessibleName(_("Computers"))
        self.body.addWidget(area, 1)
        area.show()
        for computer, form in self.forms.items():
            if computer in before:
                form.go_on(before[computer])  # while the old one still stands, and has the focus
        if self._area is not None:
            self._area.hide()
            self._area.deleteLater()
        self._area = area

    def _after_loading(self) -> None:
        if self.desk.engine is not None:
            self.desk.engine.sync_now()
        self.refresh()

    def _not_connected(self) -> QWidget:
        sentence = _("When you are connected to a Secretariat, the computers of your organisation stand here.")
        empty = EmptyState("key-round", sentence, _("Connect"), "key-round")
        empty.started.connect(lambda: self.desk.navigate("sync"))
        return empty

    def _all(self, found: Look) -> QWidget:
        content, middle = QWidget(), QWidget()
        outer = QHBoxLayout(content)
        outer.setContentsMargins(theme.px(24), theme.px(16), theme.px(24), theme.px(24))
        middle.setMaximumWidth(theme.px(_WIDTH))
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(12))
        if found.words:
            column.addWidget(_words_card(found.words, found.nobody))
        sentence = _("Only computers that a coordinator has let in can read what is private. The Secretariat can’t.")
        column.addWidget(Text(sentence, "muted", wrap=True))
        for seen in found.computers:
            column.addWidget(self._computer(seen, found.may_confirm))
        self.spare.show_for(has_key=not found.words)
        column.addWidget(self.spare)
        self.spare.show()
        column.addStretch(1)
        outer.addWidget(middle, 1)
        outer.addStretch(0)
        return content

    def _computer(self, seen: Seen, may_confirm: bool) -> Card:
        card = Card(seen.name or _("Computer"))
        label, tone = _STATES[seen.state]
        card.add_to_head(Chip(_(label), tone))
        day = moments.short_day(date.fromisoformat(seen.since))
        role = _(_ROLES.get(seen.role, seen.role))
        meta = _("{sign} · {role}, since {day}").format(sign=seen.sign, role=role, day=day)
        card.add(Text(meta, "caption"))
        if seen.state in {"asked", "mistaken"} and may_confirm:
            form = LetInForm(seen)
            form.given.connect(lambda words, name, form=form: self._let_in(seen, form, words, name))
            self.forms[seen.id] = form
            card.add(form)
        return card

    def _let_in(self, seen: Seen, form: LetInForm, words: str, name: str) -> None:
        def done(_none: None) -> None:
            if self.desk.engine is not None:
                self.desk.engine.sync_now()
            self.desk.notices.say(_("{name} gets the key with the next sync.").format(name=name or seen.name))

        def failed(problem: WimdeskError) -> None:
            form.row.set_message(str(problem), "err")

        form.row.clear_message()
        self.desk.tasks.write(self, computers.confirm, seen.id, words, name, done=done, failed=failed)


def _words_card(words: str, nobody: bool) -> Card:
    card = Card(_("This computer waits to be let in"))
    shown = Text(words, "figure", wrap=True)
    shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    shown.setAccessibleName(_("Six words: {words}").format(words=words))
    card.add(shown)
    sentence = _(
        "Read these six words to a coordinator of your organisation, by telephone for example. "
        "Until then what is private stays on this computer only, and what is shared is synced."
    )
    card.add(Text(sentence, wrap=True))
    if nobody:
        sentence = _("No coordinator’s computer has the key yet. Whoever has it can save a spare key; load that below.")
        card.add(Text(sentence, wrap=True))
    return card
