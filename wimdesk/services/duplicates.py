"""Who may be in the list twice. Only those who share a number, an address or the whole name are compared, so that
a hundred thousand people take seconds; whoever shares none of these never looks enough like the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy import select
from sqlalchemy.orm import Session

from wimdesk.records import ContactDetail, Distinction, Organization, Person
from wimdesk.services import editing, people
from wimdesk.services.likeness import SURE, Likeness, Look, compare, digits, e164, name_key
from wimdesk.store import erasures, identity, journal

_CHUNK = 5000
_CROWD = 40
"""An address or a name that so many share is nobody's own: those pairs are not looked at by it."""
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two people who may be one: the elder record first, as it is the one that stays."""

    first: str
    second: str
    first_name: str
    second_name: str
    likeness: Likeness


def find(session: Session, least: int = SURE, most: int = 500) -> list[Candidate]:
    """Return pairs that look alike, the most alike first; those that somebody told apart are left out."""
    looks = _Looks(session)
    told = set(_told_apart(session))
    found: list[tuple[int, Pair, Likeness]] = []
    for pair in looks.pairs():
        if pair in told:
            continue
        likeness = compare(looks.of(pair[0]), looks.of(pair[1]))
        if likeness.score >= least:
            found.append((-likeness.score, pair, likeness))
    found.sort(key=lambda each: each[:2])
    return [
        Candidate(*pair, looks.name(pair[0]), looks.name(pair[1]), likeness) for _score, pair, likeness in found[:most]
    ]


def tell_apart(session: Session, one: str, other: str) -> int:
    """Note that two people are not the same; return the act, to undo it."""
    first, second = sorted((one, other))
    record = erasures.living_id(session, "distinction", first, second)
    found = session.get(Distinction, record)
    if found is None:
        editing.prepare(session, Distinction, {"first_id": first, "second_id": second}, record)
    else:
        found.deleted = False
    session.flush()
    return journal.scribe_of(session).act


def _told_apart(session: Session) -> Iterator[Pair]:
    query = select(Distinction.first_id, Distinction.second_id).where(Distinction.deleted.is_(False))
    for first, second in session.execute(query):
        yield (min(first, second), max(first, second))


class _Looks:
    """Everybody as they are compared, read once; numbers are made whole only where they may meet another."""

    def __init__(self, session: Session) -> None:
        ours = session.get(Organization, identity.read(session).organisation)
        home = ours.country_code if ours else ""
        who = people.ours(session, Person).with_only_columns(
            Person.id, Person.family_name, Person.given_name, Person.country_code
        )
        self._people: dict[str, tuple[str, str, str]] = {}
        for record, family, given, country in session.execute(who.execution_options(yield_per=_CHUNK)):
            self._people[record] = (family, given, country or home)
        self._mails: dict[str, set[str]] = {}
        self._phones: dict[str, set[str]] = {}
        ways = select(ContactDetail.person_id, ContactDetail.type, ContactDetail.value)
        ways = ways.where(ContactDetail.deleted.is_(False), ContactDetail.type.in_(["email", "phone"]))
        for person, kind, value in session.execute(ways.execution_options(yield_per=_CHUNK)):
            if value and person in self._people:
                where = self._mails if kind == "email" else self._phones
                where.setdefault(person, set()).add(value.strip().lower())

    def pairs(self) -> Iterable[Pair]:
        """Return those who share something, each pair once."""
        found: set[Pair] = set()
        for blocks in (self._by_mail(), self._by_phone(), self._by_name()):
            for members in blocks.values():
                if 1 < len(members) <= _CROWD:
                    found.update((min(pair), max(pair)) for pair in combinations(members, 2))
        return found

    def of(self, person: str) -> Look:
        """Return what is compared of a person."""
        family, given, country = self._people[person]
        phones = frozenset(e164(phone, country) for phone in self._phones.get(person, ()))
        return Look(family, given, frozenset(self._mails.get(person, ())), phones)

    def name(self, person: str) -> str:
        """Return what a person is called."""
        family, given, _country = self._people[person]
        return people.full_name(given, family)

    def _by_mail(self) -> dict[str, list[str]]:
        return _turned((person, mail) for person, mails in self._mails.items() for mail in mails)

    def _by_phone(self) -> dict[str, list[str]]:
        return _turned((person, digits(phone)) for person, phones in self._phones.items() for phone in phones)

    def _by_name(self) -> dict[str, list[str]]:
        return _turned((person, name_key(family, given)) for person, (family, given, _c) in self._people.items())


def _turned(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return by key who has it; an empty key is nobody's."""
    found: dict[str, list[str]] = {}
    for person, key in pairs:
        if key:
            members = found.setdefault(key, [])
            if not members or members[-1] != person:
                members.append(person)
    return found


def names(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """Return what some people are called."""
    found = session.scalars(select(Person).where(Person.id.in_(ids)))
    return {each.id: people.full_name(each.given_name, each.family_name) for each in found}
