"""What is collected while a window is open, and what is left out of it."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from ui.garbage import Collector


class _Circle:
    """It refers to itself, so only a collection takes it away."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def nothing_set_aside() -> Iterator[None]:
    gc.unfreeze()
    yield
    gc.freeze()


@pytest.mark.usefixtures("nothing_set_aside")
def test_what_is_there_from_the_beginning_is_not_looked_at_again(qtbot: QtBot) -> None:
    collector = Collector()
    try:
        early = weakref.ref(_Circle())
        collector.collect()
        late = weakref.ref(_Circle())
        gc.collect()
        assert gc.get_freeze_count() > 0
        assert early() is not None
        assert late() is None
    finally:
        collector.stop()
    assert gc.get_freeze_count() == 0
    assert early() is None
    assert gc.isenabled()


@pytest.mark.usefixtures("nothing_set_aside")
def test_what_comes_later_is_collected_here(qtbot: QtBot) -> None:
    collector = Collector()
    try:
        collector.collect()
        late = weakref.ref(_Circle())
        made = [[] for _ in range(2000)]
        collector.collect()
        assert made
        assert late() is None
    finally:
        collector.stop()
