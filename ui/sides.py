"""Where the start of a line is the right: what Qt does not mirror by itself."""

from __future__ import annotations

from PySide6.QtCore import QMargins, Qt
from PySide6.QtGui import QGuiApplication


def is_mirrored() -> bool:
    """Tell whether the program is read from right to left now."""
    return QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft


def margins(start: int, top: int, end: int, bottom: int) -> QMargins:
    """Return margins whose first is where a line begins; what holds them is made anew when the language changes."""
    return QMargins(end, top, start, bottom) if is_mirrored() else QMargins(start, top, end, bottom)
