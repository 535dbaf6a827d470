"""Erasing a person, or any record, wherever it is: what goes along, what the law keeps, who has confirmed.

The database is emptied with the order itself. What is left then is swept: the write-ahead log, the search index,
files of attachments, backups and what was put aside. Only after that this computer says that it has nothing any more.
"""

from __future__ import annotations

import contextlib
import json
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlcipher3 import dbapi2

from sync.erasures import ERASED
from sync.protocol import ROLES, SHIPPED_OWNER
from wimdesk import search
from wimdesk.errors import ProfileBusy, UserError, WimdeskError
from wimdesk.i18n import N_, _
from wimdesk.records import Attachment, Task
from wimdesk.services import computers, publishing
from wimdesk.store import backup, durable, erasures, facts, file_texts, history, identity, journal, rows, tables
from wimdesk.store.contents import Contents
from wimdesk.store.engine import Store, connect, unwritable
from wimdesk.store.keys import QUARANTINE
from wimdesk.store.record import Record, Scope, fields, types

STILL_READ = N_(
    "It is erased, but something reads your data just now, so that traces of it are still in a file here. "
    "WIMDesk removes them at the next sync or start."
)
LEDGER = "erased.json"
KEPT_BY_LAW = frozenset({"payment", "receipt"})
"""What an order to erase a person leaves until its time is over: accounts (GDPR Art. 17(3)(b))."""
_BELONGS_TO = frozenset({"membership", "payment", "attendance"})
"""Types of which what refers to them is about the same person."""
LOOSE: tuple[tuple[type[Record], InstrumentedAttribute[str]], ...] = (
    (Attachment, Attachment.part_of),
    (Task, Task.about),
)
"""What belongs to a record of any type by a field that is no link: files, and what is to be done about it."""
_WIDER: tuple[Scope, ...] = ("shared", "alliance")
_MERGED_PAGES = 500
_TRIES = 20
_PATIENCE, _PAUSE = 200, 0.1
"""Milliseconds that one try waits, in which nobody can save, and seconds between two of them, in which they can."""
log = logging.getLogger(__name__)
Key = tuple[str, str]
"""Type and id."""


@dataclass(frozen=True, slots=True)
class Part:
    """One record that an order would erase, or that the law keeps."""

    type: str
    id: str
    caption: str
    space: str
    kept: bool


