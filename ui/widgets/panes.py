"""A list and what was chosen in it, beside each other."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget


def beside(left: QWidget, right: QWidget, sizes: tuple[int, int]) -> QSplitter:
    """Return both with a bar between them that can be drawn; more room goes to the right one. `sizes` in pixels."""
    split = QSplitter(Qt.Orientation.Horizontal)
    split.setChildrenCollapsible(False)
    for pane in (left, right):
        split.addWidget(pane)
    split.setSizes(list(sizes))
    split.setStretchFactor(1, 1)
    return split
