"""Who did what: the journal as a person reads it, newest first, and whether anybody changed it by hand."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from wimdesk.i18n import _, ngettext
from wimdesk.identifiers import is_id
from wimdesk.services import computers, dates, naming, timeline
from wimdesk.store import audit, facts, journal, tables
from wimdesk.store.audit import Finding, Verdict
from wimdesk.store.journal import SAMPLE
from wimdesk.store.record import Record, fields, types

PAGE = 50


@dataclass(frozen=True, slots=True)
class Change:
    """One field in words; `before` or `after` is empty where nothing stood."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Deed:
    """What one person did to one record at one time, on one computer. `place` is that in the journal."""

    place: int
    at: str
    by: str
    device: str
    mine: bool
    type: str
    type_label: str
    record: str
    caption: str
    changes: tuple[Change, ...]
    erased: bool


def deeds(session: Session, before: int = 0, record: str = "", most: int = PAGE) -> list[Deed]:
    """Return what was done, the latest first, below a place of the journal where one is given."""
    query = select(tables.op).where(tables.op.c.space != SAMPLE)
    if before:
        query = query.where(tables.op.c.pos < before)
    if record:
        query = query.where(tables.op.c.record == record)
    found = session.execute(query.order_by(tables.op.c.pos.desc()).limit(most)).all()
    own = uuid.UUID(facts.text(session, "device")).bytes
    names = computers.names(session)
    return [_deed(session, row, own, names) for row in found]


def look(session: Session) -> Verdict:
    """Seal what is not sealed yet, and read the whole chain."""
    audit.seal(session)
    return audit.verify(session)


def sentences(verdict: Verdict) -> list[str]:
    """Return what a look at the chain found, in words."""
    if verdict.findings:
        return [_sentence(each) for each in verdict.findings]
    told = ngettext(
        "{count} change was read. Nobody has altered the record of it.",
        "{count} changes were read. Nobody has altered the record of them.",
        verdict.rows,
    )
    return [told.format(count=verdict.rows)]


def _sentence(found: Finding) -> str:
    words = {"place": found.place, "type": timeline.type_label(found.type), "by": found.by or "?"}
    when = dates.moment_text(found.at)
    match found.kind:
        case "changed":
            return _("Line {place} was altered: {type}, {when}, {by}.").format(when=when, **words)
        case "emptied":
            return _("Line {place} was emptied, and nobody ordered that it be erased: {type}.").format(**words)
        case "missing":
            return _("Line {place} was taken out.").format(**words)
        case "added":
            return _("Line {place} was put in: {type}, {when}, {by}.").format(when=when, **words)
    return _("Link {place} of the chain, of {when}, was altered.").format(when=when, **words)


def _deed(session: Session, row: Row[Any], own: bytes, names: Mapping[str, str]) -> Deed:
    payload, cls = journal.unpack_payload(row.payload), types().get(row.type)
    record = session.get(cls, row.record) if cls else None
    device, mine = str(uuid.UUID(bytes=row.device)), row.device == own
    changes = _changes(session, row, cls) if cls else ()
    label = timeline.type_label(row.type)
    caption = naming.called(session, record) if record is not None else ""
    return Deed(
        row.pos, payload.at, payload.by, names.get(device, "") or _unnamed(session, row, mine), mine,
        row.type, label, row.record, "" if caption == label else caption,
        tuple(changes), not row.payload,
    )  # fmt: skip


def _unnamed(session: Session, row: Row[Any], mine: bool) -> str:
    if mine:
        return _("This computer")
    ours = row.owner == facts.text(session, "organisation")
    return _("Another computer") if ours else _("Another organisation")


def _changes(session: Session, row: Row[Any], cls: type[Record]) -> Sequence[Change]:
    known, values = fields(cls), journal.values_of(row)
    replaced = journal.before_of(row) or _earlier(session, row, set(values))
    found = []
    for name, value in values.items():
        info = known.get(name)
        if info is not None and (info.get("secret") or (info["kind"] == "text" and is_id(str(value)))):
            continue  # nobody reads keys and ids
        label, before, after = timeline.in_words(session, known, name, replaced.get(name), value)
        if label and before != after:
            found.append(Change(label, before, after))
    return found


def _earlier(session: Session, row: Row[Any], wanted: set[str]) -> dict[str, object]:
    """Return what the operations before this one said last of these fields: what came from others names no values."""
    found: dict[str, object] = {}
    query = select(tables.op).where(tables.op.c.record == row.record, tables.op.c.pos < row.pos)
    for each in session.execute(query.order_by(tables.op.c.pos.desc())):
        values = journal.values_of(each)
        found |= {name: values[name] for name in wanted & values.keys() - found.keys()}
        if wanted <= found.keys():
            break
    return found
