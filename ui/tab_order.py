"""The Tab key goes through a page as it is read: in the order in which its parts stand, whenever they were made."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cmp_to_key

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractScrollArea, QScrollArea, QWidget

_ROOM = 56
"""Pixels that stay visible round a field that is scrolled to, so that its label shows too."""


def arrange(root: QWidget) -> None:
    """Let Tab follow where the parts of ``root`` stand, also those that were made since the last time."""
    for before, after in itertools.pairwise(list(stops(root))):
        if before.nextInFocusChain() is not after:
            QWidget.setTabOrder(before, after)


def place(root: QWidget) -> int:
    """Return which of the stops of ``root`` has the focus, or -1."""
    return next((number for number, stop in enumerate(stops(root)) if stop.hasFocus()), -1)


def go_to_place(root: QWidget, number: int) -> None:
    """Give the focus to the same stop again after ``root`` was built anew."""
    found = list(stops(root))
    if 0 <= number < len(found):
        found[number].setFocus(Qt.FocusReason.OtherFocusReason)


def reveal(widget: QWidget) -> None:
    """Scroll whatever is round a widget until it shows."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(widget, 0, _ROOM)
        parent = parent.parentWidget()


def stops(widget: QWidget) -> Iterator[QWidget]:
    """Yield what shows of a widget and takes the focus by Tab, as it is read."""
    if widget.isHidden():
        return
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None:
        yield widget
    if isinstance(widget, QAbstractScrollArea) and not isinstance(widget, QScrollArea):
        return
    # By where they stand and not by walking through the layouts: PySide's wrappers of layout items damage
    # its own memory when the widgets go (6.11.3).
    found = widget.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
    children = [child for child in found if not child.isWindow()]  # a box that is open has a Tab key of its own
    for child in sorted(children, key=cmp_to_key(_as_read)):
        yield from stops(child)


def _as_read(one: QWidget, other: QWidget) -> int:
    """Order two neighbours: those beside each other as lines run, those below each other from the top."""
    first, second = one.geometry(), other.geometry()
    shared = min(first.bottom(), second.bottom()) - max(first.top(), second.top()) + 1
    if 2 * shared <= min(first.height(), second.height()):
        return first.top() - second.top()
    across = first.left() - second.left()
    return -across if one.layoutDirection() == Qt.LayoutDirection.RightToLeft else across
