"""Erased records: what an order leaves of one on this computer, and the ledger of all that may never come back.

The journal keeps a stub of each operation, the tables nothing. The ledger is here, and beside the database
(services.erasing), so that a backup that is put in its place can't bring anything back.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import bindparam, event, select, update
from sqlalchemy.orm import Session, SessionTransaction
from sqlcipher3 import dbapi2

from sync import digests
from sync.erasures import ERASE, ERASED, MARKS, may_go, stub
from sync.protocol import ROLES, SHIPPED_OWNER, Author, Op, Page, Placed
from sync.rights import may_write
from wimdesk import clock
from wimdesk.identifiers import derived_id
from wimdesk.store import facts, file_texts, journal, rows, seal_keys, signers, tables
from wimdesk.store.record import Record, types

_BY_FIRST = (
    select(tables.op.c.owner).where(tables.op.c.record == bindparam("record")).order_by(tables.op.c.pos).limit(1)
)
_MARKED = "(" + ", ".join(f"'{name}'" for name in sorted(MARKS)) + ")"
_OPS = f"""SELECT pos, seq, device, epoch, n, type, record, owner, fields, base, payload FROM op
WHERE record=? AND space=? AND owner<>? AND type NOT IN {_MARKED}"""
_Kept = tuple[int, int, bytes, int, int, str, str, str, str, str, bytes]
"""What `_OPS` finds, where the endpoint has given it a place."""
_EMPTY = f"""UPDATE op SET payload=x'', before=NULL
WHERE record=? AND space=? AND owner<>? AND type NOT IN {_MARKED}"""
_SAID_IN = f"""SELECT DISTINCT space FROM op
WHERE record=? AND type NOT IN {_MARKED} AND (length(payload) > 0 OR before IS NOT NULL)"""
_LEDGER = "SELECT record FROM erasure WHERE space=:space"
_FIRST = f"SELECT owner FROM op WHERE record=:record AND space=:space AND type NOT IN {_MARKED} ORDER BY pos"
_KEEP = """INSERT INTO erasure(space, record, type, owner, at, "by", files, swept) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING"""
_UNSWEPT = "SELECT space, record, type, owner, files FROM erasure WHERE NOT swept"
_PENDING = f"""SELECT e.space, e.record FROM erasure e WHERE confirmed='' AND EXISTS
(SELECT 1 FROM op o WHERE o.record=e.record AND o.space=e.space AND o.type='{ERASE}' AND o.seq IS NOT NULL)
ORDER BY e.space"""
_AGAIN = "UPDATE erasure SET confirmed='', receipt=x'' WHERE space=? AND record=?"
_ANY_LEFT = "SELECT 1 FROM erasure WHERE NOT swept OR confirmed='' LIMIT 1"
_SETTLE = f"""UPDATE op SET state='{tables.REPLACED}'
WHERE record=:record AND space=:space AND state='{tables.REFUSED}' AND length(payload)=0"""
_WITHDRAWN = "withdrawn"
"""The fact that names orders which the endpoint did not take, until no ledger beside the database names them."""
_DOUBTED = "doubted"
"""The fact that names orders which were put aside."""
_UNHEARD = "unheard"
"""The fact that the ledger beside the database named what this database did not know to be erased."""
_WITHOUT_ORDER = f"""SELECT space, record FROM erasure e WHERE NOT EXISTS
(SELECT 1 FROM op WHERE record=e.record AND space=e.space AND type='{ERASE}') ORDER BY at, record"""
_ANY = "SELECT 1 FROM erasure LIMIT 1"
_NAMED = "erased"
"""Under this name a session knows the erased for the time of a transaction."""


@dataclass(slots=True)
class Gone:
    """What was found of a record when it was erased: its type, its owner, and the files that it named."""

    type: str = ""
    owner: str = ""
    said: bool = False
    """Whether anything was here but stubs."""
    contents: list[str] = field(default_factory=list)
    """Contents on this computer (SHA-256)."""
    carried: list[str] = field(default_factory=list)
    """What travelled, as the endpoint names it (SHA-256)."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """A line of the ledger that something is still to be done about."""

    space: str
    record: str
    type: str
    owner: str
    contents: tuple[str, ...]
    carried: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Doubted:
    """An order that was put aside: whose record it is about, and when and by whom it says that it was given."""

    owner: bytes
    at: str
    by: str


def scrub(connection: dbapi2.Connection, space: str, record: str) -> Gone:
    """Leave nothing of a record but stubs in its log, in this database or in a copy of an earlier one."""
    there = {str(name) for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    found = connection.execute(_OPS, (record, space, SHIPPED_OWNER)).fetchall()
    gone = Gone(owner=found[0][7] if found else "", said=any(each[10] for each in found))
    _tell_digest(connection, space, [_entry(space, each) for each in found if each[1] is not None and each[10]])
    connection.execute(_EMPTY, (record, space, SHIPPED_OWNER))
    if "secret" in there:
        connection.executemany("DELETE FROM secret WHERE pos=?", [(each[0],) for each in found])
    # In whichever table: what a full export brought of others has no operation here that would say which.
    for type_name in sorted(types().keys() & there):
        _scrub_row(connection, type_name, space, record, gone)
    for table in {"shadow", "clash", "spared"} & there:
        connection.execute(f"DELETE FROM {table} WHERE record=? AND space=?", (record, space))
    return gone


def spaces_of(connection: dbapi2.Connection, space: str, record: str) -> list[str]:
    """Return the spaces in which an earlier database still says something of a record that is erased in this one.

    Before it joined its organisation, the profile had another name for the private space.
    """
    there = {str(name) for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    asked = [f"SELECT space FROM {name} WHERE id=?" for name in types().keys() & there]
    found = {str(each) for sql in (_SAID_IN, *asked) for (each,) in connection.execute(sql, (record,))}
    is_private = space.endswith("/private")
    return sorted(each for each in found if each == space or (is_private and each.endswith("/private")))


def _scrub_row(connection: dbapi2.Connection, type_name: str, space: str, record: str, gone: Gone) -> None:
    here = (record, space)
    row = connection.execute(f"SELECT owner FROM {type_name} WHERE id=? AND space=?", here).fetchone()
    if row is None or row[0] == SHIPPED_OWNER:
        return
    gone.type, gone.owner, gone.said = type_name, row[0], True
    if type_name == "attachment":
        query = "SELECT identifier, carried FROM attachment WHERE id=? AND space=?"
        for identifier, carried in connection.execute(query, here).fetchall():
            gone.contents.append(identifier)
            gone.carried.append(carried)
        connection.execute("DELETE FROM carriage WHERE record=?", (record,))
    connection.execute(f"DELETE FROM {type_name} WHERE id=? AND space=?", here)
    for digest in gone.contents:
        if not connection.execute("SELECT 1 FROM attachment WHERE identifier=?", (digest,)).fetchone():
            file_texts.forget(connection, digest)
    for (doc,) in connection.execute("SELECT doc FROM search_ref WHERE record=?", (record,)).fetchall():
        for table, column in (("search_text", "rowid"), ("search_title", "rowid"), ("search_ref", "doc")):
            connection.execute(f"DELETE FROM {table} WHERE {column}=?", (doc,))


def _entry(space: str, row: _Kept) -> digests.Entry:
    _pos, seq, device, epoch, n, type_name, record, owner, names, base, payload = row
    ids = uuid.UUID(record).bytes, uuid.UUID(owner).bytes
    op = Op(space, type_name, *ids, tuple(json.loads(names)), json.loads(base), payload)
    return digests.Entry(seq, Author(device, epoch), n, op)


def _tell_digest(connection: dbapi2.Connection, space: str, entries: list[digests.Entry]) -> None:
    """Let the digest of the log say what the endpoint's says once it has placed the order."""
    columns = {str(row[1]) for row in connection.execute("PRAGMA table_info(cursor)").fetchall()}
    if entries and "digest" in columns:
        for (digest,) in connection.execute("SELECT digest FROM cursor WHERE space=?", (space,)).fetchall():
            said = digests.erased(digest, entries)
            connection.execute("UPDATE cursor SET digest=? WHERE space=?", (said, space))


