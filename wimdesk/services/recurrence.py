"""When an event takes place: its dates in its own zone, by the rule of iCalendar (RFC 5545, section 3.3.10).

The rule counts what the clock on the wall says, and each date becomes a moment by the zone: so a meeting stays at 11:00
when the clocks change. A time that the clocks skip counts as if they had not changed (RFC 5545, section 3.3.5).
Pure: no record, no session.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import get_day_names
from dateutil.rrule import rrule, rrulestr

from wimdesk.i18n import _, locale_name
from wimdesk.records.event import is_zone, wall

MOST_YEARS = 30
"""Years after the first date in which dates are looked for."""
MOST_DATES = 5000
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_SLOW = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
"""Frequencies that no meeting has, and that would be counted through for very long."""
_LAST_YEARS = 9960
"""A leap year 39 years before the calendar of Python ends."""


@dataclass(frozen=True, slots=True)
class Series:
    """What says when an event is: wall-clock text, IANA zone, rule, and dates left out and added in the same way."""

    starts: str
    zone: str
    rule: str = ""
    excluded: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()


def problem(rule: str) -> str:
    """Return a sentence where a rule can't be followed, else an empty text."""
    if not rule:
        return ""
    if _read(rule, datetime(2020, 1, 1)) is None:  # noqa: DTZ001  # any first day will do
        return _("This rule for repeating can't be read. Choose one of the list.")
    return ""


def next_dates(series: Series, after: datetime, count: int = 5) -> list[datetime]:
    """Return the next dates from a moment on, as moments in the series' own zone."""
    found = []
    for moment in dates(series):
        if moment >= after:
            found.append(moment)
        if len(found) == count:
            break
    return found


def dates(series: Series, until: datetime | None = None) -> Iterator[datetime]:
    """Yield the dates from the first one on, at most MOST_DATES of them and none after `until`."""
    first = wall(series.starts)
    if first is None or not is_zone(series.zone or "UTC"):
        return
    zone = ZoneInfo(series.zone or "UTC")
    excluded = set(series.excluded) | {text[:16] for text in series.excluded}
    added = sorted(each for each in map(wall, series.extra) if each is not None)
    for number, day in enumerate(_merged(_days(first, series.rule, zone), added)):
        if number >= MOST_DATES:
            return
        text = day.isoformat()
        if text in excluded or text[:16] in excluded:
            continue
        moment = day.replace(tzinfo=zone)
        if until is not None and moment > until:
            return
        yield moment


def _merged(days: Iterator[datetime], added: list[datetime]) -> Iterator[datetime]:
    waiting = list(added)
    seen: set[datetime] = set()
    for day in days:
        while waiting and waiting[0] < day:
            yield from _fresh(waiting.pop(0), seen)
        yield from _fresh(day, seen)
    for day in waiting:
        yield from _fresh(day, seen)


def _fresh(day: datetime, seen: set[datetime]) -> Iterator[datetime]:
    if day not in seen:
        seen.add(day)
        yield day


def _days(first: datetime, rule: str, zone: ZoneInfo) -> Iterator[datetime]:
    if not rule:
        yield first
        return
    found = _read(rule, first)
    if found is None:
        yield first  # the one date that is certain
        return
    last, most = _bounds(rule, first, zone)
    for number, day in enumerate(found.replace(until=last)):
        if most is not None and number >= most:
            return
        yield day


def _bounds(rule: str, first: datetime, zone: ZoneInfo) -> tuple[datetime, int | None]:
    """Return the last wall-clock time and how many dates there are at most; the search always comes to an end."""
    parts = _parts(rule)
    limit = first + timedelta(days=366 * MOST_YEARS if first.year < 9000 else 366)
    until = _until(parts.get("UNTIL", ""), zone)
    count = parts.get("COUNT", "")
    return min(until, limit) if until is not None else limit, int(count) if count.isdigit() else None


def _until(text: str, zone: ZoneInfo) -> datetime | None:
    """Return the end of a rule by the clock of the zone: a moment in UTC, a local time, or a day that counts whole."""
    try:
        written = text + "T235959" if len(text) == 8 else text.removesuffix("Z")
        moment = datetime.strptime(written, "%Y%m%dT%H%M%S").replace(tzinfo=UTC if text.endswith("Z") else zone)
        return moment.astimezone(zone).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