@dataclass(frozen=True, slots=True)
class Witness:
    """A computer of the organisation, or the Secretariat's endpoint, and when it confirmed ("" while it did not)."""

    name: str
    at: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an erasure stands. It says nothing of who it was about: that is gone."""

    record: str
    type: str
    at: str
    by: str
    witnesses: tuple[Witness, ...]
    others: int
    """How many computers of other organisations have confirmed."""

    @property
    def is_done(self) -> bool:
        """Whether everybody who has to has confirmed."""
        return all(witness.at for witness in self.witnesses)


def may_erase(session: Session) -> bool:
    """Say whether the role of this computer may order that a record be erased."""
    role = ROLES.get(facts.text(session, "role"))
    return role is not None and role.erases


def scope(session: Session, type_name: str, record: str, *, everything: bool = False) -> list[Part]:
    """Return what an order would erase: the record, what is about the same person, files, tasks and shared copies.

    `everything`: also what the law asks to keep. Raises NotFound.
    """
    found: dict[Key, Part] = {}
    for row in _reach(session, history.fetch(session, type_name, record)):
        kept = row.__tablename__ in KEPT_BY_LAW and not everything
        found.setdefault((row.__tablename__, row.id), Part(row.__tablename__, row.id, row.caption(), row.space, kept))
    return list(found.values())


def _reach(session: Session, first: Record) -> Iterator[Record]:
    seen: set[Key] = set()
    left = [first]
    while left:
        row = left.pop(0)
        if (row.__tablename__, row.id) in seen:
            continue
        seen.add((row.__tablename__, row.id))
        yield row
        left += _about(session, row)
        for cls, where in LOOSE:
            left += session.scalars(select(cls).where(where == row.id))
        copies = (session.get(type(row), publishing.copy_id(session, row.id, scope)) for scope in _WIDER)
        left += [copy for copy in copies if copy is not None and copy.owner == row.owner]


def _about(session: Session, row: Record) -> list[Record]:
    """Return the records that are about the same person as this one, because they refer to it."""
    kind = row.__tablename__
    found: list[Record] = []
    for cls in types().values():
        for name, info in fields(cls).items():
            if info.get("link") == kind and (info.get("personal") or kind in _BELONGS_TO):
                found += session.scalars(select(cls).where(getattr(cls, name) == row.id)).all()
    return found


def erase(session: Session, type_name: str, record: str, *, everything: bool = False) -> list[Part]:
    """Erase a record and what goes along, here and by order everywhere; return that. It can't be undone.

    Raises UserError where this computer's role may not, or the record is another's; NotFound.
    """
    if not may_erase(session):
        raise UserError(_("This computer may not erase records. Nothing was erased. Ask a coordinator."))
    row = history.fetch(session, type_name, record)
    mine = journal.scribe_of(session).author.organisation
    if row.owner == SHIPPED_OWNER or (row.owner != mine and facts.text(session, "role") != "secretariat"):
        raise UserError(_("This belongs to another organisation. Nothing was erased. Ask them, or the Secretariat."))
    done = []
    for part in scope(session, type_name, record, everything=everything):
        found = session.get(types()[part.type], part.id)
        if not part.kept and found is not None and found.owner == row.owner:
            _forget(session, found)
            erasures.order(session, found)
            done.append(part)
    return done


def _forget(session: Session, gone: Record) -> None:
    """Have what only refers to a person, and is not about her, name nobody any more."""
    for cls in types().values():
        for name, info in fields(cls).items():
            if gone.__tablename__ == "person" == info.get("link") and not info.get("personal"):
                for row in session.scalars(select(cls).where(getattr(cls, name) == gone.id, cls.owner == gone.owner)):
                    setattr(row, name, "")


def standings(session: Session, limit: int = 200) -> list[Standing]:
    """Return the erasures, newest first, and who has confirmed each."""
    table = tables.erasure
    # Not what others erased of their own and what was never here: nobody here has anything to confirm.
    concerns = or_(table.c.type != "", table.c.owner == identity.read(session).organisation)
    query = select(table).where(concerns).order_by(table.c.at.desc(), table.c.record).limit(limit)
    lines = session.execute(query).all()
    ours = computers.every(session)
    enrolled = bool(facts.text(session, "server_url"))
    me, mine = facts.text(session, "device"), identity.read(session).organisation
    found = []
    for line in lines:
        receipts = _receipts(session, line.space, line.record)
        # Nobody else's word counts for a computer of ours.
        told = receipts.pop(mine, {})
        if line.swept:
            told.setdefault(me, line.at)
        witnesses = [Witness(each.name, told.pop(each.id, "")) for each in ours]
        if not ours:
            witnesses = [Witness(_("This computer"), told.pop(me, ""))]
        if enrolled and line.space != journal.SAMPLE:
            witnesses.append(Witness(_("Secretariat"), line.confirmed))
        others = len(told) + sum(map(len, receipts.values()))
        found.append(Standing(line.record, line.type, line.at, line.by, tuple(witnesses), others))
    return found


def _receipts(session: Session, space: str, record: str) -> dict[str, dict[str, str]]:
    """Return when each computer said that it has nothing any more, by its organisation and its id."""
    op = tables.op.c
    query = select(op.owner, op.payload).where(op.record == record, op.space == space, op.type == ERASED)
    found: dict[str, dict[str, str]] = {}
    for owner, payload in session.execute(query):
        receipt = journal.unpack_payload(payload)
        found.setdefault(owner, {})[receipt.by] = receipt.at
    return found


# ----------------------------------------------------------------- sweeping this computer


def is_unswept(session: Session) -> bool:
    """Say whether something erased may still be in files here, or the ledger beside them says too much."""
    return bool(erasures.unswept(session) or erasures.withdrawn(session))


def sweep(store: Store, contents: Contents, folder: Path) -> int:
    """Have nothing of what was erased in any file of this profile; return how many records that were.

    Raises DiskFull, ProfileBusy and the like; what is not done then is done at the next time.
    """
    left, void = store.read(erasures.unswept), store.read(erasures.withdrawn)
    if not (left or void):
        return 0
    ledger = store.read(erasures.ledger)
    if left:
        _forget_contents(store, contents, left)
    problem: OSError | None = None
    try:
        # Before what takes long: an older database may take the place of this one, and knows nothing of the order.
        durable.write(folder / LEDGER, json.dumps(ledger).encode())
    except OSError as error:
        problem = error  # what is erased must go all the same
    if left:
        _tidy_index(store)
        _empty_log(store)
        _rewrite_backups(folder, store.key, ledger)
        _rewrite_quarantine(folder, store.key, ledger)
    if problem is not None:
        raise unwritable(problem) from problem
    store.run(_tell, left, void)
    return len(left)


def _tell(session: Session, left: Sequence[erasures.Erasure], void: Sequence[tuple[str, str]]) -> None:
    erasures.note_unnamed(session, void)
    if not left:
        return
    role = ROLES.get(facts.text(session, "role"))
    author = journal.scribe_of(session).author
    erasures.note_swept(session, left, author.organisation, tells=role is not None and bool(role.writes_own))


def _forget_contents(store: Store, contents: Contents, left: Sequence[erasures.Erasure]) -> None:
    named = store.read(lambda session: set(session.scalars(select(Attachment.identifier))))
    for each in left:
        for digest in set(each.contents) - named:
            contents.forget(digest)
        for digest in each.carried:
            contents.part(digest).drop()


def tidy(store: Store) -> bool:
    """Have the words of what others withdrew in no index any more; say whether there was anything. Raises DiskFull."""
    if store.read(file_texts.unnamed):
        store.run(file_texts.forget_unnamed)
    if not store.read(facts.get, file_texts.UNTIDY):
        return False
    store.run(lambda session: facts.put(session, **{file_texts.UNTIDY: False}))
    _tidy_index(store)
    _empty_log(store)
    return True


def _tidy_index(store: Store) -> None:
    """Write the search index anew, a little at a time, until it holds no word that is not in a record any more."""
    for table in search.TABLES:
        step = -_MERGED_PAGES
        while store.run(_merge, table, step):
            step = _MERGED_PAGES


def _merge(session: Session, table: str, pages: int) -> bool:
    """Merge some pages (sqlite.org/fts5.html, "merge"); say whether there was anything to merge."""
    connection = rows.driver(session)
    before = connection.total_changes
    connection.execute(f"INSERT INTO {table}({table}, rank) VALUES ('merge', ?)", (pages,))
    return bool(connection.total_changes - before >= 2)


def _empty_log(store: Store) -> None:
    """Fold the write-ahead log into the file and leave none. Raises ProfileBusy where a reader is at it all the time:
    what was erased is still in it then."""
    for _try in range(_TRIES):
        connection = connect(store.path, store.key)
        try:
            connection.execute(f"PRAGMA busy_timeout={_PATIENCE}").fetchall()
            ((busy, _pages, _moved),) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            connection.close()
        if not busy:
            return
        time.sleep(_PAUSE)
    raise ProfileBusy(_(STILL_READ))


def _rewrite_backups(folder: Path, key: bytes, ledger: Sequence[tuple[str, str, str]]) -> None:
    for copy in backup.every(folder / backup.FOLDER):
        backup.rewrite(copy, key, lambda connection: scrub_all(connection, ledger))


def _rewrite_quarantine(folder: Path, key: bytes, ledger: Sequence[tuple[str, str, str]]) -> None:
    """A damaged database that can be opened loses what was erased; one that can't goes: nobody can look into it."""
    for path in (folder / QUARANTINE).glob("*/*.db"):
        try:
            backup.scrub_file(path, key, lambda connection: scrub_all(connection, ledger))
        except (WimdeskError, dbapi2.Error):
            log.warning("a damaged database was removed, because something in it is erased")
            for part in path.parent.glob(f"{path.name}*"):
                with contextlib.suppress(OSError):
                    part.unlink()


