"""A theme of the Alliance: what is at stake, what it is asked to do, and everything that belongs to it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ui import theme
from ui.forms.theme import ThemeForm
from ui.pages.record_card import RecordCard
from ui.pages.record_list import Item, RecordList
from ui.places import PLACES
from ui.widgets.buttons import SecondaryButton
from ui.widgets.card import Card
from ui.widgets.column import Column
from ui.widgets.flow import Flow
from ui.widgets.labels import Chip, Text
from ui.widgets.rows import Row
from wimdesk.events import Changed
from wimdesk.i18n import _
from wimdesk.services import themes
from wimdesk.services.themes import Found, Themed

_ROW = 64
_MOST_ROWS = 4
_PAGES = {"indicator": ("metrics", "chart-column")}
"""Where a type is shown that the box of Ctrl+K does not find."""


class ThemePane(RecordCard):
    """What it is about, then one list for each kind of thing that belongs to it."""

    type_name = themes.TYPE

    def fill(self) -> None:
        self.form: ThemeForm | None = None
        self.lists: dict[str, RecordList] = {}
        self._kinds: dict[str, str] = {}
        self._shown: Themed | None = None
        self.edit_button = SecondaryButton(_("Edit"), "pencil")
        self.edit_button.clicked.connect(self._edit)
        self.edit_button.hide()
        self._missions = Flow()
        self._stake, self._mandate = Text("", wrap=True), Text("", wrap=True)
        self.about = Card(_("What is at stake"))
        self.about.add_to_head(self.edit_button)
        self.about.add(self._stake)
        self.about.add(Text(_("What the Alliance does"), "head"))
        self.about.add(self._mandate)
        self.about.add(self._missions)
        self._groups = Column(12)
        self.column.addWidget(self.about)
        self.column.addWidget(self._groups)

    def reload(self) -> None:
        self.desk.tasks.read(self, themes.show, self.record, done=self._take, key="theme")

    def changed(self, change: Changed) -> None:
        self.reload()

    def flush(self) -> None:
        if self.form is not None:
            self.form.binder.flush()

    def begin(self) -> None:
        self._edit()

    def _edit(self) -> None:
        if self.form is None:
            self.form = ThemeForm(self.desk, self.record)
            self.column.insertWidget(self.column.indexOf(self.about), self.form)
        self.form.first.setFocus()

    def _take(self, found: Themed) -> None:
        if found == self._shown:
            return
        self._shown = found
        self.show_title(found.theme.title, str(found.theme.year or ""))
        self._stake.setText(found.theme.stake or "–")
        self._mandate.setText(found.theme.mandate or "–")
        self._missions.fill(Chip(goal) for goal in found.theme.missions)
        self.edit_button.setVisible(found.can_edit)
        cards: list[QWidget] = []
        self.lists = {}
        for name, words, records in found.groups:
            card = Card(words, str(len(records)))
            rows = self.lists[name] = RecordList(words, lines=0)
            rows.show_items([_item(each) for each in records])
            rows.setFixedHeight(theme.px(_ROW) * min(len(records), _MOST_ROWS))
            page = PLACES[name].page if name in PLACES else _PAGES.get(name, ("", ""))[0]
            rows.chosen.connect(lambda record, page=page: self.desk.navigate(page, record) if page else None)
            card.add(rows)
            cards.append(card)
        nothing = Text(_("Nothing belongs to this theme yet."), "muted")
        self._groups.fill(cards or [nothing])


def _item(each: Found) -> Item:
    icon = PLACES[each.type].icon if each.type in PLACES else _PAGES.get(each.type, ("", "tag"))[1]
    return Item(each.id, Row(each.caption, icon=icon), each.caption)
