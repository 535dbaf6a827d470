"""Being together again after one side went back in time: this profile was restored or copied, or the endpoint was.

Nobody is asked to choose between sides. Everything is read anew and compared by what it says; what the endpoint has is
taken as placed, and only what it does not have goes out, under an epoch of its own:

1. `begin` holds back what waits. Where the endpoint was restored, all that had a place is now `lost` until it is read.
2. Whatever arrives and says the same as something held or lost is that (`Astray.match`).
3. `next_layer` sends back what is really lost, others' operations too: each only after those that its author had seen.
4. `finish` lets what was held go out behind it.

Places change meaning with the log that they count in. Until `finish`, a base names rows of the journal: POSITION + pos.
"""

from __future__ import annotations

import json
import os
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Table,
    and_,
    bindparam,
    case,
    delete,
    func,
    inspect,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from sync.protocol import Page, Placed, private_space
from wimdesk.store import clashes, facts, journal, refusals, rows, seal_keys, tables
from wimdesk.store.record import types

POSITION = 1 << 40
"""A base from here on names a row of the journal."""
_ROOM = 1 << 30
"""So much lies between two places of a log that is void: what was lost before stays in between."""
TOLD = ("space", "device", "epoch", "n", "type", "record", "owner", "fields", "base", "payload")
"""What an operation says, wherever it is."""
_CHUNK = 500
_UNSENT = (tables.WAITING, tables.REFUSED, tables.HELD, tables.REPLACED)
_WITHOUT_PLACE = (tables.WAITING, tables.REFUSED, tables.HELD, tables.LOST)
# One by one and literally: only so the small index of each state answers.
_PRESENT = "SELECT " + ", ".join(f"EXISTS (SELECT 1 FROM op WHERE state='{state}')" for state in _WITHOUT_PLACE)
_AT_POS = tables.op.c.pos == bindparam("at_pos")
_ROW = select(tables.op).where(_AT_POS)
_NEW_BASE = update(tables.op).where(_AT_POS).values(base=bindparam("new_base"))
_SENT_AGAIN = (
    update(tables.op)
    .where(_AT_POS)
    .values({name: bindparam(f"new_{name}") for name in ("device", "epoch", "n", "base", "state")})
)
_NEW_RANK = update(tables.op).where(_AT_POS).values(was=bindparam("new_was"))
OpRow = Row[Any]
"""One row of the table `op`."""
Told = Mapping[str, Any]
"""What an operation says, by column."""
_Mark = tuple[str, str, str, tuple[str, ...], bytes]


def new_epoch() -> int:
    """Return 63 random bits: what the database can hold as a positive number."""
    return int.from_bytes(os.urandom(8)) >> 1 or 1


def begin(session: Session, *, lost: bool) -> None:
    """Hold back what waits until everything was read; `lost`: the endpoint went back, so all places are void."""
    author = journal.scribe_of(session).author
    rows = _journal(session)
    _name_rows(session, rows, author, lost=lost)
    op = tables.op
    # What was being sent back when this came between: it is lost as before.
    sending = (op.c.device == author.device, op.c.epoch == facts.number(session, "returning"))
    session.execute(update(op).where(*sending, op.c.state == tables.WAITING).values(state=tables.LOST))
    held, mine = new_epoch(), and_(op.c.device == author.device, op.c.epoch == author.epoch)
    session.execute(update(op).where(mine, op.c.state.in_(_UNSENT)).values(epoch=held))
    session.execute(update(op).where(op.c.state == tables.WAITING, op.c.epoch == held).values(state=tables.HELD))
    if lost:
        _keep_order(session)
        session.execute(update(op).where(op.c.state == tables.LOST).values(problem=0))
        was_placed = {"state": tables.LOST, "was": op.c.seq * _ROOM, "seq": None, "problem": 0}
        session.execute(update(op).where(op.c.state == tables.PLACED).values(was_placed))
        for table in (tables.cursor, tables.shadow, tables.clash):
            session.execute(delete(table))
        session.execute(update(tables.erasure).values(confirmed=""))  # it may have again what it had erased
        # Its count of keys went back too: the same number may stand for others.
        facts.put(session, generation=0, key_changes=0, key_standing="")
    facts.put(session, epoch=held, returning=new_epoch())


