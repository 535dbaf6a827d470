"""What lets a simulation run faster and changes nothing of what the program does in it."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator
from typing import Any
from unittest import mock

from sqlalchemy import Engine, create_engine

from sync.server import databases
from wimdesk.store import engine as stores

Thing = Any
"""Whatever the library takes there: it is only handed on."""


@contextlib.contextmanager
def brisk() -> Iterator[None]:
    """Compile each statement once for all databases, and look for garbage only where `tidy` is called."""
    with contextlib.ExitStack() as stack:
        for place in (stores, databases):
            stack.enter_context(mock.patch.object(place, "create_engine", _Sharing()))
        gc.collect()
        gc.freeze()
        gc.disable()
        stack.callback(gc.unfreeze)
        stack.callback(gc.enable)
        yield


def tidy() -> None:
    """Throw away what is left of a world."""
    gc.collect()


class _Sharing:
    """Makes engines that share one dialect, and with it the statements that were compiled for it."""

    def __init__(self) -> None:
        self._first: Engine | None = None

    def __call__(self, *words: Thing, **options: Thing) -> Engine:
        made = create_engine(*words, query_cache_size=4000, **options)
        if self._first is None:
            self._first = made
        else:
            made.dialect = made.pool._dialect = self._first.dialect  # noqa: SLF001 - the library offers no other way
            made._compiled_cache = self._first._compiled_cache  # noqa: SLF001 - as above
        return made
