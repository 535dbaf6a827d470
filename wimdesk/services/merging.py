"""Two records of one person become one: field by field as somebody chose, with all that hangs on either.

The elder record (the one with the smaller id) always stays, wherever the merge is made: so two computers that merge the
same pair at the same time keep the same record and remove the same, and only what they chose differently is asked.
The other one says in which it went on; what still points to it afterwards, from a computer that did not know yet, is
moved after the next sync (`settle`). All of it is one act, and undo restores both with all their links.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from wimdesk.errors import UserError
from wimdesk.i18n import _
from wimdesk.records import ContactDetail, CustomValue, Person
from wimdesk.services import cells, custom_fields, editing, timeline
from wimdesk.services.erasing import LOOSE
from wimdesk.services.likeness import e164
from wimdesk.store import history, identity, journal
from wimdesk.store.record import Info, Record, fields, types

TYPE = Person.__tablename__
OURS = frozenset({"merged_into"})
_DEEPEST = 50


@dataclass(frozen=True, slots=True)
class Choice:
    """A field in which two people differ; `proposed` is what the merged one gets unless somebody chooses."""

    field: str
    label: str
    first: object
    second: object
    proposed: object
    first_text: str
    second_text: str
    proposed_text: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two people side by side: the first one stays. `links` say how many records of each kind hang on the second."""

    first: str
    second: str
    choices: tuple[Choice, ...]
    links: tuple[tuple[str, int], ...]


def compare(session: Session, one: str, other: str) -> Comparison:
    """Return in which fields two people differ, and what hangs on the one that goes. Raises as `merge` does."""
    first, second = _pair(session, one, other)
    choices = []
    for name, info in fields(Person).items():
        mine, theirs = getattr(first, name), getattr(second, name)
        if name not in OURS and mine != theirs:
            values = mine, theirs, _proposed(name, info, mine, theirs)
            texts = [timeline.value_text(session, name, info, value) for value in values]
            choices.append(Choice(name, _(info["label"]), *values, *texts))
    choices += _own_choices(session, first.id, second.id)
    counts = []
    for cls, where in _links():
        count = len(list(session.scalars(select(cls.id).where(where == second.id, cls.deleted.is_(False)))))
        if count:
            counts.append((_(cls.type_label_many), count))
    return Comparison(first.id, second.id, tuple(choices), tuple(counts))


def merge(session: Session, one: str, other: str, chosen: Mapping[str, object] | None = None) -> int:
    """Merge two people into the elder record; fields that nobody chose get what `compare` proposes. Return the act.

    Raises UserError where they are one record or one is in the trash, NotFound where one is not here.
    """
    first, second = _pair(session, one, other)
    values = {each.field: each.proposed for each in compare(session, one, other).choices} | dict(chosen or {})
    own = {name: str(values.pop(name)) for name in list(values) if name.startswith(custom_fields.PREFIX)}
    if values:
        editing.change(session, TYPE, first.id, values)
    second.merged_into, second.deleted = first.id, True
    session.flush()
    _move(session, second.id, first.id)
    session.flush()
    if own:  # what was chosen stands behind what was proposed, whether it is named by id or by label
        custom_fields.put(session, TYPE, first.id, custom_fields.named(session, TYPE, own))
        session.flush()
    return journal.scribe_of(session).act


def _own_choices(session: Session, first: str, second: str) -> Iterator[Choice]:
    """Yield the own fields in which both say something, and not the same; what only one says comes along anyway."""
    known, mine = custom_fields.of_record(session, TYPE, first)
    theirs = custom_fields.values(session, TYPE, [second]).get(second, {})
    for each in known:
        one, other = mine.get(each.id, ""), theirs.get(each.id, "")
        if one and other and one != other:
            texts = custom_fields.shown(each, one), custom_fields.shown(each, other)
            yield Choice(each.key, each.label, one, other, one, *texts, texts[0])


