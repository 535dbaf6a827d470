"""One act on many records of a type: what takes it back takes back all of it.

A thousand objects at a time, so that ten thousand records need no more memory than one thousand do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from wimdesk.errors import RuleBroken, UserError
from wimdesk.i18n import _
from wimdesk.records import ContactDetail
from wimdesk.services import editing
from wimdesk.store import journal, tables
from wimdesk.store.record import Record, Values, fields, fits

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Done:
    """How many records changed, and the act to undo; 0 where nothing was changed."""

    changed: int
    act: int


def add_tag(session: Session, type_name: str, ids: Sequence[str], tag: str, field: str = "tags") -> Done:
    """Put a tag on records that do not have it."""
    word = _word(tag)

    def new(record: Record) -> Values:
        before: list[str] = getattr(record, field)
        return {} if word in before else {field: [*before, word]}

    return _each(session, _type_with(type_name, field), ids, new)


def remove_tag(session: Session, type_name: str, ids: Sequence[str], tag: str, field: str = "tags") -> Done:
    """Take a tag from records that have it."""

    def new(record: Record) -> Values:
        before: list[str] = getattr(record, field)
        return {field: [each for each in before if each != tag]} if tag in before else {}

    return _each(session, _type_with(type_name, field), ids, new)


def set_field(session: Session, type_name: str, ids: Sequence[str], field: str, value: object) -> Done:
    """Give one field of records the same value. Raises RuleBroken for a value of the wrong kind."""
    cls = _type_with(type_name, field)
    info = fields(cls)[field]
    if not fits(info, value):
        sentence = _("{label}: this kind of value does not fit.").format(label=_(info["label"]))
        raise RuleBroken([(field, sentence)])
    return _each(session, cls, ids, lambda record: {} if getattr(record, field) == value else {field: value})


def remove(session: Session, type_name: str, ids: Sequence[str]) -> Done:
    """Move records to the trash, people with their numbers and addresses."""
    done = _each(session, editing.type_of(type_name), ids, lambda _record: {"deleted": True})
    if type_name == "person":
        for part in pieces(ids):
            details = session.scalars(select(ContactDetail.id).where(ContactDetail.person_id.in_(part)))
            _each(session, ContactDetail, list(details), lambda _record: {"deleted": True})
    return done


def tags(session: Session, type_name: str, ids: Iterable[str] | None = None, field: str = "tags") -> Mapping[str, int]:
    """Return the tags of records, or of all of the type, with how many records have each; the most common first."""
    cls = _type_with(type_name, field)
    query = select(getattr(cls, field)).where(cls.deleted.is_(False))
    parts = [query] if ids is None else [query.where(cls.id.in_(part)) for part in pieces(list(ids))]
    found = Counter(tag for part in parts for each in session.scalars(part) for tag in each)
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def tags_beside(session: Session, type_name: str, ids: Collection[str]) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Return the tags of some records, and beside them those of all of the type."""
    return tags(session, type_name, ids), tags(session, type_name)


def _word(tag: str) -> str:
    word = " ".join(tag.split())
    if not word:
        raise UserError(_("The tag has no letters. Nothing was changed. Write a word."))
    return word


def _type_with(type_name: str, field: str) -> type[Record]:
    cls = editing.type_of(type_name)
    if field not in fields(cls):
        known = ", ".join(fields(cls))
        raise UserError(
            _("{type} has no field “{field}”. Nothing was changed. Known: {known}.").format(
                type=type_name, field=field, known=known
            )
        )
    return cls


def _each(session: Session, cls: type[Record], ids: Sequence[str], new: Callable[[Record], Values]) -> Done:
    """Give each record its new values; one without any stays as it is."""
    changed = 0
    asked = set(session.scalars(select(tables.clash.c.record).where(tables.clash.c.open)))
    for part in pieces(ids):
        for record in session.scalars(select(cls).where(cls.id.in_(part), cls.deleted.is_(False))).all():
            values = new(record)
            if record.id in asked and values:
                editing.change(session, cls.__tablename__, record.id, values)  # it decides what is asked
            for name, value in values.items():
                setattr(record, name, value)
            changed += bool(values)
        # What is written is let go; the transaction goes on.
        session.flush()
        session.expunge_all()
    return Done(changed, journal.scribe_of(session).act if changed else 0)


def pieces(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Return the ids in pieces that one statement takes."""
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))