@functools.lru_cache(maxsize=512)
def _read(rule: str, first: datetime) -> rrule | None:
    parts = _parts(rule)
    if parts.get("FREQ", "") in _SLOW or not parts.get("INTERVAL", "1").isdigit() or len(rule) > 1000:
        return None
    if int(parts.get("INTERVAL", "1")) not in range(1, 1000):
        return None
    counted = ";".join(f"{name}={text}" for name, text in parts.items() if name not in {"UNTIL", "COUNT", "X-NAME"})
    try:
        # Asked about the last years of the calendar, where the search ends soon: a rule such as 30 February has no
        # date at all, and would be looked for until the year 9999.
        if next(iter(rrulestr(counted, dtstart=first.replace(year=_LAST_YEARS))), None) is None:
            return None
        found = rrulestr(counted, dtstart=first)
    except (ValueError, TypeError, KeyError, OverflowError):
        return None
    return found if isinstance(found, rrule) else None


def _parts(rule: str) -> dict[str, str]:
    text = rule.strip().upper().removeprefix("RRULE:")
    return dict(pair.split("=", 1) for pair in text.split(";") if "=" in pair)


def offered(starts: str) -> list[tuple[str, str]]:
    """Return the rules that a person may choose for an event that begins so, with their words."""
    first = wall(starts)
    rules = ["", "FREQ=DAILY", "FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=2"]
    if first is not None:
        day, place = _DAYS[first.weekday()], (first.day - 1) // 7 + 1
        if place < 5:
            rules.append(f"FREQ=MONTHLY;BYDAY={place}{day}")
        rules.append(f"FREQ=MONTHLY;BYDAY=-1{day}")
    return [(rule, words(rule)) for rule in [*rules, "FREQ=MONTHLY", "FREQ=YEARLY"]]


def follow(rule: str, before: str, starts: str) -> str:
    """Return the rule of the same kind for another beginning: the second Tuesday becomes the second Wednesday."""
    old, new = [rule_ for rule_, _words in offered(before)], [rule_ for rule_, _words in offered(starts)]
    if rule not in old or rule in new:
        return rule
    was_last = "BYDAY=-1" in rule
    kind = [each for each in new if "BYDAY=" in each and ("BYDAY=-1" in each) == was_last]
    return kind[0] if kind else next((each for each in new if "BYDAY=-1" in each), rule)


def words(rule: str) -> str:
    """Return a rule as a person says it."""
    parts = _parts(rule)
    plain = {name: text for name, text in parts.items() if name not in {"UNTIL", "COUNT", "WKST"}}
    known = {
        "": _("Once"), "FREQ=DAILY": _("Every day"), "FREQ=WEEKLY": _("Every week"),
        "FREQ=WEEKLY;INTERVAL=2": _("Every two weeks"), "FREQ=MONTHLY": _("Every month on this day"),
        "FREQ=YEARLY": _("Every year"),
    }  # fmt: skip
    text = ";".join(f"{name}={value}" for name, value in plain.items())
    if text in known:
        return known[text]
    by_day = plain.get("BYDAY", "")
    if set(plain) == {"FREQ", "BYDAY"} and plain["FREQ"] == "MONTHLY" and by_day[-2:] in _DAYS:
        return _month_words(by_day[:-2], _DAYS.index(by_day[-2:])) or rule
    if set(plain) == {"FREQ", "BYDAY"} and plain["FREQ"] == "WEEKLY" and by_day in _DAYS:
        return _("Every week")
    return rule


def _month_words(place: str, weekday: int) -> str:
    day = get_day_names("wide", locale=locale_name())[weekday]
    sentences = {
        "1": _("Every month on the first {day}"),
        "2": _("Every month on the second {day}"),
        "3": _("Every month on the third {day}"),
        "4": _("Every month on the fourth {day}"),
        "-1": _("Every month on the last {day}"),
    }
    return sentences.get(place.lstrip("+"), "").format(day=day)


def is_readable(starts: str) -> bool:
    """Say whether a beginning can be read."""
    return wall(starts) is not None
