"""What the page of groups and events shows, each part read in one go."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from wimdesk.i18n import pick
from wimdesk.records import Theme, WorkingGroup
from wimdesk.services import events, working_groups
from wimdesk.services.events import EventCard, EventRow
from wimdesk.services.working_groups import GroupCard, GroupRow
from wimdesk.store import identity

Names = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """The list at the left. `can` may hold "begin"."""

    groups: tuple[GroupRow, ...]
    events: tuple[EventRow, ...]
    can: frozenset[str]

    def kind_of(self, record: str) -> str:
        """Return the type of a record of the list, or an empty text."""
        if any(row.id == record for row in self.groups):
            return working_groups.TYPE
        return events.TYPE if any(row.id == record for row in self.events) else ""


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group with what its form offers."""

    card: GroupCard
    summary: str
    programme: str
    themes: Names
    organisations: Names


@dataclass(frozen=True, slots=True)
class EventView:
    """An event with what its form offers."""

    card: EventCard
    themes: Names
    organisations: Names


def load(session: Session) -> Overview:
    """Return the list."""
    can = frozenset() if identity.read(session).role == "reader" else frozenset({"begin"})
    return Overview(tuple(working_groups.load(session)), tuple(events.load(session)), can)


def group(session: Session, record: str) -> GroupView:
    """Return one group. Raises NotFound."""
    card = working_groups.card(session, record)
    found = session.get(WorkingGroup, record)
    summary, programme = (pick(found.summary), pick(found.programme)) if found is not None else ("", "")
    return GroupView(card, summary, programme, themes(session), tuple(events.organisations(session)))


def event(session: Session, record: str) -> EventView:
    """Return one event. Raises NotFound."""
    return EventView(events.card(session, record), themes(session), tuple(events.organisations(session)))


def themes(session: Session) -> Names:
    """Return (id, title) of the Alliance's themes."""
    found = session.scalars(select(Theme).where(Theme.deleted.is_(False)).order_by(Theme.year, Theme.key))
    return tuple((theme.id, theme.caption()) for theme in found)
