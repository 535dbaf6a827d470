"""Taking back what a person did, and the trash, as the screens need them: plain values only."""

from __future__ import annotations

import secrets
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from wimdesk.i18n import _
from wimdesk.services import editing, handover, naming
from wimdesk.store import history, journal, tables
from wimdesk.store.record import Record, fields, types

_TOGETHER = timedelta(seconds=2)
_LONG_AGO = "1970-01-01T00:00:00Z"
_SHOWN = 40
_ACT_BITS = 48
"""As many as the journal gives to an act of its own."""


@dataclass(frozen=True, slots=True)
class Thrown:
    """One record in the trash; `type_label` is in the reader's language, `at` is UTC (RFC 3339)."""

    id: str
    type: str
    type_label: str
    caption: str
    by: str
    at: str


def take_back(session: Session, act: int = 0) -> tuple[int, int]:
    """Take back an act (0: the latest). Returns how many records changed, and the act that this itself is.

    Raises UserError where it has gone out to somebody who counts on it.
    """
    act = act or history.last_act(session)
    handover.check_undo(session, act)
    changed = history.undo(session, act)
    session.flush()
    return changed, journal.scribe_of(session).act if changed else 0


def take_back_named(session: Session, act: int = 0) -> tuple[int, int, str]:
    """As `take_back`, and what the act was about: kind and name of its first record as it still was."""
    act = act or history.last_act(session)
    name = _about(session, act)
    return *take_back(session, act), name


def _about(session: Session, act: int) -> str:
    query = select(tables.op.c.type, tables.op.c.record).where(tables.op.c.act == act, tables.BY_PERSON)
    row = session.execute(query.order_by(tables.op.c.pos).limit(1)).first()
    cls = types().get(row.type) if row is not None else None
    record = session.get(cls, row.record) if cls is not None and row is not None else None
    if record is None:
        return ""
    label, caption = _(record.type_label), naming.called(session, record)
    if caption == label:
        return label
    short = textwrap.shorten(caption, _SHOWN, placeholder="…")  # it stands in one line
    return _("{label}: {text}").format(label=label, text=short)


def new_act() -> int:
    """Return a number under which several saves can be one act, such as all that is typed in one visit of a field."""
    return secrets.randbits(_ACT_BITS) or 1


def change(
    session: Session, act: int, type_name: str, record_id: str, values: Mapping[str, object]
) -> editing.Problems:
    """As `editing.change`, as a part of this act: taking it back takes back all its parts."""
    journal.scribe_of(session).act = act
    return editing.change(session, type_name, record_id, values)


def restore(session: Session, type_name: str, record_id: str) -> int:
    """Take a record out of the trash, with what belongs to it and went there with it; return how many records.

    Raises NotFound.
    """
    record = history.fetch(session, type_name, record_id)
    parts = list(_gone_along(session, record)) if record.deleted else []
    for each in (record, *parts):
        each.deleted = False
    return 1 + len(parts)


def _gone_along(session: Session, record: Record) -> Iterator[Record]:
    """Yield what refers to a record and was removed in the same moment by the same person."""
    for cls in types().values():
        for name, info in fields(cls).items():
            if info.get("link") == record.__tablename__:
                linked = select(cls).where(getattr(cls, name) == record.id, cls.deleted)
                for each in session.scalars(linked.where(cls.updated_by == record.updated_by)):
                    if abs(_moment(each) - _moment(record)) <= _TOGETHER:
                        yield each


def _moment(record: Record) -> datetime:
    return datetime.fromisoformat(record.updated_at or _LONG_AGO)


def acts_after(session: Session, place: int) -> tuple[int, list[int]]:
    """Return the last place in the journal, and the acts of a person behind this place in their order."""
    last = session.scalar(select(func.max(tables.op.c.pos))) or 0
    query = select(tables.op.c.act).where(tables.op.c.pos > place, tables.BY_PERSON).order_by(tables.op.c.pos)
    return last, list(dict.fromkeys(session.scalars(query)))


def trash(session: Session) -> list[Thrown]:
    """Return what is in the trash, the latest first."""
    return [_thrown(session, each) for each in history.trash(session)]


def _thrown(session: Session, record: Record) -> Thrown:
    label, caption = _(record.type_label), naming.called(session, record)
    name = caption if caption != label else _("Without a name")
    return Thrown(record.id, record.__tablename__, label, name, record.updated_by, record.updated_at)