# ----------------------------------------------------------------- orders


def order(session: Session, record: Record) -> None:
    """Erase a record here, and order that it be erased wherever the log of its space is."""
    session.flush()
    kind, named = record.__tablename__, (record.space, record.id, record.owner)
    session.expunge(record)
    journal.scribe_of(session).note(kind, [record.id])
    order_of(session, *named)


def order_of(session: Session, space: str, record: str, owner: str) -> None:
    """As `order`, also of what stands in the log only: this program may not know its type, or nothing of it is here."""
    scribe = journal.scribe_of(session)
    _erase(session, space, record, clock.now(), scribe.author.name)
    _write_order(session, space, record, owner)
    scribe.drafts.pop(record, None)


def _erase(session: Session, space: str, record: str, at: str, by: str, *, fully: bool = True) -> Gone:
    """Erase and note it. Unless `fully`, a computer that never had anything of another's record has nothing to sweep
    and nothing to confirm: else each that joins the Alliance would answer each order there ever was."""
    connection = rows.driver(session)
    gone = scrub(connection, space, record)
    files = json.dumps([gone.contents, gone.carried])
    nothing = not (fully or gone.said or gone.owner == journal.scribe_of(session).author.organisation)
    connection.execute(_KEEP, (space, record, gone.type, gone.owner, at, by, files, nothing))
    session.info.pop(_NAMED, None)
    if gone.type:
        journal.scribe_of(session).note(gone.type, [record])
    return gone


