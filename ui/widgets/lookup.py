"""A field for one of very many records: what is typed is asked for, and a few that fit are offered below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from ui import theme
from ui.widgets.undo_keys import has_nothing_to_undo
from wimdesk.i18n import _

_WAIT = 120
"""Milliseconds after the last key until somebody is asked."""


class LookUpField(QLineEdit):
    """Holds the id of a record and shows its name. ``asked`` tells what was typed; answer with ``offer``.

    ``changed`` follows each choice of a person. Empty text means nobody; other text that was not chosen is put back,
    unless the field is ``free``: then it stays, as ``typed``.
    """

    changed = Signal()
    asked = Signal(str)

    def __init__(self, name: str = "", free: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._free = free
        self.setAccessibleName(name)
        self.setPlaceholderText(_("Type a part of the name"))
        self._chosen = ("", "")
        self._offered: list[tuple[str, str]] = []
        self._model = QStringListModel(self)
        completer = QCompleter(self._model, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        popup = completer.popup()
        if popup is not None:
            theme.mark(popup, role="popup")
            popup.setAccessibleName(_("What can be chosen"))
            popup.clicked.connect(self._take_row)
        completer.setWidget(self)
        self._completer = completer
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WAIT)
        self._timer.timeout.connect(self._ask)
        self.textEdited.connect(self._edited)
        self.returnPressed.connect(self.take_first)

    def value(self) -> str:
        """Return the id of the chosen record, or an empty text."""
        return self._chosen[0]

    def typed(self) -> str:
        """Return what is typed and was not chosen."""
        return "" if self._chosen[0] else self.text().strip()

    def set_value(self, record: str | None, label: str = "") -> None:
        """Show a record; its name may come later by ``set_label``. What is being typed stays for now."""
        if record and record == self._chosen[0] and not label:
            return
        is_typing = self._is_used() and self.text() != self._chosen[1]
        self._chosen = (record or "", label)
        if not is_typing:
            self._timer.stop()
            self.setText(label)

    def empty(self) -> None:
        """Hold nobody and show nothing."""
        self._timer.stop()
        self._chosen = ("", "")
        self.setText("")  # unlike `clear` this leaves nothing for Ctrl+Z, which then takes back what was done

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and has_nothing_to_undo(self, event):
            event.ignore()  # else the empty line would swallow the keys
            return True
        return super().event(event)

    def set_label(self, record: str, label: str) -> None:
        """Name the record, if it is still the one that is held."""
        if record and record == self._chosen[0]:
            self._chosen = (record, label)
            if not self._is_used():
                self.setText(label)
                self.setCursorPosition(0)

    def offer(self, text: str, found: Sequence[tuple[str, str]]) -> None:
        """Show (id, name) of what fits the text that was asked; an answer to an older text is left out."""
        if text != self.text().strip() or not self._is_used():
            return
        self._offered = list(found)
        self._model.setStringList([label for _record, label in found])
        if found:
            self._completer.complete()
        else:
            self._hide()

    def offered(self) -> list[str]:
        """Return the names that are offered."""
        return [label for _record, label in self._offered]

    def take_first(self) -> None:
        """Choose what is marked, else the first that is offered; what may be any text stays unless one is marked."""
        popup = self._completer.popup()
        row = popup.currentIndex().row() if popup is not None and popup.isVisible() else -1
        if row >= 0 or not self._free:
            self.choose(max(0, row))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._settle()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        popup = self._completer.popup()
        if event.key() == Qt.Key.Key_Down and (popup is None or not popup.isVisible()):
            self._ask()
            return
        super().keyPressEvent(event)

    def _is_used(self) -> bool:
        """Whether the cursor is here, also while another window, such as the list below, is the active one."""
        return self.window().focusWidget() is self

    def _edited(self, _text: str) -> None:
        self._offered = []
        if self._free:
            self._chosen = ("", "")
        self._timer.start()

    def _ask(self) -> None:
        self._timer.stop()
        self.asked.emit(self.text().strip())

    def _take_row(self, index: QModelIndex) -> None:
        self.choose(index.row())

    def choose(self, row: int) -> None:
        """Choose one of those offered, counted from the top."""
        if 0 <= row < len(self._offered):
            record, label = self._offered[row]
            self._offered = []
            self._hide()
            self._choose(record, label)

    def _settle(self) -> None:
        """Whoever leaves an empty field chose nothing; any other rest of typing gives way to what is held."""
        if not self.text().strip():
            self._choose("", "")
        elif not self._free:
            self.setText(self._chosen[1])

    def _choose(self, record: str, label: str) -> None:
        self._timer.stop()
        before = self._chosen[0]
        self._chosen = (record, label)
        self.setText(label)
        if record != before:
            self.changed.emit()

    def _hide(self) -> None:
        popup = self._completer.popup()
        if popup is not None:
            popup.hide()
