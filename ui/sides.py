"""Where the start of a line is the right: what Qt does not mirror by itself."""

from __future__ import annotations

from PySide6.QtCore import QMargins, Qt
from PySide6.QtGui import QGuiApplication

from wimdesk.i18n import isolated

_FROM_RIGHT = "\u200f"


def is_mirrored() -> bool:
    """Tell whether the program is read from right to left now."""
    return QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft


def parted(text: str) -> str:
    """Return words joined by dots so that each keeps its own direction and they follow each other as the lines run."""
    if " · " not in text or not is_mirrored():
        return text
    return _FROM_RIGHT + " · ".join(isolated(part) for part in text.split(" · "))


def led(text: str) -> str:
    """Return a sentence that runs as the lines do, also where its first word is of another script."""
    return _FROM_RIGHT + text if is_mirrored() else text


def margins(start: int, top: int, end: int, bottom: int) -> QMargins:
    """Return margins whose first is where a line begins; what holds them is made anew when the language changes."""
    return QMargins(end, top, start, bottom) if is_mirrored() else QMargins(start, top, end, bottom)