def receive(session: Session, page: Page) -> Page:
    """Return a page as it may be applied: what orders name is a stub in it, and has been erased here."""
    signers.learn(session, page)
    gone = known(session, page.space)
    for item in page.ops:
        if not isinstance(item, Placed) or item.op.type != ERASE:
            continue
        record = str(uuid.UUID(bytes=item.op.record))
        if record not in gone and _is_owners(session, page.space, record, item.op.owner):
            if _heed(session, item.op):
                gone.add(record)
            else:
                _put_doubted(session, [*doubted(session), (page.space, record)])
    if not gone:
        return page
    names = {uuid.UUID(record).bytes for record in gone}
    ops: list[int | Placed] = []
    again: set[bytes] = set()
    for item in page.ops:
        if isinstance(item, Placed) and item.op.payload and item.op.record in names and may_go(item.op):
            again.add(item.op.record)
            item = Placed(item.author, item.n, stub(item.op))
        ops.append(item)
    if again and page.space.endswith("/private"):
        # Its author did not know of the order, and the endpoint can't look into the box: it has to be packed anew.
        ask_again(session, page.space, [str(uuid.UUID(bytes=record)) for record in again])
    return msgspec.structs.replace(page, ops=ops)


def _heed(session: Session, op: Op) -> bool:
    """Do what an order says, if who may has signed it; say whether."""
    if not signers.is_ordered(session, op):
        return False
    payload = journal.unpack_payload(op.payload)
    _erase(session, op.space, str(uuid.UUID(bytes=op.record)), payload.at, payload.by, fully=False)
    return True


def settle_doubted(session: Session) -> None:
    """Look again at the orders that were put aside, now that everything was read: a key may have come behind one."""
    left = []
    for space, record in doubted(session):
        orders = _orders(session, space, record)
        if orders and record not in known(session, space) and not any(_heed(session, each) for each in orders):
            left.append((space, record))
    if left != doubted(session):
        _put_doubted(session, left)


def doubted(session: Session) -> list[tuple[str, str]]:
    """Return (space, record) of orders that came and that nobody who may has signed: they do nothing."""
    return [(space, record) for space, record in json.loads(facts.text(session, _DOUBTED) or "[]")]


def doubted_order(session: Session, space: str, record: str) -> Doubted | None:
    """Return an order that was put aside; None where that record was erased since."""
    orders = [] if record in known(session, space) else _orders(session, space, record)
    if not orders:
        return None
    payload = journal.unpack_payload(orders[0].payload)
    return Doubted(orders[0].owner, payload.at, payload.by)


def _put_doubted(session: Session, lines: list[tuple[str, str]]) -> None:
    facts.put(session, **{_DOUBTED: json.dumps(list(dict.fromkeys(lines))) if lines else ""})


def sign_again(session: Session, device: bytes) -> None:
    """Sign the orders that wait once more: this computer, what they name and whose it is have other ids now."""
    op = tables.op.c
    for row in session.execute(select(tables.op).where(op.type == ERASE, op.state == tables.WAITING)).all():
        said, payload = (
            signers.sign(session, row.space, row.record, row.owner, device),
            journal.unpack_payload(row.payload),
        )
        packed = journal.pack_payload(said, payload.at, payload.by)
        session.execute(update(tables.op).where(op.pos == row.pos).values(payload=packed))


