"""Who comes and who came: a name, Enter, the next name. Nothing here needs a network or the mouse."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.attendance import EntryLine
from ui.forms.check_in import PresenceLine, clock_words
from ui.pages.record_list import Item, RecordList
from ui.widgets.card import Card
from ui.widgets.combo import ChoiceField
from ui.widgets.labels import Text
from ui.widgets.rows import Row
from wimdesk.i18n import _, ngettext
from wimdesk.services import attendance
from wimdesk.services.attendance import Answer, Attendee, Sheet
from wimdesk.services.dates import day_text

_ROW, _MOST_ROWS = 64, 6


class AttendanceCard(Card):
    """The sheet of one event and day."""

    def __init__(self, desk: Desk, event: str, parent: QWidget | None = None) -> None:
        super().__init__(_("Attendance"), parent=parent)
        self._desk, self._event = desk, event
        self._day: str | None = None
        self.sheet: Sheet | None = None
        self.day = ChoiceField((), _("Day"))
        self.day.changed.connect(self._choose_day)
        self.add_to_head(self.day)
        self.entry = EntryLine()
        self.field, self.button, self.register_button = self.entry.field, self.entry.here, self.entry.register
        self.field.asked.connect(self._look_up)
        self.field.changed.connect(self._chosen)
        self.field.returnPressed.connect(self.check_in)
        self.button.clicked.connect(self.check_in)
        self.register_button.clicked.connect(self.register)
        self.said = Text("", "muted", wrap=True)
        self.said.hide()
        self.list = RecordList(_("Attendance"))
        self.list.chosen.connect(lambda _record: self._show_line())
        self.line = PresenceLine()
        self.line.here.connect(self._mark)
        self.line.not_here.connect(lambda record: self._undoable(attendance.take_back, record, _("Taken back.")))
        self.line.not_coming.connect(lambda record: self._undoable(attendance.cancel, record, _("Noted.")))
        for part in (self.entry, self.said, self.list, self.line):
            self.add(part)
        self.reload()

    def reload(self) -> None:
        """Read the sheet anew."""
        self._desk.tasks.read(self, attendance.sheet, self._event, self._day, done=self._take, key="sheet")

    def check_in(self) -> None:
        """Mark whoever is meant by what is typed as present; after that the field is ready for the next name."""
        text = self.field.typed()
        if not text or self.sheet is None:
            self.field.setFocus()
            return
        self._desk.tasks.write(
            self, attendance.check_in_text, self._event, self.sheet.day, text, done=self._answered, failed=self._explain
        )

    def register(self) -> None:
        """Register the person chosen, or the name that is typed."""
        text = self.field.typed()
        if not text or self.sheet is None:
            self.field.setFocus()
            return
        self._desk.tasks.write(
            self, attendance.register_text, self._event, self.sheet.day, text, done=self._answered, failed=self._explain
        )

    def _chosen(self) -> None:
        record = self.field.value()
        if record and self.sheet is not None:
            self._desk.tasks.write(
                self, attendance.check_in_offered, self._event, self.sheet.day, record, done=self._answered
            )

    def _answered(self, answer: Answer) -> None:
        if answer.choices:
            self._say(_("Who is meant? {names}").format(names=", ".join(answer.choices)))
            self.field.setFocus()
            return
        words = _("{name} was here already.") if answer.again else _("{name} is noted.")
        self._say(words.format(name=answer.name))
        self.field.empty()
        self.field.setFocus()
        self.reload()

    def _say(self, words: str) -> None:
        self.said.setText(words)
        self.said.setVisible(bool(words))

    def _look_up(self, text: str) -> None:
        if self.sheet is not None:
            self._desk.tasks.read(
                self, attendance.offers, self._event, self.sheet.day, text,
                done=lambda found: self.field.offer(text, found), key="offers",
            )  # fmt: skip

    def _mark(self, record: str) -> None:
        if self.sheet is not None:
            self._desk.tasks.write(
                self, attendance.check_in_offered, self._event, self.sheet.day, record, done=self._answered
            )

    def _undoable(self, verb: Callable[..., int], record: str, words: str) -> None:
        tell = self._desk.notices.offer_undo
        self._desk.tasks.write(self._desk.tasks, verb, record, done=lambda act: tell(words, act))

    def _explain(self, problem: Exception) -> None:
        self._say(str(problem))

    def _choose_day(self) -> None:
        self._day = self.day.value()
        self.reload()

    def _take(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.day.setVisible(len(sheet.days) > 1)
        blocked = self.day.blockSignals(True)
        self.day.set_options([(day, day_text(day, "medium") or _("Without a day")) for day in sheet.days])
        self.day.set_value(sheet.day)
        self.day.blockSignals(blocked)
        self.set_right(_counts(sheet))
        self.entry.setVisible(sheet.may_write)
        self.list.show_items([_item(each) for each in sheet.attendees])
        self.list.setFixedHeight(theme.px(_ROW) * min(len(sheet.attendees), _MOST_ROWS))
        self._show_line()

    def _show_line(self) -> None:
        chosen = self.list.current()
        found = [each for each in (self.sheet.attendees if self.sheet else ()) if each.id == chosen]
        self.line.show_attendee(found[0] if found else None)


def _counts(sheet: Sheet) -> str:
    here = ngettext("{count} person here", "{count} people here", sheet.present).format(count=sheet.present)
    registered = _("{count} registered").format(count=sheet.registered)
    return f"{here} · {registered}" if sheet.registered else here if sheet.present else _("Stays in your organisation")


def _item(each: Attendee) -> Item:
    state = clock_words(each.times) if each.times else ""
    notes = [each.organisation]
    if each.cancelled:
        notes.append(_("Does not come"))
    elif each.waiting:
        notes.append(_("Waiting list"))
    elif each.registered:
        notes.append(_("Registered"))
    elif each.walk_in:
        notes.append(_("Came without registering"))
    meta = " · ".join(part for part in notes if part)
    row = Row(each.name, meta=meta, icon="user", state=state, state_icon="check" if state else "")
    return Item(each.id, row, ". ".join(part for part in (each.name, meta, state) if part))
