"""Who registered for an event and who came: noted with no network, on several laptops at once.

Somebody's attendance has an id that follows from event, day and person (or the name of a walk-in), so that two laptops
make the same record and set nothing in it differently; the moments at which she was marked present are records of
their own. So after a sync there is one attendance with both moments, and nothing to decide.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from wimdesk import clock, search
from wimdesk.errors import RuleBroken
from wimdesk.i18n import _
from wimdesk.identifiers import is_id
from wimdesk.records import Attendance, CheckIn, Event, Person
from wimdesk.search import fold
from wimdesk.services import events, people
from wimdesk.store import erasures, history, identity, journal

TYPE, CHECK_IN = "attendance", "check_in"
OFFERED = 8


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody on the sheet, once, however many records say so (`_who`). `times` are the moments (UTC) at which she was
    marked present, the first one first."""

    id: str
    name: str
    person_id: str
    organisation: str
    registered: bool
    waiting: bool
    """Whether she registered after the last place was taken."""
    walk_in: bool
    cancelled: bool
    times: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The attendance of an event on a day: "" where it happens once. `days` are those that can be chosen."""

    event: str
    day: str
    days: tuple[str, ...]
    attendees: tuple[Attendee, ...]
    present: int
    registered: int
    walk_ins: int
    may_write: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a name that was typed: the attendance, or names among which to choose. `again`: was here already."""

    attendance: str = ""
    name: str = ""
    again: bool = False
    choices: tuple[str, ...] = ()
    act: int = 0


def sheet(session: Session, event: str, day: str | None = None) -> Sheet:
    """Return the attendance on a day; without one, on the latest that has begun, else the first. Raises NotFound."""
    found = events.fetch(session, event)
    days = _days(session, found)
    chosen = day if day in days else days[0]
    attendees = _attendees(session, found, chosen)
    return Sheet(
        event, chosen, tuple(days), tuple(attendees), sum(bool(each.times) for each in attendees),
        sum(each.registered and not each.cancelled for each in attendees),
        sum(bool(each.times) and not each.registered for each in attendees), identity.read(session).role != "reader",
    )  # fmt: skip


def day_of(session: Session, event: str, day: str | None) -> str:
    """Return the day that was typed, else the one that `sheet` shows. Raises RuleBroken where the event is not then."""
    days = sheet(session, event).days
    if day is not None and day not in days:
        known = ", ".join(each for each in days if each) or "–"
        sentence = _("The event is not on this day. Nothing was noted. Its days: {known}.").format(known=known)
        raise RuleBroken([("day", sentence)])
    return days[0] if day is None else day


def _days(session: Session, event: Event) -> list[str]:
    """Return the days so far, the latest first, then the next one; at the end those that somebody is noted for.

    So nobody is lost where an event was put off, or began to repeat, after people had registered.
    """
    past = events.days_of(event)
    coming = [] if past == [""] else [moment.date().isoformat() for moment in events.next_of(event, 2)]
    noted = people.ours(session, Attendance).where(Attendance.event == events.alliance_id(session, event))
    found = session.scalars(noted.with_only_columns(Attendance.day).distinct().order_by(Attendance.day.desc()))
    return list(dict.fromkeys([*past, *coming, *found])) or [""]


