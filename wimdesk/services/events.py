"""Events: begun for ourselves or for a working group, when they are, in which zones, and who may change them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.protocol import ALLIANCE
from wimdesk import clock
from wimdesk.errors import RuleBroken, UserError
from wimdesk.i18n import _, pick, plain_digits, year_first
from wimdesk.records import Event, Organization, Theme, WorkingGroup
from wimdesk.records.event import is_zone, wall
from wimdesk.search import fold
from wimdesk.services import attaching, editing, publishing, recurrence, zones
from wimdesk.services.recurrence import Series
from wimdesk.store import history, identity, journal
from wimdesk.store.journal import SAMPLE
from wimdesk.store.record import Record

TYPE = "event"
SHOWN = 5
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event as a row; `at` is its next date, else its last one, None where it has none yet."""

    id: str
    title: str
    at: datetime | None
    zone: str
    rule: str
    group: str
    state: str
    is_over: bool
    shared: bool
    whole_day: bool = False


@dataclass(frozen=True, slots=True)
class EventCard:
    """One event beside its fields: `dates` are the next ones, or the last one where it is over.

    `can` may hold "edit" and "share"; `alliance_id` is what everybody calls it, whether it is shared or not.
    """

    id: str
    title: str
    group_id: str
    group: str
    theme: str
    zone: str
    rule: str
    coordinators: tuple[str, ...]
    dates: tuple[datetime, ...]
    minutes: int
    is_over: bool
    state: str
    shared: bool
    can: frozenset[str]
    alliance_id: str
    whole_day: bool = False


def now() -> datetime:
    """Return this moment; a test may say which one it is."""
    return datetime.fromtimestamp(clock.seconds(), UTC)


def series(event: Event) -> Series:
    """Return what says when an event is."""
    return Series(event.starts, event.zone, event.recurrence, tuple(event.excluded), tuple(event.extra))


def fetch(session: Session, event: str) -> Event:
    """Return the event; raises NotFound with a sentence."""
    found = history.fetch(session, TYPE, event)
    if not isinstance(found, Event):
        raise TypeError(TYPE)
    return found


def begin(session: Session, group: str = "", *, zone: str = "", theme: str = "") -> str:
    """Make an event: one of ours, private, or a meeting of a group, seen as the group is; return the id."""
    values: dict[str, object] = {"zone": zones.mine(zone), "theme_id": theme, "minutes": 60, "state": "tentative"}
    if not group:
        return editing.add(session, TYPE, values)
    found = history.fetch(session, "working_group", group)
    if not isinstance(found, WorkingGroup):
        raise TypeError(group)
    values |= {"group_id": group, "zone": found.zone or zones.mine(zone), "theme_id": found.theme_id, "mode": "online"}
    made = Event(space=found.space, title=dict(found.title), **values)
    session.add(made)
    session.flush()
    return made.id


