"""What the cards of the organisation page have in common: a title, history, and the way to the trash."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.custom_value import OwnFieldsCard
from ui.forms.task import TasksCard
from ui.pages.history_panel import HistoryPanel
from ui.widgets.buttons import QuietButton
from ui.widgets.card import scrolling
from ui.widgets.labels import Text
from wimdesk.events import Changed
from wimdesk.i18n import N_, _
from wimdesk.services import custom_fields, people, todo
from wimdesk.store.record import types

_DELETED = {
    "person": N_("Person moved to the trash."),
    "post": N_("Post moved to the trash."),
    "site": N_("Site moved to the trash."),
    "visit": N_("Visit moved to the trash."),
    "miner_group": N_("Group moved to the trash."),
    "working_group": N_("Group moved to the trash."),
    "event": N_("Event moved to the trash."),
    "attendance": N_("Attendance moved to the trash."),
    "minutes": N_("Minutes moved to the trash."),
    "champion": N_("Nomination moved to the trash."),
    "report_round": N_("Call for reports moved to the trash."),
    "membership": N_("Membership moved to the trash."),
    "organization": N_("Branch moved to the trash."),
    "alliance_text": N_("Text moved to the trash."),
}

LAID_OUT = 50
"""Milliseconds."""


_BELOW_FORM = 3
"""Behind the title, the line below it and the form."""


class RecordCard(QWidget):
    """A title, the form of one record, and below it its history and the trash. Subclasses add parts in `fill`."""

    type_name = ""
    removable = True
    wanted = Signal(str)
    """Emitted with the id of another record that should be shown."""
    people_wanted = Signal(str, object)
    """Emitted with words and what takes the rows of the few people who have them, by id."""

    def __init__(self, desk: Desk, record: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.record = record
        page = QWidget()
        self.area: QScrollArea = scrolling(page)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # With large letters a long line may need more than the pane has: nothing may be out of reach.
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        holder = QHBoxLayout(page)
        holder.setContentsMargins(24, 16, 24, 24)
        inner = QWidget()
        inner.setMaximumWidth(theme.px(760))
        holder.addWidget(inner, 1)
        holder.addStretch(0)
        self.column = QVBoxLayout(inner)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(12)
        self.title = Text("", "article", wrap=True)
        self.under = Text("", "muted", wrap=True)
        self.under.hide()
        self.column.addWidget(self.title)
        self.column.addWidget(self.under)
        self.fill()
        self.own_values: OwnFieldsCard | None = None
        if self.type_name in custom_fields.OWNERS:
            self.own_values = OwnFieldsCard(self.desk, self.type_name, record)
            self.column.insertWidget(_BELOW_FORM, self.own_values)
        self.tasks: TasksCard | None = None
        if self.type_name in types():
            self.tasks = TasksCard(self.desk, record)
            self.column.addWidget(self.tasks)
            self.tasks.refresh()
        self.column.addWidget(self._foot())
        self.column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.area)
        self.reload()

    def fill(self) -> None:
        """Add the parts of the card to `column`."""

    def reload(self) -> None:
        """Read anew what is shown beside the fields."""

    def flush(self) -> None:
        """Save what waits to be saved."""

    def flush_beside(self) -> None:
        """Save what waits in the parts that every card has."""
        for part in (self.own_values, self.tasks):
            if part is not None:
                part.flush()

    def begin(self) -> None:
        """Put the cursor where a new record is begun."""

    def changed(self, change: Changed) -> None:
        """Follow a change of this record or of what hangs on it."""
        if self.tasks is not None and change.touches(todo.TYPE):
            self.tasks.refresh()
        self.reload()
        if self.record in change.ids.get(self.type_name, frozenset()):
            self.history.reload()

    def show_title(self, title: str, under: str = "") -> None:
        """Name the record and, if given, add a quiet line."""
        self.title.setText(title)
        self.under.setText(under)
        self.under.setVisible(bool(under))

    def remove(self) -> None:
        """Move the record to the trash and offer to take that back."""
        self.flush()
        self.desk.tasks.write(self.desk.tasks, people.remove, self.type_name, self.record, done=self._tell)

    def _tell(self, act: int) -> None:
        self.desk.notices.offer_undo(_(_DELETED[self.type_name]), act)

    def _show_history(self) -> None:
        # The lines have just been made: only after the layouts the scroll bar knows of them.
        QTimer.singleShot(LAID_OUT, self.history, self._reveal_history)

    def _reveal_history(self) -> None:
        self.area.ensureWidgetVisible(self.history, 0, theme.px(24))

    def _foot(self) -> QWidget:
        foot = QWidget()
        line = QHBoxLayout(foot)
        line.setContentsMargins(0, 0, 0, 0)
        self.history = HistoryPanel(self.desk, [self.record])
        self.history.opened.connect(self._show_history)
        line.addWidget(self.history, 1, Qt.AlignmentFlag.AlignTop)
        if self.removable and self.type_name in _DELETED:
            self.bin = QuietButton(_("Move to the trash"), "trash-2")
            self.bin.clicked.connect(self.remove)
            line.addWidget(self.bin, 0, Qt.AlignmentFlag.AlignTop)
        return foot
