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

from wimdesk import clock
from wimdesk.errors import RuleBroken
from wimdesk.i18n import _
from wimdesk.identifiers import is_id
from wimdesk.records import Attendance, CheckIn, Event, Person
from wimdesk.search import fold
from wimdesk.services import editing, events, people
from wimdesk.store import erasures, history, identity, journal

TYPE, CHECK_IN = "attendance", "check_in"
OFFERED = 8


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody on the sheet. `times` are the moments (UTC) at which she was marked present, the first one first."""

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
    days = _days(found)
    chosen = day if day in days else days[0]
    attendees = _attendees(session, found, chosen)
    return Sheet(
        event, chosen, tuple(days), tuple(attendees), sum(bool(each.times) for each in attendees),
        sum(each.registered and not each.cancelled for each in attendees),
        sum(bool(each.times) and not each.registered for each in attendees), identity.read(session).role != "reader",
    )  # fmt: skip


def _days(event: Event) -> list[str]:
    """Return the days so far, the latest first, then the next one."""
    past = events.days_of(event, clock.today())
    if past == [""]:
        return past
    coming = [moment.date().isoformat() for moment in events.next_of(event, 2)]
    return [*past, *(day for day in coming if day not in past)] or [""]


def _attendees(session: Session, event: Event, day: str) -> list[Attendee]:
    key = events.alliance_id(session, event)
    query = people.ours(session, Attendance).where(Attendance.event == key, Attendance.day == day)
    found = list(session.scalars(query))
    times: dict[str, list[str]] = {}
    marked = people.ours(session, CheckIn).where(
        CheckIn.attendance_id.in_(select(Attendance.id).where(Attendance.event == key))
    )
    for each in session.scalars(marked):
        times.setdefault(each.attendance_id, []).append(each.at)
    names = _names(session, [each.person_id for each in found if each.person_id])
    on_time = sorted(
        (each for each in found if each.registered_on and not each.cancelled_on),
        key=lambda each: events.turn(each, "registered_on"),
    )
    late = {each.id for each in on_time[event.capacity :]} if event.capacity else set()
    attendees = [
        Attendee(
            each.id, names.get(each.person_id) or each.name or _("Without a name"), each.person_id, each.organisation,
            bool(each.registered_on), each.id in late, each.walk_in, bool(each.cancelled_on),
            tuple(sorted(times.get(each.id, ()))),
        )
        for each in found
    ]  # fmt: skip
    return sorted(attendees, key=lambda each: (fold(each.name), each.id))


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
    query = people.ours(session, Person).with_only_columns(Person.id, Person.given_name, Person.family_name)
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
    if made.cancelled_on:
        made.cancelled_on = ""
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
    editing.change(session, TYPE, attendance, {"cancelled_on": clock.today().isoformat()})
    return journal.scribe_of(session).act


def check_in(session: Session, event: str, day: str, *, person: str = "", name: str = "") -> Answer:
    """Mark a person of the list, or somebody by name, as present now.

    Whoever is marked again on this laptop stays as before; on another one the moment is kept too. Raises RuleBroken.
    """
    made = _note(session, event, day, person, name, "")
    if not made.registered_on and not made.walk_in:
        made.walk_in = True
    already = session.scalars(
        select(CheckIn).where(CheckIn.attendance_id == made.id, CheckIn.deleted.is_(False)).limit(1)
    ).first()
    if already is None:
        session.add(CheckIn(attendance_id=made.id, at=clock.now()))
    session.flush()
    shown = _names(session, [made.person_id]).get(made.person_id, made.name) if made.person_id else made.name
    return Answer(made.id, shown, already is not None, act=journal.scribe_of(session).act)


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
    query = select(CheckIn).where(CheckIn.attendance_id == attendance, CheckIn.deleted.is_(False))
    for each in session.scalars(query):
        each.deleted = True
    session.flush()
    return journal.scribe_of(session).act


def _note(session: Session, event: str, day: str, person: str, name: str, organisation: str) -> Attendance:
    """Return the attendance of somebody, made where it is not there or in the trash."""
    found = events.fetch(session, event)
    name = " ".join(name.split())
    if person:
        history.fetch(session, "person", person)
    elif not name:
        raise RuleBroken([("name", _("Type a name. Nothing was added."))])
    key, who = events.alliance_id(session, found), identity.read(session)
    record = erasures.living_id(session, TYPE, who.organisation, key, day, person or fold(name))
    made = session.get(Attendance, record)
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
