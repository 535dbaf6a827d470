"""One cell of the monthly form: its field, last month's value, the change, and what needs a second look."""

from __future__ import annotations

import math
from decimal import Decimal

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
)
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QMenu, QWidget

from ui import theme
from ui.icons import IconLabel
from ui.widgets.buttons import IconButton
from ui.widgets.labels import Text, tool_tip
from ui.widgets.number import NumberField, format_number
from wimdesk.i18n import _
from wimdesk.records.observation import STATUS
from wimdesk.services.metrics import BLANKS, Row

SAVE_AFTER = 300
"""Milliseconds from the last key until a value is saved."""
FIELD, LAST, CHANGE, MORE = 116, 76, 64, 36
"""Widths of the columns, so that they stand below each other in every section."""
_SURE = ("A", "E", "P", "U")


class CellField(NumberField):
    """A number field that goes down with Enter and hands a pasted column on to the cells below."""

    left = Signal()
    down = Signal(int)
    pasted = Signal(list)
    menu_wanted = Signal(QPoint)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent=parent)
        self.setAcceptDrops(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self.take_pasted()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down}:
            self.down.emit(1)
        elif event.key() == Qt.Key.Key_Up:
            self.down.emit(-1)
        else:
            super().keyPressEvent(event)

    def take_pasted(self) -> None:
        """Put in what the clipboard holds: one value here, or the first column of several lines downwards."""
        text = QGuiApplication.clipboard().text().strip("\r\n")
        lines = [line.split("\t")[0].strip() for line in text.splitlines()]
        if len(lines) > 1:
            self.pasted.emit(lines)
        elif lines:
            self.insert(lines[0])

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        # The usual menu would paste several lines into one number.
        self.menu_wanted.emit(event.globalPos())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.left.emit()


