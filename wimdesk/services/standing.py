"""Whether somebody is a member on a day: one pure function of dates and payments. Nothing of it is kept anywhere.

A period is bought by each whole fee that came in; parts of a fee wait until they make a whole one. A period follows on
the one before, if it was paid before the days of grace were over; else it begins on the day of the payment.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from wimdesk.i18n import N_
from wimdesk.services.days import first_day, last_day

Status = Literal["pending", "new", "current", "grace", "expired", "cancelled"]
STATUSES: dict[Status, str] = {
    "current": N_("Current"),
    "new": N_("New"),
    "grace": N_("In grace"),
    "expired": N_("Expired"),
    "pending": N_("Not paid yet"),
    "cancelled": N_("Cancelled"),
}
NEW_FOR = timedelta(days=90)
"""Somebody is new for so long."""
_DAY = timedelta(days=1)
_FOREVER = date.max


@dataclass(frozen=True, slots=True)
class Terms:
    """What a type of membership asks for. `fee` is in the smallest unit; 0 where all give what they can."""

    dues: str = "money"
    fee: int = 0
    currency: str = ""
    period: str = "months"
    months: int = 12
    grace: int = 0


@dataclass(frozen=True, slots=True)
class Paid:
    """One payment; dates are ISO texts that may be partial or empty."""

    id: str = ""
    date: str = ""
    amount: int = 0
    currency: str = ""
    method: str = ""
    start: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """The dates of one membership, as ISO texts that may be partial or empty; `paid_until` was paid before all else."""

    start: str = ""
    paid_until: str = ""
    cancelled: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a membership stands on a day. `until` is None where nothing was paid, `date.max` where it has no end.

    `credit` is what was paid of the next fee; `due` what is missing of it. `uncounted` are payments that the
    type does not take, such as another currency: they count only with a period of their own.
    """

    status: Status
    since: date | None
    until: date | None
    credit: int
    due: int
    uncounted: tuple[str, ...]


def standing(terms: Terms, member: Member, payments: Iterable[Paid], today: date) -> Standing:
    """Return where a membership stands on a day, by what was paid up to then."""
    start = first_day(member.start)
    course = _Course(terms, start, last_day(member.paid_until))
    for day, paid in _in_order(payments):
        if day is None or day <= today:
            course.take(day, paid)
    if terms.dues == "free" and not course.spans:
        course.spans.append((start or date.min, _FOREVER))
    since = start or next((span[0] for span in course.spans if span[0] > date.min), None)
    cancelled = first_day(member.cancelled)
    status, until = _status(course.spans, since, today, max(0, terms.grace))
    if cancelled is not None and cancelled <= today:
        status = "cancelled"
    missing = max(0, terms.fee - course.credit) if terms.dues in {"money", "either"} else 0
    return Standing(status, since, until, course.credit, missing, tuple(course.uncounted))


def time_paid(terms: Terms, member: Member, payments: Iterable[Paid], payment: str) -> tuple[date, date] | None:
    """Return the first and the last day that one payment pays; None where it only adds to what is missing."""
    course = _Course(terms, first_day(member.start), last_day(member.paid_until))
    for day, paid in _in_order(payments):
        before = len(course.spans)
        course.take(day, paid)
        if paid.id == payment:
            return course.spans[-1] if len(course.spans) > before else None
    return None


def _in_order(payments: Iterable[Paid]) -> list[tuple[date | None, Paid]]:
    known = ((first_day(paid.date), paid) for paid in payments)
    return sorted(known, key=lambda pair: (pair[0] or date.min, pair[1].id))


def _status(spans: list[tuple[date, date]], since: date | None, today: date, grace: int) -> tuple[Status, date | None]:
    merged = _merged(spans)
    begun = [span for span in merged if span[0] <= today]
    if not begun or (since is not None and since > today):
        return "pending", merged[-1][1] if merged else None
    until = begun[-1][1]
    if until >= today:
        return ("new" if since is not None and today - since < NEW_FOR else "current"), until
    return ("grace" if (today - until).days <= grace else "expired"), until


def _merged(spans: list[tuple[date, date]]) -> list[tuple[date, date]]:
    """Join times that touch or overlap."""
    found: list[tuple[date, date]] = []
    for start, end in sorted(spans):
        if found and start <= _plus(found[-1][1], 1):
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


class _Course:
    """Payments one after the other, and the times that they paid."""

    def __init__(self, terms: Terms, start: date | None, paid_until: date | None) -> None:
        self.terms = terms
        self.spans: list[tuple[date, date]] = []
        self.credit = 0
        self.uncounted: list[str] = []
        self._next = start
        self._anchor: date | None = None
        self._bought = 0
        if paid_until is not None and (start is None or start <= paid_until):
            self._cover(start or date.min, paid_until)

    def take(self, day: date | None, paid: Paid) -> None:
        """Count one payment: for its own time, as a whole period, or as money for the next ones."""
        end = last_day(paid.end)
        if end is not None:
            begin = first_day(paid.start) or day or self._next or end
            if begin <= end:
                self._cover(begin, end)
            return
        if paid.method == "waived" or (paid.method == "in_kind" and self.terms.dues in {"either", "in_kind"}):
            self._buy(day, 1)
        elif paid.method != "in_kind" and self.terms.dues in {"money", "either"} and paid.amount > 0:
            self._pay(day, paid)
        elif paid.method == "in_kind" or paid.amount > 0:
            self.uncounted.append(paid.id)

    def _pay(self, day: date | None, paid: Paid) -> None:
        fee = self.terms.fee
        if self.terms.currency and paid.currency != self.terms.currency and fee > 0:
            self.uncounted.append(paid.id)
        elif fee <= 0:
            self._buy(day, 1)
        else:
            periods, self.credit = divmod(self.credit + paid.amount, fee)
            self._buy(day, periods)

    def _cover(self, begin: date, end: date) -> None:
        """A time that somebody wrote down; what is paid without one goes on behind the last of them."""
        self.spans.append((begin, end))
        behind = _plus(end, 1)
        if self._next is None or behind > self._next:
            self._next, self._anchor = behind, None

    def _buy(self, day: date | None, periods: int) -> None:
        """Add whole periods: behind what is paid, or from this day where the time to follow on has passed."""
        if periods < 1:
            return
        begin = self._next or day
        if begin is None:
            return
        if day is not None and self._is_late(day, begin):
            begin, self._anchor = day, None
        if self.terms.period == "calendar_year":
            year = min(begin.year + periods - 1, date.max.year)
            end = date(year, 12, 31)
        else:
            if self._anchor is None:
                self._anchor, self._bought = begin, 0
            self._bought += periods
            end = _plus(_months_after(self._anchor, self._bought * max(1, self.terms.months)), -1)
        self.spans.append((begin, end))
        self._next = _plus(end, 1)

    def _is_late(self, day: date, begin: date) -> bool:
        """Nobody buys a calendar year that is over."""
        over = self.terms.period == "calendar_year" and day.year > begin.year
        return over or day > max(begin, _plus(begin, self.terms.grace - 1))


def _plus(day: date, days: int) -> date:
    """Return the day so many days later; the calendar's last day where there is none."""
    number = day.toordinal() + days
    return date.fromordinal(min(max(number, 1), date.max.toordinal()))


def _months_after(day: date, months: int) -> date:
    """Return the same day so many months later, or that month's last one."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
