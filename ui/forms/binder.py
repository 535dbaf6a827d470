"""Ties the editors of a form to one record: it saves by itself, and never overwrites what is being typed."""

from __future__ import annotations

import itertools
from functools import partial
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from ui.forms import editors
from ui.widgets.field import FieldRow
from ui.widgets.undo_keys import has_nothing_to_undo
from wimdesk.errors import RuleBroken, WimdeskError
from wimdesk.events import Changed
from wimdesk.i18n import _
from wimdesk.records import rules
from wimdesk.services import editing, undoing
from wimdesk.store.record import Info, default, fields

if TYPE_CHECKING:
    from ui.desk import Desk

SAVE_AFTER = 300
"""Milliseconds from the last key until what was typed is saved."""
_numbers = itertools.count(1)


class Binder(QObject):
    """Saves each bound field 300 ms after the last key and when it is left; shows rules below the fields.

    The record is read by itself soon after the fields are bound. Emits ``loaded`` with all its values,
    ``saved`` after each commit, ``edited(field)`` with each change a person makes.
    """

    loaded = Signal(dict)
    saved = Signal()
    edited = Signal(str)

    def __init__(self, desk: Desk, type_name: str, record_id: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.type_name = type_name
        self.record_id = record_id
        self.origin = f"form:{next(_numbers)}"
        self._class = editing.type_of(type_name)
        self._info = fields(self._class)
        self._rows: dict[str, FieldRow] = {}
        self._parts: dict[QObject, str] = {}
        self._known: dict[str, object] = {}
        self._pending: dict[str, object] = {}
        self._typed: set[str] = set()
        self._judged: set[str] = set()
        self._own = 0
        self._saves = 0
        self._sent: dict[str, int] = {}
        """What is on its way to be saved, with the number of its latest save."""
        self._visit = undoing.new_act()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_AFTER)
        self._timer.timeout.connect(self.flush)
        desk.bridge.changed.connect(self._hear)
        QTimer.singleShot(0, self, self.load)

    def bind(self, name: str, editor: QWidget | None = None, *, label: str = "", hint: str | None = None) -> FieldRow:
        """Return a row with label, editor and help for a field; without an editor one that fits is made."""
        info = self._info[name]
        words = label or _(info["label"])
        made = editor or editors.make(info)
        made.setAccessibleName(words)
        star = " *" if info.get("required") else ""
        row = FieldRow(words + star, made, _(info.get("help", "")) if hint is None else hint)
        self._rows[name] = row
        editors.on_change(made, lambda: self._edit(name))
        self._watch(name, made)
        made.destroyed.connect(self.flush)
        return row

    def row(self, name: str) -> FieldRow:
        """Return the row of a bound field."""
        return self._rows[name]

    def editor(self, name: str) -> QWidget:
        """Return the editor of a bound field."""
        return self._rows[name].editor

    def values(self) -> dict[str, object]:
        """Return the record as known, with what is typed in the bound fields."""
        return self._known | {name: editors.value(row.editor, self._info[name]) for name, row in self._rows.items()}

    def info(self, name: str) -> Info:
        """Return what a column says of itself."""
        return self._info[name]

    def load(self, origin: str = "") -> None:
        """Read the record and show it; what is being typed stays. `origin` is who changed it, if somebody did."""
        saves = self._saves

        def take(found: dict[str, object]) -> None:
            if saves == self._saves:
                self._take(found, origin)
            else:
                self.load(origin)  # read before our own save, it would bring back what stood there before

        self.desk.tasks.read(self, editing.values, self.type_name, self.record_id, done=take, key="load")

    def is_dirty(self) -> bool:
        """Say whether something typed is not saved yet."""
        return bool(self._pending) or self._own > 0

    def flush(self) -> None:
        """Save at once what waits to be saved. Safe to call at any time, also while the form goes away."""
        if shiboken6.isValid(self._timer):
            self._timer.stop()
        if not self._pending:
            return
        values, self._pending = self._pending, {}
        self._own += 1
        number = next(_numbers)
        self._sent |= dict.fromkeys(values, number)

        def settle() -> dict[str, object]:
            latest = {name: each for name, each in values.items() if self._sent.get(name) == number}
            for name in latest:
                del self._sent[name]
            return latest

        def saved(_problems: object) -> None:
            settle()
            self._saved(values)

        def not_saved(problem: WimdeskError) -> None:
            # What was typed since then is on its way by itself, or was saved: the older text is not tried again.
            self._not_saved(problem, settle())

        self.desk.tasks.write(
            self,
            undoing.change,
            self._visit,
            self.type_name,
            self.record_id,
            values,
            done=saved,
            failed=not_saved,
            origin=self.origin,
        )

    def judge(self, *names: str) -> list[tuple[str, str]]:
        """Show and return what is still wrong, in these fields or in all bound ones: before an act such as Submit."""
        self._judged |= set(names or self._rows)
        return self._show_rules()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # A form that is being destroyed sends these too: nothing of Qt may be touched here.
        kind = event.type()
        if kind == QEvent.Type.ShortcutOverride and has_nothing_to_undo(watched, event):
            event.ignore()  # else an empty line would swallow the keys, and the last change could not be taken back
            return True
        if kind in {QEvent.Type.FocusOut, QEvent.Type.Hide} and watched in self._parts:
            self.flush()
            self._visit = undoing.new_act()  # what was typed in one visit of a field is one thing to take back
            if kind == QEvent.Type.FocusOut:
                QTimer.singleShot(0, self, partial(self._leave, self._parts[watched]))
        return False

    # ------------------------------------------------------------- a person types

    def _edit(self, name: str) -> None:
        editor, info = self._rows[name].editor, self._info[name]
        self._watch(name, editor)  # some editors grow new lines while they are used
        self._typed.add(name)
        sentence = editors.unreadable(editor, info)
        if not sentence or info["kind"] not in {"integer", "decimal"}:
            self._pending[name] = editors.value(editor, info)
            self._timer.start()
        if name in self._judged:
            self._show_rules()
        self.edited.emit(name)

    def _watch(self, name: str, editor: QWidget) -> None:
        for part in (editor, *editor.findChildren(QWidget)):
            if part not in self._parts:
                self._parts[part] = name
                part.installEventFilter(self)

    def _leave(self, name: str) -> None:
        if not all(shiboken6.isValid(row) and shiboken6.isValid(row.editor) for row in self._rows.values()):
            return
        if name in self._typed:
            self._judged.add(name)
            self._show_rules()
        if name not in self._pending:
            self._typed.discard(name)

    def _show_rules(self) -> list[tuple[str, str]]:
        found = dict(self._broken())
        for name, row in self._rows.items():
            if name not in self._judged:
                continue
            wrong = editors.unreadable(row.editor, self._info[name])
            if wrong:
                row.set_message(wrong, "err")
            elif name in found:
                row.set_message(found[name], "warn")
            else:
                row.clear_message()
        return [(name, sentence) for name, sentence in found.items() if name in self._rows]

    def _broken(self) -> list[tuple[str, str]]:
        blank = {name: default(info) for name, info in self._info.items()}
        values = blank | {name: value for name, value in self.values().items() if name in self._info}
        found = rules.check_values(self._class, values) + self._class.problems(values)
        return list(reversed(found))  # the first sentence of a field wins in a dict

    # ------------------------------------------------------------- what was saved

    def _saved(self, values: dict[str, object]) -> None:
        self._own -= 1
        self._saves += 1
        self._known |= values
        self.saved.emit()

    def _not_saved(self, problem: WimdeskError, values: dict[str, object]) -> None:
        self._own -= 1
        if isinstance(problem, RuleBroken):
            for name, sentence in problem.problems:
                if name in self._rows:
                    self._rows[name].set_message(sentence, "err")
            return
        # What was typed stays on the screen and goes along with the next attempt.
        self._pending = values | self._pending
        self.desk.notices.warn(str(problem))

    # ------------------------------------------------------------- what others did

    def _hear(self, change: Changed) -> None:
        if change.origin == self.origin or self.record_id not in change.ids.get(self.type_name, frozenset()):
            return
        self.load(change.origin)

    def _take(self, found: dict[str, object], origin: str) -> None:
        for name, row in self._rows.items():
            new, before = found.get(name), self._known.get(name)
            if name not in self._known or new == before:
                if name not in self._known and not self._being_typed(name):
                    editors.show(row.editor, new)
                continue
            typing = self._being_typed(name) if origin == "sync" else self._is_unsaved(name)
            if typing and new != editors.value(row.editor, self._info[name]):
                self._tell_foreign(row, new, self._info[name])
            elif not self._is_unsaved(name):
                editors.show(row.editor, new)
                row.clear_message()
        self._known = dict(found)
        self.loaded.emit(found)

    def _is_unsaved(self, name: str) -> bool:
        return name in self._pending or name in self._sent

    def _being_typed(self, name: str) -> bool:
        if self._is_unsaved(name):
            return True
        focus = QApplication.focusWidget()
        editor = self._rows[name].editor
        return name in self._typed and focus is not None and (editor is focus or editor.isAncestorOf(focus))

    def _tell_foreign(self, row: FieldRow, new: object, info: Info) -> None:
        words = editors.in_words(new, info)
        row.set_message(
            _("Changed on another laptop to: {value}. Yours stays while you type.").format(value=words), "info"
        )
