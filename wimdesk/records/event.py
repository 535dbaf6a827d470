"""An event, once or again and again: a meeting of a working group, a Global Call, a workshop of our own.

The columns follow iCalendar (RFC 5545). `starts` is what the clock on the wall says in `zone`, so that a meeting at
11:00 stays at 11:00 when the clocks change there; the moment follows from both (services.recurrence).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_, _, pick
from wimdesk.store.record import Record, field

MODES = {"online": N_("Online"), "in_person": N_("In person"), "hybrid": N_("Both")}
STATES = {
    "tentative": N_("To be confirmed"),
    "confirmed": N_("Confirmed"),
    "cancelled": N_("Cancelled"),
    "held": N_("Held"),
    "closed": N_("Closed"),
}
MOST_MINUTES = 60 * 24 * 31
_WALL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")


class Event(Record):
    """Private until somebody publishes it; the meetings of a working group are the Alliance's from the start."""

    type_label = N_("Event")
    type_label_many = N_("Events")

    title: Mapped[dict[str, str]] = field("texts", N_("Title"), search="title", listed=True, required=True)
    summary: Mapped[dict[str, str]] = field("long_texts", N_("In short"), search="summary")
    group_id: Mapped[str] = field("link", N_("Working group"), link="working_group", listed=True)
    theme_id: Mapped[str] = field("link", N_("Theme"), link="theme")
    starts: Mapped[str] = field("text", N_("Begins"), listed=True, help=N_("For example 2026-12-08 14:00."))
    zone: Mapped[str] = field("text", N_("Time zone"), listed=True)
    minutes: Mapped[int | None] = field("integer", N_("Minutes"), minimum=0, maximum=MOST_MINUTES)
    whole_day: Mapped[bool] = field("flag", N_("The whole day"))
    recurrence: Mapped[str] = field("text", N_("Repeats"))
    excluded: Mapped[list[str]] = field("codes", N_("Left out"))
    extra: Mapped[list[str]] = field("codes", N_("Also on"))
    mode: Mapped[str] = field("choice", N_("Online or in person"), choices=MODES)
    place: Mapped[str] = field("text", N_("Place"), search="tags")
    url: Mapped[str] = field("text", N_("Address for taking part"))
    languages: Mapped[list[str]] = field("codes", N_("Languages"))
    interpretation: Mapped[list[str]] = field("codes", N_("Interpretation into"))
    coordinators: Mapped[list[str]] = field("codes", N_("Coordinators"), search="tags")
    capacity: Mapped[int | None] = field("integer", N_("Seats"), minimum=0)
    state: Mapped[str] = field("choice", N_("State"), choices=STATES, listed=True)
    uid: Mapped[str] = field("text", N_("Mark in calendars"))
    occurrence: Mapped[str] = field("text", N_("Stands for the date"))
    sequence: Mapped[int | None] = field("integer", N_("Version in calendars"), minimum=0)

    def caption(self) -> str:
        """Return the title in the current language."""
        return pick(self.title) or self.id

    @staticmethod
    def problems(values: Mapping[str, object]) -> list[tuple[str, str]]:
        """What begins has a readable beginning in a known time zone."""
        starts, zone = str(values.get("starts") or ""), str(values.get("zone") or "")
        found = []
        if starts and wall(starts) is None:
            found.append(("starts", _("Write the day and the time as 2026-12-08 14:00.")))
        if zone and not is_zone(zone):
            found.append(("zone", _("This time zone is not known. Write it as America/Lima.")))
        return found


def wall(text: str) -> datetime | None:
    """Return what a clock on the wall says, as kept in `starts`; None where it can't be read."""
    try:
        return datetime.fromisoformat(text) if _WALL.fullmatch(text) else None  # the zone is another field
    except ValueError:
        return None


def is_zone(name: str) -> bool:
    """Say whether the IANA time zone database knows the name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; no such name at all; a folder of the database
        return False
    return True