def problems(values: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return what makes an event impossible to place in time, as (field, sentence)."""
    found = Event.problems(values)
    rule = recurrence.problem(str(values.get("recurrence") or ""))
    return [*found, ("recurrence", rule)] if rule else found


def add(session: Session, group: str, values: Mapping[str, object]) -> str:
    """Make an event, of a group or of ours, with these values; return its id. Raises RuleBroken, NotFound."""
    broken = problems(values)
    if broken:
        raise RuleBroken(broken)
    made = begin(session, group)
    editing.change(session, TYPE, made, values)
    return made


def written(text: str) -> str:
    """Return a day and a time that a person typed, as it is kept; what can't be read stays as it is."""
    text = year_first(plain_digits(text).strip()).replace(" ", "T")
    return text[:16] if wall(text) is not None and text.endswith(":00") and len(text) == 19 else text


def load(session: Session) -> list[EventRow]:
    """Return every event: those to come by their next date, then those that are over, the latest first."""
    groups = {each.id: each.caption() for each in session.scalars(select(WorkingGroup))}
    found = [_row(each, groups) for each in publishing.seen(session, Event)]
    coming = sorted((each for each in found if not each.is_over), key=lambda row: (row.at or _LAST, fold(row.title)))
    over = sorted((each for each in found if each.is_over), key=lambda row: row.at or _LAST, reverse=True)
    return [*coming, *over]


def _row(event: Event, groups: Mapping[str, str]) -> EventRow:
    shown, is_over = _dates(event, now(), 1)
    return EventRow(
        event.id, pick(event.title) or _("Without a title"), shown[0] if shown else None, event.zone or "UTC",
        event.recurrence, groups.get(event.group_id, ""), event.state, is_over, event.space == ALLIANCE,
        event.whole_day,
    )  # fmt: skip


def _dates(event: Event, after: datetime, count: int) -> tuple[list[datetime], bool]:
    """Return the next dates, or the last one and that it is over. What is under way is not over."""
    length = timedelta(minutes=event.minutes or 0)
    coming = recurrence.next_dates(series(event), after - length, count)
    if coming:
        return coming, False
    last = list(recurrence.dates(series(event), until=after))[-1:]
    return last, bool(last)


def card(session: Session, event: str, after: str = "") -> EventCard:
    """Return an event with its next five dates from a moment on (ISO 8601), else from now. Raises NotFound."""
    found = fetch(session, event)
    who = identity.read(session)
    shown, is_over = _dates(found, moment(after), SHOWN)
    group = session.get(WorkingGroup, found.group_id) if found.group_id else None
    theme = session.get(Theme, found.theme_id) if found.theme_id else None
    can = set()
    if who.role != "reader" and (found.owner == who.organisation or who.role == "secretariat" or found.space == SAMPLE):
        can.add("edit")
        if found.space not in {ALLIANCE, SAMPLE}:
            can.add("share")
    return EventCard(
        event, pick(found.title), found.group_id, group.caption() if group else "", theme.caption() if theme else "",
        found.zone or "UTC", found.recurrence, named(session, found.coordinators), tuple(shown), found.minutes or 0,
        is_over, found.state, found.space == ALLIANCE, frozenset(can), alliance_id(session, found),
        found.whole_day,
    )  # fmt: skip


def alliance_id(session: Session, event: Event) -> str:
    """Return the id under which everybody knows an event, also before it is shared: what hangs on it stays with it."""
    return event.id if event.space in {ALLIANCE, SAMPLE} else publishing.copy_id(session, event.id, "alliance")


def known_as(session: Session, event: str) -> Event | None:
    """Return the event of such an `alliance_id`: the one that all know, else the one from which it would be made."""
    if (shared := session.get(Event, event)) is not None:
        return shared
    own = session.scalars(select(Event).where(Event.space.not_in([ALLIANCE, SAMPLE])))
    return next((each for each in own if alliance_id(session, each) == event), None)


def moment(text: str) -> datetime:
    """Return a moment as typed (a day counts from its first second in UTC); now where nothing is. Raises RuleBroken."""
    if not text:
        return now()
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise RuleBroken([("starts", _("Write the day and the time as 2026-12-08 14:00."))]) from error
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def share(session: Session, event: str) -> str:
    """Give an event with its files to the whole Alliance; return the id of the shared one.

    Raises RuleBroken where it has no date.
    """
    found = fetch(session, event)
    broken = problems(editing.plain(found))
    if not pick(found.title):
        broken.append(("title", _("Give it a title first. Nothing was shared.")))
    if not found.starts:
        broken.append(("starts", _("Say first when it is. Nothing was shared.")))
    if broken:
        raise RuleBroken(broken)
    copy = publishing.share_rest(session, TYPE, event, "alliance")
    attaching.share(session, event, copy, "alliance")
    return copy


def leave_out(session: Session, event: str, date: str) -> int:
    """Leave one date, as the clock of its zone shows it, out of a series; return the act, to undo it."""
    found = fetch(session, event)
    found.excluded = sorted({*found.excluded, date})
    session.flush()
    return journal.scribe_of(session).act


def take_back(session: Session, event: str) -> int:
    """Move an event to the trash, and out of the Alliance where it is ours; return the act, to undo it."""
    attaching.retract(session, publishing.retract(session, TYPE, event))
    editing.remove(session, TYPE, event)
    return journal.scribe_of(session).act


def organisations(session: Session) -> list[tuple[str, str]]:
    """Return (id, name) of every organisation of the Alliance that is known here, and ours, by name."""
    found = {each.id: each.caption() for each in publishing.seen(session, Organization)}
    who = identity.read(session)
    if who.organisation_name:
        found.setdefault(who.organisation, who.organisation_name)
    return sorted(found.items(), key=lambda pair: fold(pair[1]))


def refuse_nameless(session: Session) -> None:
    """Raise UserError where the others could not read who we are."""
    who = identity.read(session)
    if not who.organisation_name and session.get(Organization, who.organisation) is None:
        raise UserError(_("Your organisation has no name yet. Nothing was sent. Fill in its profile first."))


def named(session: Session, codes: Iterable[str]) -> tuple[str, ...]:
    """Return organisations by name; whoever is in no directory was written by name."""
    wanted = list(codes)
    found = {
        each.id: each.caption() for each in session.scalars(select(Organization).where(Organization.id.in_(wanted)))
    }
    return tuple(found.get(code, code) for code in wanted)


def days_of(event: Event) -> list[str]:
    """Return the days on which an event took place, or does today, as attendance names them: the latest first.

    An event that happens once has one nameless day, so that its attendance stays with it when it is put off. Today is
    the day of this computer and that of the event: an evening in Lima is the next day in UTC, and a morning in
    Brisbane.
    """
    if not event.recurrence and not event.extra:
        return [""]
    zone = ZoneInfo(event.zone or "UTC") if is_zone(event.zone or "UTC") else UTC
    midnight = datetime.max.time()
    here, there = datetime.combine(clock.today(), midnight), datetime.combine(now().astimezone(zone).date(), midnight)
    last = max(here.astimezone(), there.replace(tzinfo=zone))
    days = (moment.date().isoformat() for moment in recurrence.dates(series(event), until=last))
    return list(dict.fromkeys(days))[::-1]


def next_of(event: Event, count: int) -> list[datetime]:
    """Return the next dates of an event from now on."""
    return _dates(event, now(), count)[0]


def turn(record: Record, field: str) -> tuple[bool, int]:
    """Return where a record stands among others by when a field was set: by the log, then what is not sent yet.

    No clock decides it (sync.merge), so that every laptop has the same order.
    """
    place = (record.versions or {}).get(field, 0)
    return place < 0, abs(place)
