"""Terms of office: which end within a chosen time, and who held which post on a chosen day."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ui import theme
from ui.pages.record_card import RecordCard
from ui.pages.record_list import Item, RecordList
from ui.widgets.card import Card
from ui.widgets.combo import ChoiceField
from ui.widgets.date import DateField
from ui.widgets.labels import Text
from ui.widgets.rows import Row
from wimdesk import clock
from wimdesk.events import Changed
from wimdesk.i18n import _, isolated, ngettext
from wimdesk.services import terms
from wimdesk.services.dates import day_text, span_text
from wimdesk.services.people import Term
from wimdesk.services.terms import Held
from wimdesk.settings import DECLARED

TERMS = "terms"
"""Stands where the id of a record would: all terms together."""
_TYPES = ("person", "post", "post_holding")
_SETTING = "terms_within"
_ROW = 64
_MOST_ROWS = 8


class TermsPane(RecordCard):
    """What ends, and who held what."""

    type_name = TERMS

    def fill(self) -> None:
        self.ending = RecordList(_("Terms that end soon"))
        self.ending.chosen.connect(self.wanted)
        self.within = ChoiceField([(str(days), _(words)) for days, words in _choices()], _("Within"))
        self.within.set_value(str(self.desk.app.settings.number(_SETTING)))
        self.within.changed.connect(self._choose)
        self._nothing = Text("", "muted", wrap=True)
        soon = Card(_("Terms that end soon"))
        soon.add_to_head(Text(_("Within"), "head"))
        soon.add_to_head(self.within)
        soon.add(self.ending)
        soon.add(self._nothing)
        self.held = RecordList(_("Who holds which post"))
        self.held.chosen.connect(self.wanted)
        self.day = DateField(_("As of"))
        self.day.setPlaceholderText(clock.today().isoformat())
        self.day.setFixedWidth(theme.px(128))
        self.day.changed.connect(self._look)
        self._no_posts = Text(_("There are no posts yet. Make one on the left, under Posts."), "muted", wrap=True)
        whole = Card(_("Who holds which post"))
        whole.add_to_head(Text(_("As of"), "head"))
        whole.add_to_head(self.day)
        whole.add(Text(_("A day, a month or a year, also of the past."), "caption"))
        whole.add(self.held)
        whole.add(self._no_posts)
        self.column.addWidget(soon)
        self.column.addWidget(whole)
        self.show_title(_("Terms of office"))

    def reload(self) -> None:
        within = self.desk.app.settings.number(_SETTING)
        self.desk.tasks.read(self, terms.ending, within, done=self._take_ending, key="ending")
        self.desk.tasks.read(self, terms.held, self.day.value() or "", done=self._take_held, key="held")

    def changed(self, change: Changed) -> None:
        if change.touches(*_TYPES):
            self.reload()

    def _foot(self) -> QWidget:
        return QWidget()

    def _choose(self) -> None:
        self.desk.app.settings.put(_SETTING, int(self.within.value() or "90"))
        self.reload()

    def _look(self) -> None:
        if not self.day.problem():
            self.reload()

    def _take_ending(self, found: list[Term]) -> None:
        _show(self.ending, [_ending_item(term) for term in found])
        self._nothing.setVisible(not found)
        self._nothing.setText(_("No term of office ends in this time."))

    def _take_held(self, found: list[Held]) -> None:
        _show(self.held, [_held_item(row) for row in found])
        self._no_posts.setVisible(not found)


def _choices() -> tuple[tuple[object, str], ...]:
    return next(setting.choices for setting in DECLARED if setting.name == _SETTING)


def _show(where: RecordList, items: list[Item]) -> None:
    where.show_items(items)
    where.setVisible(bool(items))
    where.setFixedHeight(theme.px(_ROW) * min(len(items), _MOST_ROWS))


def _ending_item(term: Term) -> Item:
    days = terms.days_left(term)
    state = ngettext("in {count} day", "in {count} days", days).format(count=days)
    meta = _("{person}, until {day}").format(person=term.person, day=day_text(term.end))
    row = Row(term.post or _("Without a name"), meta=meta, state=state, state_tone="warn", icon="clock")
    return Item(term.post_id, row, f"{row.title}. {meta}. {state}")


def _held_item(held: Held) -> Item:
    told = [f"{isolated(term.person)} ({span_text(term.start, term.end)})" for term in held.terms]
    meta = ", ".join(told) or _("Nobody at that time")
    return Item(held.post_id, Row(held.post, meta=meta, icon="contact"), f"{held.post}. {meta}")
