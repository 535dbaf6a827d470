"""Who writes to a file that has one writer at a time: those that wait at the same moment share a commit.

A commit waits for the disk, which takes longer than all that comes before it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from sync.server.refusals import Refused

T = TypeVar("T")
_MOST = 16
"""How many share one: the first of them waits for the work of all."""
_NO = (Refused, ValueError, LookupError)
"""How a work says no. Anything else is a fault of the database or of ours, and nothing is stored then."""


@dataclass(eq=False)
class _Wish:
    """What somebody wants to write. `is_settled`: it is stored, or refused by its own `error`."""

    run: Callable[[Connection], None]
    is_settled: bool = False
    error: Exception | None = None


class Writers:
    """Lets one write after the other, each with all that wait then; `opened` opens a transaction that writes."""

    def __init__(self, opened: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._opened = opened
        self.turn = threading.Lock()
        """Whoever has it is the one writer."""
        self._door = threading.Lock()
        self._here: list[_Wish] = []

    def __len__(self) -> int:
        """Return how many write or wait."""
        return len(self._here)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Return what the work gives, once it is stored. What it raises leaves no trace of it, and passes.

        Another thread may do it, and more than once, as long as nothing of it was stored.
        """
        found: list[T] = []

        def run(connection: Connection) -> None:
            found[:] = [work(connection)]

        wish = _Wish(run)
        with self._door:
            self._here.append(wish)
        with self.turn:
            try:
                if not wish.is_settled:
                    self._serve(wish)
            finally:
                with self._door:
                    self._here.remove(wish)
        if wish.error is not None:
            raise wish.error
        return found[0]

    def _serve(self, first: _Wish) -> None:
        with self._door:
            others = [wish for wish in self._here if wish is not first and not wish.is_settled]
        if others and self._share([first, *others[: _MOST - 1]]):
            return
        with self._opened() as connection:
            first.run(connection)

    def _share(self, wishes: list[_Wish]) -> bool:
        """Settle all with one commit, or none: where the database fails one of them, each must try by itself."""
        begun = False
        try:
            with self._opened() as connection:
                begun = True
                errors = [_error_of(connection, wish) for wish in wishes]
        except DBAPIError:
            if not begun:  # somebody else has the file
                raise
            return False
        for wish, error in zip(wishes, errors, strict=True):
            wish.error, wish.is_settled = error, True
        return True


def _error_of(connection: Connection, wish: _Wish) -> Exception | None:
    """Do what is wished, or nothing of it; return how it said no."""
    try:
        with connection.begin_nested():
            wish.run(connection)
    except _NO as error:
        return error
    return None
