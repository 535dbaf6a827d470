"""The organisation's own fields on the card of a record: each saves itself, as all fields do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QWidget

from ui.desk import Desk
from ui.forms import editors
from ui.forms.binder import SAVE_AFTER
from ui.forms.columns import TwoColumns
from ui.widgets.card import Card
from ui.widgets.column import Column
from ui.widgets.combo import ChoiceField
from ui.widgets.date import DateField
from ui.widgets.field import FieldRow
from ui.widgets.undo_keys import has_nothing_to_undo
from wimdesk.errors import RuleBroken, WimdeskError
from wimdesk.events import Changed
from wimdesk.i18n import _
from wimdesk.services import custom_fields, undoing
from wimdesk.services.custom_fields import Definition


class OwnFieldsCard(Card):
    """A row for each own field of a type; without any the card is not there."""

    def __init__(self, desk: Desk, type_name: str, record: str, parent: QWidget | None = None) -> None:
        super().__init__(_("Own fields"), _("Stays in your organisation"), parent)
        self._desk = desk
        self._about = (type_name, record)
        self._shown: Sequence[Definition] = ()
        self._pending: dict[str, str] = {}
        self._sent: dict[str, str] = {}
        self._saves = 0
        self._visit = undoing.new_act()
        self.rows: dict[str, FieldRow] = {}
        self._fields = Column()
        self.add(self._fields)
        self.hide()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_AFTER)
        self._timer.timeout.connect(self.flush)
        desk.bridge.changed.connect(self._hear)
        self.reload()

    def reload(self) -> None:
        """Read the fields and their values anew."""
        saves = self._saves

        def take(found: tuple[Sequence[Definition], Mapping[str, str]]) -> None:
            if saves == self._saves:
                self._take(found)
            else:
                self.reload()  # as in the binder: it may be older than our own save

        self._desk.tasks.read(self, custom_fields.of_record, *self._about, done=take, key="own")

    def flush(self) -> None:
        """Save what waits to be saved."""
        self._timer.stop()
        if not self._pending:
            return
        values, self._pending = self._pending, {}
        self._sent |= values
        self._desk.tasks.write(
            self, custom_fields.put, *self._about, values, self._visit,
            done=lambda _none: self._saved(values), failed=partial(self._not_saved, values), origin="own",
        )  # fmt: skip

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and has_nothing_to_undo(watched, event):
            event.ignore()  # as in the binder
            return True
        if event.type() in {QEvent.Type.FocusOut, QEvent.Type.Hide} and self._pending:
            self.flush()
            self._visit = undoing.new_act()
        return False

    def _hear(self, change: Changed) -> None:
        if change.touches("custom_value", "custom_field") and change.origin != "own":
            self.reload()

    def _take(self, found: tuple[Sequence[Definition], Mapping[str, str]]) -> None:
        known = found[0]
        values = {**found[1], **self._sent, **self._pending}  # what was typed meanwhile is newer
        if list(known) != list(self._shown):
            self.flush()
            self._shown = known
            self._build(known)
        focus = QApplication.focusWidget()
        for each in known:
            editor = self.rows[each.id].editor
            if each.id not in self._pending and (focus is None or not (editor is focus or editor.isAncestorOf(focus))):
                _show(editor, values.get(each.id, ""))
        self.setVisible(bool(known))

    def _build(self, known: Sequence[Definition]) -> None:
        fields = TwoColumns()
        self.rows = {}
        for each in known:
            editor = _editor(each)
            editor.setAccessibleName(each.label)
            row = self.rows[each.id] = FieldRow("" if each.kind == "flag" else each.label, editor)
            editors.on_change(editor, partial(self._edit, each.id))
            for part in (editor, *editor.findChildren(QWidget)):
                part.installEventFilter(self)
            fields.add(row)
        self._fields.fill([fields] if known else [])

    def _edit(self, field: str) -> None:
        self.rows[field].clear_message()
        self._pending[field] = _text(self.rows[field].editor)
        self._timer.start()

    def _settle(self, values: Mapping[str, str]) -> dict[str, str]:
        """Note that a save came to its end; return which of its texts are still the latest that were sent."""
        latest = {field: text for field, text in values.items() if self._sent.get(field) == text}
        for field in latest:
            del self._sent[field]
        return latest

    def _saved(self, values: Mapping[str, str]) -> None:
        self._saves += 1
        self._settle(values)

    def _not_saved(self, sent: Mapping[str, str], problem: WimdeskError) -> None:
        values = self._settle(sent)
        if not isinstance(problem, RuleBroken):
            # What was typed stays on the screen and goes along with the next attempt.
            self._pending = {**values, **self._pending}
            self._desk.notices.warn(str(problem))
            return
        wrong = dict(problem.problems)
        for field, sentence in wrong.items():
            if field in self.rows and (field in values or field not in sent):
                self.rows[field].set_message(sentence, "err")
        others = {field: text for field, text in values.items() if field not in wrong}
        if wrong.keys() & sent.keys() and others:
            self._pending = others | self._pending
            self.flush()


def _editor(each: Definition) -> QWidget:
    match each.kind:
        case "day":
            return DateField()
        case "choice":
            return ChoiceField([("", "–"), *((option, option) for option in each.options)])
        case "flag":
            return QCheckBox(each.label.replace("&", "&&"))
    return QLineEdit()


def _text(editor: QWidget) -> str:
    if isinstance(editor, QCheckBox):
        return "1" if editor.isChecked() else "0"
    if isinstance(editor, ChoiceField):
        return editor.value() or ""
    if isinstance(editor, DateField):
        return editor.value() or editor.text()  # what can't be read takes away nothing: it is refused with a sentence
    return editor.text() if isinstance(editor, QLineEdit) else ""


def _show(editor: QWidget, value: str) -> None:
    blocked = editor.blockSignals(True)
    if isinstance(editor, QCheckBox):
        editor.setChecked(value == "1")
    elif isinstance(editor, ChoiceField | DateField):
        editor.set_value(value)
    elif isinstance(editor, QLineEdit):
        editor.setText(value)
    editor.blockSignals(blocked)
