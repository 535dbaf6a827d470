"""Days, periods and moments in words, as the reader's language writes them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton

from wimdesk.i18n import _, language, locale_name


def _locale() -> str:
    """Days are written before months wherever English is the language of a region or of the world."""
    return "en_GB" if language() == "en" else locale_name()


def day_text(day: str, width: Literal["long", "medium"] = "long") -> str:
    """Return an ISO date, perhaps only a year or a month, in the reader's language; other text as it is."""
    try:
        match len(day):
            case 10:
                return str(format_date(date.fromisoformat(day), width, locale=_locale()))
            case 7:
                return str(format_date(date.fromisoformat(f"{day}-01"), "MMMM y", locale=_locale()))
            case _:
                return day
    except ValueError:
        return day


def span_text(start: str, end: str) -> str:
    """Return a period in words; either side may be open."""
    if start and start == end:
        return day_text(start)
    if start and end:
        return _("{start} to {end}").format(start=day_text(start), end=day_text(end))
    if start:
        return _("Since {start}").format(start=day_text(start))
    return _("Until {end}").format(end=day_text(end)) if end else _("No dates yet")


def moment_text(moment: str) -> str:
    """Return a UTC moment (RFC 3339) as local day and time in the reader's language."""
    try:
        local = datetime.fromisoformat(moment).astimezone()
    except ValueError:
        return moment
    day = format_date(local.date(), "medium", locale=_locale())
    return _("{day}, {time}").format(day=day, time=f"{local:%H:%M}")


def clock_text(moment: datetime, zone: str, hours: bool = True) -> str:
    """Return day and time, or only the day, as the clocks of an IANA zone show them, in the reader's language."""
    local = moment.astimezone(ZoneInfo(zone))
    day = str(format_skeleton("yMMMEd", local, locale=_locale()))
    return _("{day}, {time}").format(day=day, time=f"{local:%H:%M}") if hours else day
