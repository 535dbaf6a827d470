"""Garbage is collected in the thread of the screens, whoever allocates."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.desk import Desk


class _Circle:
    """Refers to itself, so that only the collector takes it away, and says in which thread that happened."""

    def __init__(self, threads: list[int]) -> None:
        self.me = self
        self._threads = threads

    def __del__(self) -> None:
        self._threads.append(threading.get_ident())


def test_another_thread_that_allocates_much_collects_nothing(desk: Desk, qtbot: QtBot) -> None:
    assert desk.tasks is not None
    threads: list[int] = []
    kept: list[list[int]] = []
    _Circle(threads)
    busy = threading.Thread(target=lambda: kept.extend([number] for number in range(200_000)))
    busy.start()
    busy.join()
    assert threads == []
    qtbot.waitUntil(lambda: bool(threads))
    assert threads == [threading.get_ident()]
    assert len(kept) == 200_000
