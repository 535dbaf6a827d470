"""The second door into the records: what came through the network. One page, one transaction.

What is not understood (a type, a field of a newer program) is parked verbatim in the shadow and
applied after the upgrade. Own edits that still wait are shown on top of what the log says.
"""

from __future__ import annotations

import functools
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, Select, bindparam, literal_column, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.orm import Session

from sync import digests
from sync.erasures import MARKS
from sync.merge import DELETED, Change, Clash, FieldState, RecordState, merge
from sync.protocol import SHIPPED_OWNER, Author, Page, Placed, trail
from wimdesk.store import erasures, journal, numbered, recovery, rows, spared, tables, unplaced
from wimdesk.store.record import Info, Record, blank_row, fields, fits, types

_pack = msgspec.msgpack.Encoder().encode
_unpack_state = msgspec.msgpack.Decoder(RecordState).decode
_CHUNK = 500
_ALL = ("seq", *recovery.TOLD)
_PLACE = ("seq", "device", "epoch", "n", "base")


# What each page asks is made once: to make a statement costs several times what it costs to run it.
_CURSOR = "SELECT seq, trail, digest FROM cursor WHERE space=:space"
_READ_UP_TO = "ON CONFLICT(space) DO UPDATE SET seq=excluded.seq, trail=excluded.trail, digest=excluded.digest"
_THESE = "IN (SELECT value FROM json_each(:records))"
_STATES = f"SELECT rowid, record, space, state FROM shadow WHERE record {_THESE}"
_OLDEST = f"SELECT min(pos) FROM op WHERE record {_THESE} GROUP BY record"
_AT_HOME_ELSEWHERE = f"SELECT record FROM op WHERE pos IN ({_OLDEST}) AND space<>:space"
_ANY_QUESTION = "SELECT 1 FROM clash WHERE open LIMIT 1"
_SETTLE = "UPDATE clash SET open=0 WHERE record=? AND field=? AND max(winner, loser)<=?"


@functools.cache
def _owners_of(cls: type[Record]) -> Select[str, str]:
    return select(cls.id, cls.owner).where(cls.id.in_(bindparam("records", expanding=True)))


@functools.cache
def _names_of(cls: type[Record]) -> frozenset[str]:
    return frozenset({DELETED, *fields(cls)})


_Items = Sequence[tuple[int, int | Placed]]
_Opened = tuple[int, str, str, bytes, Change, tuple[str, str]]
"""Seq, record, type, owner, the change, and when and by whom."""


class GapInPage(Exception):
    """The page does not start right after the cursor; it must be asked for again."""


class _Bench:
    """What is loaded to apply one page: states, own waiting operations, and what changes."""

    def __init__(self, session: Session, space: str) -> None:
        self.session = session
        self.space = space
        self.states: dict[str, RecordState] = {}
        self.rows: dict[str, int] = {}
        """Where in the shadow the states stand that were there before."""
        self.foreign: set[str] = set()
        """Records that live in another space: an operation on them here is kept, never applied."""
        self.owners: dict[str, bytes] = {}
        self.last: dict[str, tuple[str, str]] = {}
        self.first: dict[str, tuple[str, str]] = {}
        self.changed: dict[str, set[str]] = {}
        """The fields that this page set, by record."""
        self.clashes: list[tuple[str, str, Clash]] = []
        self.settled: list[tuple[str, str, int]] = []


def apply_page(session: Session, page: Page, own_epoch: int = 0) -> int:
    """Apply one page of a space; return how many operations were new here.

    `own_epoch` is the one under which the page tells own operations by number only (0: that of the author). Raises
    GapInPage where operations before the page are missing, and as numbered.compare where the page does not fit what
    is here; the caller undoes what was changed then.
    """
    page = erasures.receive(session, page)
    ((cursor, *so_far),) = rows.find(session, _CURSOR, space=page.space) or [(0, b"", b"")]
    if page.first > cursor + 1:
        raise GapInPage(page.space)
    items = list(enumerate(page.ops, page.first))[max(0, cursor + 1 - page.first) :]
    if not items:
        return 0
    bench = _Bench(session, page.space)
    mine = Author(journal.scribe_of(session).author.device, own_epoch or journal.scribe_of(session).author.epoch)
    own = numbered.rows_of(session, page.space, mine, [item for _seq, item in items if isinstance(item, int)])
    opened, kept = _open(session, page, items, mine, own)
    _load_states(bench, {each[1] for each in opened})
    _merge_all(bench, opened)
    # Only what this page changed: a state that was loaded for an operation nobody can read stays as it is.
    bench.states = {record: state for record, state in bench.states.items() if record in bench.last}
    if bench.states:
        _save_states(bench)
        _save_clashes(bench)
        show(session, bench.states, bench.first, bench.last, page.space, bench.changed)
    whole = [(seq, kept.get(seq, item)) for seq, item in items]
    place = {"space": page.space, "seq": items[-1][0], **_said(page, whole, mine, own, so_far)}
    rows.add(session, tables.cursor, [place], _READ_UP_TO)
    return len(items)


