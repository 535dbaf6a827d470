"""The organisation itself: profile, people, posts and sites. Every field saves itself; nothing is lost by leaving."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from ui import theme
from ui.page import Page
from ui.pages import members
from ui.pages.members import MEMBERS, GroupPane, MembersPane
from ui.pages.organisation_cards import PANES, RecordCard
from ui.pages.organisation_list import DirectoryPane, ending_words
from ui.widgets.banner import Banner
from ui.widgets.buttons import SecondaryButton
from ui.widgets.card import sliding
from ui.widgets.empty import EmptyState
from wimdesk.events import Changed
from wimdesk.i18n import N_, _
from wimdesk.services import dues, people
from wimdesk.services.people import Directory

_LEAST_LIST = 280
"""Pixels, whatever the size of the letters: names are cut there, so that the text beside it has its room."""
_TYPES = ("organization", "person", "contact_detail", "post", "post_holding", "site")
_CARDS = PANES | {MEMBERS: MembersPane, "membership": GroupPane}
_NEW = {"person": N_("New person"), "post": N_("New post"), "site": N_("New site")}
_BEGIN = {"person": people.begin_person, "post": people.begin_post, "site": people.begin_site}


class OrganisationPage(Page):
    """The list at the left, the card of what was chosen at the right."""

    key = "organisation"

    def build(self) -> None:
        """Make the header, the list and the place for the card."""
        self._directory: Directory | None = None
        self._wanted = ""
        self._begun = ""
        self.card: RecordCard | None = None
        self.header.set_title(_("Organisation"))
        self.new_button = SecondaryButton("", "plus")
        self.new_button.clicked.connect(self.begin)
        self.members_button = SecondaryButton(_("Members"), "users")
        self.members_button.clicked.connect(self.show_members)
        self.header.add_action(self.members_button)
        self.header.add_action(self.new_button)
        self._shortcut("Ctrl+N", self.begin)
        self._shortcut("Ctrl+F", self._search)
        self.pane = DirectoryPane()
        self.pane.chosen.connect(self._open)
        self.pane.wanted_new.connect(self.begin)
        self.pane.tabs.currentChanged.connect(self._name_button)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(self.pane)
        split.addWidget(self._right())
        self.pane.setMinimumWidth(_LEAST_LIST)
        split.setSizes([theme.px(360), theme.px(790)])
        split.setStretchFactor(1, 1)
        self.body.addWidget(sliding(split, _("Organisation")), 1)
        self._name_button()

    def refresh(self) -> None:
        """Read the directory anew."""
        self.desk.tasks.read(self, people.load, done=self._take, key="directory")
        if self._shows_profile():
            self._read_due()

    def changed(self, change: Changed) -> None:
        """Follow what changed here or elsewhere."""
        if change.touches(*_TYPES):
            self.refresh()
        elif change.touches(*members.TYPES) and self._shows_profile():
            self._read_due()
        if self.card is not None and change.touches(*_TYPES, *members.TYPES):
            self.card.changed(change)

    def show_members(self) -> None:
        """Show all members with their status."""
        self.flush()
        self.pane.choose("organization", "")
        self._open(MEMBERS, MEMBERS)

    def show_record(self, record_id: str) -> None:
        """Open the card of a record as soon as the directory is there."""
        self._wanted = record_id
        if self._directory is not None:
            self.refresh()

    def flush(self) -> None:
        """Save what waits to be saved."""
        if self.card is not None:
            self.card.flush()

    def begin(self, type_name: str | bool = "") -> None:
        """Make a new person, post or site and put the cursor into it."""
        kind = type_name if isinstance(type_name, str) and type_name else self.pane.tab()
        self.flush()
        self.desk.tasks.write(self, _BEGIN[kind], done=self._begin_card)

    def _begin_card(self, record: str) -> None:
        self._wanted = self._begun = record
        self.refresh()

    def _right(self) -> QWidget:
        right = QWidget()
        right.setMinimumWidth(theme.px(652))  # in a narrow window the list gives way, not the form
        self._column = QVBoxLayout(right)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._banner_room = QWidget()
        room = QVBoxLayout(self._banner_room)
        room.setContentsMargins(24, 12, 24, 0)
        self.banner = Banner("clock", "", tone="neutral")
        self.banner.acted.connect(self._show_ending)
        self.due_banner = Banner("clock", "", tone="warn")
        self.due_banner.acted.connect(self.show_members)
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

    def _shortcut(self, keys: str, act: object) -> None:
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(act)

    def _search(self) -> None:
        self.pane.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.pane.search.selectAll()

    def _name_button(self) -> None:
        words = _(_NEW[self.pane.tab()])
        self.new_button.setText(words)
        self.new_button.setToolTip(f"{words} (Ctrl+N)")

    def _take(self, directory: Directory) -> None:
        self._directory = directory
        row = self.pane.row_of(self.card.record) if self.card else -1
        self.pane.show_directory(directory)
        title, text = ending_words(directory)
        self.banner.say("clock", title, text, _("Show"), "neutral")
        wanted = self._wanted or (self.card.record if self.card else "") or directory.organisation
        self._wanted = ""
        kind = self.pane.kind_of(wanted)
        if not kind and self._goes_on(wanted):
            return
        if not kind:  # it went to the trash: its neighbour takes its place
            kind, wanted = self.pane.tab(), self.pane.near(row)
        if not wanted:
            kind, wanted = "organization", directory.organisation
        self.pane.choose(kind, wanted) if self._follows(kind, wanted) else None
        self._open(kind, wanted)

    def _goes_on(self, wanted: str) -> bool:
        """What the list does not hold stays open: all members, or a group; and it is found if it was asked for."""
        if self.card is not None and self.card.record == wanted and self.card.type_name in {MEMBERS, "membership"}:
            return True
        if not wanted or wanted == (self.card.record if self.card else ""):
            return False
        self.desk.tasks.read(self, dues.place_of, wanted, done=self._go_to, key="place")
        return self.card is not None

    def _go_to(self, place: tuple[str, str]) -> None:
        if place[0] == "membership":
            self._open(*place)
        elif place[1]:
            self._jump(place[1])

    def _shows_profile(self) -> bool:
        return self.card is not None and self.card.type_name == "organization"

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

    def _follows(self, kind: str, record: str) -> bool:
        """The list goes along, except while the person looks at another tab or searches."""
        return self.card is None or self.card.record != record or self.pane.tab() == kind

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
            self.card.wanted.connect(self._jump)
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
        if record == MEMBERS:
            self.show_members()
            return
        kind = self.pane.kind_of(record)
        if kind:
            self.pane.choose(kind, record)
            self._open(kind, record)
        else:
            self._goes_on(record)

    def _show_ending(self) -> None:
        if self._directory and self._directory.ending:
            self._jump(self._directory.ending[0].post_id)

    def _begin_profile(self) -> None:
        self.desk.tasks.write(self, people.begin_profile)
