"""The only place that reads the time. Times are for people to read; nothing is merged by them."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

_sources: list[Callable[[], float]] = [time.time]


@contextlib.contextmanager
def driven_by(source: Callable[[], float]) -> Iterator[None]:
    """Take the time from `source` (seconds since 1970) for as long as the block lasts: a simulation has its own."""
    _sources.append(source)
    try:
        yield
    finally:
        _sources.remove(source)


def seconds() -> float:
    """Return the seconds since 1970."""
    return _sources[-1]()


def now() -> str:
    """Return the moment in UTC as RFC 3339 text with seconds, for example 2026-11-22T19:05:00Z."""
    return _written(seconds())


def ago(length: float) -> str:
    """Return the moment this many seconds before now, written as `now` does."""
    return _written(seconds() - length)


def _written(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def today() -> date:
    """Return the local calendar day."""
    return datetime.fromtimestamp(seconds(), UTC).astimezone().date()


def this_month() -> str:
    """Return the local calendar month as SDMX TIME_PERIOD, for example 2026-11."""
    return today().strftime("%Y-%m")
