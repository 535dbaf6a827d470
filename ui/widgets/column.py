"""Widgets below each other that are replaced all at once.

The column remembers its widgets itself: asking a `QLayout` for its items makes wrappers that outlive the items, and
then they damage PySide's memory (6.11.3).
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QVBoxLayout, QWidget


class Column(QWidget):
    """A list of any widgets, the first on top; without any it takes no room."""

    def __init__(self, spacing: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: list[QWidget] = []
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(spacing)
        self.hide()

    def fill(self, widgets: Iterable[QWidget]) -> None:
        """Show these widgets instead of the ones before."""
        for widget in self._parts:
            self._rows.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._parts = list(widgets)
        for widget in self._parts:
            self._rows.addWidget(widget)
        self.setVisible(bool(self._parts))