def _attendees(session: Session, event: Event, day: str) -> list[Attendee]:
    key = events.alliance_id(session, event)
    query = people.ours(session, Attendance).where(Attendance.event == key, Attendance.day == day)
    found = list(session.scalars(query))
    times: dict[str, list[str]] = {}
    marked = people.ours(session, CheckIn).where(
        CheckIn.attendance_id.in_(select(Attendance.id).where(Attendance.event == key))
    )
    for mark in session.scalars(marked):
        times.setdefault(mark.attendance_id, []).append(mark.at)
    names = _names(session, [each.person_id for each in found if each.person_id])
    someone: dict[str, list[Attendance]] = {}
    for each in sorted(found, key=lambda each: each.id):
        someone.setdefault(_who(each), []).append(each)
    turns = {
        who: min(events.turn(each, "registered_on") for each in group if each.registered_on)
        for who, group in someone.items()
        if any(each.registered_on for each in group) and not any(each.cancelled_on for each in group)
    }
    late = set(sorted(turns, key=turns.__getitem__)[event.capacity :]) if event.capacity else set()
    attendees = [
        Attendee(
            group[0].id, names.get(group[0].person_id) or group[0].name or _("Without a name"), group[0].person_id,
            next((each.organisation for each in group if each.organisation), ""),
            any(each.registered_on for each in group), who in late, any(each.walk_in for each in group),
            any(each.cancelled_on for each in group),
            tuple(sorted(moment for each in group for moment in times.get(each.id, ()))),
        )
        for who, group in someone.items()
    ]  # fmt: skip
    return sorted(attendees, key=lambda each: (fold(each.name), each.id))


def _who(attendance: Attendance) -> str:
    """Return what says who is meant: two records say the same where two people of the list turned out to be one."""
    return attendance.person_id or fold(attendance.name)


def _same(session: Session, key: str, day: str, who: str) -> list[Attendance]:
    """Return every attendance of somebody on a day, in an order that is the same on each laptop."""
    query = people.ours(session, Attendance).where(
        Attendance.event == key, Attendance.day == day, Attendance.person_id.in_(("", who))
    )
    return [each for each in session.scalars(query.order_by(Attendance.id)) if _who(each) == who]


def _all_of(session: Session, attendance: str) -> list[Attendance]:
    found = history.fetch(session, TYPE, attendance)
    if not isinstance(found, Attendance):
        raise TypeError(TYPE)
    return _same(session, found.event, found.day, _who(found))


def _names(session: Session, ids: Iterable[str]) -> dict[str, str]:
    wanted = list(ids)
    found = session.scalars(select(Person).where(Person.id.in_(wanted))) if wanted else ()
    return {each.id: each.caption() for each in found}


def offers(session: Session, event: str, day: str, text: str) -> list[tuple[str, str]]:
    """Return (id of a person or an attendance, name) of those who have these words, those of the sheet first."""
    words = fold(text).split()
    if not words:
        return []
    here = [each for each in sheet(session, event, day).attendees if _has(each.name, words)]
    found = [(each.person_id or each.id, each.name) for each in here]
    known = {record for record, _name in found}
    likely = search.named(session, "person", text)
    query = people.ours(session, Person).with_only_columns(Person.id, Person.given_name, Person.family_name)
    query = query.where(Person.id.in_(likely)).order_by(Person.family_name, Person.given_name, Person.id)
    for record, given, family in session.execute(query):
        name = f"{given} {family}".strip()
        if len(found) < OFFERED and record not in known and _has(name, words):
            found.append((record, name))
    return found[:OFFERED]


def _has(name: str, words: list[str]) -> bool:
    parts = fold(name).split()
    return all(any(part.startswith(word) for part in parts) for word in words)


def register(
    session: Session, event: str, day: str, *, person: str = "", name: str = "", organisation: str = ""
) -> str:
    """Register a person of the list, or a name; return the attendance. Raises RuleBroken without either."""
    made = _note(session, event, day, person, name, organisation)
    if not made.registered_on:
        made.registered_on = clock.today().isoformat()
    for each in _all_of(session, made.id):
        if each.cancelled_on:
            each.cancelled_on = ""
    session.flush()
    return made.id


def register_text(session: Session, event: str, day: str, text: str) -> Answer:
    """Register whoever is meant by a typed text, as `check_in_text` understands it. Raises RuleBroken."""
    meant = _meant(session, event, day, text)
    if len(meant) > 1:
        return Answer(choices=tuple(name for _record, name in meant))
    known = session.get(Attendance, meant[0][0]) if meant else None
    person, name = (known.person_id, known.name) if known else (meant[0][0], "") if meant else ("", text)
    made = register(session, event, day, person=person, name=name)
    return Answer(made, meant[0][1] if meant else name, act=journal.scribe_of(session).act)


