"""How long data of people is kept: what is due, and what is erased by itself where the rule says so.

A clock may be wrong by years, and erasing can't be undone. So what happens by itself waits for more than this
computer's clock: for what other computers wrote by then.
"""

from __future__ import annotations

import calendar
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from wimdesk import clock
from wimdesk.errors import UserError
from wimdesk.i18n import _
from wimdesk.records.uses import USES, Use, personal
from wimdesk.services import erasing
from wimdesk.store import facts, identity, journal, tables
from wimdesk.store.record import Record, fields, types

NOTICE = timedelta(days=14)
"""For how long something stands in the list of this computer before it is erased by itself: a day may be a slip of the
finger, or come with an old table."""
TRASH_DAYS = 30
_TRUSTED = timedelta(days=31)
"""How far this computer's clock is believed beyond what others wrote last."""
_LOOKED_AT = 500
_DAY = 10
_DONE, _NOTICED = "retained", "noticed"


@dataclass(frozen=True, slots=True)
class Due:
    """One record whose time is over: `since` is when it began to run, `until` when it ended (ISO days)."""

    type: str
    id: str
    caption: str
    use: str
    since: str
    until: str
    automatic: bool


def due(session: Session, today: str = "") -> list[Due]:
    """Return what is due to be erased, the longest overdue first."""
    day = today or clock.today().isoformat()
    mine = identity.read(session).organisation
    found = [each for cls in types().values() if personal(cls) for each in _due_of(session, cls, mine, day)]
    return sorted(found, key=lambda each: (each.until, each.type, each.id))


def _due_of(session: Session, cls: type[Record], mine: str, day: str) -> Iterator[Due]:
    name = cls.use or next(fields(cls)[column].get("use", "") for column in personal(cls))
    use, begins = USES[name], _BEGINS.get(cls.__tablename__, "updated_at")
    # Only what can be due is looked at: there may be a hundred thousand.
    column = getattr(cls, begins) if isinstance(begins, str) else cls.updated_at
    trashed = and_(cls.deleted, cls.updated_at <= _days_before(day, TRASH_DAYS))
    asked = or_(trashed, and_(cls.deleted.is_(False), column != "", column <= f"{_before(day, use)}~"))
    for row in session.scalars(select(cls).where(cls.owner == mine, asked)):
        rule, since = (_TRASH, row.updated_at[:_DAY]) if row.deleted else (use, _begin(session, row, begins))
        until = _after(since, rule)
        if until and until <= day:
            label = "trash" if row.deleted else name
            yield Due(cls.__tablename__, row.id, row.caption(), label, since, until, rule.automatic)


_TRASH = Use("", "interest", "ordinary", 0, "")
"""What is in the trash is due after TRASH_DAYS, whatever it was for."""


def _after(since: str, use: Use) -> str:
    """Return the ISO day on which the time is over; empty where it does not run yet."""
    try:
        begin = date.fromisoformat(since[:_DAY] if len(since) >= _DAY else f"{since}-12-31"[:_DAY] if since else "")
    except ValueError:
        return ""
    if use is _TRASH:
        return (begin + timedelta(days=TRASH_DAYS)).isoformat()
    month = begin.month - 1 + use.months
    year, month = begin.year + month // 12, month % 12 + 1
    if year > date.max.year:
        return ""
    return date(year, month, min(begin.day, calendar.monthrange(year, month)[1])).isoformat()


def _before(day: str, use: Use) -> str:
    """Return the last ISO day from which the time of a use is over."""
    end = date.fromisoformat(day)
    month = end.month - 1 - use.months
    year, month = end.year + month // 12, month % 12 + 1
    return date(year, month, min(end.day, calendar.monthrange(year, month)[1])).isoformat()


def _days_before(day: str, count: int) -> str:
    return f"{(date.fromisoformat(day) - timedelta(days=count)).isoformat()}~"


def _begin(session: Session, row: Record, begins: str | Callable[[Session, Record], str]) -> str:
    return str(getattr(row, begins) or "")[:_DAY] if isinstance(begins, str) else begins(session, row)


def _of_person(session: Session, row: Record) -> str:
    """A person's time runs from the last change of anything about her; not while she is a member or holds a post."""
    parts = [session.get(types()[part.type], part.id) for part in erasing.scope(session, "person", row.id)]
    about = [part for part in parts if part is not None and not part.deleted]
    for part in about:
        kind = part.__tablename__
        if (kind == "membership" and not getattr(part, "cancelled_on", "")) or (
            kind == "post_holding" and not getattr(part, "end_date", "")
        ):
            return ""
    return max(part.updated_at for part in about)[:_DAY] if about else ""


_BEGINS: Mapping[str, str | Callable[[Session, Record], str]] = {
    "person": _of_person,
    "contact_detail": lambda _session, _row: "",  # goes with the person
    "custom_value": lambda _session, _row: "",  # as well
    "attachment": lambda _session, _row: "",  # goes with what it is a part of
    "membership": "cancelled_on",
    "payment": "date",
    "receipt": "issued_on",
    "post_holding": "end_date",
    "consent": lambda _session, row: str(getattr(row, "date", "")) if getattr(row, "state", "") == "withdrawn" else "",
    "activity": "date",
    "visit": "date",
    "breach": "noticed_on",
    "commitment": "withdrawn_on",
}
"""The field with the day from which the time of a record runs, or what finds it; else it is that of its last change."""


def erase_due(session: Session, keys: list[tuple[str, str]]) -> int:
    """Erase these (type, id) of what is due; return how many records went. Raises UserError where one is not due."""
    known = {(each.type, each.id) for each in due(session)}
    if not known.issuperset(keys):
        raise UserError(_("This is not due. Nothing was erased. Look at the list again."))
    return _erase(session, keys)


def _erase(session: Session, keys: list[tuple[str, str]]) -> int:
    count = 0
    for type_name, record in keys:
        if session.get(types()[type_name], record) is not None:  # it may have gone with another one
            count += len(erasing.erase(session, type_name, record, everything=type_name in erasing.KEPT_BY_LAW))
    return count


def run(session: Session) -> int:
    """Erase by itself what the rules say, once a day, after notice; return how many records went."""
    today = clock.today().isoformat()
    if facts.text(session, _DONE) == today or not erasing.may_erase(session):
        return 0
    facts.put(session, **{_DONE: today})
    day = _believed(session)
    if not day:
        return 0
    listed = [each for each in due(session, day.isoformat()) if each.automatic]
    known = json.loads(facts.text(session, _NOTICED) or "{}")
    noticed = {each.id: known.get(each.id, day.isoformat()) for each in listed}
    facts.put(session, **{_NOTICED: json.dumps(noticed)})
    over = [each for each in listed if noticed[each.id] <= (day - NOTICE).isoformat()]
    return _erase(session, [(each.type, each.id) for each in over])


def _believed(session: Session) -> date | None:
    """Return today, or less where no other computer wrote anything lately; None where there is no other."""
    me, op = journal.scribe_of(session).author.device, tables.op.c
    others = select(op.payload).where(op.device != me, op.seq.is_not(None), op.payload != b"")
    latest = [
        journal.unpack_payload(payload).at[:_DAY]
        for payload in session.scalars(others.order_by(op.pos.desc()).limit(_LOOKED_AT))
    ]
    if not latest:
        return None
    try:
        # The middle one: a single clock that is twenty years ahead must not speak for all.
        told = date.fromisoformat(sorted(latest)[len(latest) // 2])
    except ValueError:
        return None
    return min(clock.today(), told + _TRUSTED)
