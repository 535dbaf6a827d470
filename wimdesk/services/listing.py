"""Long lists: the ids in order, then the rows of one screenful at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from wimdesk.services import editing

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
    """A record by its words; `type_label` is in the reader's language, `opens` what shows it (an id)."""

    id: str
    type: str
    type_label: str
    caption: str
    opens: str = ""
