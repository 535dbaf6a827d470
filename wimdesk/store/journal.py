"""The first of two doors into the records: what a person does. (The other is store.inbox.)

Each flush of new or changed records writes one operation per record into the journal, in the same
transaction. A wrong way of writing is refused loudly: bulk statements and real deletes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Row, event, func, insert, inspect, select
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction
from sqlalchemy.orm.attributes import flag_modified

from sync.merge import ALL, DELETED
from sync.protocol import Payload
from wimdesk import clock
from wimdesk.identifiers import new_id
from wimdesk.store import tables
from wimdesk.store.record import LOCAL_COLUMNS, Record, default, fields

_pack = msgspec.msgpack.Encoder().encode
_unpack_before = msgspec.msgpack.Decoder(dict[str, object]).decode
SAMPLE = "sample"
"""The space of sample records: it belongs to no organisation and nothing in it is ever sent."""
_unpack_payload = msgspec.msgpack.Decoder(Payload).decode


OpRow = Row[Any]
"""One row of the table `op`."""


@dataclass
class Author:
    """Who writes on this computer: device, epoch (63 bits), the person's name, and where records go.

    `spaces` maps a type's scope to the space of this profile's organisation.
    """

    device: bytes
    epoch: int
    name: str
    organisation: str
    spaces: dict[str, str]


@dataclass
class Scribe:
    """What one transaction did so far."""

    author: Author
    touched: dict[str, set[str]] = field(default_factory=dict)
    wrote: bool = False
    act: int = 0

    def note(self, type_name: str, ids: Iterable[str]) -> None:
        """Remember that these records changed."""
        self.touched.setdefault(type_name, set()).update(ids)


def attach(session: Session, author: Author) -> Scribe:
    """Make the session write the journal; return what collects the changes of its transaction."""
    scribe = Scribe(author, act=int.from_bytes(os.urandom(6)))
    session.info["scribe"] = scribe
    event.listen(session, "before_flush", _capture)
    event.listen(session, "do_orm_execute", _guard)
    return scribe


def scribe_of(session: Session) -> Scribe:
    """Return the scribe of a writing session; a reading one raises KeyError."""
    scribe: Scribe = session.info["scribe"]
    return scribe


def force(session: Session, record: Record, values: dict[str, object]) -> None:
    """Set fields and journal them even where the value stays the same: a decision is an edit too."""
    for name, value in values.items():
        setattr(record, name, value)
    if values:
        session.info.setdefault("forced", {}).setdefault(record, set()).update(values)
        flag_modified(record, "versions")


def _guard(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        mapper = state.bind_mapper
        if mapper is not None and issubclass(mapper.class_, Record):
            raise RuntimeError(f"bulk statements on {mapper.class_.__tablename__} would pass by the journal")


def _capture(session: Session, _context: UOWTransaction, _instances: object) -> None:
    for record in session.deleted:
        if isinstance(record, Record):
            raise RuntimeError("a record is deleted by setting `deleted`, never by session.delete")
    forced: dict[Record, set[str]] = session.info.pop("forced", {})
    scribe = scribe_of(session)
    rows = []
    made = session.new  # built anew at each access
    changed = [*made, *session.dirty]
    numbers = _Numbers(session, scribe.author)
    for record in changed:
        if not isinstance(record, Record):
            continue
        fresh = record in made
        values, before = _new_values(record, scribe.author) if fresh else _changes(record, forced.get(record, set()))
        if not values:
            continue
        rows.append(_operation(record, values, before, numbers.take(record.space == SAMPLE), scribe))
        scribe.note(record.__tablename__, [record.id])
    if rows:
        session.connection().execute(insert(tables.op), rows)
        scribe.wrote = any(row["state"] == tables.WAITING for row in rows)


class _Numbers:
    """The n of the next operations: 1, 2, ... without a hole for what is sent; -1, -2, ... for samples."""

    def __init__(self, session: Session, author: Author) -> None:
        self._session = session
        self._author = author
        self._last: dict[bool, int] = {}

    def take(self, sample: bool) -> int:
        """Return the next number of its kind."""
        step = -1 if sample else 1
        if sample not in self._last:
            found = func.min(tables.op.c.n) if sample else func.max(tables.op.c.n)
            mine = (tables.op.c.device == self._author.device, tables.op.c.epoch == self._author.epoch)
            last = int(self._session.connection().execute(select(found).where(*mine)).scalar() or 0)
            self._last[sample] = last if last * step > 0 else 0
        self._last[sample] += step
        return self._last[sample]


def _new_values(record: Record, author: Author) -> tuple[dict[str, object], None]:
    record.id = record.id or new_id()
    record.space = record.space or author.spaces[type(record).home]
    record.owner = record.owner or author.organisation
    record.versions = {}
    record.created_at, record.created_by = clock.now(), author.name
    values: dict[str, object] = {}
    for name, info in fields(type(record)).items():
        value = record.__dict__.get(name)
        if value is None:
            # Set what the database would, so that the record is whole before it is read back.
            setattr(record, name, default(info))
        elif value != default(info):
            values[name] = value
    record.deleted = False
    # A record with nothing in it still has to arrive.
    return values or {DELETED: False}, None


def _changes(record: Record, forced: set[str]) -> tuple[dict[str, object], dict[str, object]]:
    values: dict[str, object] = {}
    before: dict[str, object] = {}
    state = inspect(record)
    for attribute in state.attrs:
        name = attribute.key
        if name in LOCAL_COLUMNS:
            continue
        history = attribute.history
        old = history.deleted[0] if history.deleted else None
        if history.added and (history.added[0] != old or name in forced):
            values[name], before[name] = history.added[0], old
        elif name in forced:
            values[name] = before[name] = attribute.value
    return values, before


def _operation(
    record: Record, values: dict[str, object], before: dict[str, object] | None, n: int, scribe: Scribe
) -> dict[str, Any]:
    author, now = scribe.author, clock.now()
    known = record.versions or {}
    base = {name: known[name] for name in values if name in known}
    if known.get(DELETED):
        base[DELETED] = known[DELETED]
    if values.get(DELETED) is True:
        base[ALL] = max([0, *known.values()])
    record.versions = known | dict.fromkeys(values, -abs(n))
    record.updated_at, record.updated_by = now, author.name
    return {
        "space": record.space,
        "device": author.device,
        "epoch": author.epoch,
        "n": n,
        "type": record.__tablename__,
        "record": record.id,
        "owner": record.owner,
        "fields": list(values),
        "base": base,
        "payload": pack_payload(list(values.values()), now, author.name),
        "before": None if before is None else _pack(before),
        "act": scribe.act,
        "state": tables.KEPT if record.space == SAMPLE else tables.WAITING,
    }


def pack_payload(values: list[object], at: str, by: str) -> bytes:
    """Return the readable part of an operation as bytes."""
    return _pack(Payload(values, at, by))


def unpack_payload(raw: bytes) -> Payload:
    """Return the readable part of an operation; an empty one where it can't be read.

    The endpoint carries payloads unseen, so a damaged one must not stop those behind it.
    """
    try:
        return _unpack_payload(raw)
    except msgspec.DecodeError:
        return Payload([], "", "")


def paired(names: Sequence[str], payload: Payload) -> dict[str, object]:
    """Return field -> value; nothing where the two do not belong together."""
    return dict(zip(names, payload.values, strict=True)) if len(names) == len(payload.values) else {}


def values_of(row: OpRow) -> dict[str, object]:
    """Return field -> value of one row of the journal; empty where the payload was erased."""
    return paired(row.fields, unpack_payload(row.payload))


def before_of(row: OpRow) -> dict[str, object]:
    """Return what an own operation replaced; empty for the first one of a record."""
    return _unpack_before(row.before) if row.before else {}
