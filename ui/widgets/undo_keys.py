"""Who has the keys of taking back: a line that has something of its own to undo, else the window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit


def has_nothing_to_undo(part: QObject, event: QEvent) -> bool:
    """Say whether keys of taking back (or bringing back) reached a line that has nothing of its own for them."""
    if not isinstance(event, QKeyEvent):
        return False
    if isinstance(part, QLineEdit):
        undo, redo = part.isUndoAvailable(), part.isRedoAvailable()
    elif isinstance(part, QPlainTextEdit):
        undo, redo = part.document().isUndoAvailable(), part.document().isRedoAvailable()
    else:
        return False
    if event.matches(QKeySequence.StandardKey.Undo):
        return not undo
    return event.matches(QKeySequence.StandardKey.Redo) and not redo
