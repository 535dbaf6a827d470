"""Minutes of meetings, and everything that they ask for as one list."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.action import ActionLine
from ui.forms.attachment import AttachmentsCard
from ui.forms.minutes import MinutesForm
from ui.forms.reply import ReplyLine
from ui.pages.miner_groups import LinesCard
from ui.pages.record_card import RecordCard
from ui.pages.record_list import Item, RecordList
from ui.widgets.buttons import LinkButton, PrimaryButton, QuietButton
from ui.widgets.card import Card
from ui.widgets.column import Column
from ui.widgets.combo import ChoiceField
from ui.widgets.labels import Text, hairline
from ui.widgets.rows import Row
from wimdesk.events import Changed
from wimdesk.i18n import N_, _, ngettext
from wimdesk.records.minutes import STATES
from wimdesk.services import groupwork, owed
from wimdesk.services.dates import day_text
from wimdesk.services.owed import MinutesRow, Owed

_REST = N_(
    "This was written on another computer while these minutes were circulated. Circulate it too, or move it to the "
    "trash."
)
OWED = "owed"
"""Stands where the id of a record would."""
_ROW, _MOST_ROWS = 64, 4


class MinutesList(Card):
    """The minutes of one group, the latest first. ``chosen`` tells which should be shown."""

    chosen = Signal(str)

    def __init__(self, desk: Desk, group: str, parent: QWidget | None = None) -> None:
        super().__init__(_("Minutes of meetings"), parent=parent)
        self._desk, self._group = desk, group
        self.new_button = QuietButton(_("New minutes"), "plus")
        self.new_button.clicked.connect(self.begin)
        self.add_to_head(self.new_button)
        self.list = RecordList(_("Minutes of meetings"))
        self.list.chosen.connect(self.chosen)
        self.add(self.list)
        self.open(False)
        self.reload()

    def reload(self) -> None:
        """Read the minutes anew."""
        self._desk.tasks.read(self, owed.minutes_of, self._group, done=self._take, key="minutes")

    def begin(self) -> None:
        """Begin minutes of today and show them."""
        self._desk.tasks.write(self, owed.begin_minutes, self._group, done=self.chosen.emit)

    def _take(self, found: Sequence[MinutesRow]) -> None:
        self.list.show_items([_item(row) for row in found])
        self.list.setFixedHeight(theme.px(_ROW) * min(len(found), _MOST_ROWS))
        self.open(bool(found))


def _item(row: MinutesRow) -> Item:
    asked = ngettext("{count} action or decision", "{count} actions and decisions", row.actions)
    state = _(STATES[row.state]) if row.state in STATES else ""
    meta = " · ".join(part for part in (state, asked.format(count=row.actions) if row.actions else "") if part)
    title = day_text(row.day) if row.day else row.title
    return Item(row.id, Row(title, meta=meta, icon="file-text"), f"{title}. {meta}")


class MinutesPane(RecordCard):
    """The minutes of one meeting with what they ask for, and the way to the others."""

    type_name = "minutes"

    def fill(self) -> None:
        self._group = ""
        self._begun = False
        self._may_edit: bool | None = None
        self.form: MinutesForm | None = None
        self.lines: LinesCard | None = None
        self.back = LinkButton("", "arrow-left")
        self.back.clicked.connect(lambda: self.wanted.emit(self._group))
        self.column.insertWidget(0, self.back, 0, Qt.AlignmentFlag.AlignLeft)
        self.words = Card(_("What was said"))
        self.asked = RepliesCard(self.desk, _("Actions and decisions"))
        self.rest = Text(_(_REST), "muted", wrap=True)
        self.rest.hide()
        self.column.addWidget(self.rest)
        self.button = PrimaryButton(_("Circulate"), "send")
        self.button.setToolTip(_("Everybody in the Alliance sees the minutes, and each organisation what it owes."))
        self.button.clicked.connect(self.circulate)
        self.button.hide()
        for part in (self.words, self.asked):
            self.column.addWidget(part)
        self.column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addWidget(AttachmentsCard(self.desk, self.type_name, self.record))

    def reload(self) -> None:
        self.desk.tasks.read(self, groupwork.minutes, self.record, done=self._take, key="minutes")

    def flush(self) -> None:
        if self.form is not None:
            self.form.binder.flush()
        if self.lines is not None:
            self.lines.flush()

    def begin(self) -> None:
        self._begun = True
        if self.form is not None:
            self.form.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def remove(self) -> None:
        super().remove()
        self.wanted.emit(self._group)

    def circulate(self) -> None:
        """Give the minutes to the Alliance, and each organisation what it owes."""
        self.flush()
        self.desk.tasks.write(
            self, owed.circulate, self.record, done=self._circulated,
            failed=lambda problem: self.desk.notices.warn(str(problem)),
        )  # fmt: skip

    def _circulated(self, copy: str) -> None:
        self.desk.notices.say(_("Circulated. It reaches the others with the next sync."))
        self.wanted.emit(copy)

    def _take(self, found: groupwork.MinutesView) -> None:
        card = found.card
        self._group = card.group_id
        state = _(STATES[card.state]) if card.state in STATES else ""
        self.show_title(card.title, " · ".join(part for part in (day_text(card.day), state) if part))
        self.back.setText(card.group or _("Working group"))
        self.back.setVisible(bool(card.group_id))
        if "edit" in card.can and self.form is None:
            self._make_form(found.organisations)
        if self.lines is not None:
            self.lines.show_lines([each.id for each in card.actions])
        self.words.setVisible(self.form is None)
        self.words.fill([Text(card.text, wrap=True)] if card.text else [])
        drafted = "circulate" in card.can
        self.asked.setVisible(not drafted and bool(card.actions))
        self.asked.show_owed(card.actions)
        self.button.setVisible(drafted)
        self.rest.setVisible(card.is_rest)
        self.bin.setVisible("edit" in card.can)

    def _make_form(self, organisations: Sequence[tuple[str, str]]) -> None:
        self.form = MinutesForm(self.desk, self.record)
        self.lines = LinesCard(
            self.desk, _("Actions and decisions"), _("New action or decision"), owed.ACTION,
            lambda each: ActionLine(self.desk, each, organisations),
        )  # fmt: skip
        self.lines.button.clicked.connect(lambda: self.desk.tasks.write(self, owed.begin_action, self.record))
        at = self.column.indexOf(self.words)
        self.column.insertWidget(at, self.form)
        self.column.insertWidget(at + 1, self.lines)
        if self._begun:
            self.begin()


class RepliesCard(Card):
    """Actions and decisions, each with its state and, where it is ours, a way to answer."""

    def __init__(self, desk: Desk, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(title, parent=parent)
        self._desk = desk
        self._shown: tuple[Owed, ...] = ()
        self.lines: list[ReplyLine] = []
        self.column = Column()
        self.add(self.column)

    def show_owed(self, found: Sequence[Owed]) -> None:
        """Show these, unless they are there already."""
        if tuple(found) == self._shown:
            return
        self._shown = tuple(found)
        self.lines = [ReplyLine(each) for each in found]
        for line in self.lines:
            line.answered.connect(self._answer)
        parts: list[QWidget] = []
        for line in self.lines:
            parts += [hairline(), line] if parts else [line]
        self.column.fill(parts)

    def _answer(self, action: str, state: str, text: str) -> None:
        tell = self._desk.notices.offer_undo
        self._desk.tasks.write(
            self._desk.tasks, owed.answer, action, state, text, done=lambda act: tell(_("Answered."), act),
            failed=lambda problem: self._desk.notices.warn(str(problem)),
        )  # fmt: skip


class OwedPane(RecordCard):
    """What our organisation owes, out of the minutes of every group; or what everybody does."""

    type_name = OWED
    removable = False

    def fill(self) -> None:
        self.show_title(_("What we owe"))
        self.which = ChoiceField(
            [("ours", _("What we owe")), ("open", _("Open everywhere")), ("all", _("Everything, with decisions"))],
            _("Which are shown"),
        )
        self.which.setMaximumWidth(theme.px(280))
        self.which.changed.connect(self.reload)
        self.column.addWidget(self.which)
        self.card = RepliesCard(self.desk)
        self.nothing = Text(_("Nothing is open. What minutes ask of you shows up here."), "muted", wrap=True)
        self.nothing.hide()
        self.column.addWidget(self.card)
        self.column.addWidget(self.nothing)

    def reload(self) -> None:
        which = self.which.value()
        self.desk.tasks.read(self, owed.owed, which == "ours", which != "all", done=self._take, key="owed")

    def changed(self, change: Changed) -> None:
        self.reload()

    def _take(self, found: list[Owed]) -> None:
        self.card.setVisible(bool(found))
        self.card.show_owed(found)
        self.nothing.setVisible(not found)

    def _foot(self) -> QWidget:
        return QWidget()