def _keep_order(session: Session) -> None:
    """Let what an earlier restoring took stand in its record where it stood, among all that loses its place now.

    That is behind what it had been behind, and beneath what came since (store.unplaced shows it so).
    """
    op = tables.op.c
    gone = (op.was.is_not(None), op.seq.is_(None))
    query = select(tables.op).where(op.record.in_(select(op.record).where(*gone))).order_by(op.seq, op.was, op.pos)
    placed: dict[tuple[str, str], list[OpRow]] = defaultdict(list)
    left: list[OpRow] = []
    for row in session.execute(query):
        if row.seq is not None:
            placed[row.space, row.record].append(row)
        elif row.was is not None:
            left.append(row)
    ranks: list[dict[str, object]] = []
    for number, row in enumerate(left, 1):
        beneath = _older_than(row, placed[row.space, row.record])
        ranks.append({"at_pos": row.pos, "new_was": beneath * _ROOM + number})
    if ranks:
        session.connection().execute(_NEW_RANK, ranks)


def _older_than(row: OpRow, placed: list[OpRow]) -> int:
    """Return up to which place of its record's log an operation without one stood behind all."""
    found = 0
    for each in placed:
        if each.was is None or each.was > row.was:
            break
        found = each.seq
    return found


def resume(session: Session) -> None:
    """Begin again where something private was lost before the key to its space was here."""
    op = tables.op.c
    private = private_space(facts.text(session, "organisation"))
    left = select(op.pos).where(op.state == tables.LOST, op.problem == 0, op.space == private).limit(1)
    if not returning(session) and seal_keys.opens(session) and session.scalar(left) is not None:
        begin(session, lost=False)


def _journal(session: Session) -> list[OpRow]:
    op = tables.op.c
    columns = (op.pos, op.space, op.seq, op.device, op.epoch, op.n, op.state, op.record, op.base)
    return list(session.execute(select(*columns).where(op.space != journal.SAMPLE)))


def _name_rows(session: Session, rows: list[OpRow], author: journal.Author, *, lost: bool) -> None:
    """Put rows of the journal in the place of numbers that are about to change their meaning."""
    places = {(row.space, row.seq): row.pos for row in rows if row.seq is not None} if lost else {}
    numbers = {(row.space, row.device, row.epoch, row.n): row.pos for row in rows}
    spaces: dict[str, str] = {}

    def named(base: dict[str, int], space: str, device: bytes, epoch: int) -> dict[str, int]:
        found = {}
        for name, at in base.items():
            pos = numbers.get((space, device, epoch, -at)) if at < 0 else places.get((space, at))
            if pos is not None or at >= 0:
                found[name] = at if pos is None else POSITION + pos
        return found

    bases: list[dict[str, object]] = []
    for row in rows:
        unsent = row.state in _UNSENT and row.device == author.device
        spaces |= {row.record: row.space} if lost or unsent else {}
        # Also what was lost before: on its way back it had got places of the log that is void now.
        if row.base and (lost or unsent):
            base = named(row.base, row.space, row.device, row.epoch)
            if base != row.base:
                bases.append({"at_pos": row.pos, "new_base": base})
    if bases:
        session.connection().execute(_NEW_BASE, bases)
    for table, record, versions in _versions(session, spaces):
        known = named(versions, spaces[record], author.device, author.epoch)
        if known != versions:
            session.execute(update(table).where(table.c.id == record).values(versions=known))


def _versions(session: Session, records: Iterable[str]) -> Iterator[tuple[Table, str, dict[str, int]]]:
    """Yield (table, id, versions) of these records."""
    wanted = list(records)
    for cls in types().values():
        table = inspect(cls).local_table
        if not isinstance(table, Table):
            continue
        for start in range(0, len(wanted), _CHUNK):
            found = select(table.c.id, table.c.versions).where(table.c.id.in_(wanted[start : start + _CHUNK]))
            for row in session.execute(found).all():
                yield table, row.id, row.versions or {}


# ----------------------------------------------------------------- what arrives


class Astray:
    """What is held or lost of some records: an arrival that says the same is no news, but its place."""

    def __init__(self, session: Session, space: str, records: list[str]) -> None:
        self._rows: dict[_Mark, list[OpRow]] = defaultdict(list)
        states = {tables.HELD, tables.LOST}
        if returning(session):
            states |= {tables.WAITING, tables.REFUSED}
        states &= present(session)
        if not states:
            return
        op = tables.op.c
        for start in range(0, len(records), _CHUNK):
            query = select(tables.op).where(op.record.in_(records[start : start + _CHUNK]), op.state.in_(states))
            for row in session.execute(query.where(op.space == space).order_by(*old_order())):
                self._rows[_mark(told(row))].append(row)

    def match(self, arrival: Told, known: int) -> int:
        """Return the row (pos) that the arrival is, each once; 0 where it is new here.

        `known` is the row that has the arrival's number already, 0 where there is none.
        """
        if not self._rows:
            return known
        found = self._rows.get(_mark(arrival), [])
        row = next((each for each in found if each.pos == known), None) if known else next(iter(found), None)
        if row is not None:
            found.remove(row)
        return known or (row.pos if row is not None else 0)


