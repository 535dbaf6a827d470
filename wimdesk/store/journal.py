"""The first of two doors into the records: what a person does. (The other is store.inbox.)

Each flush of new or changed records writes one operation per record into the journal, in the same
transaction. A wrong way of writing is refused loudly: bulk statements and real deletes.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Engine, Row, bindparam, delete, event, exists, inspect, select, update
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction
from sqlalchemy.orm.attributes import flag_modified

from sync.merge import ALL, DELETED, MET
from sync.protocol import Op, Payload
from wimdesk import clock
from wimdesk.identifiers import new_id
from wimdesk.store import clashes, links, refusals, rows, tables
from wimdesk.store.record import Record, default, fields, words_of

_pack = msgspec.msgpack.Encoder().encode
_unpack_before = msgspec.msgpack.Decoder(dict[str, object]).decode
SAMPLE = "sample"
"""The space of sample records: it belongs to no organisation and nothing in it is ever sent."""
_unpack_payload = msgspec.msgpack.Decoder(Payload).decode
_DEEPEST = 24
_NESTED = (dict, list)
_HIGHEST = "SELECT max(n) FROM op WHERE space=:space AND device=:device AND epoch=:epoch"
_KEPT_IN_VIEW = tables.spared.c.record == bindparam("of_record")
_IS_KEPT_IN_VIEW = select(exists().where(_KEPT_IN_VIEW))
_LET_GO = delete(tables.spared).where(_KEPT_IN_VIEW)


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
    held: bool = False
    """Whether what is written now is held back until all was read anew (store.recovery)."""


@dataclass(slots=True)
class Draft:
    """The operation of one record as this transaction wrote it so far; `before` is None for a new record."""

    n: int
    values: dict[str, object]
    base: dict[str, int]
    before: dict[str, object] | None
    by_person: bool = True
    """False where nobody did anything: what was refused goes out again as it is."""


@dataclass
class Scribe:
    """What one transaction did so far."""

    author: Author
    touched: dict[str, set[str]] = field(default_factory=dict)
    worded: dict[str, set[str]] = field(default_factory=dict)
    """Those of the touched whose words in the search index may have changed."""
    drafts: dict[str, Draft] = field(default_factory=dict)
    wrote: bool = False
    removed: int = 0
    """How many records that were there went to the trash."""
    act: int = 0

    def note(self, type_name: str, ids: Collection[str], names: Iterable[str] | None = None) -> None:
        """Remember that these records changed, in the fields named or in any."""
        self.touched.setdefault(type_name, set()).update(ids)
        if names is None or not words_of(type_name).isdisjoint(names):
            self.worded.setdefault(type_name, set()).update(ids)


class WritingSession(Session):
    """A session whose changes go into the journal; `scribe` collects what its transaction did."""

    def __init__(self, bind: Engine, author: Author) -> None:
        super().__init__(bind, expire_on_commit=False)
        self.scribe = Scribe(author, act=int.from_bytes(os.urandom(6)))
        self.info["scribe"] = self.scribe


def renew_author(session: Session) -> None:
    """Have the writes after this one made by whoever the profile then belongs to."""
    session.info["new_author"] = True


def scribe_of(session: Session) -> Scribe:
    """Return the scribe of a writing session; a reading one raises KeyError."""
    scribe: Scribe = session.info["scribe"]
    return scribe


def is_writing(session: Session) -> bool:
    """Say whether what is set in this session is kept; in one that only reads a verb can be tried."""
    return "scribe" in session.info


def force(session: Session, record: Record, values: dict[str, object]) -> None:
    """Set fields and journal them even where the value stays the same: a decision is an edit too."""
    for name, value in values.items():
        setattr(record, name, value)
    if values:
        session.info.setdefault("forced", {}).setdefault(record, set()).update(values)
        flag_modified(record, "versions")
        with session.no_autoflush:  # the operation must say what it answers
            asked = clashes.undecided(session, record.id)
        answered = {name: asked[name] for name in values if name in asked}
        session.info.setdefault("answered", {}).setdefault(record, {}).update(answered)
        clashes.close(session, record.id, answered)


def send_again(session: Session, record: Record) -> None:
    """Have everything of this record that was refused carried by one new operation, as the record is now."""
    session.info.setdefault("again", set()).add(record.id)
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
    answered: dict[Record, dict[str, int]] = session.info.pop("answered", {})
    scribe = scribe_of(session)
    fresh: list[dict[str, Any]] = []
    again: list[dict[str, Any]] = []
    made = session.new  # built anew at each access
    # What was there comes from the session in another order each time.
    changed = [*made, *sorted(session.dirty, key=lambda record: str(record.id))]
    numbers = _Numbers(session, scribe.author)
    refused = refusals.of(session, [record.id for record in changed if isinstance(record, Record) and record.id])
    again_wanted: set[str] = session.info.pop("again", set())
    for record in changed:
        if not isinstance(record, Record):
            continue
        is_new = record in made
        values, before = _new_values(record, scribe.author) if is_new else _changes(record, forced.get(record, set()))
        by_person = bool(values)
        links.refuse_circles(session, record, values.keys())
        if stuck := refused.get(record.id, []) if values or record.id in again_wanted else []:
            values = _carried(session, record, stuck) | values
        if not values:
            continue
        links.refuse_narrower(session, record, values.keys(), scribe.author.spaces)
        earlier = scribe.drafts.get(record.id)
        draft = Draft(earlier.n if earlier else numbers.take(record), values, {}, before, by_person)
        draft.base = _base(session, record, values, answered.get(record, {}))
        if stuck and not by_person and DELETED not in values:
            # Sent again by itself: who made it need not have seen that the record was removed since.
            draft.base = {n: at for n, at in draft.base.items() if n != DELETED} | refusals.removal_seen(stuck)
        if DELETED in values and draft.base.get(DELETED, 0) > 0:
            # Removed too, or put back: nobody needs to be asked about this one any more (store.spared).
            session.connection().execute(_LET_GO, {"of_record": record.id})
        if earlier:
            _join(draft, earlier)
        record.versions = (record.versions or {}) | dict.fromkeys(values, -draft.n)
        scribe.drafts[record.id] = draft
        (again if earlier else fresh).append(_operation(record, draft, scribe))
        scribe.note(record.__tablename__, [record.id], values)
        scribe.removed += not is_new and values.get(DELETED) is True
    _write(session, scribe, fresh, again)


def _write(session: Session, scribe: Scribe, fresh: list[dict[str, Any]], again: list[dict[str, Any]]) -> None:
    """Put new operations into the journal, and those of an earlier flush of this transaction once more."""
    rows.add(session, tables.op, fresh)
    for row in again:
        mine = [tables.op.c[name] == row[name] for name in ("space", "device", "epoch", "n")]
        session.connection().execute(update(tables.op).where(*mine).values(row))
    scribe.wrote = scribe.wrote or any(row["state"] != tables.KEPT for row in [*fresh, *again])


def _base(session: Session, record: Record, values: dict[str, object], answered: dict[str, int]) -> dict[str, int]:
    known = record.versions or {}
    # A deletion is about the whole record: it says of every field what was seen of it.
    told = known if values.get(DELETED) is True else (DELETED, *values)
    base = {name: known[name] for name in told if known.get(name)}
    base |= {MET + name: place for name, place in answered.items() if name in values and place > known.get(name, 0)}
    if known and max(known.values()) < 0:
        # Nobody else knows this record: without the operation before it, this one would be half of it.
        base[ALL] = min(known.values())
    if DELETED not in values and base.get(DELETED, 0) > 0 and _is_kept_in_view(session, record):
        # Whoever edits it was not told that it is removed: everybody is asked, as always where an edit meets a removal.
        del base[DELETED]
    return base


def _is_kept_in_view(session: Session, record: Record) -> bool:
    """Say whether a record is removed elsewhere and still shows (store.spared)."""
    return bool(session.connection().scalar(_IS_KEPT_IN_VIEW, {"of_record": record.id}))


def _carried(session: Session, record: Record, stuck: list[OpRow]) -> dict[str, object]:
    """Return what only refused operations had set, as it is now; from here on the new operation stands for them."""
    me = scribe_of(session).author
    record.versions = refusals.grounded(session, record.id, record.versions or {}, me.device, me.epoch)
    refusals.replace(session, stuck)
    described = {*fields(type(record)), DELETED}
    return {name: getattr(record, name) for name in refusals.names(stuck) if name in described}


def _join(draft: Draft, earlier: Draft) -> None:
    """A record gets one operation per transaction, however often it is flushed: the others get it whole."""
    own = -draft.n
    draft.base = {name: seq for name, seq in draft.base.items() if seq != own} | earlier.base
    draft.values = earlier.values | draft.values
    draft.by_person = draft.by_person or earlier.by_person
    draft.before = None if earlier.before is None else (draft.before or {}) | earlier.before


def highest(session: Session, space: str, device: bytes, epoch: int) -> int:
    """Return the highest number of a device's operations in a space, 0 where there are none."""
    ((found,),) = rows.find(session, _HIGHEST, space=space, device=device, epoch=epoch)
    return found or 0


