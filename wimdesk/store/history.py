"""What was done to a record: its history, undo, and what was changed in two places."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from sync.merge import DELETED, FieldState
from wimdesk.errors import NotFound
from wimdesk.i18n import _
from wimdesk.store import clashes, facts, inbox, journal, tables
from wimdesk.store.record import Record, blank_row, types

_CHUNK = 500
_AT_PLACES = select(tables.op).where(
    tables.op.c.space == bindparam("space"), tables.op.c.seq.in_(bindparam("places", expanding=True))
)


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of a record's history. `number` is the seq, or 0 while it waits to be sent."""

    at: str
    by: str
    mine: bool
    number: int
    state: str
    values: dict[str, object]


@dataclass(frozen=True, slots=True)
class Version:
    """One side of a clash: the value, who set it and when, on which device, and whether that is this one."""

    value: object
    by: str
    at: str
    mine: bool
    seq: int
    device: str


@dataclass(frozen=True, slots=True)
class TwoPlaces:
    """One field that two people changed without knowing of each other.

    `shown` is the value that shows now (the later one in the log), `other` the one kept beside it;
    `base` is what both started from, None where that is not known here.
    """

    record: str
    type: str
    field: str
    base: Version | None
    shown: Version
    other: Version


def history(session: Session, record: str) -> list[Step]:
    """Return the operations of a record, oldest first; waiting ones last."""
    own = session.scalar(select(tables.local.c.value).where(tables.local.c.key == "device")) or ""
    # Ops that were given a place come in its order; those that wait come after them.
    order = (case((tables.op.c.seq.is_(None), 1), else_=0), tables.op.c.seq, tables.op.c.pos)
    steps = []
    for row in session.execute(select(tables.op).where(tables.op.c.record == record).order_by(*order)):
        payload = journal.unpack_payload(row.payload)
        mine = row.device.hex() == str(own).replace("-", "")
        steps.append(Step(payload.at, payload.by, mine, row.seq or 0, row.state, journal.values_of(row)))
    return steps


def open_clashes(session: Session, record: str | None = None) -> list[TwoPlaces]:
    """Return what needs a decision, one entry per field and losing value."""
    query = select(tables.clash).where(tables.clash.c.open)
    if record:
        query = query.where(tables.clash.c.record == record)
    clashes_found = session.execute(query.order_by(tables.clash.c.winner)).all()
    said = inbox.said_of(session, {row.record for row in clashes_found})
    sides = [(row, _latest(row, said.get(row.record, {})), row.loser, row.base) for row in clashes_found]
    ops = _at_places(session, {(row.space, place) for row, *places in sides for place in places})
    own = facts.text(session, "device").replace("-", "")
    found = []
    for row, latest, loser, start in sides:
        shown, other, base = (_version(ops.get((row.space, at)), row.field, own) for at in (latest, loser, start))
        if shown and other:
            found.append(TwoPlaces(row.record, row.type, row.field, base, shown, other))
    return found


def _latest(row: Row[Any], said: Mapping[str, FieldState]) -> int:
    """Return the seq of the value that shows now: its author may have gone on since the two met."""
    winner: int = row.winner
    return winner if row.field == DELETED or row.field not in said else max(winner, said[row.field].seq)


def _at_places(session: Session, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Row[Any]]:
    """Return the operations at these places (space, seq)."""
    by_space: dict[str, list[int]] = defaultdict(list)
    for space, seq in places:
        by_space[space].append(seq)
    return {
        (space, row.seq): row
        for space, wanted in by_space.items()
        for at in range(0, len(wanted), _CHUNK)
        for row in session.execute(_AT_PLACES, {"space": space, "places": wanted[at : at + _CHUNK]})
    }


def count_clashes(session: Session) -> int:
    """Return how many records need a decision."""
    return session.scalar(select(func.count(tables.clash.c.record.distinct())).where(tables.clash.c.open)) or 0


def _version(row: Row[Any] | None, field: str, own: str) -> Version | None:
    values = journal.values_of(row) if row is not None else {}
    if row is None or not values:
        return None
    payload = journal.unpack_payload(row.payload)
    value = values.get(field) if field != DELETED or field in values else values
    device = str(uuid.UUID(bytes=row.device))
    return Version(value, payload.by, payload.at, row.device.hex() == own, row.seq, device)


