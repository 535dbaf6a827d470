"""Groups and events: what the Alliance works on together, when it meets, and what each organisation owes the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from ui import theme
from ui.forms.working_group import zone_options
from ui.page import Page
from ui.pages.champions import CHAMPIONS, ChampionPane, ChampionsPane
from ui.pages.minutes import OWED, MinutesPane, OwedPane
from ui.pages.progress import REPORTS, ReportsPane, RoundPane, row_words
from ui.pages.record_card import RecordCard
from ui.pages.record_list import Item, RecordList, heading
from ui.pages.working_group_cards import EventPane, GroupPane, my_zone
from ui.widgets.buttons import IconButton, SecondaryButton
from ui.widgets.card import sliding
from ui.widgets.combo import ChoiceField
from ui.widgets.empty import EmptyState
from ui.widgets.panes import beside, least
from ui.widgets.rows import Row
from ui.widgets.search import SearchField
from wimdesk.events import Changed
from wimdesk.i18n import _, ngettext
from wimdesk.records.event import STATES
from wimdesk.search import fold
from wimdesk.services import calendar_files, events, groupwork, working_groups, zones
from wimdesk.services.calendar_files import Taken
from wimdesk.services.calendars import Read
from wimdesk.services.events import EventRow
from wimdesk.services.groupwork import Overview
from wimdesk.services.working_groups import GroupRow

_TYPES = (
    "working_group",
    "event",
    "attendance",
    "check_in",
    "minutes",
    "action",
    "reply",
    "reading_list",
    "report_round",
    "progress_report",
    "participation",
    "champion",
    "theme",
    "organization",
)
_LEAST_LIST = 260
_OVERVIEWS: dict[str, type[RecordCard]] = {OWED: OwedPane, REPORTS: ReportsPane, CHAMPIONS: ChampionsPane}
"""What stands for all of a kind."""
_CARDS: dict[str, type[RecordCard]] = {
    "working_group": GroupPane,
    "event": EventPane,
    "minutes": MinutesPane,
    "report_round": RoundPane,
    "champion": ChampionPane,
    **_OVERVIEWS,
}
_MOST_REMARKS = 3
_TEXT_AT = 16
"""Pixels beside the search."""


class WorkingGroupsPage(Page):
    """The list at the left, the card of what was chosen at the right."""

    key = "groups"

    def build(self) -> None:
        """Make the header, the list and the room for the card."""
        self._overview: Overview | None = None
        self._wanted = self._begun = ""
        self.card: RecordCard | None = None
        self.header.set_title(_("Groups & events"))
        self.zone = ChoiceField(zone_options()[1:], _("My time zone"))
        self.zone.setToolTip(_("My time zone"))
        self.zone.setMaximumWidth(theme.px(190))
        self.zone.set_value(my_zone(self.desk))
        self.zone.changed.connect(self._choose_zone)
        self.new_group = SecondaryButton(_("New group"), "users")
        self.new_group.clicked.connect(lambda: self.begin(working_groups.TYPE))
        self.new_event = SecondaryButton(_("New event"), "plus")
        self.new_event.clicked.connect(lambda: self.begin(events.TYPE))
        self.import_button = IconButton("upload", _("Bring in a calendar"))
        self.import_button.clicked.connect(self.choose_file)
        for part in (self.import_button, self.zone, self.new_group, self.new_event):
            self.header.add_action(part)
        for button in (self.new_group, self.new_event):
            button.hide()
        self.add_shortcut("Ctrl+N", lambda: self.begin(events.TYPE))
        self.add_shortcut("Ctrl+F", self._search)
        split = beside(self._left(), self._right(), (theme.px(360), theme.px(790)))
        self.body.addWidget(sliding(split, _("Groups & events")), 1)

    def refresh(self) -> None:
        """Read the list anew."""
        self.desk.tasks.read(self, groupwork.load, done=self._take, key="overview")

    def changed(self, change: Changed) -> None:
        """Follow what changed here or elsewhere."""
        if change.touches(*_TYPES):
            self.refresh()
            if self.card is not None:
                self.card.changed(change)

    def show_record(self, record_id: str) -> None:
        """Open a record as soon as the list is there."""
        self._wanted = record_id
        if self._overview is not None:
            self.refresh()

    def flush(self) -> None:
        """Save what waits to be saved."""
        if self.card is not None:
            self.card.flush()

    def begin(self, kind: str) -> None:
        """Make a group or an event and put the cursor into its title."""
        if self._overview is None or "begin" not in self._overview.can:
            return
        self.flush()
        verb: Callable[..., str] = working_groups.begin if kind == working_groups.TYPE else events.begin
        more = {"zone": my_zone(self.desk)}
        self.desk.tasks.write(self, lambda session: verb(session, **more), done=self._begun_one)

    def choose_file(self) -> None:
        """Ask for a calendar file."""
        chosen, _kind = QFileDialog.getOpenFileName(self, _("Bring in a calendar"), "", "iCalendar (*.ics)")
        if chosen:
            self.bring_in(Path(chosen))

    def bring_in(self, path: Path) -> None:
        """Read a calendar file, and take its events as ours."""
        mine = my_zone(self.desk)
        self.desk.tasks.work(
            self, lambda _progress: calendar_files.read_file(path, mine), done=self._take_in, failed=self._explain
        )

    def _take_in(self, found: Read) -> None:
        self.desk.tasks.write(self, calendar_files.take, found, done=self._told, failed=self._explain)

    def _told(self, taken: Taken) -> None:
        words = _("From the calendar: {new} new, {changed} changed, {same} as before, {left} left as they are.")
        said = words.format(new=taken.new, changed=taken.changed, same=taken.same, left=taken.left)
        if taken.remarks:
            self.desk.notices.warn("\n".join((said, *taken.remarks[:_MOST_REMARKS])))
        elif taken.new or taken.changed:
            self.desk.notices.offer_undo(said, taken.act)
        else:
            self.desk.notices.say(said)

    def _explain(self, problem: Exception) -> None:
        self.desk.notices.warn(str(problem))

    def _begun_one(self, record: str) -> None:
        self._wanted = self._begun = record
        self.refresh()

    def _left(self) -> QWidget:
        left = QWidget()
        left.setMinimumWidth(_LEAST_LIST)
        theme.mark(left, role="pane")
        column = QVBoxLayout(left)
        column.setContentsMargins(0, _TEXT_AT, 0, 0)
        column.setSpacing(8)
        self.search = SearchField(_("Find a group or an event"))
        self.search.textChanged.connect(self._filter)
        room = QVBoxLayout()
        room.setContentsMargins(_TEXT_AT, 0, _TEXT_AT, 0)
        room.addWidget(self.search)
        column.addLayout(room)
        self.list = RecordList(_("Groups & events"))
        self.list.chosen.connect(self._choose)
        column.addWidget(self.list, 1)
        return left

    def _right(self) -> QWidget:
        right = QWidget()
        least(right, 470)
        self._column = QVBoxLayout(right)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.empty = EmptyState(
            "calendar", _("Here stand the working groups of the Alliance and your events."), _("New event")
        )
        self.empty.started.connect(lambda: self.begin(events.TYPE))
        self.empty.hide()
        self._column.addWidget(self.empty, 1)
        return right

    def _search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _choose_zone(self) -> None:
        self.desk.app.settings.put("zone", self.zone.value() or "")
        self.refresh()
        if self.card is not None:
            self.card.reload()

    def _take(self, overview: Overview) -> None:
        self._overview = overview
        for button in (self.new_group, self.new_event):
            button.setVisible("begin" in overview.can)
        wanted = overview.within.get(self._wanted, self._wanted)
        if self._kind_of(wanted):
            self._wanted = ""  # else this was read before the record was made, and the next reading has it
        if wanted and wanted not in [item.id for item in self._items()]:
            self.search.clear()
        self._filter()
        shown = self.card.record if self.card is not None else ""
        below = [row for row in self.list.model.records() if row not in _OVERVIEWS]
        self._open(next((each for each in (wanted, shown, *below) if self._kind_of(each)), ""))

    def _filter(self) -> None:
        self.list.show_items(self._items())
        if self.card is not None:
            self.list.choose(self.card.record)

    def _items(self) -> list[Item]:
        if self._overview is None:
            return []
        words = fold(self.search.text()).split()
        mine = my_zone(self.desk)
        coming = [row for row in self._overview.events if not row.is_over]
        over = [row for row in self._overview.events if row.is_over]
        found: list[Item] = (
            []
            if words
            else [_owed_item(self._overview), _reports_item(self._overview), _champions_item(self._overview)]
        )
        for title, items in (
            (_("Working groups"), [_group_item(row, mine) for row in self._overview.groups]),
            (_("Coming events"), [_event_item(row, mine) for row in coming]),
            (_("Past events"), [_event_item(row, mine) for row in over]),
        ):
            fitting = [item for item in items if all(word in fold(item.spoken) for word in words)]
            found += [heading(title, len(fitting)), *fitting] if fitting else []
        return found

    def _choose(self, record: str) -> None:
        self._wanted = ""
        self._open(record)

    def _open(self, record: str) -> None:
        self.list.choose(record)
        if self.card is not None and self.card.record == record:
            self._begin_card()
            return
        self._close_card()
        kind = self._kind_of(record)
        self.empty.setVisible(not kind)
        if kind:
            self.card = _CARDS[kind](self.desk, record)
            self.card.wanted.connect(self.show_record)
            self._column.addWidget(self.card, 1)
            self._begin_card()

    def _kind_of(self, record: str) -> str:
        if record in _OVERVIEWS:
            return record
        return self._overview.kind_of(record) if self._overview is not None else ""

    def _begin_card(self) -> None:
        if self.card is not None and self.card.record == self._begun:
            self._begun = ""
            self.card.begin()

    def _close_card(self) -> None:
        if self.card is not None:
            self.card.flush()
            self._column.removeWidget(self.card)
            self.card.hide()
            self.card.deleteLater()
            self.card = None


def _owed_item(overview: Overview) -> Item:
    count = overview.open_count
    said = ngettext("{count} action is open", "{count} actions are open", count).format(count=count)
    late = ngettext("{count} overdue", "{count} overdue", overview.overdue).format(count=overview.overdue)
    row = Row(
        _("What we owe"), meta=said if count else _("Nothing is open."), icon="circle-check",
        state=late if overview.overdue else "", state_tone="err",
    )  # fmt: skip
    return Item(OWED, row, f"{row.title}. {row.meta}. {row.state}")


def _reports_item(overview: Overview) -> Item:
    row = Row(_("Progress reports"), meta=row_words(overview.rounds), icon="file-text")
    return Item(REPORTS, row, f"{row.title}. {row.meta}")


def _champions_item(overview: Overview) -> Item:
    late = sum(seat.state == "overdue" for seat in overview.seats)
    count = overview.asked
    asked = ngettext("{count} answer is asked of us", "{count} answers are asked of us", count).format(count=count)
    running = sum(seat.state in {"running", "asked"} for seat in overview.seats)
    held = ngettext("{count} champion now", "{count} champions now", running).format(count=running)
    overdue = ngettext("{count} overdue", "{count} overdue", late).format(count=late) if late else ""
    row = Row(_("Thematic champions"), meta=asked if count else held, icon="target", state=overdue, state_tone="err")
    return Item(CHAMPIONS, row, f"{row.title}. {row.meta}. {overdue}")


def _group_item(row: GroupRow, mine: str) -> Item:
    when = zones.both(row.at, row.zone, mine, row.whole_day)[0] if row.at is not None else ""
    slots = ngettext("{count} time slot", "{count} time slots", row.slots).format(count=row.slots) if row.slots else ""
    meta = " · ".join(part for part in (when, slots) if part) or row.theme
    return Item(row.id, Row(row.title, meta=meta, icon="users"), f"{row.title}. {meta}. {row.theme}")


def _event_item(row: EventRow, mine: str) -> Item:
    when = zones.both(row.at, row.zone, mine, row.whole_day)[0] if row.at is not None else _("No dates yet")
    meta = " · ".join(part for part in (when, row.group if row.group != row.title else "") if part)
    state = _(STATES[row.state]) if row.state == "cancelled" else ""
    shown = Row(row.title, meta=meta, icon="calendar", state=state, state_tone="err")
    return Item(row.id, shown, ". ".join(part for part in (row.title, meta, state) if part))
