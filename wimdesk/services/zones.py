"""Time zones: the one of this computer, those that can be chosen, and what other programs call them."""

from __future__ import annotations

import functools
import os
import sys
from datetime import datetime
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from wimdesk.errors import RuleBroken
from wimdesk.i18n import _
from wimdesk.records.event import is_zone
from wimdesk.services import dates

_AREAS = {
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
}  # fmt: skip
_LINK = Path("/etc/localtime")
_UTC = frozenset({"Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UCT", "Universal", "Zulu"})
"""Other names of UTC, which computers have and nobody reads."""


@functools.cache
def names() -> tuple[str, ...]:
    """Return the zones to choose from: UTC, and every place of the IANA database."""
    listed = resources.files("tzdata").joinpath("zones").read_text("utf-8").split()
    return ("UTC", *sorted(name for name in listed if name.partition("/")[0] in _AREAS))


def label(name: str) -> str:
    """Return a zone as people read it."""
    area, _slash, place = name.partition("/")
    return f"{place.replace('_', ' ')} ({area})" if place else name


def of(name: str) -> ZoneInfo:
    """Return the zone of this name; raises RuleBroken with a sentence for one that the database does not have."""
    if not is_zone(name):
        raise RuleBroken([("zone", _("This time zone is not known. Write it as America/Lima."))])
    return ZoneInfo(name)


def iana(name: str) -> str:
    """Return the IANA name for what a program calls a zone (Windows' names too), or an empty text.

    Some programs put their own name in front, such as /freeassociation.sourceforge.net/Europe/London.
    """
    if name in WINDOWS_TO_OLSON:
        return WINDOWS_TO_OLSON[name]
    parts = name.strip().strip('"').strip("/").split("/")
    for start in range(len(parts)):
        found = "/".join(parts[start:])
        if found and is_zone(found):
            return found
    return ""


def mine(chosen: str = "") -> str:
    """Return the zone that was chosen, else that of this computer, else UTC."""
    if chosen and is_zone(chosen):
        return chosen
    found = iana(os.environ.get("TZ", "").lstrip(":")) or _of_system() or "UTC"
    return "UTC" if found in _UTC else found


def _of_system() -> str:
    if sys.platform == "win32":
        import winreg

        where = r"SYSTEM\CurrentControlSet\Control\TimeZoneInformation"
        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, where) as key:
                return iana(str(winreg.QueryValueEx(key, "TimeZoneKeyName")[0]).partition("\0")[0])
        except OSError:
            return ""
    try:
        return iana(str(_LINK.resolve()).partition("zoneinfo/")[2])
    except OSError:
        return ""


def same_as(moments: list[datetime], preferred: tuple[str, ...] = ()) -> str:
    """Return a zone whose clocks say at these moments what the moments themselves say, or an empty text.

    For a zone that a calendar file describes under a name of its own.
    """
    for name in (*preferred, *dict.fromkeys(WINDOWS_TO_OLSON.values()), *names()):
        zone = ZoneInfo(name)
        if all(moment.astimezone(zone).utcoffset() == moment.utcoffset() for moment in moments):
            return name
    return ""


def city(name: str) -> str:
    """Return the place that gives a zone its name."""
    return name.rpartition("/")[2].replace("_", " ")


def both(moment: datetime, zone: str, mine: str, whole_day: bool = False) -> tuple[str, str]:
    """Return a moment by the reader's clock and by another one; the second is empty where both say the same.

    A whole day is that day everywhere, as the event's own zone has it.
    """
    if whole_day:
        return dates.clock_text(moment, zone, hours=False), ""
    first, second = (f"{dates.clock_text(moment, each)} {city(each)}" for each in (mine, zone))
    same = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == moment.astimezone(ZoneInfo(mine)).replace(
        tzinfo=None
    )
    return first, "" if same else second