def scrub_all(connection: dbapi2.Connection, ledger: Sequence[tuple[str, str, str]]) -> bool:
    """Erase all that a ledger names in an earlier database; say whether anything of it was there."""
    wanted = [
        (there, record) for space, record, _at in ledger for there in erasures.spaces_of(connection, space, record)
    ]
    if not wanted:
        return False
    connection.execute("BEGIN IMMEDIATE")
    for space, record in wanted:
        erasures.scrub(connection, space, record)
    connection.execute("COMMIT")
    there = {str(name) for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    for table in there.intersection(search.TABLES):
        connection.execute(f"INSERT INTO {table}({table}) VALUES ('optimize')")
    return True


def read_ledger(folder: Path) -> list[tuple[str, str, str]]:
    """Return the ledger beside the database; what can't be read of it is nothing."""
    try:
        found = json.loads((folder / LEDGER).read_text("utf-8"))
        return [(str(space), str(record), str(at)) for space, record, at in found]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError):
        log.warning("the ledger of what was erased can't be read")
        return []


def save_ledger(database: Path, key: bytes) -> None:
    """Write into the ledger beside a database what it names, before another takes its place. What can't be read of it
    is nothing; raises OSError where it can't be written."""
    named = read_ledger(database.parent)
    with contextlib.suppress(WimdeskError, dbapi2.Error):
        connection = connect(database, key, read_only=True)
        try:
            named += connection.execute("SELECT space, record, at FROM erasure").fetchall()
        finally:
            connection.close()
    if named:
        durable.write(database.parent / LEDGER, json.dumps(list(dict.fromkeys(named))).encode())


def apply_ledger(session: Session, lines: Sequence[tuple[str, str, str]]) -> int:
    """Erase what the ledger beside the database names and this database, put there from elsewhere, may still have."""
    return erasures.apply_ledger(session, lines)


def confirmed_at(seconds: int) -> str:
    """Return a moment as it is kept (RFC 3339, UTC)."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
