"""Raising the visibility of a record, an act of its own that makes a counterpart in a wider space; and lowering it.

The counterpart's id follows from its source and the space, so that publishing again updates it.
Only the source's side knows of the link; nothing wider refers back into a narrower space (store.links).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.protocol import ALLIANCE
from wimdesk.store import erasures, history, identity, journal
from wimdesk.store.journal import SAMPLE
from wimdesk.store.record import Record, Scope, Values, default, fields

T = TypeVar("T", bound=Record)
_LEFT_OUT = frozenset({"counterpart_id"})
_WIDER: tuple[Scope, ...] = ("shared", "alliance")


def copy_id(session: Session, record_id: str, scope: Scope) -> str:
    """Return the id of the copy of a record in a wider space, whether it was made yet or not.

    Where a copy was erased, the next one is a new record.
    """
    return erasures.living_id(session, "publish", record_id, scope)


def seen(session: Session, cls: type[T]) -> list[T]:
    """Return the records of a type that show here: samples while the app is tried, and each record once.

    What the Alliance has hides where it came from, unless that says something more (`unsaid`).
    """
    query = select(cls).where(cls.deleted.is_(False))
    if not identity.read(session).sample:
        query = query.where(cls.space != SAMPLE)
    found = list(session.scalars(query))
    ids = {each.id for each in found}
    return [
        each
        for each in found
        if each.space == ALLIANCE or copy_id(session, each.id, "alliance") not in ids or unsaid(session, each)
    ]


def unsaid(session: Session, source: Record, scope: Scope = "alliance") -> frozenset[str]:
    """Return the fields of a source that say what its copy never said; none where there is no copy.

    Somebody wrote that on another computer, with no network, while the record was shared on this one.
    """
    copy = session.get(type(source), copy_id(session, source.id, scope))
    if copy is None or copy.deleted:
        return frozenset()
    ours, known = _outward(source), fields(type(source))
    other = [
        name
        for name, value in ours.items()
        if value not in (getattr(copy, name), default(known[name]))  # an empty field is never told of
        and not (known[name]["kind"] == "link" and getattr(copy, name) == copy_id(session, str(value), scope))
    ]
    if not other:
        return frozenset()
    steps = history.history(session, copy.id)
    return frozenset(name for name in other if steps and all(step.values.get(name) != ours[name] for step in steps))


def share_rest(session: Session, type_name: str, record_id: str, scope: Scope, *, but: Collection[str] = ()) -> str:
    """Share a record, `but` these fields; where its copy is there, what that never said, and nothing over its edits."""
    source = history.fetch(session, type_name, record_id)
    copy = session.get(type(source), copy_id(session, record_id, scope))
    known = fields(type(source)).keys() if copy is None or copy.deleted else unsaid(session, source, scope)
    return publish(session, type_name, record_id, scope, [name for name in known if name not in but])


def _outward(source: Record) -> Values:
    """A field that must not go out as it is may be made so by one that does not go out at all."""
    values = type(source).outward({name: getattr(source, name) for name in fields(type(source))})
    return {name: value for name, value in values.items() if name not in _LEFT_OUT}


def publish(session: Session, type_name: str, record_id: str, scope: Scope, only: Collection[str] | None = None) -> str:
    """Share a record, or `only` these fields of it, with the Secretariat ("shared") or the whole Alliance; return the
    counterpart's id."""
    source = history.fetch(session, type_name, record_id)
    author = journal.scribe_of(session).author
    space = author.spaces[scope]
    if source.space == space:
        return source.id
    values = {name: value for name, value in _outward(source).items() if only is None or name in only}
    if "state" in values and type_name == "library_item":
        values["state"] = "submitted" if scope == "shared" else "published"
    counterpart_id = copy_id(session, record_id, scope)
    found = session.get(type(source), counterpart_id)
    if found is None:
        session.add(type(source)(id=counterpart_id, space=space, **values))
    else:
        for name, value in (values | {"deleted": False}).items():
            setattr(found, name, value)
    _mark_source(source, values, counterpart_id)
    session.flush()
    return counterpart_id


def retract(session: Session, type_name: str, record_id: str) -> list[str]:
    """Take back our copies of a record in wider spaces, and the copies of these; return their ids.

    They leave every computer with its next sync. The record itself stays and may be shared again. Others' copies stay.
    """
    source = history.fetch(session, type_name, record_id)
    mine = journal.scribe_of(session).author.organisation
    taken: list[str] = []
    for scope in _WIDER:
        copy = session.get(type(source), copy_id(session, record_id, scope))
        if copy is None or copy.deleted or copy.id == record_id:
            continue
        if copy.owner == mine:
            copy.deleted = True
            taken.append(copy.id)
        taken += retract(session, type_name, copy.id)
    session.flush()
    return taken


def _mark_source(source: Record, values: dict[str, object], counterpart_id: str) -> None:
    known = fields(type(source))
    if "counterpart_id" in known and source.space != "alliance":
        source.counterpart_id = counterpart_id  # type: ignore[attr-defined]  # a field of some types
    if "state" in values:
        source.state = values["state"]  # type: ignore[attr-defined]  # a field of some types
