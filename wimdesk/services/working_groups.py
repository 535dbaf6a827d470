"""Working groups of the Alliance: who coordinates and who takes part, and one list of dates however many time slots.

That an organisation takes part is a `reply` of its own about the group: nobody else can say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.protocol import ALLIANCE
from wimdesk import clock
from wimdesk.errors import UserError
from wimdesk.i18n import _, pick
from wimdesk.records import Event, ReadingList, Theme, WorkingGroup
from wimdesk.search import fold
from wimdesk.services import editing, events, owed, publishing, recurrence, zones
from wimdesk.store import history, identity, journal
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
    """A group beside its fields; `dates` are the next ones of all its slots together.

    `members` are who takes part, by name; `lists` are (id, title) of the reading lists sent to the group. `can` may
    hold "edit", "meet", "join", "leave".
    """

    id: str
    title: str
    theme: str
    state: str
    zone: str
    coordinators: tuple[str, ...]
    slots: tuple[Slot, ...]
    dates: tuple[tuple[datetime, str], ...]
    can: frozenset[str]
    members: tuple[str, ...] = ()
    lists: tuple[tuple[str, str], ...] = ()


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
    joined = _joined(session, group)
    if can and who.organisation in joined:
        can.add("leave")
    elif can and found.state != "closed":
        can.add("join")
    names = {each: name for each, name in events.organisations(session) if each in joined}
    members = sorted((names.get(each, _("An organisation that is not here yet")) for each in joined), key=fold)
    return GroupCard(
        group, pick(found.title), theme.caption() if theme else "", found.state, found.zone or "UTC",
        events.named(session, found.coordinators), tuple(slots), tuple(dates[: events.SHOWN]), frozenset(can),
        tuple(members), tuple(lists_of(session, group)),
    )  # fmt: skip


def _joined(session: Session, group: str) -> set[str]:
    return {owner for (_about, owner), said in owed.answers(session, [group]).items() if said.state == "accepted"}


def join(session: Session, group: str, there: bool = True) -> int:
    """Let our organisation take part in a group, or no longer; return the act, to undo it.

    Raises UserError where that is so already or can't be, NotFound.
    """
    if ("join" if there else "leave") not in card(session, group).can:
        raise UserError(
            _("Your organisation takes part already, or nobody can join now. Nothing was changed.") if there
            else _("Your organisation does not take part. Nothing was changed.")
        )  # fmt: skip
    if there:
        events.refuse_nameless(session)
    state = "accepted" if there else "declined"
    owed.reply(session, group, {"state": state, "answered_on": clock.today().isoformat()})
    return journal.scribe_of(session).act


def mine(session: Session) -> frozenset[str]:
    """Return the groups in which our organisation takes part, or which it coordinates."""
    ours, groups = identity.read(session).organisation, publishing.seen(session, WorkingGroup)
    said = owed.answers(session, [each.id for each in groups])
    told = {about for (about, owner), reply in said.items() if owner == ours and reply.state == "accepted"}
    return frozenset(each.id for each in groups if each.id in told or ours in each.coordinators)


def open_groups(session: Session) -> list[tuple[str, str]]:
    """Return (id, title) of the groups that are not closed, those in which we take part first."""
    ours, rows = mine(session), [row for row in load(session) if row.state != "closed"]
    return [(row.id, row.title) for row in sorted(rows, key=lambda row: row.id not in ours)]


def lists_of(session: Session, group: str) -> list[tuple[str, str]]:
    """Return (id, title) of the reading lists that were sent to a group, by title."""
    sent = select(ReadingList).where(ReadingList.deleted.is_(False), ReadingList.space.in_((ALLIANCE, SAMPLE)))
    found = [each for each in session.scalars(sent) if group in each.audience.split()]
    return sorted(((each.id, each.caption()) for each in found), key=lambda pair: (fold(pair[1]), pair[0]))


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
