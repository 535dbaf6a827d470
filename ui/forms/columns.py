"""How fields stand in a form: in two columns, or across both."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ui.widgets.languagemap import LanguageMapField
from wimdesk.i18n import LANGUAGES, _, content_language


class TwoColumns(QWidget):
    """Fields in the order of reading; what is wide takes a whole line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(12)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)
        self._next = 0

    def add(self, widget: QWidget) -> None:
        """Put a field into the next free place."""
        self._grid.addWidget(widget, self._next // 2, self._next % 2, Qt.AlignmentFlag.AlignTop)
        self._next += 1

    def add_wide(self, widget: QWidget) -> None:
        """Put a field on a line of its own."""
        self._next += self._next % 2
        self._grid.addWidget(widget, self._next // 2, 0, 1, 2)
        self._next += 2


def two_lines(box: QWidget) -> tuple[QHBoxLayout, QHBoxLayout]:
    """Return two lines below each other for the fields of a small record: on one, a narrow window cuts them."""
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    lines = QHBoxLayout(), QHBoxLayout()
    for line in lines:
        line.setSpacing(8)
        column.addLayout(line)
    return lines


def options(choices: dict[str, str]) -> list[tuple[str, str]]:
    """Return the choices of a field in the reader's language, the empty one first: nothing is guessed."""
    return [("", "–"), *((code, _(words)) for code, words in choices.items())]


def texts(multiline: bool = False) -> LanguageMapField:
    """Return a field for a text in several languages that begins with the reader's."""
    ordered = sorted(LANGUAGES.items(), key=lambda pair: pair[0] != content_language())
    return LanguageMapField(languages=ordered, multiline=multiline)
