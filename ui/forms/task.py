"""Tasks on the start page, or about one record: a line to add, what is due first, a mark for what is done."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from ui import moments, theme
from ui.desk import Desk
from ui.forms.binder import Binder
from ui.forms.columns import TwoColumns
from ui.places import PLACES
from ui.widgets.buttons import IconButton, LinkButton, QuietButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.column import Column
from ui.widgets.date import DateField
from ui.widgets.field import FieldRow, beside_editor
from ui.widgets.labels import Chip, Text, hairline
from ui.widgets.number import NumberField
from wimdesk.errors import RuleBroken, WimdeskError
from wimdesk.i18n import _, ngettext
from wimdesk.services import todo
from wimdesk.services.todo import Todo

_SHOWN = 5
_INDENT = 28
"""Where the words of a check box begin."""


class TaskForm(QWidget):
    """Everything of one task, in fields that save themselves."""

    def __init__(self, desk: Desk, record: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.binder = Binder(desk, todo.TYPE, record, self)
        self.title = QLineEdit()
        fields = TwoColumns()
        fields.add_wide(self.binder.bind("title", self.title))
        fields.add(self.binder.bind("due", DateField(whole_days=True)))
        fields.add(self.binder.bind("assignee", QLineEdit()))
        fields.add(self.binder.bind("remind_days", NumberField()))
        note = QPlainTextEdit()
        note.setTabChangesFocus(True)
        note.setFixedHeight(theme.px(64))
        fields.add_wide(self.binder.bind("note", note))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 8)
        column.addWidget(fields)
        self.setFocusProxy(self.title)


class TasksCard(Card):
    """What is to be done; `about` is the id of a record, empty for all tasks of the organisation."""

    def __init__(self, desk: Desk, about: str = "", parent: QWidget | None = None) -> None:
        super().__init__(_("Tasks"), parent=parent)
        self._desk = desk
        self._about = about
        self._todos: tuple[Todo, ...] | None = None
        self._all = False
        self._opened = ""
        self._begun = False
        self.form: TaskForm | None = None
        self.text = QLineEdit()
        self.text.setPlaceholderText(_("For example: call the mine"))
        self.text.returnPressed.connect(self.enter)
        self.day = DateField(whole_days=True)
        self.day.returnPressed.connect(self.enter)
        self.button = SecondaryButton(_("Add"), "plus")
        self.button.setAccessibleName(_("Add a task"))
        self.button.clicked.connect(self.enter)
        self._fields: dict[str, FieldRow] = {}
        self.add(self._adding())
        self._list = Column()
        self.add(self._list)
        # Outside the list, which is made anew with each save: the cursor stays where it is.
        self._room = Column()
        self.add(self._room)
        if about:
            self.new_button = QuietButton(_("Add a task"), "plus")
            self.new_button.clicked.connect(self.begin)
            self.add_to_head(self.new_button)
            self.open(False)

    def begin(self) -> None:
        """Open the card and put the cursor where a task is typed."""
        self._begun = True
        self.open()
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh(self) -> None:
        """Read the tasks anew."""
        opened = self._opened

        def take(found: tuple[Sequence[Todo], bool]) -> None:
            todos, is_there = found
            self.show_tasks(todos)
            if not is_there and opened == self._opened:
                self.edit(opened)

        self._desk.tasks.read(self, todo.look, self._about, opened, done=take, key="tasks")

    def flush(self) -> None:
        """Save what is being typed in an open task."""
        if self.form is not None:
            self.form.binder.flush()

    def show_tasks(self, found: Sequence[Todo]) -> None:
        """Show these tasks."""
        late = sum(each.is_due for each in found)
        self.set_right(ngettext("{count} due", "{count} due", late).format(count=late) if late else "")
        if tuple(found) != self._todos:
            gone = {each.id for each in self._todos or ()} - {each.id for each in found}
            self._todos = tuple(found)
            self._rebuild()
            if self._about:
                self.open(bool(found) or self._begun)
            if self._opened in gone:
                self.edit(self._opened)

    def enter(self) -> None:
        """Add the task that is typed; what is missing is said below its field."""
        for row in self._fields.values():
            row.clear_message()
        if self.day.problem():
            self._fields["due"].set_message(self.day.problem())
            return
        title, due = self.text.text(), self.day.value() or ""
        # At once, not when it is saved: what is typed meanwhile is the next task, and Enter twice makes one.
        self.text.clear()
        self.day.clear()
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)
        add, explain = partial(todo.add, about=self._about), partial(self._explain, title, due)
        self._desk.tasks.write(self, add, title, due, done=self._entered, failed=explain)

    def titles(self) -> list[str]:
        """Return what is to be done, from top to bottom, as it is shown."""
        return [box.text() for box in self._list.findChildren(QCheckBox)]

    def _entered(self, _record: str) -> None:
        self.refresh()

    def _explain(self, title: str, due: str, problem: WimdeskError) -> None:
        if not self.text.text():
            self.text.setText(title)
            self.day.set_value(due)
        pairs = problem.problems if isinstance(problem, RuleBroken) else [("title", str(problem))]
        for name, sentence in pairs:
            self._fields.get(name, self._fields["title"]).set_message(sentence)

    def _adding(self) -> QWidget:
        box = QWidget()
        line = QHBoxLayout(box)
        line.setContentsMargins(0, 0, 0, 4)
        line.setSpacing(8)
        self._fields = {"title": FieldRow(_("What is to be done"), self.text), "due": FieldRow(_("Due on"), self.day)}
        self._fields["due"].setFixedWidth(theme.px(132))
        line.addWidget(self._fields["title"], 1)
        line.addWidget(self._fields["due"], 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(beside_editor(self.button, self._fields["title"]))
        return box

    def _rebuild(self) -> None:
        todos = self._todos or ()
        due = sum(each.is_due for each in todos)
        shown = todos if self._all else todos[: max(_SHOWN, due)]
        rows: list[QWidget] = []
        for each in shown:
            rows += [hairline(), self._row(each)]
        rest = len(todos) - len(shown)
        if rest:
            words = ngettext("Show {count} more task", "Show {count} more tasks", rest)
            more = LinkButton(words.format(count=rest), "chevron-down")
            more.clicked.connect(self._show_all)
            rows.append(more)
        self._list.fill(rows or [Text(_("Nothing is to be done."), "muted")])

    def _row(self, each: Todo) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 4, 0, 4)
        line.setSpacing(8)
        words = QVBoxLayout()
        words.setSpacing(1)
        box = QCheckBox(each.title)
        box.setAccessibleName(_("Done: {what}").format(what=each.title))
        box.toggled.connect(lambda on: self._finish(each, on))
        words.addWidget(box)
        pressing = each.days is not None and each.days <= 0
        said = " · ".join(part for part in ("" if pressing else _when(each), each.assignee) if part)
        if said:
            below = Text(said, "caption", wrap=True)
            below.setContentsMargins(theme.px(_INDENT), 0, theme.px(_INDENT), 0)  # whichever side the box stands
            words.addWidget(below)
        line.addLayout(words, 1)
        if pressing:
            line.addWidget(Chip(_when(each), "err" if each.days else "warn"))
        place = PLACES.get(each.about_type)
        if each.about_caption and not self._about and place is not None:
            about = LinkButton(each.about_caption, place.icon)
            about.clicked.connect(lambda: self._desk.navigate(place.page, each.about))
            line.addWidget(about)
        change = IconButton("pencil", _("Change: {what}").format(what=each.title), size=16)
        change.clicked.connect(lambda: self.edit(each.id))
        remove = IconButton("trash-2", _("Remove: {what}").format(what=each.title), size=16)
        remove.clicked.connect(lambda: self._remove(each))
        line.addWidget(change)
        line.addWidget(remove)
        return row

    def _show_all(self) -> None:
        self._all = True
        self._rebuild()

    def open_task(self, record: str) -> None:
        """Show the fields of a task, also of one that was done."""
        if record != self._opened:
            self.edit(record)

    def edit(self, record: str) -> None:
        """Show the fields of a task below it, or put them away."""
        self.flush()
        self._opened = "" if record == self._opened else record
        self.form = TaskForm(self._desk, self._opened) if self._opened else None
        self._room.fill([hairline(), self.form] if self.form is not None else [])
        if self.form is not None:
            QTimer.singleShot(0, self.form, self.form.setFocus)

    def _finish(self, each: Todo, on: bool) -> None:
        def tell(act: int) -> None:
            self._desk.notices.offer_undo(_("Done: {what}").format(what=each.title), act)
            self.refresh()

        self._desk.tasks.write(self, todo.finish, each.id, on, done=tell)

    def _remove(self, each: Todo) -> None:
        def tell(act: int) -> None:
            self._desk.notices.offer_undo(_("Task moved to the trash."), act)
            self.refresh()

        self._desk.tasks.write(self, todo.remove, each.id, done=tell)


def _when(each: Todo) -> str:
    if each.days is None:
        return ""
    if each.days == 0:
        return _("Due today")
    if each.days < 0:
        late = ngettext("{count} day late", "{count} days late", -each.days)
        return late.format(count=-each.days)
    day = moments.moment(each.due)
    return _("Due {day}").format(day=day)
