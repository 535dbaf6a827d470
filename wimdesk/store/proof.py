"""Whether what shows is what the log says; where it is not, the space is read again from its beginning, into place.

The disk and the network have checks of their own. This one is against mistakes of the program: an operation lost on its
way into a record or into the journal, one that counted twice, a value that nobody ever set.
"""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import NamedTuple

import msgspec
from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.orm import Session

from sync import digests
from sync.merge import RecordState
from sync.protocol import Author, trail
from wimdesk import clock
from wimdesk.store import audit, facts, inbox, journal, outbox, recovery, rows, spared, tables
from wimdesk.store.record import Record

_CHUNK = 500
_SLICE = 2000
"""Operations that are looked at as one, besides those that the last record of them has more."""
_BEHIND_ALL = "~"
"""Behind every id: ids are hexadecimal."""
_pack = msgspec.msgpack.Encoder().encode
Wrong = tuple[type[Record], str, dict[str, object]]
"""Type and id of a record that does not show as it must, and how it must."""

log = logging.getLogger(__name__)


def is_due(session: Session) -> bool:
    """Say whether the last look at everything was on another day, and nothing stands in the way of one."""
    return facts.text(session, "proved") != clock.today().isoformat() and not recovery.returning(session)


class _Slice(NamedTuple):
    """Records next to each other by their ids, and the operations on them by space: a large profile is looked at so."""

    after: str
    upto: str
    """Behind `after`, up to and with this one; the first slice begins before all ids, the last ends behind all."""
    ops: dict[str, list[recovery.OpRow]]

    def holds(self, column: ColumnElement[str]) -> ColumnElement[bool]:
        """Return the condition that a record is in this slice."""
        return and_(column > self.after, column <= self.upto)


def _slices(session: Session) -> Iterator[_Slice]:
    op, after = tables.op.c, ""
    while after != _BEHIND_ALL:
        nth = select(op.record).where(op.record > after).order_by(op.record).offset(_SLICE).limit(1)
        one = _Slice(after, session.scalar(nth) or _BEHIND_ALL, defaultdict(list))
        # Sorted here, so that the database finds them by their records and not by their places.
        found = session.execute(select(tables.op).where(one.holds(op.record), op.seq.is_not(None))).all()
        for row in sorted(found, key=lambda row: row.seq):
            one.ops[row.space].append(row)
        yield one
        after = one.upto


def differing(session: Session) -> list[str]:
    """Return the spaces in which something here is not what it must be: the log, what it adds up to, or what shows."""
    found = {}
    for space in outbox.places(session)[0]:
        place = session.execute(select(tables.cursor).where(tables.cursor.c.space == space)).first()
        if place is not None:
            found[space] = _wrong_log(session, space, place.seq, (place.trail, place.digest))
    for one in _slices(session):
        for space in [space for space, wrong in found.items() if not wrong]:
            states = inbox.fold(session, space, one.ops[space])
            found[space] = _wrong_states(session, space, one, states)
            if not found[space] and next(_wrong_rows(session, space, states), None) is not None:
                found[space] = "what shows"
    for wrong in filter(None, found.values()):
        log.info("a space is not what its log says: %s", wrong)
    return [space for space, wrong in found.items() if wrong]


def _wrong_log(session: Session, space: str, cursor: int, said: tuple[bytes, bytes]) -> str:
    op = tables.op.c
    query = select(tables.op).where(op.space == space, op.seq.is_not(None)).order_by(op.seq)
    passed = digest = b""
    seq = 0
    for part in session.execute(query.execution_options(yield_per=_CHUNK)).partitions():
        entries = [digests.Entry(row.seq, Author(row.device, row.epoch), row.n, journal.op_of(row)) for row in part]
        if [entry.seq for entry in entries] != list(range(seq + 1, seq + len(entries) + 1)):
            return "the log has a hole"
        seq += len(entries)
        for _seq, author, n, _op in entries:
            passed = trail(passed, *author, n)
        digest = digests.add(digest, entries) if said[1] else b""
    if seq != cursor:
        return "the log has a hole"
    return "" if (passed, digest) == said else "the log was changed"


def _wrong_states(session: Session, space: str, one: _Slice, states: dict[str, RecordState]) -> str:
    shadow = tables.shadow.c
    query = select(shadow.record, shadow.state).where(shadow.space == space, one.holds(shadow.record))
    kept = {row.record: row.state for row in session.execute(query)}
    return "" if kept == {record: _pack(state) for record, state in states.items()} else "what the log adds up to"


def _wrong_rows(session: Session, space: str, states: dict[str, RecordState]) -> Iterator[Wrong]:
    kept_in_view = spared.every(session, space)
    by_type: dict[type[Record], dict[str, dict[str, object]]] = {}
    for cls, record, values in inbox.expected(session, states):
        by_type.setdefault(cls, {})[record] = values | ({"deleted": False} if record in kept_in_view else {})
    for cls, wanted in by_type.items():
        shown = _shown(session, cls, list(wanted))
        for record, values in wanted.items():
            row = shown.get(record, {})
            if any(row.get(name, ...) != value for name, value in values.items()):
                yield cls, record, values


def _shown(session: Session, cls: type[Record], records: list[str]) -> dict[str, dict[str, object]]:
    table = rows.table_of(cls)
    found: dict[str, dict[str, object]] = {}
    for at in range(0, len(records), _CHUNK):
        part = session.execute(select(table).where(table.c.id.in_(records[at : at + _CHUNK])))
        found |= {row.id: row._asdict() for row in part}
    return found


def note_proved(session: Session) -> None:
    """Everything was looked at today."""
    facts.put(session, proved=clock.today().isoformat())


# ----------------------------------------------------------------- what is done about it


def may_read_again(session: Session, spaces: Collection[str]) -> list[str]:
    """Return those of the spaces that were not read again today: what differs twice, reading does not mend."""
    today = clock.today().isoformat()
    readable = outbox.places(session)[0]
    return [space for space in spaces if space in readable and facts.text(session, f"reread {space}") != today]


def read_again(session: Session, spaces: Collection[str]) -> None:
    """Have these spaces read from their beginning at the next exchange; what waits is held until then.

    Nothing that was not sent is touched. What is here of others comes again; of own operations the acts and what they
    had replaced stay, so that they can still be undone.
    """
    recovery.begin(session, lost=False)
    op, me = tables.op, journal.scribe_of(session).author.device
    for space in spaces:
        placed = and_(op.c.space == space, op.c.state == tables.PLACED)
        session.execute(delete(op).where(placed, op.c.device != me))
        session.execute(update(op).where(placed).values(state=tables.REPLACED, seq=None))
        for table in (tables.cursor, tables.shadow, tables.clash):
            session.execute(delete(table).where(table.c.space == space))
        facts.put(session, **{f"reread {space}": clock.today().isoformat()})
    audit.begin_again(session)
    facts.put(session, reread=json.dumps(list(spaces)))


def mend(session: Session) -> None:
    """All was read again: set right what reading did not."""
    again = recovery.rereading(session)
    for one in _slices(session) if again else ():
        for space in again:
            for cls, record, values in list(_wrong_rows(session, space, inbox.fold(session, space, one.ops[space]))):
                rows.change(session, rows.table_of(cls), [values | {"id": record}], "id")
                journal.scribe_of(session).note(cls.__tablename__, [record])
    facts.put(session, reread="", mended=True)
