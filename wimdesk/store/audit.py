"""Whether anybody changed the record of who did what by hand: a chain of hashes over the journal.

Each link seals some rows of the journal: of each its place, a hash of what it is about and a hash of what it says. The
contents themselves are not in it: they may be erased, and the link still holds. What a person does here is sealed in
the same transaction, what comes from others with the next of those. A link's hash continues the one before it, so a row
that was changed, taken out or put in is found, and named.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from wimdesk import clock
from wimdesk.store import journal, rows, tables

Kind = Literal["changed", "missing", "added", "chain"]
_BYTES = 16
_SOME = 500
"""Rows that are sealed along with what a person does: after a large sync the next saves take a part each."""
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(list[tuple[int, bytes, bytes]]).decode
_NEXT = """SELECT pos, type, record, fields, payload, before, act FROM op
WHERE pos>:after AND space<>:sample ORDER BY pos LIMIT :most"""
"""A sample leaves nothing behind."""
_LAST = "SELECT pos, upto, link FROM audit ORDER BY pos DESC LIMIT 1"


class _Sealed(NamedTuple):
    """What is sealed of one row of the journal."""

    pos: int
    type: str
    record: str
    fields: object
    payload: bytes
    before: bytes | None
    act: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was sealed: a row of the journal by its place, or a link of the chain."""

    kind: Kind
    place: int
    type: str = ""
    record: str = ""
    at: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look at the whole chain found: rows and links read, rows whose contents were erased, and what is wrong."""

    rows: int
    links: int
    erased: int
    begun_again: tuple[str, ...]
    """When the chain was begun again, because all rows were read anew or got the names of another organisation."""
    findings: tuple[Finding, ...]


def follow(session: Session, _touched: dict[str, set[str]]) -> None:
    """Seal what a person did, within its transaction, and some of what came before it."""
    if journal.scribe_of(session).drafts:
        seal(session, _SOME)


def seal(session: Session, most: int = -1) -> int:
    """Seal rows that are not sealed yet (all, where `most` is not given); return how many."""
    pos, upto, link = _last(session)
    sealed = 0
    while sealed < most or most < 0:
        wanted = min(_SOME, most - sealed) if most >= 0 else _SOME
        found = _rows(session, upto, wanted)
        if found:
            pos, upto, link = _add(session, pos + 1, found[-1].pos, [_hashes(row) for row in found], link)
            sealed += len(found)
        if len(found) < wanted:
            break
    return sealed


def begin_again(session: Session) -> None:
    """Begin the chain anew behind its last link: rows were given other names or places by the program itself.

    That this happened, and when, stays in the chain.
    """
    pos, _upto, link = _last(session)
    rows.driver(session).execute("UPDATE audit SET entries=x'', void=1 WHERE NOT void")
    if pos:
        _add(session, pos + 1, 0, [], link)


def verify(session: Session) -> Verdict:
    """Read the whole chain and every row of the journal that it seals."""
    findings: list[Finding] = []
    begun, known, links, erased = [], set[int](), 0, 0
    before = b""
    for one in session.execute(select(tables.audit).order_by(tables.audit.c.pos)):
        links += 1
        altered = not one.void and one.content != _content(one.entries)
        if altered or one.link != _link(before, one.upto, one.at, one.content):
            findings.append(Finding("chain", one.pos, at=one.at))
        before = one.link
        if not one.upto:
            begun.append(one.at)
        if not one.void:
            entries = _unpack(one.entries) if one.entries else []
            known |= {place for place, *_hash in entries}
            wrong, gone = _compare(session, entries)
            findings += wrong
            erased += gone
    findings += _added(session, known)
    return Verdict(len(known), links, erased, tuple(begun), tuple(findings))


def _compare(session: Session, entries: Sequence[tuple[int, bytes, bytes]]) -> tuple[list[Finding], int]:
    """Return what is wrong with the rows of one link, and of how many the contents were erased."""
    places = [place for place, *_hash in entries]
    here = {row.pos: row for row in session.execute(select(tables.op).where(tables.op.c.pos.in_(places)))}
    wrong, erased = [], 0
    for place, about, said in entries:
        row = here.get(place)
        if row is None:
            wrong.append(Finding("missing", place))
        elif _about(row) != about:
            wrong.append(_named("changed", row))
        elif not row.payload and not row.before:
            erased += 1
        elif _said(row) != said:
            wrong.append(_named("changed", row))
    return wrong, erased


def _added(session: Session, known: set[int]) -> Iterator[Finding]:
    """Yield rows below the last sealed place that nobody sealed."""
    last = _last(session)[1]
    real = (tables.op.c.pos <= last, tables.op.c.space != journal.SAMPLE)
    for place in session.scalars(select(tables.op.c.pos).where(*real)):
        if place not in known:
            yield _named("added", session.execute(select(tables.op).where(tables.op.c.pos == place)).one())


def _named(kind: Kind, row: Row[Any]) -> Finding:
    payload = journal.unpack_payload(row.payload)
    return Finding(kind, row.pos, row.type, row.record, payload.at, payload.by)


def _rows(session: Session, after: int, most: int) -> list[_Sealed]:
    found = rows.find(session, _NEXT, after=after, most=most, sample=journal.SAMPLE)
    return [_Sealed(pos, kind, record, rows.of_json(names), *rest) for pos, kind, record, names, *rest in found]


def _hashes(row: _Sealed) -> tuple[int, bytes, bytes]:
    return row.pos, _about(row), _said(row)


def _about(row: _Sealed | Row[Any]) -> bytes:
    return _hash(_pack((row.type, row.record, row.fields, row.act)))


def _said(row: _Sealed | Row[Any]) -> bytes:
    return _hash(_pack((row.payload, row.before or b"")))


def _hash(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()[:_BYTES]


def _content(entries: bytes) -> bytes:
    return hashlib.sha256(entries).digest()


def _link(before: bytes, upto: int, at: str, content: bytes) -> bytes:
    return hashlib.sha256(before + _pack((upto, at)) + content).digest()


def _last(session: Session) -> tuple[int, int, bytes]:
    """Return number, last sealed place and hash of the last link."""
    return next((tuple(found) for found in rows.find(session, _LAST)), (0, 0, b""))


def _add(
    session: Session, pos: int, upto: int, entries: Iterable[tuple[int, bytes, bytes]], before: bytes
) -> tuple[int, int, bytes]:
    packed, at = _pack(list(entries)), clock.now()
    content = _content(packed)
    link = _link(before, upto, at, content)
    row = {"pos": pos, "upto": upto, "at": at, "entries": packed, "content": content, "void": False, "link": link}
    rows.add(session, tables.audit, [row])
    return pos, upto, link
