"""The left side of the organisation page: our profile on top, then people, posts or sites."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import QFrame, QTabBar, QVBoxLayout, QWidget

from ui import icons, theme
from ui.desk import Desk
from ui.lists.list_pane import ListPane
from ui.pages import people_kind
from ui.pages.record_list import Item, RecordList
from ui.widgets.empty import EmptyState
from ui.widgets.labels import hairline, initials
from ui.widgets.rows import Row
from ui.widgets.search import SearchField
from wimdesk.i18n import N_, _, ngettext
from wimdesk.records.miner_group import KINDS as GROUP_KINDS
from wimdesk.records.organization import country_name
from wimdesk.records.site import KINDS as SITE_KINDS
from wimdesk.search import fold
from wimdesk.services.dates import day_text
from wimdesk.services.people import Directory, GroupRow, PostRow, SiteRow

TABS = (("person", N_("People")), ("post", N_("Posts")), ("site", N_("Sites")), ("miner_group", N_("Groups")))
_ICONS = {"person": "user", "post": "contact", "site": "map-pin", "miner_group": "users"}
_EMPTY = {
    "person": (N_("Here stand the people of your organisation."), N_("New person"), "users"),
    "post": (N_("Here stand the posts of your organisation, such as president."), N_("New post"), "contact"),
    "site": (N_("Here stand the sites where your organisation works."), N_("New site"), "map-pin"),
    "miner_group": (N_("Here stand groups of artisanal miners. Nobody needs to be named."), N_("New group"), "users"),
}
_IN_TABS = frozenset({"post", "site", "miner_group"})
_NOTHING = N_("Nothing here has these words. Try fewer words.")


class DirectoryPane(QFrame):
    """Search, profile, tabs and the list. ``chosen`` tells (type, id); ``wanted_new`` asks for a new record."""

    chosen = Signal(str, str)
    wanted_new = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, role="pane")
        self._directory: Directory | None = None
        self._counts: dict[str, int] = {}
        self.search = SearchField(_("Search people, posts, sites, groups"))
        self.search.textChanged.connect(self._ask)
        self.profile = RecordList(_("Our organisation"))
        self.profile.view.setFixedHeight(theme.px(64))
        self.profile.view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.profile.chosen.connect(lambda record: self._tell("organization", record))
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(_("People, posts, sites or groups"))
        self.tabs.setExpanding(True)
        self.tabs.setDrawBase(False)
        self.tabs.setUsesScrollButtons(False)  # all are in reach, whatever the size of the letters
        theme.mark(self.tabs, role="narrow")
        for key, words in TABS:
            self.tabs.setTabData(self.tabs.addTab(_(words)), key)
        self.tabs.currentChanged.connect(self._fill)
        self.people = ListPane(desk, people_kind.kind())
        self.people.entered.connect(lambda record: self._tell("person", record))
        self.people.answered.connect(self._fill)
        self.people.asked.connect(self._show_words)
        self.people.typed.connect(self._type)
        self.records = RecordList(_("Posts, sites and groups"))
        self.records.chosen.connect(lambda record: self._tell(self.tab(), record))
        self.empty = EmptyState("users", "")
        self.empty.started.connect(lambda: self.wanted_new.emit(self.tab()))
        self._arrange()

    @property
    def list(self) -> ListPane | RecordList:
        """The list of the open tab."""
        return self.people if self.tab() == "person" else self.records

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        top = QWidget()
        room = QVBoxLayout(top)
        room.setContentsMargins(16, 14, 16, 12)
        room.addWidget(self.search)
        for part in (top, hairline(), self.profile, hairline(), self.tabs, hairline()):
            column.addWidget(part)
        column.addWidget(self.people, 1)
        column.addWidget(self.records, 1)
        column.addWidget(self.empty, 1)
        self.profile.setFixedHeight(theme.px(64))
        self.records.hide()
        self.empty.hide()

    def tab(self) -> str:
        """Return the record type of the open tab."""
        return str(self.tabs.tabData(self.tabs.currentIndex()))

    def show_directory(self, directory: Directory) -> None:
        """Show what there is."""
        self._directory = directory
        self._fill()

    def open_tab(self, type_name: str) -> None:
        """Open the tab of a record type; the profile has none."""
        for at in range(self.tabs.count()):
            if self.tabs.tabData(at) == type_name:
                self.tabs.setCurrentIndex(at)

    def choose(self, type_name: str, record: str) -> None:
        """Mark a record without telling of it; what would hide it is taken back."""
        self.open_tab(type_name)
        self.profile.choose(record if type_name == "organization" else "")
        if type_name == "person":
            self.people.want(record)
        else:
            if type_name in _IN_TABS and self._directory and not self.records.model.find(record) >= 0:
                self.search.clear()
            self.people.choose("")
        self.records.choose(record if type_name in _IN_TABS else "")

    def row_of(self, record: str) -> int:
        """Return where a record stands in the open list, or -1."""
        return self.list.model.find(record)

    def near(self, row: int) -> str:
        """Return the record that stands there now, or the one above; empty where the list is empty."""
        last = self.list.model.rowCount() - 1
        return self.list.model.record_at(min(row, last)) if row >= 0 else ""

    def _tell(self, type_name: str, record: str) -> None:
        if type_name == "organization":
            self.people.choose("")
            self.records.choose("")
        else:
            self.profile.choose("")
        self.chosen.emit(type_name, record)

    def _ask(self) -> None:
        self.people.ask(self.people.question.with_text(self.search.text()))
        self._fill()

    def _show_words(self) -> None:
        """The list asks something else by itself: its words stand in the search."""
        asked = self.people.question.text
        if " ".join(self.search.text().split()) != asked:
            blocked = self.search.blockSignals(True)
            self.search.setText(asked)
            self.search.blockSignals(blocked)
            self.search.textChanged.emit(asked)

    def _type(self, letters: str) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.insert(letters)

    def _fill(self) -> None:
        found = self._directory
        if found is None:
            return
        self.profile.show_items([_profile_item(found)])
        wanted = [fold(word) for word in self.search.text().split()]
        groups: dict[str, list[Item]] = {
            "post": [_post_item(row) for row in found.posts],
            "site": [_site_item(row) for row in found.sites],
            "miner_group": [_group_item(row) for row in found.groups],
        }
        groups = {key: [item for item in items if _matches(item, wanted)] for key, items in groups.items()}
        counts = {"person": self.people.model.rowCount()} | {key: len(items) for key, items in groups.items()}
        self._counts = counts
        self._name_tabs()
        if wanted and not counts[self.tab()] and self.people.is_ready():
            self._open_first(counts)
        if self.tab() != "person":
            self.records.view.setAccessibleName(_(dict(TABS)[self.tab()]))
            self.records.show_items(groups[self.tab()])
        self._show_list(not counts[self.tab()], bool(wanted))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._name_tabs()

    def _name_tabs(self) -> None:
        """Say how many stand behind each tab; where there is little room, only behind the open one, and where large
        letters leave still less, the others show their icons."""
        whole, name_only = "{words}  {count}", "{words}"
        for opened, closed in ((whole, whole), (whole, name_only), (whole, ""), (name_only, "")):
            for at, (key, name) in enumerate(TABS):
                said = {"words": _(name), "count": self.locale().toString(self._counts.get(key, 0))}
                is_open = at == self.tabs.currentIndex()
                self.tabs.setTabText(at, (opened if is_open else closed).format(**said))
                self.tabs.setTabIcon(at, QIcon() if closed or is_open else icons.icon(_ICONS[key], size=18))
                self.tabs.setTabToolTip(at, whole.format(**said))
                self.tabs.setAccessibleTabName(at, whole.format(**said))
            if self.tabs.sizeHint().width() <= self.width():
                return

    def _open_first(self, counts: dict[str, int]) -> None:
        """A search that finds nothing in the open tab goes to the first tab with a hit."""
        for key, count in counts.items():
            if count:
                blocked = self.tabs.blockSignals(True)
                self.open_tab(key)
                self.tabs.blockSignals(blocked)
                return

    def _show_list(self, empty: bool, searching: bool) -> None:
        is_people = self.tab() == "person"
        # Where a question is asked, the list of people says itself that nobody answers it.
        asked = is_people and not (self.people.is_ready() and self.people.question.is_empty)
        bare = empty and not asked
        self.people.setVisible(is_people and not bare)
        self.records.setVisible(not is_people and not bare)
        self.empty.setVisible(bare)
        sentence, action, icon = _EMPTY[self.tab()]
        if searching:
            self.empty.say(_(_NOTHING), "", "search")
        else:
            # While the profile is to be begun, its button is the one that counts.
            blank = self._directory is None or not self._directory.has_profile
            self.empty.say(_(sentence), "" if blank else _(action), icon)


def _matches(item: Item, wanted: list[str]) -> bool:
    text = fold(f"{item.row.title} {item.row.meta} {item.row.state} {item.spoken}")
    return all(word in text for word in wanted)


def _profile_item(found: Directory) -> Item:
    name = found.name or _("Your organisation")
    row = Row(name, meta=_("Profile of the organisation"), initials=initials(name))
    return Item(found.organisation, row, f"{name}. {row.meta}")


def _post_item(row: PostRow) -> Item:
    holders = ", ".join(row.holders) or _("Nobody now")
    meta = holders
    if row.ends:
        meta = _("{holders} · until {day}").format(holders=holders, day=day_text(row.ends))
    return Item(row.id, Row(row.label, meta=meta, icon="contact"), f"{row.label}. {meta}")


def _site_item(row: SiteRow) -> Item:
    parts = (_(SITE_KINDS.get(row.kind, row.kind)), country_name(row.country_code))
    meta = " · ".join(part for part in parts if part)
    spoken = ". ".join(part for part in (row.name, meta, ", ".join(row.commodity)) if part)
    return Item(row.id, Row(row.name, meta=meta or _("No kind yet"), icon="map-pin"), spoken)


def _group_item(row: GroupRow) -> Item:
    women = ngettext("{count} woman", "{count} women", row.women or 0).format(count=row.women)
    parts = (_(GROUP_KINDS.get(row.kind, row.kind)) if row.kind else "", women if row.women is not None else "")
    meta = " · ".join(part for part in parts if part)
    spoken = ". ".join(part for part in (row.name, meta, ", ".join(row.commodity)) if part)
    return Item(row.id, Row(row.name, meta=meta or _("No kind yet"), icon="users"), spoken)


def ending_words(found: Directory) -> tuple[str, str]:
    """Return the title and the text of the quiet line on terms that end soon; empty where none does."""
    if not found.ending:
        return "", ""
    count = len(found.ending)
    title = ngettext("{count} term of office ends soon", "{count} terms of office end soon", count).format(count=count)
    lines = [
        _("{post}: {person}, until {day}").format(post=term.post, person=term.person, day=day_text(term.end))
        for term in found.ending[:3]
    ]
    return title, " · ".join(lines)
