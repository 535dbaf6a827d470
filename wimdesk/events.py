"""What the core tells the rest: one announcement after each commit, and small typed signals."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


class Signal(Generic[T]):
    """A list of listeners that are called in the thread of whoever sends."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[T], object]] = []
        self._lock = threading.Lock()

    def connect(self, listener: Callable[[T], object]) -> Callable[[], None]:
        """Add a listener; call what is returned to remove it again."""
        with self._lock:
            self._listeners.append(listener)

        def disconnect() -> None:
            with self._lock, contextlib.suppress(ValueError):
                self._listeners.remove(listener)

        return disconnect

    def send(self, value: T) -> None:
        """Call every listener with the value."""
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener(value)


@dataclass(frozen=True, slots=True)
class Changed:
    """One committed transaction: which records of which types changed, and who did it.

    `origin` is a free word of whoever wrote ("form:…", "sync", "import"), so that a form can
    leave out its own save. `outbox` says that something new waits to be sent. `removed` counts what a person removed.
    """

    ids: Mapping[str, frozenset[str]] = field(default_factory=dict)
    origin: str = ""
    outbox: bool = False
    removed: int = 0

    def touches(self, *types: str) -> bool:
        """Say whether a record of one of these types changed."""
        return any(name in self.ids for name in types)
