"""Collects garbage in the thread of the screens only.

Python's collector runs in whichever thread happens to allocate. Widgets that refer to each other in a
circle would then be destroyed in a thread that only reads or syncs, and Qt's memory would be damaged.
While it looks, the screens stand still: so it never looks again at what the program and the first screen are made of.
"""

from __future__ import annotations

import gc
from typing import ClassVar

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 200
"""Often: a collection of the youngest takes as long as there are many of them, and a sync makes 200,000 a second."""
_THRESHOLDS = (700, 10, 50)
"""New objects, and collections of the generation before, after which each generation is due."""


class Collector(QObject):
    """While one of these is alive, garbage is collected by a timer and nowhere else."""

    _alive: ClassVar[set[int]] = set()
    _set_aside: ClassVar[bool] = False
    """Whether one of these has: Python counts all that is set aside, one by one, whenever it is asked how many."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._is_first = not gc.get_freeze_count()  # else somebody has set things aside who will also take them back
        self._alive.add(id(self))
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> None:
        """Collect the oldest generation that is due; at first set aside what is here."""
        if self._is_first:
            gc.freeze()
            self._is_first, Collector._set_aside = False, True
            return
        counts = zip(gc.get_count(), _THRESHOLDS, strict=True)
        due = [place for place, (count, most) in enumerate(counts) if count > most]
        if due:
            gc.collect(due[-1])

    def stop(self) -> None:
        """Leave the collector to Python again, after this thread has taken away what is left."""
        self._timer.stop()
        self._alive.discard(id(self))
        if not self._alive:
            if self._set_aside:
                gc.unfreeze()
                Collector._set_aside = False
            gc.collect()
            gc.enable()
