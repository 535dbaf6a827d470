"""The Alliance's directory: organisations with what they show of themselves, and our own entry."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.forms.directory_entry import DirectoryEntryForm
from ui.pages.record_card import RecordCard
from ui.pages.record_list import Item, RecordList
from ui.widgets.buttons import SecondaryButton
from ui.widgets.card import Card
from ui.widgets.labels import Text
from ui.widgets.rows import Row
from ui.widgets.search import SearchField
from wimdesk.events import Changed
from wimdesk.i18n import _, ngettext
from wimdesk.records.organization import CLASSIFICATIONS
from wimdesk.services import directory, leaving, people
from wimdesk.services.directory import Listed

DIRECTORY = people.LISTED
"""Stands where the id of a record would: all organisations of the Alliance together."""
_TYPES = ("organization", "directory_entry")
_ROW = 64
_MOST_ROWS = 5


class AllianceDirectoryPane(RecordCard):
    """Search, list, what the chosen one shows, and our own entry below. One may be chosen from the beginning."""

    type_name = DIRECTORY

    def fill(self) -> None:
        self._found: list[Listed] = []
        self._wanted = self.record
        self.form: DirectoryEntryForm | None = None
        self.search = SearchField(_("Search the directory, for example offers: training"))
        self.search.textChanged.connect(self.reload)
        self.list = RecordList(_("Organisations"))
        self.list.chosen.connect(self._look_at)
        self._nothing = Text(_("Nothing here has these words. Try fewer words."), "muted", wrap=True)
        self._nothing.hide()
        whole = Card()
        whole.add(self.search)
        whole.add(self.list)
        whole.add(self._nothing)
        self.one = Card()
        self.one.hide()
        self.ours = Card(_("What the Alliance sees of us"))
        words = _("What you do not show never leaves your organisation.")
        self.ours.add(Text(words, "caption", wrap=True))
        self.begin_button = SecondaryButton(_("Begin our entry"), "plus")
        self.begin_button.clicked.connect(self._begin)
        self.ours.content.addWidget(self.begin_button, 0, Qt.AlignmentFlag.AlignLeft)
        for part in (whole, self.one, self.ours):
            self.column.addWidget(part)

    def reload(self) -> None:
        self.desk.tasks.read(self, directory.find, self.search.text(), done=self._take, key="directory")
        self.desk.tasks.read(self, directory.own, done=self._take_own, key="own")

    def changed(self, change: Changed) -> None:
        if change.touches(*_TYPES):
            self.reload()

    def flush(self) -> None:
        if self.form is not None:
            self.form.binder.flush()

    def _foot(self) -> QWidget:
        return QWidget()

    def _begin(self) -> None:
        self.desk.tasks.write(self, directory.begin)

    def _take_own(self, record: str) -> None:
        self.begin_button.setVisible(not record)
        if record and self.form is None:
            self.form = DirectoryEntryForm(self.desk, record)
            self.ours.add(self.form)

    def _take(self, found: list[Listed]) -> None:
        self._found = found
        count = ngettext("{count} organisation", "{count} organisations", len(found)).format(count=len(found))
        self.show_title(_("Directory of the Alliance"), count)
        self.list.show_items([_item(each) for each in found])
        self.list.setVisible(bool(found))
        self.list.setFixedHeight(theme.px(_ROW) * min(max(len(found), 1), _MOST_ROWS))
        self._nothing.setVisible(not found)
        if self.list.choose(self._wanted):
            self._wanted = ""
        self._look_at(self.list.current())

    def _look_at(self, record: str) -> None:
        each = next((one for one in self._found if one.id == record), None)
        self.one.setVisible(each is not None)
        if each is None:
            return
        self.one.set_title(each.name)
        place = " · ".join(part for part in (each.country, each.region, each.website) if part)
        lines = [
            (_("Whom to ask for"), each.contact_name), (_("E-mail"), each.email), (_("Phone"), each.phone),
            (_("Address"), each.address), (_("Interested in"), ", ".join(each.interests)),
            (_("Offers"), ", ".join(each.offers)), (_("Needs"), ", ".join(each.needs)),
        ]  # fmt: skip
        told = [_("{label}: {text}").format(label=label, text=text) for label, text in lines if text]
        nothing = [] if told else [Text(_("Shows nothing more of itself."), "muted")]
        left = [Text(leaving.in_words(each.left_on), "strong", wrap=True)] if each.left_on else []
        self.one.fill([Text(place, "muted", wrap=True), *left, *(_copyable(text) for text in told), *nothing])


def _copyable(words: str) -> Text:
    text = Text(words, "body", wrap=True)
    text.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    text.setAccessibleName(words)
    return text


def _item(each: Listed) -> Item:
    kind = _(CLASSIFICATIONS.get(each.kind, each.kind)) if each.kind else ""
    offers = _("Offers: {what}").format(what=", ".join(each.offers)) if each.offers else ""
    meta = " · ".join(part for part in (each.country or kind, offers) if part)
    state = _("Offers what you need") if each.offered else _("Needs what you offer") if each.wanted else ""
    state = leaving.in_words(each.left_on) or state
    row = Row(each.name, meta=meta, state=state, state_tone="warn" if each.left_on else "ok", icon="building-2")
    return Item(each.id, row, ". ".join(part for part in (each.name, meta, state) if part))
