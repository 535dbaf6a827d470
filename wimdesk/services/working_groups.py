"""Working groups of the Alliance: who coordinates, and one list of dates however many time slots a group has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from wimdesk import clock
from wimdesk.i18n import _, pick
from wimdesk.records import Event, Theme, WorkingGroup
from wimdesk.search import fold
from wimdesk.services import editing, events, publishing, recurrence, zones
from wimdesk.store import history, identity
from wimdesk.store.journal import SAMPLE

TYPE = "working_group"


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group as a row, with the next date of any of its slots."""

    id: str
    title: str
    theme: str
    state: str
    at: datetime | None
    slots: int
    zone: str = "UTC"
    whole_day: bool = False
    """Of the slot that has the next date."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One time slot of a group, in its own zone, with its next dates."""

    id: str
    title: str
    rule: str
    zone: str
    starts: str
    coordinators: tuple[str, ...]
    dates: tuple[datetime, ...]
    state: str = ""
    whole_day: bool = False


@dataclass(frozen=True, slots=True)
class GroupCard:
    """A group beside its fields; `dates` are the next ones of all its slots together. `can` may hold "edit", "meet"."""

    id: str
    title: str
    theme: str
    state: str
    zone: str
    coordinators: tuple[str, ...]
    slots: tuple[Slot, ...]
    dates: tuple[tuple[datetime, str], ...]
    can: frozenset[str]


def load(session: Session) -> list[GroupRow]:
    """Return every group by its name, those that are closed at the end."""
    themes = {theme.id: theme.caption() for theme in session.scalars(select(Theme))}
    found = publishing.seen(session, WorkingGroup)
    rows = [_row(session, each, themes) for each in found]
    return sorted(rows, key=lambda row: (row.state == "closed", fold(row.title), row.id))


def _row(session: Session, group: WorkingGroup, themes: dict[str, str]) -> GroupRow:
    slots = _slots(session, group.id, events.now())
    first = min((each for each in slots if each.dates), key=lambda each: each.dates[0], default=None)
    return GroupRow(
        group.id, pick(group.title) or _("Without a title"), themes.get(group.theme_id, ""), group.state,
        first.dates[0] if first else None, len(slots), first.zone if first else "UTC",
        first is not None and first.whole_day,
    )  # fmt: skip


def card(session: Session, group: str, after: str = "") -> GroupCard:
    """Return a group with its slots and their next dates from a moment on (ISO 8601). Raises NotFound."""
    found = history.fetch(session, TYPE, group)
    if not isinstance(found, WorkingGroup):
        raise TypeError(TYPE)
    who = identity.read(session)
    slots = _slots(session, group, events.moment(after))
    dates = sorted((moment, slot.id) for slot in slots for moment in slot.dates)
    theme = session.get(Theme, found.theme_id) if found.theme_id else None
    can = set() if who.role == "reader" else {"meet"}
    if can and (found.owner == who.organisation or who.role == "secretariat" or found.space == SAMPLE):
        can.add("edit")
    return GroupCard(
        group, pick(found.title), theme.caption() if theme else "", found.state, found.zone or "UTC",
        events.named(session, found.coordinators), tuple(slots), tuple(dates[: events.SHOWN]), frozenset(can),
    )  # fmt: skip


def _slots(session: Session, group: str, after: datetime) -> list[Slot]:
    """What is cancelled stays in view, and has no date."""
    query = select(Event).where(Event.group_id == group, Event.deleted.is_(False)).order_by(Event.starts, Event.id)
    return [
        Slot(
            each.id, pick(each.title) or _("Without a title"), each.recurrence, each.zone or "UTC", each.starts,
            events.named(session, each.coordinators),
            tuple(recurrence.next_dates(events.series(each), after, events.SHOWN)) if each.state != "cancelled" else (),
            each.state, each.whole_day,
        )
        for each in session.scalars(query)
    ]  # fmt: skip


def begin(session: Session, zone: str = "", theme: str = "") -> str:
    """Make a group that is forming, in a zone; return its id. Everybody in the Alliance sees it with the next sync."""
    values = {"state": "forming", "zone": zones.mine(zone), "theme_id": theme, "start": clock.today().isoformat()}
    return editing.add(session, TYPE, values)
