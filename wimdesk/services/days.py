"""Days as people write them, with or without a month and a day; and how long it is until then."""

from __future__ import annotations

import calendar
import functools
from datetime import date

from wimdesk import clock


def days_until(text: str) -> int | None:
    """Return in how many days a partial ISO date is over (below 0: it was), None where it is empty or no date."""
    day = last_day(text)
    return (day - clock.today()).days if day is not None else None


def first_day(text: str) -> date | None:
    """Return the first day that a partial ISO date may mean; None where it is empty or no date."""
    return _day(text, last=False)


def last_day(text: str) -> date | None:
    """Return the last day that a partial ISO date may mean; None where it is empty or no date."""
    return _day(text, last=True)


@functools.lru_cache(maxsize=4096)
def _day(text: str, *, last: bool) -> date | None:
    try:
        year, *rest = (int(part) for part in text.split("-"))
        month = rest[0] if rest else 12 if last else 1
        length = calendar.monthrange(year, month)[1]
        day = min(rest[1], length) if len(rest) > 1 else length if last else 1
        return date(year, month, day)
    except (ValueError, calendar.IllegalMonthError, IndexError):
        return None
