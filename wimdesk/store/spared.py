"""Records that a sync would remove: where they are many, they stay in view until somebody here agrees.

What arrives is kept and merged as always, so logs, cursors and what follows are the same everywhere; only what shows
waits. Nothing here is ever sent. Each removal waits from the page in which it came until everything was read: only
then is it known how many there are, over however many answers or files they came.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.orm import Session

from sync.merge import DELETED
from sync.protocol import SHIPPED_OWNER
from wimdesk.store import facts, journal, recovery, rows, tables
from wimdesk.store.record import Record, types

MOST = 20
FEW = 5
_SHARE = 10
_CHUNK = 500
_table = tables.spared
_PRESENT = "SELECT 1 FROM spared LIMIT 1"
_NEWEST = "SELECT max(pos) FROM op"

log = logging.getLogger(__name__)


class Asked(NamedTuple):
    """A record that waits for an answer."""

    record: str
    type: str
    space: str


def limit(held: int) -> int:
    """Return how many of `held` records of a space a sync removes without asking: a tenth, at least 5, at most 20."""
    return min(MOST, max(FEW, held // _SHARE))


def is_any(session: Session) -> bool:
    """Say whether any record is kept in view."""
    return bool(rows.find(session, _PRESENT))


def keep_in_view(session: Session, cls: type[Record], space: str, leaving: Collection[str]) -> set[str]:
    """Return which of these records, which show and would go, stay in view for now: those that were here before.

    What came and went since everything was read last was never seen by anybody.
    """
    read_to = facts.get(session, "read_to") if leaving else None
    if read_to is None:
        return set()
    op, me, found = tables.op.c, journal.scribe_of(session).author.device, set[str]()
    if space in recovery.rereading(session):
        found.update(leaving)  # nothing is new here
    for part in _parts(leaving):
        known = select(op.record).where(op.record.in_(part), or_(op.pos <= read_to, op.device == me)).distinct()
        found.update(session.scalars(known))
        found.update(session.scalars(select(cls.id).where(cls.id.in_(part), cls.owner == SHIPPED_OWNER)))
    if found:
        added = [{"record": record, "type": cls.__tablename__, "space": space, "asked": False} for record in found]
        session.execute(upsert(_table).on_conflict_do_nothing(), added)
    return found


def every(session: Session, space: str) -> set[str]:
    """Return all records of a space that are kept in view, asked about or not yet."""
    return set(session.scalars(select(_table.c.record).where(_table.c.space == space)))


def forget(session: Session, records: Collection[str]) -> None:
    """The log says of these records that they are there."""
    if records and is_any(session):
        for part in _parts(records):
            session.execute(delete(_table).where(_table.c.record.in_(part)))


def settle(session: Session) -> None:
    """Everything was read: remove what is few, and ask about what is many."""
    if is_any(session):
        fresh = _table.c.asked.is_(False)
        counts = select(_table.c.space, func.count()).where(fresh).group_by(_table.c.space)
        for space, count in session.execute(counts).all():
            mine = (_table.c.space == space, fresh)
            if count > FEW and count > limit(held(session, space)):
                log.info("%d records are removed elsewhere: asking first", count)
                session.execute(update(_table).where(*mine).values(asked=True))
            else:
                hide(session, *mine)
    ((newest,),) = rows.find(session, _NEWEST)
    if facts.get(session, "read_to") != (newest or 0):
        facts.put(session, read_to=newest or 0)


def asked(session: Session, space: str = "") -> list[Asked]:
    """Return what waits for an answer, in a space or in all; what is alike stands together."""
    columns = select(_table.c.record, _table.c.type, _table.c.space).where(_table.c.asked)
    query = columns.where(_table.c.space == space) if space else columns
    return [Asked(*row) for row in session.execute(query.order_by(_table.c.space, _table.c.type, _table.c.record))]


def remove(session: Session, space: str) -> int:
    """Let what waits for an answer in a space go, as the log says; return how many records that are."""
    return hide(session, _table.c.space == space, _table.c.asked)


def hide(session: Session, *where: ColumnElement[bool]) -> int:
    """Show records as the log says: removed. What was decided here about one since then stays on top."""
    found = list(session.execute(select(_table.c.record, _table.c.type).where(*where)))
    by_type: dict[str, list[str]] = defaultdict(list)
    for record, type_name in found:
        by_type[type_name].append(record)
    for cls in types().values():
        records = by_type[cls.__tablename__]
        gone = [
            row.id
            for part in _parts(records)
            for row in session.execute(select(cls.id, cls.versions).where(cls.id.in_(part), cls.deleted.is_(False)))
            if not _is_own(row.versions)
        ]
        rows.change(session, rows.table_of(cls), [{"deleted": True, "id": record} for record in gone], "id")
        if gone:
            journal.scribe_of(session).note(cls.__tablename__, gone, {DELETED})
    session.execute(delete(_table).where(*where))
    session.expire_all()
    return len(found)


def _is_own(versions: Mapping[str, int] | None) -> bool:
    """Say whether somebody here restored the record, and nobody has heard of it yet."""
    return (versions or {}).get(DELETED, 0) < 0


def held(session: Session, space: str = "") -> int:
    """Return how many records show, of a space or of all."""
    counts = (
        select(func.count()).where(cls.deleted.is_(False), *([cls.space == space] if space else []))
        for cls in types().values()
    )
    return sum(session.scalar(count) or 0 for count in counts)


def _parts(records: Iterable[str]) -> Iterator[list[str]]:
    every = list(records)
    return (every[at : at + _CHUNK] for at in range(0, len(every), _CHUNK))