def _meant(session: Session, event: str, day: str, text: str) -> list[tuple[str, str]]:
    """Return those who may be meant: an id, those of exactly this name, else those who have its words."""
    if is_id(text.strip()):
        return [(text.strip(), "")]
    found = offers(session, event, day, text)
    return [each for each in found if fold(each[1]) == fold(text)] or found


def cancel(session: Session, attendance: str) -> int:
    """Note that somebody who registered does not come; return the act, to undo it. Raises NotFound."""
    for each in _all_of(session, attendance):
        each.cancelled_on = clock.today().isoformat()
    session.flush()
    return journal.scribe_of(session).act


def check_in(session: Session, event: str, day: str, *, person: str = "", name: str = "") -> Answer:
    """Mark a person of the list, or somebody by name, as present now.

    Whoever is marked again on this laptop stays as before; on another one the moment is kept too. Raises RuleBroken.
    """
    made = _note(session, event, day, person, name, "")
    if not made.registered_on and not made.walk_in:
        made.walk_in = True
    already = bool(_marks(session, made.id))
    if not already:
        session.add(CheckIn(attendance_id=made.id, at=clock.now()))
    session.flush()
    shown = _names(session, [made.person_id]).get(made.person_id, made.name) if made.person_id else made.name
    return Answer(made.id, shown, already, act=journal.scribe_of(session).act)


def check_in_text(session: Session, event: str, day: str, text: str) -> Answer:
    """Mark whoever is meant by a typed text as present: the one whose name it is or begins with, else a walk-in.

    Where several are meant, nothing is written and their names are returned. Raises RuleBroken for an empty text.
    """
    meant = _meant(session, event, day, text)
    if len(meant) > 1:
        return Answer(choices=tuple(name for _record, name in meant))
    if not meant:
        return check_in(session, event, day, name=text)
    return check_in_offered(session, event, day, meant[0][0])


def check_in_offered(session: Session, event: str, day: str, record: str) -> Answer:
    """Mark one of those offered as present: a person of the list, or somebody of the sheet who has only a name."""
    known = session.get(Attendance, record)
    if known is not None:
        return check_in(session, event, day, person=known.person_id, name=known.name)
    return check_in(session, event, day, person=record)


def take_back(session: Session, attendance: str) -> int:
    """Take back every mark that somebody is present; return the act, to undo it."""
    for each in _marks(session, attendance):
        each.deleted = True
    session.flush()
    return journal.scribe_of(session).act


def _marks(session: Session, attendance: str) -> list[CheckIn]:
    ids = [each.id for each in _all_of(session, attendance)]
    return list(session.scalars(people.ours(session, CheckIn).where(CheckIn.attendance_id.in_(ids))))


def _note(session: Session, event: str, day: str, person: str, name: str, organisation: str) -> Attendance:
    """Return the attendance of somebody, made where it is not there or in the trash."""
    found = events.fetch(session, event)
    name = " ".join(name.split())
    if person:
        history.fetch(session, "person", person)
    elif not name:
        raise RuleBroken([("name", _("Type a name. Nothing was added."))])
    key, mine = events.alliance_id(session, found), identity.read(session).organisation
    record = erasures.own_id(session, mine, TYPE, mine, key, day, person or fold(name))
    made = session.get(Attendance, record)
    if made is None or made.deleted:  # one from before we joined the Alliance, or of whom she was merged with
        made = next(iter(_same(session, key, day, person or fold(name))), made)
    if made is None:
        # A person's name is not kept twice: it is read from the list of people.
        made = Attendance(
            id=record, event=key, day=day, person_id=person, name="" if person else name, space=_space(session)
        )
        made.organisation = organisation
        session.add(made)
    elif made.deleted:
        made.deleted = False
    return made


def _space(session: Session) -> str:
    return journal.scribe_of(session).author.spaces["private"]
