"""Events as iCalendar (RFC 5545), written and read. Pure: events as plain values in, bytes out; and back.

What is written is what Thunderbird, Google Calendar and Outlook publish that they read: UID, TZID with its VTIMEZONE,
RRULE, EXDATE, RECURRENCE-ID. What is read may name zones as Windows does, or describe one under a name of its own: then
the zone of the same clocks is taken, and each moment stays what it was. Who is invited, and alarms, are not taken:
nobody asked those people.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component, vDDDLists, vRecur
from icalendar import Event as Entry
from icalendar.error import BrokenCalendarProperty

from wimdesk import clock
from wimdesk.errors import UserError
from wimdesk.i18n import _, content_language, pick
from wimdesk.records import rules
from wimdesk.records.event import MOST_MINUTES, is_zone, wall
from wimdesk.services import recurrence, zones
from wimdesk.store.record import Values

MOST_BYTES = 2 * 1024 * 1024
MOST_EVENTS = 2000
MOST_LETTERS = 10_000
_STATES = {"tentative": "TENTATIVE", "confirmed": "CONFIRMED", "cancelled": "CANCELLED", "held": "CONFIRMED"}
_READ = {"TENTATIVE": "tentative", "CONFIRMED": "confirmed", "CANCELLED": "cancelled"}
_MODE, _SPOKEN, _INTERPRETED = "X-WIMDESK-MODE", "X-WIMDESK-LANGUAGES", "X-WIMDESK-INTERPRETATION"
_BEGIN = re.compile(rb"^BEGIN:", re.MULTILINE | re.IGNORECASE)
_MOST_PARTS = 20_000
_FOLD = re.compile(rb"\r?\n[ \t]")
_NAME = re.compile(rb"^[^:\r\n]{4096}", re.MULTILINE)
"""A line whose name and parameters are longer than any program writes, and would be read for very long."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a calendar file holds: events as values of records, and sentences about what could not be taken."""

    entries: tuple[Values, ...]
    remarks: tuple[str, ...] = field(default=())


def write(entries: Iterable[Values]) -> bytes:
    """Return a calendar with these events (values of records, their `uid` set) that have a date."""
    calendar = Calendar()
    calendar.add("prodid", "-//WIMDesk//WIMDesk//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    first = clock.today()
    for values in entries:
        starts = wall(str(values["starts"]))
        if starts is not None and is_zone(str(values["zone"] or "UTC")):
            first = min(first, starts.date())
            calendar.add_component(_entry(values, starts))
    calendar.add_missing_timezones(first_date=first - timedelta(days=366))
    made: bytes = calendar.to_ical()
    return made


def _entry(values: Values, starts: datetime) -> Entry:
    entry, zone = Entry(), ZoneInfo(str(values["zone"] or "UTC"))
    entry.add("uid", values["uid"])
    entry.add("dtstamp", datetime.fromtimestamp(clock.seconds(), UTC))
    entry.add("summary", pick(values["title"]))
    whole = bool(values["whole_day"])

    def at(text: str) -> date | datetime | None:
        moment = wall(text)
        return None if moment is None else moment.date() if whole else moment.replace(tzinfo=zone)

    entry.add("dtstart", starts.date() if whole else starts.replace(tzinfo=zone))
    minutes = int(values["minutes"] or 0)
    if minutes:
        entry.add("duration", timedelta(minutes=minutes))
    if values["recurrence"]:
        entry.add("rrule", vRecur.from_ical(str(values["recurrence"]).removeprefix("RRULE:")))
    for name, texts in (("exdate", values["excluded"]), ("rdate", values["extra"])):
        moments = [found for found in map(at, texts) if found is not None]
        if moments:
            entry.add(name, moments)
    instead_of = at(str(values["occurrence"]))
    if instead_of is not None:
        entry.add("recurrence-id", instead_of)
    if values["sequence"]:
        entry.add("sequence", int(values["sequence"]))
    texts = {
        "description": pick(values["summary"]), "location": values["place"], "url": values["url"],
        "status": _STATES.get(str(values["state"]), ""), _MODE: values["mode"], _SPOKEN: ",".join(values["languages"]),
        _INTERPRETED: ",".join(values["interpretation"]),
    }  # fmt: skip
    for name, text in texts.items():
        if text:
            entry.add(name, text)
    return entry


def read(content: bytes, mine: str = "UTC") -> Read:
    """Return the events in a calendar file. `mine` is the zone of times that name none.

    Raises UserError with a sentence for what is no calendar, too large, or has no event.
    """
    if len(content) > MOST_BYTES or len(_BEGIN.findall(content)) > _MOST_PARTS:
        raise too_large()
    if _NAME.search(_FOLD.sub(b"", content)):
        raise unreadable()
    try:
        calendars = Calendar.from_ical(content, multiple=True)
        found = [each for calendar in calendars for each in calendar.walk("VEVENT")]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise unreadable() from error
    if not found:
        raise UserError(_("There is no event in this file. Nothing was changed. Choose another one."))
    if len(found) > MOST_EVENTS:
        raise too_large()
    floating = zones.iana(str(calendars[0].get("X-WR-TIMEZONE", ""))) or mine
    entries: list[Values] = []
    remarks: list[str] = []
    for each in found:
        values = _values(each, floating, mine, remarks)
        if values is not None:
            entries.append(values)
    return Read(tuple(_with_overrides(entries)), tuple(dict.fromkeys(remarks)))


def too_large() -> UserError:
    """Return what is said of a calendar that is too large."""
    return UserError(_("This calendar is too large. Nothing was changed. Save a shorter time from it, and try again."))


def unreadable() -> UserError:
    """Return what is said of a file that is no calendar."""
    return UserError(_("This is no calendar that can be read. Nothing was changed. Choose an .ics file."))


def _values(entry: Component, floating: str, mine: str, remarks: list[str]) -> Values | None:
    title = _text(entry, "SUMMARY")[:500]
    starts = _moment(entry, "DTSTART")
    if starts is None:
        remarks.append(_("“{title}” has no readable beginning and was left out.").format(title=title or "–"))
        return None
    whole, zone = not isinstance(starts, datetime), floating
    if isinstance(starts, datetime) and starts.tzinfo is not None:
        zone = _zone(entry, starts, mine, remarks, title)
    local = _local(starts, zone)
    rule = _rule(entry, title, remarks)
    language = content_language()
    state = _READ.get(_text(entry, "STATUS").upper(), "")
    mode = _text(entry, _MODE)
    return {
        "uid": _text(entry, "UID")[:500], "title": {language: title} if title else {}, "starts": local, "zone": zone,
        "summary": _said(language, _text(entry, "DESCRIPTION")), "place": _text(entry, "LOCATION")[:500],
        "url": _text(entry, "URL")[:1000], "minutes": _minutes(entry, starts), "whole_day": whole, "recurrence": rule,
        "excluded": _moments(entry, "EXDATE", zone), "extra": _moments(entry, "RDATE", zone), "state": state,
        "occurrence": _instead_of(entry, zone), "sequence": _number(entry, "SEQUENCE"),
        "mode": mode if mode in {"online", "in_person", "hybrid"} else "", "languages": _codes(entry, _SPOKEN),
        "interpretation": _codes(entry, _INTERPRETED),
    }  # fmt: skip


def _with_overrides(entries: list[Values]) -> list[Values]:
    """A date that was moved stands for itself: it is left out of its series, as the file means it."""
    moved: dict[str, list[str]] = {}
    for values in entries:
        if values["occurrence"]:
            moved.setdefault(values["uid"], []).append(values["occurrence"])
    for values in entries:
        if not values["occurrence"] and values["uid"] in moved:
            values["excluded"] = sorted({*values["excluded"], *moved[values["uid"]]})
    return entries


def _zone(entry: Component, starts: datetime, mine: str, remarks: list[str], title: str) -> str:
    """Return the IANA zone of an event: the one of its name if its clocks agree, else one with the same clocks."""
    named = zones.iana(str(entry["DTSTART"].params.get("TZID", "")))
    if starts.tzinfo is UTC or (
        not named and starts.utcoffset() == timedelta() and "TZID" not in entry["DTSTART"].params
    ):
        return "UTC"
    later = [starts.replace(tzinfo=None) + timedelta(days=30 * step) for step in range(13)]
    moments = [moment.replace(tzinfo=starts.tzinfo) for moment in later]
    preferred = tuple(name for name in (named, mine) if name)
    found = zones.same_as(moments, preferred)
    if found or named:
        return found or named
    remarks.append(
        _("“{title}” is in a time zone that is not known. Its moments are kept, by UTC.").format(title=title)
    )
    return "UTC"


def _local(moment: date | datetime, zone: str) -> str:
    """Return a date or a moment as the clock of the zone shows it."""
    if not isinstance(moment, datetime):
        return f"{moment.isoformat()}T00:00"
    here = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) if moment.tzinfo is not None else moment
    return here.isoformat(timespec="minutes" if not here.second else "seconds")


