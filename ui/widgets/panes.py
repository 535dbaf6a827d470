"""A list and what was chosen in it, beside each other."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from ui import theme

_NARROWEST = 652
"""Pixels that a window of 1,024 leaves beside the icons of the sections and the smallest list."""


def least(pane: QWidget, width: int) -> None:
    """Let the right pane be no narrower than this: in a narrow window the list gives way first.

    `width` grows with the letters, but never beyond what the smallest window can show without sliding to the side.
    """
    pane.setMinimumWidth(min(theme.px(width), max(width, _NARROWEST)))


def beside(left: QWidget, right: QWidget, sizes: tuple[int, int]) -> QSplitter:
    """Return both with a bar between them that can be drawn; more room goes to the right one. `sizes` in pixels."""
    split = QSplitter(Qt.Orientation.Horizontal)
    split.setChildrenCollapsible(False)
    for pane in (left, right):
        split.addWidget(pane)
    split.setSizes(list(sizes))
    split.setStretchFactor(1, 1)
    return split
