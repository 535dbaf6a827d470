"""Own fields of an organisation: what there is, what each record says in them, and how that is read and written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from wimdesk import clock
from wimdesk.errors import NotFound, RuleBroken
from wimdesk.i18n import N_, _, pick
from wimdesk.records import CustomField, CustomValue
from wimdesk.search import fold
from wimdesk.services import bulk, cells, editing, people
from wimdesk.services.dates import day_text
from wimdesk.store import erasures, journal

OWNERS = {"person": "person_id", "organization": "organization_id", "site": "site_id"}
"""By record type: the link of a value to it."""
PREFIX = "own:"
"""Before the id of a field where it stands among the names of columns and facets."""
_SPANS = {
    "@past": N_("Past"),
    "@30": N_("Within 30 days"),
    "@90": N_("Within 90 days"),
    "@later": N_("Later"),
    "@yes": N_("Yes"),
    "@no": N_("No"),
}
Values = dict[str, str]
"""By field id, the value as text."""


@dataclass(frozen=True, slots=True)
class Definition:
    """An own field in the reader's language."""

    id: str
    applies_to: str
    label: str
    kind: str
    options: tuple[str, ...]
    in_list: bool

    @property
    def key(self) -> str:
        """Return what it is called among columns and facets."""
        return PREFIX + self.id


def definitions(session: Session, type_name: str = "", *, listed: bool = False) -> list[Definition]:
    """Return our own fields, of one type or all, only those of the list where asked; in the order they were made."""
    query = people.ours(session, CustomField).order_by(CustomField.created_at, CustomField.id)
    return [
        Definition(
            each.id, each.applies_to, pick(each.label) or _("Without a name"), each.kind or "text",
            tuple(each.options), each.in_list,
        )
        for each in session.scalars(query)
        if type_name in {"", each.applies_to} and (each.in_list or not listed)
    ]  # fmt: skip


def begin(session: Session) -> str:
    """Make an empty text field of people; return its id."""
    return editing.add(session, CustomField.__tablename__, {"applies_to": "person", "kind": "text", "in_list": True})


def values(session: Session, type_name: str, ids: Collection[str] | None = None) -> dict[str, Values]:
    """Return by record what is filled in, of these records or of all."""
    owner = getattr(CustomValue, OWNERS[type_name])
    columns = select(owner, CustomValue.field_id, CustomValue.value).where(
        CustomValue.deleted.is_(False), CustomValue.value != "", owner != ""
    )
    found: dict[str, Values] = {}
    parts = [columns] if ids is None else [columns.where(owner.in_(part)) for part in bulk.pieces(list(ids))]
    for part in parts:
        for record, field, value in session.execute(part.order_by(CustomValue.id)):
            found.setdefault(record, {})[field] = value
    return found


def of_record(session: Session, type_name: str, record: str) -> tuple[list[Definition], Values]:
    """Return the own fields of a record's type, and what the record says in them."""
    return definitions(session, type_name), values(session, type_name, [record]).get(record, {})


def put(session: Session, type_name: str, record: str, changes: Mapping[str, str], act: int = 0) -> bool:
    """Set own fields of a record, as typed; say whether any changed.

    Raises RuleBroken (by field) for what does not fit, NotFound where there is no such field. `act` joins
    several saves to one that is taken back as one.
    """
    known = {each.id: each for each in definitions(session, type_name)}
    if missing := changes.keys() - known.keys():
        raise NotFound(_("There is no own field “{name}” here. Nothing was changed.").format(name=min(missing)))
    read = {field: parse(known[field], text) for field, text in changes.items()}
    if act:
        journal.scribe_of(session).act = act
    return write(session, type_name, record, read, kept(session, type_name, [record]).get(record, {}))


def kept(session: Session, type_name: str, records: Collection[str]) -> dict[str, dict[str, CustomValue]]:
    """Return by record and field what stands in the own fields of these records, also what was emptied."""
    owner = OWNERS[type_name]
    found: dict[str, dict[str, CustomValue]] = {}
    query = select(CustomValue).where(getattr(CustomValue, owner).in_(records))
    for each in session.scalars(query.order_by(CustomValue.deleted.desc())):
        found.setdefault(getattr(each, owner), {})[each.field_id] = each
    return found