def _moment(entry: Component, name: str) -> date | datetime | None:
    found = _dt(entry.get(name))
    return found if isinstance(found, date) and 1900 < found.year < 9000 else None


def _dt(given: object) -> object:
    """Return the value of a date, a moment or a length; None where it is missing or could not be read."""
    try:
        return getattr(given, "dt", None)
    except BrokenCalendarProperty:
        return None


def _moments(entry: Component, name: str, zone: str) -> list[str]:
    given = entry.get(name)
    lists = given if isinstance(given, list) else [given] if given is not None else []
    found = [_dt(each) for one in lists if isinstance(one, vDDDLists) for each in one.dts]
    return sorted({_local(each, zone) for each in found if isinstance(each, date)})[:MOST_EVENTS]


def _instead_of(entry: Component, zone: str) -> str:
    moment = _moment(entry, "RECURRENCE-ID")
    return "" if moment is None else _local(moment, zone)


def _minutes(entry: Component, starts: date | datetime) -> int:
    length = _dt(entry.get("DURATION"))
    ends = _moment(entry, "DTEND")
    if length is None and ends is not None and type(ends) is type(starts):
        try:
            length = ends - starts
        except TypeError:  # one of them says its zone, the other does not
            length = None
    if not isinstance(length, timedelta):
        length = timedelta(days=1) if not isinstance(starts, datetime) else timedelta()
    return min(max(int(length.total_seconds() // 60), 0), MOST_MINUTES)


def _rule(entry: Component, title: str, remarks: list[str]) -> str:
    given = entry.get("RRULE")
    if given is None:
        return ""
    rule = ""
    if isinstance(given, vRecur):
        rule = bytes(given.to_ical()).decode()  # type: ignore[no-untyped-call]  # the library leaves its type out
    if rule and not recurrence.problem(rule):
        return rule
    remarks.append(
        _("“{title}” repeats by a rule that can't be read. Only its first date was taken.").format(title=title)
    )
    return ""


def _text(entry: Component, name: str) -> str:
    found = entry.get(name)
    text = str(found[0] if isinstance(found, list) and found else found or "")
    return rules.without_control_characters(text).strip()[:MOST_LETTERS]


def _said(language: str, text: str) -> dict[str, str]:
    return {language: text} if text else {}


def _codes(entry: Component, name: str) -> list[str]:
    return [code.strip() for code in _text(entry, name).split(",") if code.strip()][:20]


def _number(entry: Component, name: str) -> int | None:
    text = _text(entry, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