class _Numbers:
    """The n of the next operations: 1, 2, ... in each space, without a hole."""

    def __init__(self, session: Session, author: Author) -> None:
        self._session = session
        self._author = author
        self._last: dict[str, int] = {}

    def take(self, record: Record) -> int:
        """Return the next number in the space where the record lives, or will live."""
        space = record.space or self._author.spaces[type(record).home]
        if space not in self._last:
            self._last[space] = highest(self._session, space, self._author.device, self._author.epoch)
        self._last[space] += 1
        return self._last[space]


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
    same = state.unmodified - forced
    for name in (*fields(type(record)), DELETED):
        if name in same:
            continue
        attribute = state.attrs[name]
        history = attribute.history
        old = history.deleted[0] if history.deleted else None
        if history.added and (history.added[0] != old or name in forced):
            values[name], before[name] = history.added[0], old
        elif name in forced:
            values[name] = before[name] = attribute.value
    return values, before


def _operation(record: Record, draft: Draft, scribe: Scribe) -> dict[str, Any]:
    author, now = scribe.author, clock.now()
    record.updated_at, record.updated_by = now, author.name
    return {
        "space": record.space,
        "device": author.device,
        "epoch": author.epoch,
        "n": draft.n,
        "type": record.__tablename__,
        "record": record.id,
        "owner": record.owner,
        "fields": list(draft.values),
        "base": draft.base,
        "payload": pack_payload(list(draft.values.values()), now, author.name),
        "before": None if draft.before is None else _pack(draft.before),
        "act": scribe.act if draft.by_person else 0,
        "state": tables.KEPT if record.space == SAMPLE else tables.HELD if author.held else tables.WAITING,
    }