def is_here_too(session: Session, page: Page) -> bool:
    """Say whether something of the page is here without a place, so that both have to be brought together first.

    It waits: this profile was restored or copied, and the other one sent it. It was refused: the other one, or whoever
    had it when the endpoint lost it, was allowed to.
    """
    me = journal.scribe_of(session).author
    states = present(session) & {tables.WAITING, tables.REFUSED}
    mine = {i for i, who in enumerate(page.authors) if who.device == me.device and who.epoch != me.epoch}
    by_any = tables.REFUSED in states
    if not (states and (by_any or mine)):
        return False
    arrived = [item.op for item in page.ops if isinstance(item, Placed) and (by_any or item.author in mine)]
    said = {(str(uuid.UUID(bytes=each.record)), each.fields, each.payload) for each in arrived}
    return bool(said) and any(_is_said(session, page.space, state, said) for state in states)


def _is_said(session: Session, space: str, state: str, said: set[tuple[str, tuple[str, ...], bytes]]) -> bool:
    op = tables.op.c
    here = (op.state == literal_column(f"'{state}'"), op.space == space)
    found = session.execute(select(op.record, op.fields, op.payload).where(*here))
    return any((row.record, tuple(row.fields), row.payload) in said for row in found)


def told(row: OpRow) -> Told:
    """Return what the operation in a row says, wherever it is: by column."""
    return {name: getattr(row, name) for name in TOLD}


def _mark(row: Told) -> _Mark:
    return row["record"], row["type"], row["owner"], tuple(row["fields"]), row["payload"]


def old_order() -> tuple[ColumnElement[int], ...]:
    """Say in which order operations stand: by the place they had; what waits comes behind that, as it was made."""
    op = tables.op.c
    return case((op.was.is_(None), 1), else_=0), op.was, op.pos


def present(session: Session) -> set[str]:
    """Return in which of the states without a place there is any operation."""
    (found,) = rows.find(session, _PRESENT)
    return {state for state, there in zip(_WITHOUT_PLACE, found, strict=True) if there}


def is_any(session: Session) -> bool:
    """Say whether anything is held or lost."""
    return not present(session).isdisjoint((tables.HELD, tables.LOST))


def returning(session: Session) -> int:
    """Return the epoch under which lost operations are sent back; 0 where nothing is to be recovered."""
    return facts.number(session, "returning")


def rereading(session: Session) -> list[str]:
    """Return the spaces that are read again because something here differed (store.proof)."""
    found: list[str] = json.loads(facts.text(session, "reread") or "[]")
    return found


# ----------------------------------------------------------------- what goes back


def next_layer(session: Session) -> int:
    """Let the next lost operations wait to be sent back; return how many. All must have been read before.

    Only those go whose bases have places already: so they prove again what their authors had seen.
    """
    author = journal.scribe_of(session).author
    op = tables.op
    sending = (op.c.device == author.device, op.c.epoch == returning(session), op.c.state == tables.WAITING)
    if session.scalar(select(op.c.pos).where(*sending).limit(1)) is not None:
        # All was read and they are not there. Numbers are never used twice.
        session.execute(update(op).where(*sending).values(state=tables.LOST))
        facts.put(session, returning=new_epoch())
    epoch = returning(session)
    blocked: set[str] = set()
    numbers: dict[str, int] = {}
    query = select(op).where(op.c.state == tables.LOST, op.c.problem == 0).order_by(*old_order())
    if not seal_keys.opens(session):
        query = query.where(op.c.space != private_space(facts.text(session, "organisation")))
    again: list[dict[str, object]] = []
    for row in session.execute(query).all():
        base = None if row.record in blocked else _placed_base(session, row)
        if base is None:
            blocked.add(row.record)
            continue
        if row.space not in numbers:
            mine = (op.c.space == row.space, op.c.device == author.device, op.c.epoch == epoch)
            numbers[row.space] = session.scalar(select(func.max(op.c.n)).where(*mine)) or 0
        numbers[row.space] += 1
        again.append(
            {
                "at_pos": row.pos, "new_device": author.device, "new_epoch": epoch, "new_n": numbers[row.space],
                "new_base": base, "new_state": tables.WAITING,
            }
        )  # fmt: skip
    if again:
        session.connection().execute(_SENT_AGAIN, again)
    return len(again)


