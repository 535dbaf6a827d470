"""Where the keyboard stays when what had it is hidden, disabled or made anew."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import shiboken6
from PySide6.QtCore import QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from ui import tab_order

_LAID_OUT = 50
"""Milliseconds."""
_Place = Callable[[], QWidget | None]


class FocusKeeper(QObject):
    """Qt hands the focus of a button that is hidden, disabled or deleted to the next one in its chain, at last to the
    navigation: whoever works by the keyboard would begin from the start each time. Here it stays in the page."""

    def __init__(self, page: _Place, elsewhere: _Place, parent: QObject) -> None:
        """Watch what leaves `page` for `elsewhere`, the navigation."""
        super().__init__(parent)
        self._page, self._elsewhere = page, elsewhere
        self._of: QWidget | None = None
        self._last: QWidget | None = None
        self._name, self._place = "", QPoint()
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow)

    def _follow(self, _old: QWidget | None, new: QWidget | None) -> None:
        page = self._page()
        if page is None:
            return
        if new is not None and page.isAncestorOf(new):
            self._of, self._last, self._name = page, new, new.accessibleName()
            self._place = new.mapTo(page, new.rect().center())
        elif self._last is not None and (new is None or self._is_elsewhere(new)):
            QTimer.singleShot(0, self, self._bring_back)  # only then it is hidden, disabled or gone

    def _bring_back(self, tries: int = 3) -> None:
        page, focus, last = self._page(), QApplication.focusWidget(), self._last
        was_left = last is not None and shiboken6.isValid(last) and last.isVisible() and last.isEnabled()
        if was_left or page is None or page is not self._of or not (focus is None or self._is_elsewhere(focus)):
            if focus is not None and self._is_elsewhere(focus):  # somebody went there by Tab, or by a click
                self._last = None
            return
        if (near := self._nearest(page)) is not None:
            self._last = None
            near.setFocus(Qt.FocusReason.OtherFocusReason)
        elif tries:  # what was made anew does not show yet
            QTimer.singleShot(_LAID_OUT, self, partial(self._bring_back, tries - 1))

    def _is_elsewhere(self, widget: QWidget) -> bool:
        place = self._elsewhere()
        return place is not None and place.isAncestorOf(widget)

    def _nearest(self, page: QWidget) -> QWidget | None:
        """Return what has the same name, or else what lies nearest, of what Tab would reach."""
        shown = [each for each in tab_order.stops(page) if each.isVisible() and each.isEnabled()]
        same = [each for each in shown if self._name and each.accessibleName() == self._name]
        return min(same or shown, key=lambda each: self._distance(page, each), default=None)

    def _distance(self, page: QWidget, each: QWidget) -> int:
        box = QRect(each.mapTo(page, QPoint(0, 0)), each.size())
        x = max(box.left() - self._place.x(), 0, self._place.x() - box.right())
        y = max(box.top() - self._place.y(), 0, self._place.y() - box.bottom())
        return x * x + y * y