def fold(session: Session, space: str, ops: Iterable[recovery.OpRow]) -> dict[str, RecordState]:
    """Return what these operations of a space, in the order of their places in its log, say of each record."""
    bench = _Bench(session, space)
    opened = [_opened({**recovery.told(row), "seq": row.seq}) for row in ops]
    _load_foreign(bench, list({each[1] for each in opened}))
    _merge_all(bench, opened)
    return {record: state for record, state in bench.states.items() if record in bench.last}


def expected(session: Session, states: dict[str, RecordState]) -> Iterator[tuple[type[Record], str, dict[str, object]]]:
    """Yield (type, id, values by column) of how these records must show, by what the log says and what waits here.

    `versions` are only among them where nothing waits. What ships with the program has values of its own.
    """
    returning, known = recovery.returning(session), types()
    waiting = unplaced.waiting(session, list(states), returning)
    for record, state in states.items():
        cls = known.get(state.type)
        if cls is None:
            continue
        values, versions = unplaced.visible(state, waiting.get(record, ()), returning)
        blank = blank_row(cls)
        kept = {name: value for name, value in values.items() if name in blank}
        _make_fit(kept, fields(cls), blank)
        kept = kept if text_of(state.owner) == SHIPPED_OWNER else blank | kept
        yield cls, record, kept | ({} if record in waiting else {"versions": versions})


def _merge_all(bench: _Bench, opened: Sequence[_Opened]) -> None:
    _load_owners(bench, {each[1]: each[2] for each in opened})
    for seq, record, type_name, owner, change, who in opened:
        is_owned = bench.owners.setdefault(record, owner) == owner  # nobody takes over what is another's
        if not is_owned or record in bench.foreign or not change.values or type_name in MARKS:
            continue  # kept in the journal, with nothing in it that could be shown
        _merge_one(bench, seq, record, type_name, owner, change)
        bench.first.setdefault(record, who)
        bench.last[record] = who
        bench.changed.setdefault(record, set()).update(change.values)


def _said(
    page: Page, items: _Items, mine: Author, own: Mapping[int, Row[Any]], so_far: Sequence[bytes]
) -> dict[str, bytes]:
    """Return the trail and the digest of the log behind these operations."""
    entries = [
        digests.Entry(seq, mine, item, journal.op_of(own[item]))
        if isinstance(item, int)
        else digests.Entry(seq, page.authors[item.author], item.n, item.op)
        for seq, item in items
    ]
    passed, digest = so_far
    for _seq, author, n, _op in entries:
        passed = trail(passed, *author, n)
    return {"trail": passed, "digest": digests.add(digest, entries)}


def _open(
    session: Session, page: Page, items: _Items, mine: Author, own: Mapping[int, Row[Any]]
) -> tuple[list[_Opened], dict[int, Placed]]:
    """Put the operations into the journal; return them opened, and by place those of which more is here than came."""
    kept: dict[int, Placed] = {}
    arrivals = {seq: _journal_row(page, seq, item) for seq, item in items if isinstance(item, Placed)}
    here = numbered.rows_under(session, page.space, arrivals.values())
    again = page.space in recovery.rereading(session)
    astray = recovery.Astray(session, page.space, [str(row["record"]) for row in arrivals.values()])
    opened: list[_Opened] = []
    fresh: list[dict[str, Any]] = []
    places: list[dict[str, Any]] = []
    emptied: list[dict[str, Any]] = []
    for seq, item in items:
        if isinstance(item, int):
            row = own.get(item)
            if row is None:
                raise numbered.UnknownOwn(item)
            found, pos = {**recovery.told(row), "seq": seq}, row.pos
        else:
            found = arrivals[seq]
            known = here.get((found["device"], found["epoch"], found["n"]))
            if known is not None and not again:
                numbered.compare(known, found, mine)
            pos = astray.match(found, known.pos if known is not None else 0)
            if pos and not found["payload"] and (said := erasures.said_still(session, found, pos)):
                # Nobody has ordered it: what is here stays.
                kept[seq] = Placed(item.author, item.n, msgspec.structs.replace(item.op, payload=said))
                found = {**found, "payload": said}
        opened.append(_opened(found))
        if pos:
            place = {name: found[name] for name in (_ALL if again else _PLACE)}
            places.append(place | {"state": tables.PLACED, "problem": 0, "pos": pos})
            if not found["payload"]:
                emptied.append({"payload": b"", "before": None, "pos": pos})
        else:
            fresh.append(found)
    rows.change(session, tables.op, places, "pos")
    rows.change(session, tables.op, emptied, "pos")
    rows.add(session, tables.op, fresh)
    return opened, kept


