"""The people of the organisation as a long list: whom a question finds, and the rows of one screenful."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import msgspec
from sqlalchemy import Select, Text, select, type_coerce
from sqlalchemy.orm import Session

from wimdesk import clock
from wimdesk.i18n import N_, _
from wimdesk.records import ContactDetail, CustomValue, Person, PostHolding
from wimdesk.records.contact_detail import TYPES as WAYS
from wimdesk.records.organization import country_name
from wimdesk.services import bulk, custom_fields, people
from wimdesk.services.people import PersonRow
from wimdesk.services.roster import Codes, Line, Roster, make, plain
from wimdesk.services.timeline import language_name

TYPE = "person"
REACH = "reach"
FACETS = {
    "role": N_("Role"),
    "country_code": N_("Country"),
    "languages": N_("Language"),
    "skills": N_("Skill"),
    "tags": N_("Tag"),
    REACH: N_("Reached by"),
}
TOUCHED_BY = ("person", "contact_detail", "post_holding", "post", "custom_value", "custom_field")
"""The types of which the list tells something."""
_MANY = 20_000
"""So many changed people are read one by one; for more, everybody is."""
_CHUNK = 5000
_list_of = msgspec.json.Decoder(list[str]).decode
_WHO = (
    Person.id, Person.given_name, Person.family_name, Person.role, Person.country_code,
    type_coerce(Person.languages, Text), type_coerce(Person.skills, Text), type_coerce(Person.tags, Text),
)  # fmt: skip


def load(session: Session) -> Roster:
    """Return everybody as of today."""
    return make(tuple(facets(session)), _lines(session, people.ours(session, Person)))


def facets(session: Session) -> dict[str, str]:
    """Return all facets with their labels: those of every organisation, then our own fields."""
    own = custom_fields.definitions(session, TYPE, listed=True)
    return FACETS | {each.key: each.label for each in own}


def renew(session: Session, roster: Roster, changed: Mapping[str, Collection[str]]) -> Roster:
    """Return the roster after these records changed."""
    touched = set(changed.get(TYPE, ()))
    for cls in (ContactDetail, PostHolding, CustomValue):
        for part in bulk.pieces(list(changed.get(cls.__tablename__, ()))):
            touched.update(session.scalars(select(cls.person_id).where(cls.id.in_(part))))
    if len(touched) > _MANY or changed.get("post") or changed.get("custom_field"):
        return load(session)
    lines = [line for part in bulk.pieces(list(touched)) for line in _some(session, part)]
    return roster.replaced(frozenset(touched), lines)


def _some(session: Session, ids: Sequence[str]) -> Iterator[Line]:
    return _lines(session, people.ours(session, Person).where(Person.id.in_(ids)), ids)


def _lines(session: Session, wanted: Select[Person], few: Collection[str] = ()) -> Iterator[Line]:
    ways, values = _ways(session, few)
    held = people.held_today(session, clock.today().isoformat(), few)
    own = custom_fields.definitions(session, TYPE, listed=True)
    filled = custom_fields.values(session, TYPE, few or None) if own else {}
    lists: dict[str, Codes] = {}  # few combinations occur, and each is read once
    shared: dict[str, str] = {}

    def codes(text: str) -> Codes:
        found = lists.get(text)
        if found is None:
            found = lists[text] = tuple(_list_of(text))
        return found

    rows = session.execute(wanted.with_only_columns(*_WHO).execution_options(yield_per=_CHUNK))
    for record, given, family, role, country, languages, skills, tags in rows:
        said = [plain(role), values.get(record, "")]
        said += [plain(text) for text in (*codes(skills), *codes(tags), *held.get(record, ()))]
        alone = ((shared.setdefault(text, text),) if text else () for text in (role, country))
        several = (codes(languages), codes(skills), codes(tags), ways.get(record, ()))
        mine = filled.get(record, {})
        said += [plain(custom_fields.shown(each, mine[each.id])) for each in own if each.id in mine]
        filtered = (custom_fields.codes(each, mine.get(each.id, "")) for each in own)
        yield Line(
            record, f"{plain(family)}\0{plain(given)}", " ".join(filter(None, said)), (*alone, *several, *filtered)
        )


def _ways(session: Session, few: Collection[str]) -> tuple[dict[str, Codes], dict[str, str]]:
    """Return by person the ways to reach her or him, and the numbers and addresses as they are looked for."""
    query = select(ContactDetail.person_id, ContactDetail.type, ContactDetail.value)
    query = query.where(ContactDetail.deleted.is_(False), ContactDetail.value != "", ContactDetail.person_id != "")
    if few:
        query = query.where(ContactDetail.person_id.in_(few))
    ways: dict[str, Codes] = {}
    values: dict[str, str] = {}
    known: dict[Codes, Codes] = {}
    for person, kind, value in session.execute(query.execution_options(yield_per=_CHUNK)):
        before = ways.get(person, ())
        if kind not in before:
            after = tuple(sorted((*before, kind)))
            ways[person] = known.setdefault(after, after)
        said = values.get(person)
        values[person] = f"{said} {plain(value)}" if said else plain(value)
    return ways, values


def rows(session: Session, ids: Sequence[str]) -> dict[str, PersonRow]:
    """Return the rows of these people; who is gone is left out."""
    own = custom_fields.definitions(session, TYPE, listed=True)
    filled = custom_fields.values(session, TYPE, ids) if own else {}
    return {
        row.id: replace(row, own=tuple(custom_fields.told(own, filled.get(row.id, {}))))
        for row in people.rows(session, ids)
    }


def words(facet: str, code: str) -> str:
    """Return a code of a facet as a person reads it."""
    if facet.startswith(custom_fields.PREFIX):
        return custom_fields.code_words(code)
    if not code:
        return _("No number or address") if facet == REACH else _("Not given")
    match facet:
        case "country_code":
            return country_name(code)
        case "languages":
            return language_name(code)
        case "reach":
            return _(WAYS[code]) if code in WAYS else code
    return code