def decide(session: Session, type_name: str, record: str, values: dict[str, object]) -> None:
    """Settle what was changed in two places: the chosen values become an ordinary edit.

    A value that already shows is journalled too: the decision has to reach the others.
    """
    journal.force(session, fetch(session, type_name, record), values)


def fetch(session: Session, type_name: str, record: str) -> Record:
    """Return a record; raises NotFound with a sentence."""
    cls = types().get(type_name)
    found = session.get(cls, record) if cls else None
    if found is None:
        raise NotFound(_("There is no such record here. Nothing was changed. It may have been removed."))
    return found


def last_act(session: Session) -> int:
    """Return the number of the latest act of a person on this computer, 0 where there is none."""
    query = select(tables.op.c.act).where(tables.BY_PERSON, tables.op.c.payload != b"")
    return session.scalar(query.order_by(tables.op.c.pos.desc()).limit(1)) or 0


def undo(session: Session, act: int) -> int:
    """Take back one act: each field gets what it had before, made records go to the trash.

    A field that was changed again since (here or elsewhere) is left as it is. Returns how many
    records changed back.
    """
    if not act:
        return 0  # what came from others was nobody's act here
    mine = select(tables.op.c.pos).where(tables.op.c.act == act, tables.BY_PERSON)
    ops = list(session.scalars(mine.order_by(tables.op.c.pos.desc())))
    changed: set[str] = set()
    for start in range(0, len(ops), _CHUNK):
        part = select(tables.op).where(tables.op.c.pos.in_(ops[start : start + _CHUNK]))
        rows = [row for row in session.execute(part.order_by(tables.op.c.pos.desc())) if row.payload]  # not erased
        met = _fetch_all(session, rows)
        for row in rows:
            record = met.get(row.record) or fetch(session, row.type, row.record)
            if back := _undo_one(record, row):
                changed.add(row.record)
                if row.seq is None:  # what is in the log has answered it for all: its undoing is one more edit
                    clashes.reopen(session, row.record, back, row.base)
        session.flush()
        for record in met.values() if len(ops) > _CHUNK else ():
            session.expunge(record)  # ten thousand of them would take the memory of a small laptop
    return len(changed)


def _fetch_all(session: Session, rows: Sequence[Row[Any]]) -> dict[str, Record]:
    """Return the records of these operations by id, read together."""
    wanted: dict[str, set[str]] = {}
    for row in rows:
        wanted.setdefault(row.type, set()).add(row.record)
    found: dict[str, Record] = {}
    for name, ids in wanted.items():
        cls = types().get(name)
        if cls is not None:
            found |= {record.id: record for record in session.scalars(select(cls).where(cls.id.in_(ids)))}
    return found


def _undo_one(record: Record, row: Row[Any]) -> Collection[str]:
    """Take back one operation; return the fields that changed by it."""
    if row.before is None:
        gone, record.deleted = record.deleted, True
        return () if gone else (DELETED,)
    back = {
        name: old
        for name, old in journal.before_of(row).items()
        if getattr(record, name) == journal.values_of(row).get(name)
    }
    blank = blank_row(type(record))
    for name, old in back.items():
        setattr(record, name, blank.get(name) if old is None else old)
    return back.keys()


def trash(session: Session, limit: int = 500) -> list[Record]:
    """Return deleted records of all types, the latest first."""
    found: list[Record] = []
    for cls in types().values():
        found += session.scalars(select(cls).where(cls.deleted).order_by(cls.updated_at.desc()).limit(limit))
    return sorted(found, key=lambda r: r.updated_at, reverse=True)[:limit]


def counts(session: Session) -> dict[str, int]:
    """Return how many records, operations, waiting changes and open decisions there are."""
    found = {name: session.scalar(select(func.count()).select_from(cls)) or 0 for name, cls in sorted(types().items())}
    waiting = select(func.count()).select_from(tables.op).where(tables.op.c.state == tables.WAITING)
    return {
        "records": sum(found.values()),
        "operations": session.scalar(select(func.count()).select_from(tables.op)) or 0,
        "waiting": session.scalar(waiting) or 0,
        "conflicts": count_clashes(session),
    }


def waiting_records(session: Session, records: list[str]) -> set[str]:
    """Return which of these records have something that waits to be sent."""
    query = select(tables.op.c.record).where(
        or_(tables.op.c.state == tables.WAITING, tables.op.c.state == tables.REFUSED), tables.op.c.record.in_(records)
    )
    return set(session.scalars(query))