def write(session: Session, type_name: str, record: str, said: Values, kept: Mapping[str, CustomValue]) -> bool:
    """Write what was read already, where `kept` stands now; say whether any of it changed."""
    changed = False
    for field, value in said.items():
        found = kept.get(field)
        if found is not None and (found.value != value or found.deleted):
            changed = True
            found.deleted = False
            editing.update(session, found, {"value": value})
        elif found is None and value:
            made = {"field_id": field, OWNERS[type_name]: record, "value": value}
            editing.prepare(session, CustomValue, made, erasures.living_id(session, "custom", field, record))
            changed = True
    return changed


def change(
    session: Session, type_name: str, record: str, values: Mapping[str, object], own: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Change fields and own fields (by label) of a record in one; return what a rule finds odd, as `editing.change`.

    Raises NotFound and RuleBroken; then nothing was changed.
    """
    said = named(session, type_name, own) if own else {}
    odd = editing.change(session, type_name, record, values)
    if said:
        put(session, type_name, record, said)
    return odd


def named(session: Session, type_name: str, texts: Mapping[str, str]) -> Values:
    """Return own fields that are named by their labels by id. Raises NotFound where one is not known."""
    known = definitions(session, type_name)
    found: Values = {}
    for name, text in texts.items():
        key = facet_of(known, name.removeprefix(PREFIX))
        if not key:
            labels = ", ".join(each.label for each in known)
            sentence = _("There is no own field “{name}”. Nothing was changed. Known: {known}.")
            raise NotFound(sentence.format(name=name.removeprefix(PREFIX), known=labels or "-"))
        found[key.removeprefix(PREFIX)] = text
    return found


def parse(definition: Definition, text: str) -> str:
    """Return typed text as it is kept. Raises RuleBroken with a sentence under the id of the field."""
    plain = " ".join(text.split())
    try:
        match definition.kind if plain else "":
            case "number":
                return f"{cells.number(plain, definition.label, whole=False):.15g}"
            case "day":
                return cells.day(plain, definition.label)
            case "flag":
                return "1" if cells.flag(plain, definition.label) else "0"
            case "choice":
                return cells.option(plain, definition.label, definition.options)
    except RuleBroken as problem:
        raise RuleBroken([(definition.id, str(problem))]) from problem
    return plain


def shown(definition: Definition, value: str) -> str:
    """Return a value as a person reads it."""
    match definition.kind if value else "":
        case "day":
            return day_text(value, "medium")
        case "flag":
            return _("Yes") if value == "1" else _("No")
    return value


def told(wanted: Collection[Definition], said: Values) -> Iterator[str]:
    """Yield what a row of a list shows of own fields: a flag by its label, all else by label and value."""
    for each in wanted:
        value = said.get(each.id, "")
        if value and not (each.kind == "flag" and value != "1"):
            yield each.label if each.kind == "flag" else f"{each.label}: {shown(each, value)}"


# ------------------------------------------------------------------- as a filter


def codes(definition: Definition, value: str) -> tuple[str, ...]:
    """Return by what a value is filtered: days by how soon they are, all else as it is."""
    if not value:
        return ()
    match definition.kind:
        case "day":
            return (_span(value),)
        case "flag":
            return ("@yes" if value == "1" else "@no",)
    return (value,)


def _span(day: str) -> str:
    today = clock.today()
    last = day + "~"  # a month or a year is over behind its last day
    if last < today.isoformat():
        return "@past"
    for days, code in ((30, "@30"), (90, "@90")):
        if day <= (today + timedelta(days=days)).isoformat():
            return code
    return "@later"


def code_words(code: str) -> str:
    """Return a code of a filter as a person reads it."""
    return _(_SPANS[code]) if code in _SPANS else code or _("Not given")


def facet_of(wanted: Collection[Definition], name: str) -> str:
    """Return the facet or column that somebody names by its label or id; empty where there is none."""
    said = fold(name.strip())
    return next((each.key for each in wanted if said in {fold(each.label), each.id, each.key}), "")