def _opened(row: Mapping[str, Any]) -> _Opened:
    payload = journal.unpack_payload(row["payload"])
    values = journal.paired(row["fields"], payload)
    change = Change(row["seq"], row["device"], row["epoch"], row["n"], values, row["base"])
    return row["seq"], row["record"], row["type"], _bytes_of(row["owner"]), change, (payload.at, payload.by)


@functools.lru_cache(maxsize=1000)
def _bytes_of(owner: str) -> bytes:
    return bytes.fromhex(owner.replace("-", ""))


def text_of(record: bytes) -> str:
    """Return an id (16 bytes) as the database has it."""
    found = record.hex()
    return f"{found[:8]}-{found[8:12]}-{found[12:16]}-{found[16:20]}-{found[20:]}"


_owner_text = functools.lru_cache(maxsize=1000)(text_of)
"""Records are many, owners few."""


def _signed(epoch: int) -> int:
    """Return 64 bits as the signed number that the database can hold."""
    return epoch - (1 << 64) if epoch >= 1 << 63 else epoch


def _journal_row(page: Page, seq: int, item: Placed) -> dict[str, Any]:
    op, who = item.op, page.authors[item.author]
    return {
        "space": page.space, "seq": seq, "device": who.device, "epoch": _signed(who.epoch), "n": item.n,
        "type": op.type, "record": text_of(op.record), "owner": _owner_text(op.owner),
        "fields": list(op.fields), "base": op.base, "payload": op.payload, "state": tables.PLACED,
    }  # fmt: skip


def _load_states(bench: _Bench, records: Iterable[str]) -> None:
    asked = list(records)
    for row, record, space, state in rows.find(bench.session, _STATES, records=asked):
        if space == bench.space:
            bench.states[record] = _unpack_state(state)
            bench.rows[record] = row
    # What the log of this space has said something of, lives here.
    _load_foreign(bench, [record for record in asked if record not in bench.states])


def _load_foreign(bench: _Bench, asked: list[str]) -> None:
    # A record stays in the space where it was first known here, whatever comes elsewhere under its id.
    if asked:
        found = rows.find(bench.session, _AT_HOME_ELSEWHERE, records=asked, space=bench.space)
        bench.foreign.update(record for (record,) in found)


def _load_owners(bench: _Bench, kinds: Mapping[str, str]) -> None:
    """Learn who owns what is here already. What ships with the program is here before the log says anything."""
    bench.owners = {record: state.owner for record, state in bench.states.items()}
    by_type: dict[str, list[str]] = defaultdict(list)
    for record, type_name in kinds.items():
        if record not in bench.owners:
            by_type[type_name].append(record)
    for type_name, records in by_type.items():
        cls = types().get(type_name)
        if cls is not None:
            for part in _chunks(records):
                found = bench.session.execute(_owners_of(cls), {"records": part})
                bench.owners |= {row.id: uuid.UUID(row.owner).bytes for row in found if row.owner}


def _merge_one(bench: _Bench, seq: int, record: str, type_name: str, owner: bytes, change: Change) -> None:
    state = bench.states.get(record)
    if state is None:
        state = bench.states[record] = RecordState(type_name, owner, {})
    outcome = merge(state, change)
    bench.clashes += [(record, state.type, c) for c in outcome.clashes]
    bench.settled += [(record, name, place) for name, place in outcome.settled]


def _save_states(bench: _Bench) -> None:
    known = types()
    fresh: list[rows.Row] = []
    again: list[rows.Row] = []
    for record, state in bench.states.items():
        told = {"state": _pack(state), "parked": _is_parked(state, known)}
        if record in bench.rows:
            again.append(told | {"rowid": bench.rows[record]})
        else:
            fresh.append(told | {"record": record, "type": state.type, "space": bench.space})
    ending = "ON CONFLICT(record) DO UPDATE SET state=excluded.state, parked=excluded.parked"
    rows.add(bench.session, tables.shadow, fresh, ending)
    rows.change(bench.session, tables.shadow, again, "rowid")


