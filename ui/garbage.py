"""Collects garbage in the thread of the screens only.

Python's collector runs in whichever thread happens to allocate. Widgets that refer to each other in a
circle would then be destroyed in a thread that only reads or syncs, and Qt's memory would be damaged.
While it looks, the screens stand still: so it never looks again at what the program and the first screen are made of.
"""

from __future__ import annotations

import gc
from typing import ClassVar

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 1000


class Collector(QObject):
    """While one of these is alive, garbage is collected once a second and nowhere else."""

    _alive: ClassVar[set[int]] = set()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._froze = False
        self._alive.add(id(self))
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> None:
        """Collect the oldest generation that is due, by Python's own thresholds; at first set aside what is here."""
        if not gc.get_freeze_count():
            gc.freeze()
            self._froze = True
            return
        due = [
            place
            for place, (count, most) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True))
            if count > most > 0
        ]
        if due:
            gc.collect(due[-1])

    def stop(self) -> None:
        """Leave the collector to Python again, after this thread has taken away what is left."""
        self._timer.stop()
        self._alive.discard(id(self))
        if not self._alive:
            if self._froze:
                gc.unfreeze()
            gc.collect()
            gc.enable()
