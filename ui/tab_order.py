"""The Tab key goes through a page as it is read: in the order of its layouts, whenever its parts were made."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractScrollArea, QLayout, QScrollArea, QSplitter, QWidget

_ROOM = 56
"""Pixels that stay visible round a field that is scrolled to, so that its label shows too."""


def arrange(root: QWidget) -> None:
    """Let Tab follow the layouts of ``root``, also those that were filled since the last time."""
    stops = list(_stops(root))
    for before, after in itertools.pairwise(stops):
        if before.nextInFocusChain() is not after:
            QWidget.setTabOrder(before, after)


def place(root: QWidget) -> int:
    """Return which of the stops of ``root`` has the focus, or -1."""
    return next((number for number, stop in enumerate(_stops(root)) if stop.hasFocus()), -1)


def go_to_place(root: QWidget, number: int) -> None:
    """Give the focus to the same stop again after ``root`` was built anew."""
    stops = list(_stops(root))
    if 0 <= number < len(stops):
        stops[number].setFocus(Qt.FocusReason.OtherFocusReason)


def reveal(widget: QWidget) -> None:
    """Scroll whatever is round a widget until it shows."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(widget, 0, _ROOM)
        parent = parent.parentWidget()


def _stops(widget: QWidget) -> Iterator[QWidget]:
    if widget.isHidden():
        return
    proxy = widget.focusProxy()
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and proxy is None:
        yield widget
    if isinstance(widget, QScrollArea):
        inside = widget.widget()
        if inside is not None:
            yield from _stops(inside)
    elif isinstance(widget, QSplitter):
        for number in range(widget.count()):
            part = widget.widget(number)
            if part is not None:
                yield from _stops(part)
    elif not isinstance(widget, QAbstractScrollArea):
        layout = widget.layout()
        if layout is not None:
            yield from _in_layout(layout)


def _in_layout(layout: QLayout) -> Iterator[QWidget]:
    for number in range(layout.count()):
        item = layout.itemAt(number)
        if item is None:
            continue
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            yield from _stops(widget)
        elif inner is not None:
            yield from _in_layout(inner)
