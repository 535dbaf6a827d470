"""What the page of groups and events shows, each part read in one go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.protocol import ALLIANCE
from wimdesk.i18n import pick
from wimdesk.records import Action, Initiative, WorkingGroup
from wimdesk.records.theme import official
from wimdesk.search import fold
from wimdesk.services import champions, events, owed, progress, publishing, working_groups
from wimdesk.services.champions import Seat
from wimdesk.services.events import EventCard, EventRow
from wimdesk.services.owed import MinutesCard
from wimdesk.services.progress import RoundRow
from wimdesk.services.working_groups import GroupCard, GroupRow
from wimdesk.store import identity
from wimdesk.store.journal import SAMPLE

Names = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """The list at the left. `can` may hold "begin"."""

    groups: tuple[GroupRow, ...]
    events: tuple[EventRow, ...]
    can: frozenset[str]
    minutes: frozenset[str] = frozenset()
    open_count: int = 0
    overdue: int = 0
    rounds: tuple[RoundRow, ...] = ()
    seats: tuple[Seat, ...] = ()
    asked: int = 0
    """How many champions' duties are asked of us."""
    within: Mapping[str, str] = field(default_factory=dict)
    """Where what has no card of its own is shown: an action in its minutes."""

    def kind_of(self, record: str) -> str:
        """Return the type of a record of the list, or an empty text."""
        if any(row.id == record for row in self.groups):
            return working_groups.TYPE
        if any(row.id == record for row in self.events):
            return events.TYPE
        if any(row.id == record for row in self.rounds):
            return progress.ROUND
        if any(seat.id == record for seat in self.seats):
            return champions.TYPE
        return owed.MINUTES if record in self.minutes else ""


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


@dataclass(frozen=True, slots=True)
class MinutesView:
    """Minutes with what the lines of their form offer."""

    card: MinutesCard
    organisations: Names


def load(session: Session) -> Overview:
    """Return the list."""
    can = frozenset() if identity.read(session).role == "reader" else frozenset({"begin"})
    ours = owed.owed(session)
    minutes = frozenset(row.id for row in owed.minutes_of(session))
    actions = session.scalars(select(Action).where(Action.deleted.is_(False)))
    return Overview(
        tuple(working_groups.load(session)), tuple(events.load(session)), can, minutes, len(ours),
        sum(each.is_overdue for each in ours), tuple(progress.rounds(session)),
        tuple(champions.board(session)), len(champions.asked(session)), {each.id: each.minutes_id for each in actions},
    )  # fmt: skip


def group(session: Session, record: str) -> GroupView:
    """Return one group. Raises NotFound."""
    card = working_groups.card(session, record)
    found = session.get(WorkingGroup, record)
    summary, programme = (pick(found.summary), pick(found.programme)) if found is not None else ("", "")
    return GroupView(card, summary, programme, themes(session), tuple(events.organisations(session)))


def event(session: Session, record: str) -> EventView:
    """Return one event. Raises NotFound."""
    return EventView(events.card(session, record), themes(session), tuple(events.organisations(session)))


@dataclass(frozen=True, slots=True)
class ChampionsView:
    """The board, and what a nomination chooses from."""

    seats: tuple[Seat, ...]
    may_nominate: bool
    themes: Names
    organisations: Names


@dataclass(frozen=True, slots=True)
class ChampionView:
    """One champion with what its form offers."""

    seat: Seat
    themes: Names
    organisations: Names


def champions_view(session: Session) -> ChampionsView:
    """Return the board."""
    may = identity.read(session).role != "reader"
    found = tuple(champions.board(session))
    return ChampionsView(found, may, themes(session), tuple(events.organisations(session)))


def champion(session: Session, record: str) -> ChampionView:
    """Return one champion. Raises NotFound."""
    return ChampionView(champions.seat(session, record), themes(session), tuple(events.organisations(session)))


@dataclass(frozen=True, slots=True)
class ReportsView:
    """The calls for reports, and whether this computer may make one, of which initiatives."""

    rounds: tuple[RoundRow, ...]
    may_call: bool
    initiatives: Names


def reports(session: Session) -> ReportsView:
    """Return the calls for reports."""
    found = [each for each in publishing.seen(session, Initiative) if each.space in {ALLIANCE, SAMPLE}]
    names = sorted(((each.id, each.caption()) for each in found), key=lambda pair: fold(pair[1]))
    may_call = identity.read(session).role in {"secretariat", "committee"}
    return ReportsView(tuple(progress.rounds(session)), may_call, tuple(names))


def minutes(session: Session, record: str) -> MinutesView:
    """Return the minutes of one meeting. Raises NotFound."""
    return MinutesView(owed.minutes_card(session, record), tuple(events.organisations(session)))


def themes(session: Session) -> Names:
    """Return (id, title) of the Alliance's themes."""
    return tuple((theme.id, theme.caption()) for theme in session.scalars(official()))
