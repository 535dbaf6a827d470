"""A verb done to see what it would do: everything really happens, in a transaction that is then taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.orm import Session

R = TypeVar("R")


class _Rehearsed(BaseException):
    """Carries the result out of a transaction that must not be kept; nothing on the way may take it for a fault."""

    def __init__(self, result: object) -> None:
        self.result = result
        super().__init__()


def run(door: Callable[..., object], verb: Callable[..., R], *args: object, dry: bool = True) -> R:
    """Run a verb through the door into the profile (`App.run`); where it is dry nothing of it stays."""
    try:
        result: Any = door(_rehearse, verb, *args) if dry else door(verb, *args)
    except _Rehearsed as done:
        result = done.result
    found: R = result
    return found


def _rehearse(session: Session, verb: Callable[..., object], *args: object) -> None:
    result = verb(session, *args)
    session.flush()
    raise _Rehearsed(result)