def _is_owners(session: Session, space: str, record: str, owner: bytes) -> bool:
    """Nobody erases what is another's, whatever an endpoint lets through; nor what ships with the program, of which the
    log need not say anything."""
    for name in types():
        for (whose,) in rows.find(
            session, f"SELECT owner FROM {name} WHERE id=:id AND space=:space", id=record, space=space
        ):
            return uuid.UUID(whose).bytes == owner
    first = rows.find(session, _FIRST, record=record, space=space)
    return not first or uuid.UUID(first[0][0]).bytes == owner


def known(session: Session, space: str) -> set[str]:
    """Return the records of a space of which nothing may be here."""
    return {record for (record,) in rows.find(session, _LEDGER, space=space)} if rows.find(session, _ANY) else set()


def said_still(session: Session, arrival: Mapping[str, object], pos: int) -> bytes:
    """Return what an operation here says of which only a stub came, and no order; empty where it may go."""
    found = rows.find(session, "SELECT payload FROM op WHERE pos=:pos", pos=pos)
    said = bytes(found[0][0]) if found else b""
    return said if said and arrival["record"] not in known(session, str(arrival["space"])) else b""


def every(session: Session) -> frozenset[str]:
    """Return all records that are erased, in whichever space."""
    if _NAMED not in session.info:
        session.info[_NAMED] = frozenset(record for (record,) in rows.find(session, "SELECT record FROM erasure"))
    found: frozenset[str] = session.info[_NAMED]
    return found


def living_id(session: Session, *parts: str) -> str:
    """Return the id that follows from the parts, or one that follows from it where that one is erased.

    Nothing that is written under an erased id arrives anywhere.
    """
    found, gone = derived_id(*parts), every(session)
    while found in gone:
        found = derived_id("again", found)
    return found


def own_id(session: Session, owner: str, *parts: str) -> str:
    """Return the id that follows from the parts for a record of this owner.

    Such an id can be guessed. Where somebody else wrote under it before, nobody would take our record: then it is one
    that follows from that.
    """
    found = living_id(session, *parts)
    while session.scalar(_BY_FIRST, {"record": found}) not in {None, owner}:
        found = living_id(session, "again", found)
    return found


def ask_again(session: Session, space: str, records: Collection[str]) -> None:
    """The endpoint may have something of these records after all."""
    rows.driver(session).executemany(_AGAIN, [(space, record) for record in records])


def apply_ledger(session: Session, lines: Iterable[tuple[str, str, str]]) -> int:
    """Erase what (space, record, when) of another ledger name, where this one does not know it; return how many."""
    count, void = 0, set(withdrawn(session))
    there: dict[str, set[str]] = {}
    for space, record, at in lines:
        if space not in there:
            there[space] = known(session, space)
        if record not in there[space] and (space, record) not in void:
            gone = _erase(session, space, record, at, "")
            there[space].add(record)
            count += 1
            if not facts.text(session, "server_url") and not _orders(session, space, record):
                # No log brings the order back that emptied these rows.
                _write_order(session, space, record, gone.owner or journal.scribe_of(session).author.organisation)
    if count:
        facts.put(session, **{_UNHEARD: True})
    return count


def order_again(session: Session) -> None:
    """Order once more what the ledger names and the log does not, now that all of it was read.

    The order went when this database was put in the place of another one, before anybody had heard of it.
    """
    if not facts.get(session, _UNHEARD):
        return
    is_locked = bool(facts.get(session, "locked")) or not seal_keys.opens(session)
    left = False
    for space, record in rows.find(session, _WITHOUT_ORDER):
        said = rows.find(session, _FIRST, record=record, space=space)
        if said and _may_order(session, space, said[0][0]):
            _write_order(session, space, record, said[0][0])
        else:
            left = left or bool(said) or (is_locked and space.endswith("/private"))
    if not left:
        facts.put(session, **{_UNHEARD: False})


def _may_order(session: Session, space: str, owner: str) -> bool:
    """Say whether this computer's role may have a record of this owner erased there."""
    name, mine = facts.text(session, "role"), journal.scribe_of(session).author.organisation
    role = ROLES.get(name)
    if role is None or not role.erases or (owner != mine and name != "secretariat"):
        return False
    return may_write(role, uuid.UUID(mine).bytes, space, uuid.UUID(owner).bytes)


