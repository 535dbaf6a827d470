"""A field for several codes, such as themes: each becomes a chip, and typing offers what there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QFrame, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from ui import theme
from ui.widgets.buttons import IconButton
from ui.widgets.flow import Flow
from ui.widgets.labels import Text
from wimdesk.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class TagsField(QWidget):
    """Holds a list of codes in the order they were added; ``free`` lets the user add words that have no code."""

    changed = Signal()

    def __init__(
        self,
        options: Sequence[tuple[str, str]] = (),
        name: str = "",
        free: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._labels = dict(options)
        self._codes: list[str] = []
        self._free = free
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self._chips = Flow()
        self.edit = QLineEdit()
        self.edit.setPlaceholderText(_("Type to add"))
        self.edit.installEventFilter(self)
        self.edit.returnPressed.connect(self._add_typed)
        column.addWidget(self._chips)
        column.addWidget(self.edit)
        self.setFocusProxy(self.edit)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._set_completer()
        self.setAccessibleName(name)
        self._rebuild()

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.edit.setAccessibleName(name or _("Add"))

    def set_options(self, options: Sequence[tuple[str, str]]) -> None:
        """Replace the choices, given as (code, label)."""
        self._labels = dict(options)
        self._set_completer()
        self._rebuild()

    def value(self) -> list[str]:
        """Return the codes chosen so far."""
        return list(self._codes)

    def set_value(self, codes: Iterable[str]) -> None:
        """Show these codes; a code without a label shows itself."""
        self._codes = list(dict.fromkeys(codes))
        self._rebuild()

    def add(self, code: str) -> None:
        """Add a code unless it is there already."""
        if code and code not in self._codes:
            self._codes.append(code)
            self._rebuild()
            self.changed.emit()

    def remove(self, code: str) -> None:
        """Take a code away."""
        if code in self._codes:
            self._codes.remove(code)
            self._rebuild()
            self.changed.emit()
            self.edit.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.edit and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            backspace = event.key() == Qt.Key.Key_Backspace
            if backspace and not self.edit.text() and self._codes:
                self.remove(self._codes[-1])
                return True
        return super().eventFilter(watched, event)

    def _set_completer(self) -> None:
        completer = QCompleter(sorted(self._labels.values()), self.edit)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        popup = completer.popup()
        if popup is not None:
            theme.mark(popup, role="popup")
            popup.setAccessibleName(_("What can be added"))
        # Queued: the completer writes the chosen text into the line only after it has told of it.
        completer.activated.connect(self._add_typed, Qt.ConnectionType.QueuedConnection)
        self.edit.setCompleter(completer)

    def _add_typed(self) -> None:
        self._add_label(self.edit.text())

    def _add_label(self, text: str) -> None:
        wanted = text.strip().casefold()
        found = next(
            (code for code, label in self._labels.items() if wanted in {label.casefold(), code.casefold()}), ""
        )
        code = found or (text.strip() if self._free else "")
        if code:
            self.add(code)
            self.edit.clear()

    def _rebuild(self) -> None:
        self._chips.fill(self._chip(code) for code in self._codes)
        self._chips.setVisible(bool(self._codes))

    def _chip(self, code: str) -> QFrame:
        label = self._labels.get(code, code)
        chip = QFrame()
        theme.mark(chip, role="tag")
        row = QHBoxLayout(chip)
        row.setContentsMargins(6, 0, 6, 0)
        row.setSpacing(2)
        row.addWidget(Text(label, "head"))
        button = IconButton("x", _("Remove {what}").format(what=label), size=14)
        theme.mark(button, slim=True)
        button.clicked.connect(lambda: self.remove(code))
        row.addWidget(button)
        return chip
