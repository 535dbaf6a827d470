"""The verbs that every record type shares. Forms, the command line and imports all call these."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from wimdesk.errors import NotFound, RuleBroken
from wimdesk.i18n import N_, _, content_language
from wimdesk.identifiers import is_id
from wimdesk.records import rules
from wimdesk.store import clashes, erasures, history, journal
from wimdesk.store.record import Info, Record, Values, default, fields, fits, types

Problems = list[tuple[str, str]]
ERASED = N_("What was erased can't come back, also not from a backup.")


def type_of(type_name: str) -> type[Record]:
    """Return the class of a record type; raises NotFound with the names that exist."""
    cls = types().get(type_name)
    if cls is None:
        known = ", ".join(sorted(types()))
        raise NotFound(
            _("There is no record type “{name}”. Nothing was changed. Known: {known}.").format(
                name=type_name, known=known
            )
        )
    return cls


def add(session: Session, type_name: str, values: Mapping[str, object], record_id: str = "") -> str:
    """Make a record and return its id. Raises RuleBroken for a value of the wrong kind."""
    record = prepare(session, type_of(type_name), values, record_id)
    session.flush()
    return record.id


def prepare(session: Session, cls: type[Record], values: Mapping[str, object], record_id: str = "") -> Record:
    """Make a record that is written at the next flush. Raises RuleBroken for a value of the wrong kind."""
    _refuse_wrong_kinds(cls, values)
    if record_id and not is_id(record_id):
        raise RuleBroken([("id", _("This is no id. Leave it out, and WIMDesk makes one."))])
    if record_id and record_id.lower() in erasures.every(session):
        raise RuleBroken([("id", _(ERASED))])  # whatever is written under this id arrives nowhere
    record = cls(**dict(values))
    record.follow({name: default(info) for name, info in fields(cls).items() if name in values})
    if record_id:
        record.id = record_id.lower()  # as the others will read it from 16 bytes
    session.add(record)
    return record


def change(session: Session, type_name: str, record_id: str, values: Mapping[str, object]) -> Problems:
    """Set fields and return the rules that the record breaks now; they warn, they don't refuse.

    Raises RuleBroken for a value of the wrong kind, NotFound for an unknown record.
    """
    record = history.fetch(session, type_name, record_id)
    _refuse_wrong_kinds(type(record), values)
    undecided = clashes.undecided(session, record_id)
    before = {name: getattr(record, name) for name in values}
    for name, value in values.items():
        setattr(record, name, value)
    record.follow(before)
    # An ordinary edit decides what was changed in two places, also when it keeps the value that shows.
    journal.force(session, record, {name: value for name, value in values.items() if name in undecided})
    session.flush()
    return rules.problems(record)


def update(session: Session, record: Record, values: Mapping[str, object]) -> bool:
    """Set those fields of a record that say something else, at the next flush; return whether any did.

    For what brings many records up to date; `change` is for one, and says which rules it breaks. In a session that
    only reads nothing is kept of it.
    """
    new = {name: value for name, value in values.items() if getattr(record, name) != value}
    _refuse_wrong_kinds(type(record), new)
    undecided = clashes.undecided(session, record.id) if new and journal.is_writing(session) else {}
    for name, value in new.items():
        setattr(record, name, value)
    journal.force(session, record, {name: value for name, value in new.items() if name in undecided})
    return bool(new)


def remove(session: Session, type_name: str, record_id: str) -> None:
    """Move a record to the trash."""
    history.fetch(session, type_name, record_id).deleted = True


def restore(session: Session, type_name: str, record_id: str) -> None:
    """Take a record out of the trash."""
    history.fetch(session, type_name, record_id).deleted = False


def values(session: Session, type_name: str, record_id: str) -> Values:
    """Return a record's fields with id, space, deleted, times and names, as plain values."""
    return plain(history.fetch(session, type_name, record_id))


def several(session: Session, type_name: str, ids: Sequence[str]) -> dict[str, Values]:
    """Return these records as plain values by id; what is not here is left out."""
    cls = type_of(type_name)
    return {record.id: plain(record) for record in session.scalars(select(cls).where(cls.id.in_(ids)))}


def caption(session: Session, type_name: str, record_id: str) -> str:
    """Return what a person calls a record."""
    return history.fetch(session, type_name, record_id).caption()


def plain(record: Record) -> Values:
    """Return a record as plain values, without the bookkeeping of the merge."""
    return {c.key: getattr(record, c.key) for c in inspect(type(record)).columns if c.key != "versions"}


def rows(
    session: Session,
    type_name: str,
    *,
    where: Mapping[str, object] | None = None,
    order: tuple[str, ...] = (),
    limit: int = 100_000,
) -> list[Values]:
    """Return the records that are not deleted, by the fields given, else in the order they were made."""
    cls = type_of(type_name)
    query = select(cls).where(cls.deleted.is_(False))
    for name, value in (where or {}).items():
        query = query.where(getattr(cls, name) == value)
    query = query.order_by(*(getattr(cls, name) for name in order), cls.created_at, cls.id).limit(limit)
    return [plain(record) for record in session.scalars(query)]


def _refuse_wrong_kinds(cls: type[Record], values: Mapping[str, object]) -> None:
    known = fields(cls)
    for name in values:
        if name not in known and name != "deleted":
            raise NotFound(
                _("{type} has no field “{field}”. Nothing was changed. Known: {known}.").format(
                    type=cls.__tablename__, field=name, known=", ".join(known)
                )
            )
    wrong = [
        (name, sentence)
        for name, info in known.items()
        if name in values and (sentence := _wrong_kind(info, values[name]))
    ]
    if not isinstance(values.get("deleted", False), bool):
        wrong.append(("deleted", _("{label}: this kind of value does not fit.").format(label=_("In the trash"))))
    if wrong:
        raise RuleBroken(wrong)


def _wrong_kind(info: Info, value: object) -> str:
    return "" if fits(info, value) else _("{label}: this kind of value does not fit.").format(label=_(info["label"]))


def parse(cls: type[Record], name: str, text: str) -> object:
    """Return typed text as the value of a field: numbers, yes/no, lists by comma, texts in the current language.

    A JSON object or list is taken as such. Raises RuleBroken with a sentence, NotFound for an unknown field.
    """
    info = fields(cls).get(name)
    if info is None:
        _refuse_wrong_kinds(cls, {name: text})
        raise NotFound(name)
    match info["kind"]:
        case "texts" | "long_texts" | "map":
            found = _json(text)
            return found if isinstance(found, dict) else ({content_language(): text} if text else {})
        case "codes":
            found = _json(text)
            return found if isinstance(found, list) else [part.strip() for part in text.split(",") if part.strip()]
        case "integer" | "decimal":
            return _number(info, name, text)
        case "flag":
            return text.strip().lower() in {"1", "true", "yes", "oui", "sí", "si", "x"}
    return text


def _json(text: str) -> object:
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def _number(info: Info, name: str, text: str) -> int | float | None:
    if not text.strip():
        return None
    try:
        number = float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except ValueError:
        number = float("nan")
    if (
        number != number
        or number in (float("inf"), float("-inf"))
        or (info["kind"] == "integer" and not number.is_integer())
    ):
        raise RuleBroken([(name, _("{label}: write a number.").format(label=_(info["label"])))])
    return int(number) if info["kind"] == "integer" else number