class CellRow(QWidget):
    """The row of one indicator. Emits ``entered`` (key, value or None) when a value is to be saved."""

    entered = Signal(str, object)
    status_chosen = Signal(str, str)
    explained = Signal(str)
    read_anew = Signal()

    def __init__(self, row: Row, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = row
        self._dirty = False
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        self.label = Text(row.measure.label, wrap=True)
        self.label.setToolTip(tool_tip(row.measure.definition))
        self.field = CellField(row.measure.label)
        self.field.setFixedWidth(theme.px(FIELD))
        theme.mark(self.field, dense=True)
        self.label.setBuddy(self.field)
        self.previous = _quiet(LAST)
        self.change = _quiet(CHANGE)
        self.more = IconButton("ellipsis", _("More about {what}").format(what=row.measure.label), "text3", 16)
        self.more.setFixedWidth(theme.px(MORE))
        for column, widget in enumerate((self.label, self.field, self.previous, self.change, self.more)):
            grid.addWidget(widget, 0, column)
        self._note = _Note()
        grid.addWidget(self._note, 1, 0, 1, 5)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_AFTER)
        self._timer.timeout.connect(self.flush)
        self.field.textEdited.connect(self._note_typing)
        self.field.left.connect(self._leave)
        self.field.menu_wanted.connect(self._open_menu)
        self.more.clicked.connect(lambda: self._open_menu(self.more.mapToGlobal(QPoint(0, self.more.height()))))
        self.show_row(row, force=True)

    @property
    def key(self) -> str:
        """The key of the indicator."""
        return self.row.key

    def typed(self) -> float | None:
        """Return what stands in the field: a number, None for a blank, NaN for what can't be read."""
        value = self.field.value()
        if value is not None:
            return float(value)
        return None if self.field.is_empty() else math.nan

    def is_dirty(self) -> bool:
        """Tell whether the field holds something that was not handed on yet."""
        return self._dirty

    def show_row(self, row: Row, *, force: bool = False) -> None:
        """Show a row as it was read or checked; what is being typed stays."""
        self.row = row
        readable = row.value is None or math.isfinite(row.value)
        if readable and (force or not (self._dirty or self._holds_unreadable())):
            same = self.field.value() == (None if row.value is None else Decimal(repr(row.value)).normalize() + 0)
            if not same or (row.value is None and not self.field.is_empty()):
                self.field.set_value(row.value)
        self.field.setPlaceholderText(_short_reason(row.status) if row.status in BLANKS else "")
        self.previous.setText("–" if row.previous is None else format_number(row.previous, self.locale()))
        self._show_change()
        if self._is_settled():
            self.show_problem()

    def put(self, text: str) -> None:
        """Write a text into the field as if it were typed."""
        self.field.setText(text)
        self._note_typing()

    def flush(self) -> None:
        """Hand on what was typed, if it can be read."""
        self._timer.stop()
        if self._dirty and self.field.is_readable():
            self._dirty = False
            self.entered.emit(self.key, self.typed())
        elif self._dirty:
            self.read_anew.emit()

    def show_problem(self) -> None:
        """Say what is wrong or doubtful, or why the cell is blank."""
        hard, soft = self.field.problem() or self.row.sentence("hard"), self.row.sentence("soft")
        if hard:
            self._note.say("circle-alert", "err", hard)
        elif soft:
            self._note.say("triangle-alert", "warn", soft)
        elif self.row.status in STATUS and self.row.status != "A":
            self._note.say("info", "text2", _(STATUS[self.row.status]))
        else:
            self._note.clear()
        self.field.set_state("err" if hard else "warn" if soft else "normal", hard or soft or self._note.text())

    def _holds_unreadable(self) -> bool:
        return not self.field.is_readable()

    def _is_settled(self) -> bool:
        return not self.field.hasFocus() or self._note.is_warning()

    def _note_typing(self) -> None:
        self._dirty = True
        self._timer.start()
        self._show_change()

    def _leave(self) -> None:
        self.flush()
        self.show_problem()

    def _show_change(self) -> None:
        value, before = self.typed(), self.row.previous
        if value is None or before is None or not math.isfinite(value):
            self.change.setText("")
            return
        moved = round(value - before, 6)
        text = format_number(abs(moved), self.locale())
        self.change.setText("0" if moved == 0 else f"{'+' if moved > 0 else '−'}{text}")

    def _open_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.addAction(_("What is counted here?"), lambda: self.explained.emit(self.key))
        menu.addSeparator()
        if self.field.is_empty():
            menu.addSection(_("Why it is blank"))
            self._offer(menu, ("", *BLANKS))
        else:
            menu.addSection(_("How sure it is"))
            self._offer(menu, _SURE)
        menu.addSeparator()
        paste = QAction(_("Paste"), menu)
        paste.setShortcut(QKeySequence.StandardKey.Paste)
        paste.triggered.connect(self.field.take_pasted)
        menu.addAction(paste)
        copy = QAction(_("Copy"), menu)
        copy.setEnabled(not self.field.is_empty())
        copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(self.field.text()))
        menu.addAction(copy)
        menu.exec(place)
        menu.deleteLater()

    def _offer(self, menu: QMenu, codes: tuple[str, ...]) -> None:
        group = QActionGroup(menu)
        for code in codes:
            action = QAction(_(STATUS[code]) if code else _("Not filled in yet"), menu)
            action.setCheckable(True)
            action.setChecked(code == self.row.status or (code == "A" and not self.row.status))
            action.triggered.connect(lambda _checked=False, code=code: self.status_chosen.emit(self.key, code))
            group.addAction(action)
            menu.addAction(action)


class _Note(QWidget):
    """One line below a field."""

    def __init__(self) -> None:
        super().__init__()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 4)
        line.setSpacing(6)
        self._icon = IconLabel("info", "text2", 15)
        self._text = Text("", "caption", wrap=True)
        self._tone = ""
        line.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self._text, 1)
        self.clear()

    def text(self) -> str:
        """Return what is said."""
        return self._text.text()

    def is_warning(self) -> bool:
        """Tell whether something wrong or doubtful is said."""
        return self._tone in {"warn", "err"}

    def say(self, icon: str, tone: str, text: str) -> None:
        """Show a sentence in a tone."""
        self._tone = tone
        self._icon.show_icon(icon, tone)
        self._text.setText(text)
        self._text.set_tone("err" if tone == "err" else "warn" if tone == "warn" else "")
        self.show()

    def clear(self) -> None:
        """Say nothing and take no room."""
        self._tone = ""
        self._text.setText("")
        self.hide()


def _quiet(width: int) -> Text:
    text = Text("", "muted")
    text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    text.setFixedWidth(theme.px(width))
    return text


def _short_reason(status: str) -> str:
    return {"L": _("Not collected"), "M": _("Not here"), "Q": _("Withheld")}.get(status, "")