def _row(session: Session, pos: int) -> OpRow | None:
    return session.execute(_ROW, {"at_pos": pos}).first()


def _placed_base(session: Session, row: OpRow) -> dict[str, int] | None:
    """Return the bases as places in the log of today; None while one of them has none, but will have."""
    found = {}
    for name, first in row.base.items():
        at = first
        while at >= POSITION:
            target = _row(session, at - POSITION)
            if target is not None and (
                target.state == tables.WAITING or (target.state == tables.LOST and not target.problem)
            ):
                return None
            at = 0 if target is None else target.seq or target.base.get(name, 0)
        if at > 0:
            found[name] = at
    return found


def note_refused(session: Session, refused: Iterable[tuple[str, int, int]]) -> int:
    """Remember what the endpoint did not take back; return how many of them were made by this profile's people.

    What was another device's comes back from that one. Until then it is shown here as it was.
    """
    author = journal.scribe_of(session).author
    op = tables.op
    sending = (op.c.device == author.device, op.c.epoch == returning(session), op.c.state == tables.WAITING)
    count = 0
    last: dict[str, int] = {}
    for row, problem in refusals.among(session, refused, *sending):
        values: dict[str, object] = {"state": tables.LOST, "problem": problem}
        if row.act:
            if row.space not in last:
                held = (op.c.space == row.space, op.c.device == author.device, op.c.epoch == author.epoch)
                last[row.space] = session.scalar(select(func.max(op.c.n)).where(*held)) or 0
            last[row.space] += 1
            values = {"state": tables.REFUSED, "problem": problem, "epoch": author.epoch, "n": last[row.space]}
            count += 1
        session.execute(update(op).where(op.c.pos == row.pos).values(values))
    return count


def finish(session: Session) -> int:
    """Let what was held go out under an epoch of its own; return how many operations that are."""
    author = journal.scribe_of(session).author
    op = tables.op
    mine = and_(op.c.device == author.device, op.c.epoch == author.epoch)
    held = session.execute(
        select(op).where(mine, or_(op.c.state == tables.HELD, op.c.state == tables.REFUSED)).order_by(op.c.pos)
    ).all()
    last: dict[str, int] = defaultdict(int)
    numbers: dict[int, int] = {}
    for row in held:
        last[row.space] += 1
        numbers[row.pos] = last[row.space]
    rows = {(row.space, row.n): row.pos for row in session.execute(select(op.c.space, op.c.n, op.c.pos).where(mine))}

    def today(base: dict[str, int], space: str) -> dict[str, int]:
        found = {name: _today(session, name, at, space, rows, numbers) for name, at in base.items()}
        return {name: at for name, at in found.items() if at}

    epoch = new_epoch()
    spaces = {row.record: row.space for row in held}
    for row in held:
        values = {"epoch": epoch, "n": numbers[row.pos], "state": tables.WAITING, "problem": 0}
        base = today(row.base, row.space)
        session.execute(update(op).where(op.c.pos == row.pos).values(values | {"base": base}))
        clashes.close(session, row.record, clashes.answered_by(base, row.fields))
    left = session.execute(select(op.c.record, op.c.space).where(op.c.state == tables.LOST))
    spaces |= {row.record: row.space for row in left}
    for table, record, versions in _versions(session, spaces):
        now = today(versions, spaces[record])
        session.execute(update(table).where(table.c.id == record).values(versions=now))
    facts.put(session, epoch=epoch, returning=0)
    return len(held)


def _today(
    session: Session, name: str, first: int, space: str, rows: dict[tuple[str, int], int], numbers: dict[int, int]
) -> int:
    """Return what a base means in the log of today: a place, minus the new number of an own operation, or 0."""
    at = first
    while at < 0 or at >= POSITION:
        pos = rows.get((space, -at), 0) if at < 0 else at - POSITION
        if pos in numbers:
            return -numbers[pos]
        target = _row(session, pos)
        at = 0 if target is None else target.seq or target.base.get(name, 0)
    return at