def _is_parked(state: RecordState, known: Mapping[str, type[Record]]) -> bool:
    cls = known.get(state.type)
    return cls is None or not state.fields.keys() <= _names_of(cls)


def _save_clashes(bench: _Bench) -> None:
    if bench.settled and rows.find(bench.session, _ANY_QUESTION):
        rows.driver(bench.session).executemany(_SETTLE, bench.settled)
    if not bench.clashes:
        return
    answered: dict[tuple[str, str], int] = defaultdict(int)
    for record, name, place in bench.settled:
        answered[record, name] = max(answered[record, name], place)
    found = [
        {
            "record": record, "field": c.field, "winner": c.winner, "loser": c.loser, "type": type_name,
            "space": bench.space, "base": c.base,
            "open": max(c.winner, c.loser) > answered[record, c.field],
        }
        for record, type_name, c in bench.clashes
    ]  # fmt: skip
    rows.add(bench.session, tables.clash, found, "ON CONFLICT DO NOTHING")


def show(
    session: Session,
    states: dict[str, RecordState],
    first: dict[str, tuple[str, str]],
    last: dict[str, tuple[str, str]],
    space: str,
    changed: Mapping[str, set[str]] | None = None,
) -> None:
    """Write what the log says, with own waiting edits on top, into the tables of the records.

    `changed` are the fields that can differ from what is shown; where it is not given, any can.
    """
    returning = recovery.returning(session)
    waiting = unplaced.waiting(session, list(states), returning)
    by_type: dict[str, list[str]] = defaultdict(list)
    for record, state in states.items():
        by_type[state.type].append(record)
    known = types()
    removed = _removed(states, waiting, returning, changed)
    spared.forget(session, [record for record, gone in removed.items() if not gone])
    for type_name in by_type.keys() & known.keys():
        cls = known[type_name]
        blank, described = blank_row(cls), fields(cls)
        present = _present(session, cls, by_type[type_name])
        leaving = [record for record in by_type[type_name] if removed.get(record) and present.get(record) is False]
        staying = spared.keep_in_view(session, cls, space, leaving)
        inserts: list[rows.Row] = []
        updates: dict[tuple[str, ...], list[rows.Row]] = defaultdict(list)
        for record in by_type[type_name]:
            differing = changed[record] if changed is not None and record in present else None
            values, versions = unplaced.visible(states[record], waiting.get(record, ()), returning, differing)
            kept = {name: value for name, value in values.items() if name in blank}
            _make_fit(kept, described, blank)
            kept |= {DELETED: False} if record in staying else {}
            at, by = last[record]
            kept |= {"versions": versions, "updated_at": at, "updated_by": by, "id": record}
            if record in present:
                updates[tuple(kept)].append(kept)
                continue
            made_at, made_by = first[record]
            owner = _owner_text(states[record].owner)
            made = {"space": space, "owner": owner, "created_at": made_at, "created_by": made_by}
            inserts.append(blank | made | kept)
        table = rows.table_of(cls)
        rows.add(session, table, inserts)
        journal.scribe_of(session).note(type_name, [str(row["id"]) for row in inserts])
        for names, alike in updates.items():
            rows.change(session, table, alike, "id")
            journal.scribe_of(session).note(type_name, [str(row["id"]) for row in alike], names)


def _present(session: Session, cls: type[Record], records: list[str]) -> dict[str, bool]:
    """Return which of the records are here, and whether each is removed."""
    statement = f"SELECT id, deleted FROM {cls.__tablename__} WHERE id {_THESE}"
    return {record: bool(gone) for record, gone in rows.find(session, statement, records=records)}


def _removed(
    states: dict[str, RecordState],
    waiting: dict[str, list[unplaced.OnTop]],
    returning: int,
    changed: Mapping[str, set[str]] | None,
) -> dict[str, bool]:
    """Return whether each record is removed now, of those for which that may have changed."""
    found = {}
    for record, state in states.items():
        if DELETED in (state.fields if changed is None else changed[record]):
            values, _versions = unplaced.visible(state, waiting.get(record, ()), returning, (DELETED,))
            found[record] = values.get(DELETED) is True
    return found