def _pair(session: Session, one: str, other: str) -> tuple[Person, Person]:
    if one == other:
        raise UserError(_("This is one person only. Nothing was changed. Choose two."))
    found = [history.fetch(session, TYPE, record) for record in sorted((one, other))]
    first, second = found
    if not isinstance(first, Person) or not isinstance(second, Person) or first.deleted or second.deleted:
        raise UserError(_("One of these people is in the trash. Nothing was changed. Take it out first."))
    if first.space != second.space or first.owner != second.owner:
        raise UserError(_("These people belong to different organisations. Nothing was changed."))
    return first, second


def _proposed(name: str, info: Info, mine: object, theirs: object) -> object:
    if isinstance(mine, list) and isinstance(theirs, list):
        return list(dict.fromkeys([*mine, *theirs]))
    if info["kind"] == "long_text" and mine and theirs:
        return f"{mine}\n{theirs}"
    if name == "given_name" and len(str(theirs)) > len(str(mine).rstrip(".")) < 2:
        return theirs  # an initial gives way to the name
    return theirs if cells.is_blank(info, mine) else mine


# ------------------------------------------------------------------- what hangs on a person


def _links() -> Iterator[tuple[type[Record], InstrumentedAttribute[str]]]:
    """Yield each field of any type in which the id of a person stands."""
    for cls in types().values():
        for name, info in fields(cls).items():
            if info.get("link") == TYPE and not (cls is Person and name in OURS):
                yield cls, getattr(cls, name)
    yield from LOOSE


def _move(session: Session, gone: str, stays: str) -> int:
    """Hang everything of one person on another; what both have alike goes to the trash. Return how many moved."""
    moved = 0
    country = _country(session, stays)
    mine = list(session.scalars(select(ContactDetail).where(ContactDetail.person_id == stays)))
    kept = {_way(each, country): each for each in mine if not each.deleted}
    first = {each.type for each in kept.values() if each.preferred}
    own = select(CustomValue.field_id).where(CustomValue.person_id == stays, CustomValue.value != "")
    filled = set(session.scalars(own.where(CustomValue.deleted.is_(False))))
    for cls, where in _links():
        for record in session.scalars(select(cls).where(where == gone)).all():
            moved += 1
            if isinstance(record, ContactDetail) and not record.deleted:
                if _way(record, country) in kept:
                    record.deleted = True
                elif record.preferred and record.type in first:
                    record.preferred = False
            elif isinstance(record, CustomValue) and record.field_id in filled:
                record.deleted = True  # what stays says it already
            setattr(record, str(where.key), stays)
    return moved


def _country(session: Session, person: str) -> str:
    found = session.get(Person, person)
    return found.country_code if found else ""


def _way(detail: ContactDetail, country: str) -> tuple[str, str]:
    value = detail.value.strip()
    return detail.type, e164(value, country) if detail.type == "phone" else value.lower()


# ------------------------------------------------------------------- after a sync


def has_strays(session: Session) -> bool:
    """Say whether anything still hangs on a person who went on in another record, and we may move it."""
    if identity.read(session).role == "reader":
        return False
    gone = _went_on(session)
    return bool(gone) and any(
        session.scalar(select(cls.id).where(where.in_(gone)).limit(1)) is not None for cls, where in _links()
    )


def settle(session: Session) -> bool:
    """Move what hangs on people who went on in another record; say whether anything was moved."""
    gone = _went_on(session)
    moved = sum(_move(session, record, stays) for record, stays in gone.items())
    return bool(moved)


def _went_on(session: Session) -> dict[str, str]:
    """Return who went on in which record that is there; always an elder one, so that nothing goes round in circles."""
    query = select(Person.id, Person.merged_into).where(Person.merged_into != "", Person.deleted)
    into = {record: stays for record, stays in session.execute(query) if stays < record}
    found: dict[str, str] = {}
    for record in into:
        stays = record
        for _step in range(_DEEPEST):
            if stays not in into:
                break
            stays = into[stays]
        last = session.get(Person, stays)
        if last is not None and not last.deleted and stays != record:
            found[record] = stays
    return found
