"""What somebody elsewhere removed and what is too much to let go unasked: in words, and the two answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from sync.merge import DELETED
from sync.protocol import ALLIANCE, COMMITTEE, ROLES, private_space, shared_space
from wimdesk.i18n import _, ngettext
from wimdesk.services import computers
from wimdesk.store import facts, history, inbox, journal, spared, tables
from wimdesk.store.record import Record, types

_NAMES = 8
_CHUNK = 500
_MOST_AUTHORS = 3


@dataclass(frozen=True, slots=True)
class Removal:
    """Records of one space that others removed, and that still show here. `kinds`: (type's label, how many)."""

    space: str
    count: int
    title: str
    kinds: tuple[tuple[str, int], ...]
    authors: tuple[str, ...]
    names: tuple[str, ...]
    not_ours: int
    """How many of them this computer may not put back."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How many records were put back, and how many went to the trash because they are others'."""

    back: int
    gone: int


def questions(session: Session) -> list[Removal]:
    """Return what waits for an answer, by space, in the reader's language."""
    by_space = groupby(spared.asked(session), attrgetter("space"))
    return [_question(session, space, list(found)) for space, found in by_space]


def count(session: Session) -> int:
    """Return how many records wait for an answer."""
    return len(spared.asked(session))


def is_many(session: Session, removed: int) -> bool:
    """Say whether somebody removed so many records here that others will be asked first (store.spared)."""
    return removed > spared.FEW and removed > spared.limit(spared.held(session) + removed)


def remove(session: Session, space: str) -> int:
    """Agree: the records of the space go to the trash; return how many."""
    return spared.remove(session, space)


def keep(session: Session, space: str) -> Kept:
    """Put the records of the space back, as one act that can be undone; others' go to the trash."""
    found = spared.asked(session, space)
    spared.remove(session, space)  # so that it is an edit like any other: what was before is known
    is_ours, back = _writable(session), 0
    for each in found:
        record = history.fetch(session, each.type, each.record)
        if record.deleted and is_ours(record):
            journal.force(session, record, {DELETED: False})
            back += 1
    session.flush()
    return Kept(back, len(found) - back)


def _writable(session: Session) -> Callable[[Record], bool]:
    """Return what says whether the endpoint would take an edit of a record from this computer (protocol.ROLES)."""
    known = facts.everything(session)
    role, own = ROLES.get(str(known.get("role") or "")), str(known.get("organisation") or "")
    kinds = {ALLIANCE: "alliance", COMMITTEE: "committee", private_space(own): "private", shared_space(own): "shared"}

    def may(record: Record) -> bool:
        kind = kinds.get(record.space, "every_shared")
        return role is None or kind in role.writes_any or (kind in role.writes_own and record.owner == own)

    return may


def _question(session: Session, space: str, found: list[spared.Asked]) -> Removal:
    records, is_ours = _records(session, found), _writable(session)
    kinds = Counter(_(type(record).type_label_many) for record in records)
    words = ngettext("{count} record was removed elsewhere", "{count} records were removed elsewhere", len(found))
    return Removal(
        space=space,
        count=len(found),
        title=words.format(count=len(found)),
        kinds=tuple(kinds.most_common()),
        authors=tuple(_authors(session, [each.record for each in found])),
        names=tuple(record.caption() for record in records if record.caption() != record.id)[:_NAMES],
        not_ours=sum(not is_ours(record) for record in records),
    )


def _records(session: Session, found: list[spared.Asked]) -> list[Record]:
    rows: list[Record] = []
    for type_name, group in groupby(found, attrgetter("type")):
        cls, ids = types()[type_name], [each.record for each in group]
        for at in range(0, len(ids), _CHUNK):
            rows += session.scalars(select(cls).where(cls.id.in_(ids[at : at + _CHUNK])))
    return rows


def _authors(session: Session, records: list[str]) -> list[str]:
    """Return who removed these: the person's name, and that of the computer where it is known here."""
    removals: dict[str, Any] = {}
    op = tables.op.c
    columns = select(op.record, op.device, op.fields, op.payload).where(op.seq.is_not(None)).order_by(op.seq)
    for at in range(0, len(records), _CHUNK):
        for row in session.execute(columns.where(op.record.in_(records[at : at + _CHUNK]))):
            if DELETED in row.fields:
                removals[row.record] = row
    names = {each.id: each.name for each in computers.every(session)}
    found = Counter(_author(row, names) for row in removals.values())
    return [name for name, _count in found.most_common(_MOST_AUTHORS)]


def _author(row: Row[Any], names: dict[str, str]) -> str:
    person = journal.unpack_payload(row.payload).by or _("Somebody")
    computer = names.get(inbox.text_of(row.device), "")
    if computer:
        return _("{person}, on the computer “{computer}”").format(person=person, computer=computer)
    return _("{person}, on another computer").format(person=person)
