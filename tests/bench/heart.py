"""A timer in the thread of the window that says when the window could not answer."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

_TICK_MS = 5


@dataclass
class Heart:
    """A timer in the thread of the window: `gaps` are milliseconds between two beats."""

    gaps: list[float] = field(default_factory=list)
    _last: float = 0.0

    def start(self, application: QApplication) -> None:
        """Beat from now on."""
        timer = QTimer(application)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.setInterval(_TICK_MS)
        timer.timeout.connect(self._beat)
        self._last = time.perf_counter()
        timer.start()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.gaps.append((now - self._last) * 1000)
        self._last = now

    def taken(self) -> list[float]:
        """Return the gaps so far, the longest first, and begin anew."""
        gaps, self.gaps = sorted(self.gaps, reverse=True), []
        return gaps
