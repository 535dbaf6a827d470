"""Data protection: what is kept for too long, who was erased and which computers have confirmed, breaches, and the
register of what is held and what for; at the Secretariat also which organisations have left."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.forms.breach import BreachForm
from ui.page import Page
from ui.pages.privacy_departures import DeparturesCard
from ui.widgets.buttons import LinkButton, QuietButton
from ui.widgets.card import Card, scrolling
from ui.widgets.labels import Chip, Text
from wimdesk import clock
from wimdesk.i18n import _, ngettext
from wimdesk.records.uses import USES
from wimdesk.services import doubts, editing, processing, protection, retention
from wimdesk.services.dates import day_text, moment_text
from wimdesk.services.doubts import Doubt
from wimdesk.services.erasing import Standing
from wimdesk.services.processing import Held
from wimdesk.services.protection import Look
from wimdesk.services.retention import Due
from wimdesk.store.record import types

_WIDTH = 760
_MOST = 50
"""Lines of one list; the command line shows all."""


class PrivacyPage(Page):
    """Four cards in one column, and one more at the Secretariat."""

    key = "privacy"
    follows_syncs = True

    def build(self) -> None:
        """Make the cards."""
        self.header.set_title(_("Data protection"))
        self.due = Card(_("Kept for too long"))
        self.erased = Card(_("Erased"))
        self.departures = DeparturesCard(self.desk)
        self.breaches = Card(_("Breaches"))
        self.register = Card(_("What is held, and what for"))
        self.forms: dict[str, BreachForm] = {}
        self.new_breach = LinkButton(_("Write down a breach"), "plus")
        self.new_breach.clicked.connect(self._add_breach)
        self._rooms = QVBoxLayout()
        self.breaches.add_layout(self._rooms)
        self.breaches.add(Text(_("Note what happened, and tell the authority: within 72 hours in most countries."),
                               "muted", wrap=True))  # fmt: skip
        self.breaches.add(self.new_breach)
        self.register.fill(_held(each) for each in processing.register())
        page = QWidget()
        holder = QHBoxLayout(page)
        holder.setContentsMargins(24, 16, 24, 24)
        inner = QWidget()
        inner.setMaximumWidth(theme.px(_WIDTH))
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for card in (self.due, self.departures, self.erased, self.breaches, self.register):
            column.addWidget(card)
        column.addStretch(1)
        holder.addWidget(inner, 1)
        holder.addStretch(0)
        area = scrolling(page)
        area.setAccessibleName(_("Data protection"))
        self.body.addWidget(area, 1)

    def refresh(self) -> None:
        """Read how things stand."""
        self.desk.tasks.read(self, protection.look, done=self._show, key="privacy")

    def flush(self) -> None:
        """Save what is being typed."""
        for form in self.forms.values():
            form.binder.flush()

    def _show(self, found: Look) -> None:
        lines = [self._due_line(each, may=found.may_erase) for each in found.due[:_MOST]]
        self.due.fill(lines or [Text(_("Nothing is kept for longer than it may be."), "muted", wrap=True)])
        self.departures.show_departures(found.departures)
        erased: list[QWidget] = [self._doubt_line(each) for each in found.doubts[:_MOST]]
        erased += [_standing(each) for each in found.erased[:_MOST]]
        self.erased.fill(erased or [Text(_("Nobody was erased yet."), "muted", wrap=True)])
        for record in found.breaches:
            if record not in self.forms:
                self.forms[record] = BreachForm(self.desk, record)
                self._rooms.addWidget(self.forms[record])
        for record in [record for record in self.forms if record not in found.breaches]:
            form = self.forms.pop(record)
            form.hide()
            form.deleteLater()

    def _due_line(self, due: Due, *, may: bool) -> QWidget:
        line, row = _line()
        label = _(types()[due.type].type_label)
        name = f"{label} · {due.caption}" if due.caption else label
        row.addWidget(Text(name, wrap=True), 1)
        why = _("in the trash") if due.use == "trash" else _(USES[due.use].purpose)
        row.addWidget(Text(_("{why}; until {day}").format(why=why, day=day_text(due.until, "medium")), "muted"))
        if due.automatic:
            row.addWidget(Chip(_("By itself after notice"), "info"))
        if may:
            row.addWidget(self._erase_button(name, lambda: self._write(retention.erase_due, [(due.type, due.id)])))
        return line

    def _doubt_line(self, doubt: Doubt) -> QWidget:
        """An order that was put aside; who may give it herself can."""
        line, row = _line()
        label = _(types()[doubt.type].type_label) if doubt.type else _("A record")
        name = f"{label} · {doubt.caption}" if doubt.caption else label
        said = _("{what} of {organisation}: nobody proved this order to erase it")
        row.addWidget(Text(said.format(what=name, organisation=doubt.owner or _("Without a name")), wrap=True), 1)
        row.addWidget(Text(moment_text(doubt.at), "muted"))
        row.addWidget(Chip(_("Put aside"), "warn"))
        if doubt.may:
            row.addWidget(self._erase_button(name, lambda: self._write(doubts.uphold, doubt.space, doubt.record)))
        return line

    def _erase_button(self, name: str, act: Callable[[], None]) -> QuietButton:
        button = QuietButton(_("Erase"), "trash-2")
        button.setAccessibleName(_("Erase {what}").format(what=name))
        button.clicked.connect(act)
        return button

    def _write(self, work: Callable[..., object], *args: object) -> None:
        """Order that something be erased, then sweep this computer."""
        notices, app = self.desk.notices, self.desk.app

        def sweep(_done: object) -> None:
            self.desk.tasks.work(
                self, lambda _progress: app.sweep(), done=lambda _swept: self.refresh(),
                failed=lambda problem: notices.warn(str(problem)),
            )  # fmt: skip

        self.desk.tasks.write(self, work, *args, done=sweep, failed=lambda problem: notices.warn(str(problem)))

    def _add_breach(self) -> None:
        self.desk.tasks.write(self, editing.add, "breach", {"noticed_on": clock.today().isoformat()})


def _line() -> tuple[QWidget, QHBoxLayout]:
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    return line, row


def _standing(found: Standing) -> QWidget:
    """One erasure: when and by whom, and who has confirmed. It says nothing of who it was about."""
    line, row = _line()
    label = _(types()[found.type].type_label) if found.type in types() else _("A record")
    when = _("{what}, {moment}").format(what=label, moment=moment_text(found.at))
    waiting = [witness.name for witness in found.witnesses if not witness.at]
    confirmed = len(found.witnesses) - len(waiting)
    told = ngettext("{count} has confirmed", "{count} have confirmed", confirmed).format(count=confirmed)
    if waiting:
        told += "; " + _("not yet: {names}").format(names=", ".join(waiting))
    row.addWidget(Text(when, wrap=True), 1)
    row.addWidget(Text(told, "muted", wrap=True), 1)
    row.addWidget(Chip(_("Gone everywhere") if found.is_done else _("On its way"), "ok" if found.is_done else "warn"))
    return line


def _held(held: Held) -> QWidget:
    line, row = _line()
    row.addWidget(Text(held.label), 1, Qt.AlignmentFlag.AlignTop)
    kept = ngettext("{count} month after {what}", "{count} months after {what}", held.months)
    said = f"{held.purpose}. {held.basis}. {kept.format(count=held.months, what=held.since)}."
    row.addWidget(Text(said, "muted", wrap=True), 3, Qt.AlignmentFlag.AlignTop)
    return line