def _orders(session: Session, space: str, record: str) -> list[Op]:
    """Return the orders to erase a record that stand in the journal here."""
    op = tables.op.c
    query = select(tables.op).where(op.record == record, op.space == space, op.type == ERASE)
    return [journal.op_of(row) for row in session.execute(query)]


def _write_order(session: Session, space: str, record: str, owner: str) -> None:
    said = signers.sign(session, space, record, owner, journal.scribe_of(session).author.device)
    journal.write_mark(session, ERASE, space, record, owner, said)


def ledger(session: Session) -> list[tuple[str, str, str]]:
    """Return (space, record, when) of everything that was ever erased."""
    return [(space, record, at) for space, record, at in rows.find(session, "SELECT space, record, at FROM erasure")]


# ----------------------------------------------------------------- what is still to be done


def is_any_left(session: Session) -> bool:
    """Say whether anything is to be done here or at the endpoint; asked at each pass of the sync."""
    return bool(rows.find(session, _ANY_LEFT)) or bool(withdrawn(session))


def unswept(session: Session) -> list[Erasure]:
    """Return what is erased in the database and may still be in files."""
    return [
        Erasure(space, record, kind, owner, *(tuple(each) for each in json.loads(files)))
        for space, record, kind, owner, files in rows.find(session, _UNSWEPT)
    ]


def note_swept(session: Session, done: Iterable[Erasure], owner: str, *, tells: bool) -> None:
    """Nothing of these is on this computer any more; `tells`: say so to the others, as one of this organisation."""
    for each in done:
        rows.find(
            session, "UPDATE erasure SET swept=1 WHERE space=:space AND record=:record",
            space=each.space, record=each.record,
        )  # fmt: skip
        if tells and each.space != journal.SAMPLE:
            # By name: after an endpoint was restored, another computer may have to bring it back.
            me = str(uuid.UUID(bytes=journal.scribe_of(session).author.device))
            journal.write_mark(session, ERASED, each.space, each.record, owner, [], by=me)


def pending(session: Session) -> dict[str, list[str]]:
    """Return by space the records of which the endpoint has the order, and has not said that nothing is left."""
    found: dict[str, list[str]] = {}
    for space, record in rows.find(session, _PENDING):
        found.setdefault(space, []).append(record)
    return found


def confirm(session: Session, space: str, record: str, at: str, receipt: bytes) -> None:
    """Keep the endpoint's receipt."""
    rows.driver(session).execute(
        "UPDATE erasure SET confirmed=?, receipt=?, files='[[],[]]' WHERE space=? AND record=?",
        (at, receipt, space, record),
    )


def places(session: Session, space: str, records: Collection[str]) -> list[int]:
    """Return where the log of a space has stubs of these records."""
    marks = f"type NOT IN {_MARKED}"
    query = f"SELECT seq FROM op WHERE space=:space AND seq IS NOT NULL AND {marks} AND record IN"
    found = rows.find(session, f"{query} (SELECT value FROM json_each(:records))", space=space, records=list(records))
    return sorted(seq for (seq,) in found)


def withdraw(session: Session, space: str, record: str) -> None:
    """The endpoint did not take the order: what others have of the record comes back when the space is read again.

    Own operations that were refused with it say nothing any more, so no later edit has anything of theirs to carry.
    """
    rows.find(session, "DELETE FROM erasure WHERE space=:space AND record=:record", space=space, record=record)
    rows.find(session, _SETTLE, space=space, record=record)
    _put_withdrawn(session, [*withdrawn(session), (space, record)])


def withdrawn(session: Session) -> list[tuple[str, str]]:
    """Return (space, record) of orders that were not taken, and that the ledger beside the database may still name."""
    return [(space, record) for space, record in json.loads(facts.text(session, _WITHDRAWN) or "[]")]


def note_unnamed(session: Session, done: Collection[tuple[str, str]]) -> None:
    """The ledger beside the database names none of these any more."""
    if done:
        _put_withdrawn(session, [each for each in withdrawn(session) if each not in done])


def _forget(session: Session, _ended: SessionTransaction) -> None:
    """What is read in the next transaction, or after a savepoint was rolled back, may be something else."""
    session.info.pop(_NAMED, None)


event.listen(Session, "after_transaction_end", _forget)


def _put_withdrawn(session: Session, lines: list[tuple[str, str]]) -> None:
    facts.put(session, **{_WITHDRAWN: json.dumps(lines) if lines else ""})
