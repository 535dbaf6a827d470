"""The organisation itself: profile, people, posts and sites. Every field saves itself; nothing is lost by leaving."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui import theme
from ui.forms.membership import TYPES_OF_MEMBERSHIP
from ui.page import Page
from ui.pages import members
from ui.pages.alliance_directory import DIRECTORY, AllianceDirectoryPane
from ui.pages.duplicates import DUPLICATES, DuplicatesPane
from ui.pages.importing import IMPORT, ImportPane, dropped
from ui.pages.members import MEMBERS, GroupPane, MembersPane
from ui.pages.organisation_cards import PANES, ProfileCard
from ui.pages.organisation_list import DirectoryPane, ending_words
from ui.pages.record_card import RecordCard
from ui.pages.terms import TERMS, TermsPane
from ui.widgets.banner import Banner
from ui.widgets.buttons import IconButton, SecondaryButton
from ui.widgets.card import sliding
from ui.widgets.empty import EmptyState
from ui.widgets.labels import tool_tip
from ui.widgets.panes import beside, least
from wimdesk.events import Changed
from wimdesk.i18n import N_, _
from wimdesk.services import dues, miner_groups, people, todo
from wimdesk.services.people import Directory

_LEAST_LIST = 280
"""Pixels, whatever the size of the letters: names are cut there, so that the text beside it has its room."""
_TYPES = (
    "organization",
    "person",
    "contact_detail",
    "post",
    "post_holding",
    "site",
    "visit",
    "visit_contact",
    "miner_group",
    "licence",
    "directory_entry",
    "group_entry",
)
_OVERVIEWS = {MEMBERS: (N_("Members"), "users"), TERMS: (N_("Terms"), "clock"), DIRECTORY: (N_("Directory"), "globe")}
"""What stands for all of a kind, behind a button of its own: its words and its icon."""
_CARDS = PANES | {
    MEMBERS: MembersPane,
    "membership": GroupPane,
    TERMS: TermsPane,
    IMPORT: ImportPane,
    DUPLICATES: DuplicatesPane,
    DIRECTORY: AllianceDirectoryPane,
}
_PLACES = {*_OVERVIEWS, "membership", IMPORT, DUPLICATES}
"""Cards that stand for no row of the list."""
_NEW = {"person": N_("New person"), "post": N_("New post"), "site": N_("New site"), "miner_group": N_("New group")}
_BEGIN = {
    "person": people.begin_person,
    "post": people.begin_post,
    "site": people.begin_site,
    "miner_group": miner_groups.begin,
}


class OrganisationPage(Page):
    """The list at the left, the card of what was chosen at the right."""

    key = "organisation"

    def build(self) -> None:
        """Make the header, the list and the place for the card."""
        self._directory: Directory | None = None
        self._wanted = ""
        self._begun = ""
        self._row = -1
        self.card: RecordCard | None = None
        self.header.set_title(_("Organisation"))
        self.new_button = SecondaryButton("", "plus")
        self.new_button.clicked.connect(self.begin)
        self.import_button = IconButton("upload", _("Import contacts or a table"))
        self.import_button.clicked.connect(lambda: self.show_import())
        self.duplicates_button = IconButton("git-merge", _("Look for people who are here twice"))
        self.duplicates_button.clicked.connect(self.show_duplicates)
        self.header.add_action(self.duplicates_button)
        self.header.add_action(self.import_button)
        self.overviews: dict[str, SecondaryButton] = {}
        for key, (words, icon) in _OVERVIEWS.items():
            button = SecondaryButton(_(words), icon)
            button.clicked.connect(lambda _on=False, key=key: self.show_overview(key))
            self.header.add_action(button)
            self.overviews[key] = button
        self.header.add_action(self.new_button)
        self.add_shortcut("Ctrl+N", self.begin)
        self.add_shortcut("Ctrl+F", self._search)
        self.pane = DirectoryPane(self.desk)
        self.pane.chosen.connect(self._open)
        self.pane.wanted_new.connect(self.begin)
        self.pane.tabs.currentChanged.connect(self._name_button)
        self.pane.people.answered.connect(self._after_answer)
        self.pane.setMinimumWidth(_LEAST_LIST)
        split = beside(self.pane, self._right(), (theme.px(360), theme.px(790)))
        self.body.addWidget(sliding(split, _("Organisation")), 1)
        self._name_button()
        self.setAcceptDrops(True)

    def refresh(self) -> None:
        """Read everything anew."""
        self.pane.people.refresh()
        self._read_directory()
        if self._shows_profile():
            self._read_due()

    def _asked(self) -> str:
        """Return the record that is to show, or shows."""
        return self._wanted or (self.card.record if self.card else "")

    def _read_directory(self) -> None:
        wanted = self._asked()
        within = self.desk.app.settings.number("terms_within")
        self.desk.tasks.read(self, people.load, wanted, within, done=self._take, key="directory")

    def changed(self, change: Changed) -> None:
        """Follow what changed here or elsewhere."""
        self.pane.people.hear(change)
        if change.touches(*_TYPES):
            self._read_directory()
        if self._shows_profile() and change.touches(*_TYPES, *members.TYPES):
            self._read_due()
        if self.card is not None and change.touches(*_TYPES, *members.TYPES, todo.TYPE):
            self.card.changed(change)

    def show_overview(self, key: str) -> None:
        """Show all of a kind, such as the members with their status."""
        self.flush()
        self.pane.choose("organization", "")
        self._open(key, key)

    def show_duplicates(self) -> None:
        """Show who may be in the list twice."""
        self.flush()
        self.pane.choose("organization", "")
        self._open(DUPLICATES, DUPLICATES)

    def show_import(self, path: Path | None = None) -> None:
        """Show the place where files come in, with a file that was dropped."""
        self.flush()
        self.pane.choose("organization", "")
        self._open(IMPORT, IMPORT)
        if path is not None and isinstance(self.card, ImportPane):
            self.card.take(path)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = dropped(event.mimeData())
        if path is not None:
            self.show_import(path)
            event.acceptProposedAction()

    def show_record(self, record_id: str) -> None:
        """Open the card of a record as soon as the directory is there."""
        self._wanted = record_id
        if self._directory is not None:
            self._read_directory()

    def help_topic(self) -> str:
        """Some cards have a help of their own."""
        from ui.pages.help_texts import TOPICS  # many words, for whoever asks

        card = self.card.type_name if self.card is not None else ""
        return next((topic.key for topic in TOPICS if topic.page == self.key and topic.key == card), self.key)

    def flush(self) -> None:
        """Save what waits to be saved."""
        self.pane.people.flush()
        if self.card is not None:
            self.card.flush()
            self.card.flush_beside()

    def begin(self, type_name: str | bool = "") -> None:
        """Make a new person, post or site and put the cursor into it."""
        kind = type_name if isinstance(type_name, str) and type_name else self.pane.tab()
        self.flush()
        self.desk.tasks.write(self, _BEGIN[kind], done=self._begin_card)

    def _begin_card(self, record: str) -> None:
        self._wanted = self._begun = record
        self._read_directory()

    def _right(self) -> QWidget:
        right = QWidget()
        least(right, 652)
        self._column = QVBoxLayout(right)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._banner_room = QWidget()
        room = QVBoxLayout(self._banner_room)
        room.setContentsMargins(24, 12, 24, 0)
        self.banner = Banner("clock", "", tone="neutral")
        self.banner.acted.connect(self._show_ending)
        self.due_banner = Banner("clock", "", tone="warn")
        self.due_banner.acted.connect(lambda: self.show_overview(MEMBERS))
        self.due_banner.hide()
        room.addWidget(self.banner)
        room.addWidget(self.due_banner)
        self._banner_room.hide()
        self.empty = EmptyState(
            "building-2", _("Here stands the profile of your organisation."), _("Begin the profile"), "pencil"
        )
        self.empty.started.connect(self._begin_profile)
        self.empty.hide()
        self._column.addWidget(self._banner_room)
        self._column.addWidget(self.empty, 1)
        return right

    def _search(self) -> None:
        self.pane.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.pane.search.selectAll()

    def _name_button(self) -> None:
        words = _(_NEW[self.pane.tab()])
        self.new_button.setText(words)
        self.new_button.setToolTip(tool_tip(f"{words} (Ctrl+N)"))

    def _take(self, directory: Directory) -> None:
        if directory.asked != self._asked():
            self._read_directory()  # something else is wanted, or was opened, meanwhile
            return
        if self.card is not None and self.pane.tab() != "person":
            self._row = self.pane.row_of(self.card.record)
        self._directory = directory
        self.pane.show_directory(directory)
        title, text = ending_words(directory)
        self.banner.say("clock", title, text, _("Show"), "neutral")
        kind, record = directory.asked_kind, directory.asked
        if record and not kind:
            self._look_elsewhere(record)
        elif not record:
            self._show("organization", directory.organisation)
        else:
            self._show(kind, record)

    def _look_elsewhere(self, record: str) -> None:
        """The list does not hold it: all members, a group, somebody's membership; or it went to the trash."""
        shown = self.card
        if shown is not None and shown.record == record and shown.type_name in _PLACES:
            return
        if record == self._wanted:
            self.desk.tasks.read(self, dues.place_of, record, done=self._go_to, key="place")
        else:
            self._go_on()

    def _go_to(self, place: tuple[str, str]) -> None:
        self._wanted = ""
        if place[0] == "membership":
            self._open(*place)
        elif place[1]:
            self.show_record(place[1])
        else:
            self._go_on()

    def _show(self, kind: str, record: str) -> None:
        wanted, self._wanted = self._wanted, ""
        shown = self.card.record if self.card else "" if self.empty.isHidden() else record
        if wanted or shown != record:
            self.pane.choose(kind, record)
        self._open(kind, record)

    def _go_on(self) -> None:
        """The neighbour takes the place of what went to the trash, as soon as the list knows that it went."""
        self._wanted = ""
        if self.pane.tab() == "person" and not self.pane.people.is_ready():
            return
        record = self.pane.near(self._row)
        if record and self.card is not None and record == self.card.record:
            return
        if record:
            self._show(self.pane.tab(), record)
        elif self._directory is not None:
            self._show("organization", self._directory.organisation)

    def _after_answer(self) -> None:
        """Another list of people shows: remember where the open card stands, or go on from where it stood."""
        if self.card is None or self._directory is None or self.card.type_name != "person":
            return
        row = self.pane.people.model.find(self.card.record)
        if row >= 0:
            self._row = row
        elif self._directory.asked == self.card.record and not self._directory.asked_kind:
            self._go_on()

    def _shows_profile(self) -> bool:
        return isinstance(self.card, ProfileCard)

    def _read_due(self) -> None:
        self.desk.tasks.read(self, dues.due_now, done=self._show_due, key="due")

    def _show_due(self, found: tuple[str, str]) -> None:
        title, text = found
        self.due_banner.setVisible(bool(title))
        if title:
            self.due_banner.say("clock", title, text, _("Show"), "warn")
        self._show_banners()

    def _show_banners(self) -> None:
        ending = bool(self._directory and self._directory.ending)
        self.banner.setVisible(ending)
        self._banner_room.setVisible(self._shows_profile() and (ending or not self.due_banner.isHidden()))

    def _open(self, kind: str, record: str) -> None:
        directory = self._directory
        profile = kind == "organization"
        blank = profile and directory is not None and not directory.has_profile
        self.empty.setVisible(blank)
        if self.card is None or self.card.record != record or blank:
            self._close_card()
            if blank:
                return
            self.card = _CARDS[kind](self.desk, record)
            self._row = self.pane.row_of(record)
            self.card.wanted.connect(self._jump)
            self.card.people_wanted.connect(self.pane.people.look_up)
            self._column.addWidget(self.card, 1)
            if profile:
                self._read_due()
        self._show_banners()
        if record and record == self._begun and self.card is not None:
            self._begun = ""
            self.card.begin()

    def _close_card(self) -> None:
        if self.card is not None:
            self.card.flush()
            self._column.removeWidget(self.card)
            self.card.hide()
            self.card.deleteLater()
            self.card = None

    def _jump(self, record: str) -> None:
        if record in _OVERVIEWS:
            self.show_overview(record)
            return
        if record == TYPES_OF_MEMBERSHIP:
            self._begun = record = self.desk.app.identity().organisation
        self.show_record(record)

    def _show_ending(self) -> None:
        if self._directory and self._directory.ending:
            self._jump(self._directory.ending[0].post_id)

    def _begin_profile(self) -> None:
        self.desk.tasks.write(self, people.begin_profile)