def write_mark(
    session: Session, kind: str, space: str, record: str, owner: str, said: list[object], *, by: str = ""
) -> None:
    """Write an operation about a record that sets nothing of it; `by` is its author where that is no person."""
    scribe = scribe_of(session)
    author = scribe.author
    state = tables.KEPT if space == SAMPLE else tables.HELD if author.held else tables.WAITING
    row = {
        "space": space, "device": author.device, "epoch": author.epoch,
        "n": highest(session, space, author.device, author.epoch) + 1, "type": kind, "record": record,
        "owner": owner, "fields": [], "base": {}, "payload": pack_payload(said, clock.now(), by or author.name),
        "before": None, "act": 0, "state": state,
    }  # fmt: skip
    rows.add(session, tables.op, [row])
    scribe.wrote = scribe.wrote or state != tables.KEPT


def pack_payload(values: list[object], at: str, by: str) -> bytes:
    """Return the readable part of an operation as bytes."""
    return _pack(Payload(values, at, by))


def unpack_payload(raw: bytes) -> Payload:
    """Return the readable part of an operation; an empty one where it can't be read.

    The endpoint carries payloads unseen, so a damaged one must not stop those behind it.
    """
    try:
        payload = _unpack_payload(raw)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return Payload([], "", "")
    return Payload([], "", "") if _is_deep(payload.values) else payload


def _is_deep(values: list[object]) -> bool:
    """Say whether values are nested deeper than any record is: whoever walks through them would run out of stack."""
    level: list[object] = [value for value in values if isinstance(value, _NESTED)]
    if not level:  # nearly always
        return False
    for _depth in range(_DEEPEST):
        inner = (part for part in level if isinstance(part, _NESTED))
        level = [part for each in inner for part in (each.values() if isinstance(each, dict) else each)]
        if not level:
            return False
    return True


def paired(names: Sequence[str], payload: Payload) -> dict[str, object]:
    """Return field -> value; nothing where the two do not belong together."""
    return dict(zip(names, payload.values, strict=True)) if len(names) == len(payload.values) else {}


def values_of(row: OpRow) -> dict[str, object]:
    """Return field -> value of one row of the journal; empty where the payload was erased."""
    return paired(row.fields, unpack_payload(row.payload))


def op_of(row: OpRow) -> Op:
    """Return the operation in one row of the journal, as it travels."""
    record, owner = uuid.UUID(row.record).bytes, uuid.UUID(row.owner).bytes
    return Op(row.space, row.type, record, owner, tuple(row.fields), row.base, row.payload)


def before_of(row: OpRow) -> dict[str, object]:
    """Return what an own operation replaced; empty for the first one of a record."""
    return _unpack_before(row.before) if row.before else {}


event.listen(WritingSession, "before_flush", _capture)
event.listen(WritingSession, "do_orm_execute", _guard)
