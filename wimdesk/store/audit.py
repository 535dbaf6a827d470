"""Whether anybody changed the record of who did what by hand: a chain of hashes over the journal.

Each link seals some rows of the journal: of each its place, a hash of what it is about and a hash of what it says. The
contents themselves are not in it: they may be erased, and the link still holds. The hash of what a row says takes a
secret of its own, which goes when it is erased: then nobody can try out names until one fits. A row that was emptied
without anybody's order is found too. What a person does here is sealed in
the same transaction, what comes from others with the next of those. A link's hash continues the one before it, so a row
that was changed, taken out or put in is found, and named.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from sync.erasures import ERASE
from wimdesk import clock
from wimdesk.store import journal, rows, signers, tables

Kind = Literal["changed", "emptied", "missing", "added", "chain"]
_BYTES = _SECRET = 16
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
            secrets = [os.urandom(_SECRET) for _row in found]
            kept = [{"pos": row.pos, "key": key} for row, key in zip(found, secrets, strict=True)]
            rows.add(session, tables.secret, kept, "ON CONFLICT DO UPDATE SET key=excluded.key")
            hashes = [(row.pos, _about(row), _said(row, key)) for row, key in zip(found, secrets, strict=True)]
            pos, upto, link = _add(session, pos + 1, found[-1].pos, hashes, link)
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
    rows.driver(session).execute("DELETE FROM secret")
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
    secret = tables.secret.c
    query = select(tables.op, secret.key).outerjoin(tables.secret, secret.pos == tables.op.c.pos)
    here = {row.pos: row for row in session.execute(query.where(tables.op.c.pos.in_(places)))}
    wrong, erased = [], 0
    for place, about, said in entries:
        row = here.get(place)
        if row is None:
            wrong.append(Finding("missing", place))
            continue
        is_empty = not row.payload and not row.before
        if _about(row) != about:
            wrong.append(_named("changed", row))
        elif row.key is not None and _said(row, row.key) == said:
            erased += is_empty
        elif is_empty and _is_ordered(session, row):
            erased += 1
        else:
            wrong.append(_named("emptied" if is_empty else "changed", row))
    return wrong, erased


def _is_ordered(session: Session, row: Row[Any]) -> bool:
    """Say whether there is an order to erase the record, signed by somebody who is believed here."""
    op = tables.op.c
    query = select(tables.op).where(op.record == row.record, op.space == row.space, op.type == ERASE)
    return any(signers.is_signed(session, journal.op_of(order)) for order in session.execute(query))


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


def _about(row: _Sealed | Row[Any]) -> bytes:
    return _hash(_pack((row.type, row.record, row.fields, row.act)))


def _said(row: _Sealed | Row[Any], secret: bytes) -> bytes:
    return hmac.digest(secret, _pack((row.payload, row.before or b"")), "sha256")[:_BYTES]


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