def _make_fit(values: dict[str, object], described: Mapping[str, Info], blank: dict[str, object]) -> None:
    """Leave blank what is not of its field's kind, so that only the log decides what shows. The shadow keeps it."""
    for name, value in values.items():
        if name == DELETED:
            values[name] = value is True
        elif not fits(described[name], value):
            values[name] = blank[name]


def finish_recovery(session: Session) -> None:
    """Let what was held go out; what only others can bring back to the endpoint shows where nobody has gone on."""
    recovery.finish(session)
    lost = select(tables.op.c.record).where(tables.op.c.state == tables.LOST).distinct()
    for part in _chunks(list(session.scalars(lost))):
        found = session.execute(select(tables.shadow).where(tables.shadow.c.record.in_(part))).all()
        _show_states(session, found)
        _show_unlogged(session, {*part} - {row.record for row in found})


def _show_unlogged(session: Session, records: Collection[str]) -> None:
    """Show records of which the log of a restored endpoint says nothing: there is only what has no place in it."""
    states: dict[str, dict[str, RecordState]] = defaultdict(dict)
    last: dict[str, tuple[str, str]] = {}
    op = tables.op.c
    query = select(tables.op).where(op.record.in_(records), op.type.not_in(MARKS), op.payload != b"").order_by(op.pos)
    for row in session.execute(query):
        states[row.space].setdefault(row.record, RecordState(row.type, _bytes_of(row.owner), {}))
        last[row.record] = ((payload := journal.unpack_payload(row.payload)).at, payload.by)
    for space, found in states.items():
        show(session, found, last, last, space)  # each of them is there already: who made it stays


def show_parked(session: Session) -> int:
    """After an upgrade: show what had been parked and is understood now; return how many records."""
    parked = session.execute(select(tables.shadow).where(tables.shadow.c.parked)).all()
    _show_states(session, parked)
    known = types()
    understood = [r.record for r in parked if not _is_parked(_unpack_state(r.state), known)]
    for part in _chunks(understood):
        session.execute(update(tables.shadow).where(tables.shadow.c.record.in_(part)).values(parked=False))
    return len(understood)


def _show_states(session: Session, found: Iterable[Row[Any]]) -> None:
    by_space: dict[str, dict[str, RecordState]] = defaultdict(dict)
    for row in found:
        by_space[row.space][row.record] = _unpack_state(row.state)
    for space, states in by_space.items():
        first, last = _authors(session, list(states))
        show(session, states, first, last, space)


def _authors(session: Session, records: list[str]) -> tuple[dict[str, tuple[str, str]], dict[str, tuple[str, str]]]:
    """Return when and by whom each record was first and last set, as the log says it."""
    first: dict[str, tuple[str, str]] = {}
    last = dict.fromkeys(records, ("", ""))
    for part in _chunks(records):
        query = select(tables.op).where(tables.op.c.record.in_(part), tables.op.c.seq.is_not(None))
        for row in session.execute(query.order_by(tables.op.c.seq)):
            payload = journal.unpack_payload(row.payload)
            last[row.record] = (payload.at, payload.by)
            first.setdefault(row.record, last[row.record])
    return last | first, last


def plant(session: Session, cls: type[Record], shipped: list[dict[str, object]], *, anew: bool = False) -> None:
    """Put records there that ship with the program; they are no edits and are never sent.

    What is there stays as it is; with `anew`, what nobody has ever changed says what this program's version says.
    """
    full = [blank_row(cls) | {"versions": {}} | row for row in shipped]
    if full:
        putting = upsert(rows.table_of(cls))
        fresh = {name: putting.excluded[name] for name in fields(cls)}
        untouched = literal_column(f"{cls.__tablename__}.versions") == literal_column("'{}'")
        session.execute(
            putting.on_conflict_do_update(index_elements=["id"], set_=fresh, where=untouched)
            if anew
            else putting.on_conflict_do_nothing(),
            full,
        )
        journal.scribe_of(session).note(cls.__tablename__, [str(row["id"]) for row in full])


def said_of(session: Session, records: Collection[str]) -> dict[str, dict[str, FieldState]]:
    """Return what the log alone says of these records, field by field; one that was never synced is left out."""
    found = rows.find(session, _STATES, records=list(records)) if records else []
    return {record: _unpack_state(state).fields for _row, record, _space, state in found}


def _chunks(items: list[Any]) -> Iterable[list[Any]]:
    return (items[i : i + _CHUNK] for i in range(0, len(items), _CHUNK))
