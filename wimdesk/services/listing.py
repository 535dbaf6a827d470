"""Long lists: the ids in order, then the rows of one screenful at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from wimdesk.i18n import _
from wimdesk.services import editing, handover

Row = dict[str, object]


def ids(
    session: Session,
    type_name: str,
    where: Mapping[str, object] | None = None,
    order: Sequence[str] = (),
    deleted: bool = False,
) -> list[str]:
    """Return the ids of a type in order; a field with a leading minus sorts downwards."""
    cls = editing.type_of(type_name)
    query = select(cls.id).where(cls.deleted.is_(deleted))
    for name, value in (where or {}).items():
        query = query.where(getattr(cls, name) == value)
    for name in order:
        column = getattr(cls, name.removeprefix("-"))
        query = query.order_by(column.desc() if name.startswith("-") else column)
    return list(session.scalars(query.order_by(cls.created_at, cls.id)))


def page(session: Session, type_name: str, wanted: Sequence[str]) -> dict[str, Row]:
    """Return plain rows by id, with the record's caption under "caption"; what is gone is left out."""
    cls = editing.type_of(type_name)
    found = session.scalars(select(cls).where(cls.id.in_(wanted)))
    return {record.id: editing.plain(record) | {"caption": record.caption()} for record in found}


@dataclass(frozen=True, slots=True)
class Found:
    """A record by its words; `type_label` is in the reader's language."""

    id: str
    type: str
    type_label: str
    caption: str


def captions(session: Session, hits: Sequence[tuple[str, str]]) -> list[Found]:
    """Return the words of (type, id) pairs in the same order; what is gone is left out.

    Of a submission only the record under which it is listed is shown, and none that others have not sent.
    """
    listed: set[str] = set()
    if any(type_name == "submission" for type_name, _record in hits):
        listed = {each.id for each in handover.kept(session)}
    found = []
    for type_name, record_id in hits:
        if type_name == "submission" and record_id not in listed:
            continue
        cls = editing.type_of(type_name)
        record = session.get(cls, record_id)
        if record is not None and not record.deleted:
            found.append(Found(record_id, type_name, _(cls.type_label), record.caption()))
    return found
