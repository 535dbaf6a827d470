"""The cards of a working group and of an event."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.attachment import AttachmentsCard
from ui.forms.event import EventForm
from ui.forms.working_group import WorkingGroupForm
from ui.pages.attendance import AttendanceCard
from ui.pages.event_dates import DatesCard, Line
from ui.pages.minutes import MinutesList
from ui.pages.record_card import RecordCard
from ui.pages.record_list import Item, RecordList
from ui.widgets.buttons import LinkButton, QuietButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.labels import Text
from ui.widgets.rows import Row
from wimdesk.events import Changed
from wimdesk.i18n import _
from wimdesk.records.event import STATES as EVENT_STATES
from wimdesk.records.working_group import STATES
from wimdesk.services import calendar_files, events, groupwork, recurrence, working_groups, zones
from wimdesk.services.events import EventCard
from wimdesk.services.working_groups import GroupCard, Slot

_ROW, _MOST_ROWS = 64, 5


def my_zone(desk: Desk) -> str:
    """Return the zone in which this reader wants to see times."""
    return zones.mine(desk.app.settings.text("zone"))


class GroupPane(RecordCard):
    """One working group: its dates however many slots it has, the slots, and what it works on."""

    type_name = "working_group"

    def fill(self) -> None:
        self.form: WorkingGroupForm | None = None
        self.dates = DatesCard(_("Next meetings"))
        self.slots = SlotsCard(self.desk, self.record)
        self.slots.list.chosen.connect(self.wanted)
        self.minutes = MinutesList(self.desk, self.record)
        self.minutes.chosen.connect(self.wanted)
        self.members = MembersCard(self.desk, self.record)
        self.lists = Card(_("Reading lists"))
        self.words = Card(_("About this group"))
        for part in (self.dates, self.slots, self.members, self.lists, self.minutes, self.words):
            self.column.addWidget(part)
        self._files = AttachmentsCard(self.desk, self.type_name, self.record)
        self.column.addWidget(self._files)

    def reload(self) -> None:
        self.desk.tasks.read(self, groupwork.group, self.record, done=self._take, key="group")

    def changed(self, change: Changed) -> None:
        super().changed(change)
        self.minutes.reload()

    def flush(self) -> None:
        if self.form is not None:
            self.form.binder.flush()

    def begin(self) -> None:
        if self.form is not None:
            self.form.first.setFocus(Qt.FocusReason.OtherFocusReason)
        self._begun = True

    def _list_link(self, record: str, title: str) -> QWidget:
        link = LinkButton(title, "library")
        link.clicked.connect(lambda: self.desk.navigate("library", record))
        return link

    def _take(self, found: groupwork.GroupView) -> None:
        card = found.card
        theme_words = card.theme if card.theme != card.title else ""
        state = _(STATES[card.state]) if card.state in STATES else ""
        under = " · ".join(part for part in (theme_words, state) if part)
        self.show_title(card.title or _("New group"), under)
        of_slot = {slot.id: slot for slot in card.slots}
        lines = [
            Line(moment, slot.zone, _slot_words(slot), whole_day=slot.whole_day)
            for moment, slot in ((moment, of_slot[record]) for moment, record in card.dates)
        ]
        self.dates.show_lines(lines, my_zone(self.desk))
        self.slots.show_slots(card)
        self.members.show_members(card)
        self.lists.setVisible(bool(card.lists))
        self.lists.fill([self._list_link(*pair) for pair in card.lists])
        if "edit" in card.can and self.form is None:
            self.form = WorkingGroupForm(self.desk, self.record, found.themes, found.organisations)
            self.column.insertWidget(self.column.indexOf(self.minutes) + 1, self.form)
            if getattr(self, "_begun", False):
                self.begin()
        self.words.setVisible(self.form is None)
        self.words.fill(groupwork_words(found))
        self.minutes.new_button.setVisible("meet" in card.can)
        self.bin.setVisible("edit" in card.can)


class MembersCard(Card):
    """Which organisations take part in a group, and whether ours does."""

    def __init__(self, desk: Desk, group: str, parent: QWidget | None = None) -> None:
        super().__init__(_("Who takes part"), parent=parent)
        self._desk, self._group = desk, group
        self.names = Text("", wrap=True)
        self.join, self.leave = SecondaryButton(_("Take part"), "handshake"), QuietButton(_("Leave"))
        self.join.clicked.connect(lambda: self._write(True, _("Your organisation takes part.")))
        self.leave.clicked.connect(lambda: self._write(False, _("You no longer take part.")))
        for button in (self.join, self.leave):
            button.hide()
            self.add_to_head(button)
        self.add(self.names)

    def show_members(self, card: GroupCard) -> None:
        """Show the names; the focus stays where somebody has just pressed."""
        self.names.setText(", ".join(card.members) or _("No organisation has joined yet."))
        stay = self.join.hasFocus() or self.leave.hasFocus()
        now, other = (self.leave, self.join) if "leave" in card.can else (self.join, self.leave)
        now.setVisible(bool({"join", "leave"} & card.can))
        if stay:
            now.setFocus(Qt.FocusReason.OtherFocusReason)
        other.hide()

    def _write(self, there: bool, words: str) -> None:
        tell = self._desk.notices.offer_undo
        self._desk.tasks.write(
            self._desk.tasks, working_groups.join, self._group, there, done=lambda act: tell(words, act),
            failed=lambda problem: self._desk.notices.warn(str(problem)),
        )  # fmt: skip


def groupwork_words(found: groupwork.GroupView) -> list[QWidget]:
    """Return what a group says of itself, for who may not change it."""
    parts: list[QWidget] = []
    for label, words in (
        (_("Coordinators"), ", ".join(found.card.coordinators)),
        (_("In short"), found.summary),
        (_("Work programme"), found.programme),
    ):
        if words:
            parts += [Text(label, "head"), Text(words, wrap=True)]
    return parts


def _slot_words(slot: Slot) -> str:
    return ", ".join(slot.coordinators)


class SlotsCard(Card):
    """The time slots of a group: one list, one group."""

    def __init__(self, desk: Desk, group: str, parent: QWidget | None = None) -> None:
        super().__init__(_("Time slots"), parent=parent)
        self._desk, self._group = desk, group
        self.new_button = QuietButton(_("New time slot"), "plus")
        self.new_button.clicked.connect(self.begin)
        self.add_to_head(self.new_button)
        self.list = RecordList(_("Time slots"))
        self.add(self.list)
        self.open(False)

    def begin(self) -> None:
        """Make a slot of the group and show it."""
        self._desk.tasks.write(self, events.begin, self._group, done=self.list.chosen.emit)

    def show_slots(self, card: GroupCard) -> None:
        """Show each slot with how it repeats and by which clock."""
        self.new_button.setVisible("meet" in card.can)
        self.list.show_items([_slot_item(slot) for slot in card.slots])
        self.list.setFixedHeight(theme.px(_ROW) * min(len(card.slots), _MOST_ROWS))
        self.open(bool(card.slots))


def _slot_item(slot: Slot) -> Item:
    hour = "" if slot.whole_day else f", {slot.starts[11:16]} {zones.city(slot.zone)}"
    when = f"{recurrence.words(slot.rule)}{hour}" if slot.starts else ""
    meta = ", ".join(slot.coordinators) or slot.title
    title = when or _("No dates yet")
    state = _(EVENT_STATES[slot.state]) if slot.state == "cancelled" else ""
    row = Row(title, meta=meta, icon="clock", state=state, state_tone="err")
    return Item(slot.id, row, ". ".join(part for part in (title, meta, state) if part))


class EventPane(RecordCard):
    """One event: its dates in both zones, the fields, and what belongs to it."""

    type_name = "event"

    def fill(self) -> None:
        self.form: EventForm | None = None
        self.card: EventCard | None = None
        self._begun = False
        self.back = LinkButton("", "arrow-left")
        self.back.clicked.connect(self._go_back)
        self.back.hide()
        self.column.insertWidget(0, self.back, 0, Qt.AlignmentFlag.AlignLeft)
        self.dates = DatesCard(_("Dates"))
        self.share_button = SecondaryButton(_("Share with the Alliance"), "share-2")
        self.share_button.clicked.connect(self._share)
        self.share_button.hide()
        self.column.addWidget(self.dates)
        self.attendance = AttendanceCard(self.desk, self.record)
        self.attendance.hide()
        self.column.addWidget(self.attendance)
        self.save_button = QuietButton(_("Save for a calendar"), "download")
        self.save_button.clicked.connect(self.choose_file)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.share_button)
        buttons.addWidget(self.save_button)
        buttons.addStretch(1)
        self.column.addLayout(buttons)
        self.column.addWidget(AttachmentsCard(self.desk, self.type_name, self.record))

    def reload(self) -> None:
        self.desk.tasks.read(self, groupwork.event, self.record, done=self._take, key="event")

    def changed(self, change: Changed) -> None:
        super().changed(change)
        self.attendance.reload()

    def flush(self) -> None:
        if self.form is not None:
            self.form.binder.flush()

    def begin(self) -> None:
        self._begun = True
        if self.form is not None:
            self.form.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def remove(self) -> None:
        self.flush()
        self.desk.tasks.write(self.desk.tasks, events.take_back, self.record, done=self._tell)

    def choose_file(self) -> None:
        """Ask where a file for other calendars should go."""
        name = f"{(self.card.title if self.card else '') or _('Event')}{calendar_files.SUFFIX}".replace("/", "-")
        chosen, _kind = QFileDialog.getSaveFileName(self, _("Save for a calendar"), name, "iCalendar (*.ics)")
        if chosen:
            self.save(Path(chosen))

    def save(self, path: Path) -> None:
        """Write the event into a file that other calendars read."""
        self.flush()

        def saved(_none: object) -> None:
            self.desk.notices.say(_("Saved as {name}.").format(name=path.name))

        self.desk.tasks.read(self, calendar_files.save, path, [self.record], done=saved, failed=self._explain)

    def leave_out(self, date: str) -> None:
        """Leave out one date of a series."""
        tell, words = self.desk.notices.offer_undo, _("Noted.")
        self.desk.tasks.write(self, events.leave_out, self.record, date, done=lambda act: tell(words, act))

    def _go_back(self) -> None:
        if self.card is not None and self.card.group_id:
            self.wanted.emit(self.card.group_id)

    def _share(self) -> None:
        self.flush()
        self.desk.tasks.write(self, events.share, self.record, done=self._shared, failed=self._explain)

    def _shared(self, copy: str) -> None:
        self.desk.notices.say(_("Shared. It reaches the others with the next sync."))
        self.wanted.emit(copy)

    def _explain(self, problem: Exception) -> None:
        self.desk.notices.warn(str(problem))

    def _take(self, found: groupwork.EventView) -> None:
        card = self.card = found.card
        state = _(EVENT_STATES[card.state]) if card.state in EVENT_STATES else ""
        repeats = recurrence.words(card.rule) if card.rule else ""
        whose = _("Everybody in the Alliance sees it") if card.shared else _("Stays in your organisation")
        self.show_title(card.title or _("New event"), " · ".join(part for part in (state, repeats, whose) if part))
        self.back.setText(card.group)
        self.back.setVisible(bool(card.group))
        repeated = card.rule and "edit" in card.can
        lines = [
            Line(
                moment, card.zone, "", moment.replace(tzinfo=None).isoformat()[:16] if repeated else "", card.whole_day
            )
            for moment in card.dates
        ]
        self.dates.show_lines(lines, my_zone(self.desk), self.leave_out)
        if "edit" in card.can and self.form is None:
            self.form = EventForm(self.desk, self.record, found.themes, found.organisations)
            self.column.insertWidget(self.column.indexOf(self.attendance) + 1, self.form)
            if self._begun:
                self.begin()
        self.attendance.setVisible(bool(card.dates))
        self.share_button.setVisible("share" in card.can)
        self.bin.setVisible("edit" in card.can)
