"""A field for a day and a time as a clock on the wall shows them; which clock is another field's matter."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from wimdesk.services import events, recurrence


class WallTimeField(QLineEdit):
    """Holds "2026-12-08T14:00" and shows it as "2026-12-08 14:00"; ``changed`` follows each edit."""

    changed = Signal()

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setPlaceholderText("2026-12-08 14:00")
        self.textChanged.connect(lambda _text: self.changed.emit())
        self.editingFinished.connect(self._tidy)

    def value(self) -> str:
        """Return what is typed, as it is kept; what can't be read stays as it was typed."""
        return events.written(self.text())

    def set_value(self, value: object) -> None:
        """Show a value that was kept."""
        self.setText(str(value or "").replace("T", " "))

    def _tidy(self) -> None:
        value = self.value()
        if recurrence.is_readable(value) and value.replace("T", " ") != self.text():
            self.set_value(value)
