"""Practices that are perhaps one: the same file, the same identifier, or the same title, also in another language.

A title is compared in every language that both have, in Latin letters; identifiers are looked for in all that a
practice says of itself and on the first page of its files, as few people copy them into a field.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from wimdesk.i18n import N_, _
from wimdesk.records import Attachment, LibraryItem
from wimdesk.services.library_search import TYPE, Asks
from wimdesk.services.library_sharing import fetch
from wimdesk.services.likeness import plain
from wimdesk.store import file_texts, identity, journal
from wimdesk.store.record import fields

REASONS = {
    "file": N_("the same file"),
    "identifier": N_("the same identifier"),
    "title": N_("the same title"),
    "alike": N_("nearly the same title"),
}
_ALIKE = 0.75
"""The share of words that two titles have in common, of all that either has."""
_CANDIDATES = 30
_OFTEN = 20
"""What more practices than this have in common says nothing about any two of them."""
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>{}|\\^`]+", re.ASCII)
_ISBN = re.compile(r"\b(?:97[89][- ]?)?(?:\d[- ]?){9}[\dXx]\b", re.ASCII)
_URL = re.compile(r"\bhttps?://(?:www\.)?([^\s\"<>#]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Twin:
    """A practice that is perhaps the same as another; `reason` is a code of REASONS, `file` the name of its file."""

    id: str
    title: str
    reason: str
    file: str = ""

    @property
    def words(self) -> str:
        """Why, in the reader's language."""
        return _(REASONS[self.reason])


@dataclass(frozen=True, slots=True)
class Look:
    """What is compared of a practice."""

    titles: frozenset[frozenset[str]]
    identifiers: frozenset[str]
    files: frozenset[str]


def identifiers(text: str) -> Iterator[str]:
    """Yield each DOI, ISBN (with a right check digit, ISO 2108) and address of the web in a text, written one way."""
    for doi in _DOI.findall(text):
        yield "doi:" + doi.rstrip(".,;)]").lower()
    for isbn in _ISBN.findall(text):
        digits = re.sub(r"[- ]", "", isbn).upper()
        if _is_isbn(digits):
            yield "isbn:" + (digits[3:-1] if len(digits) == 13 else digits[:-1])
    for url in _URL.findall(text):
        place = url.rstrip(".,;)/").lower()
        if "/" in place and "doi.org/" not in place:
            yield "url:" + place


def _is_isbn(digits: str) -> bool:
    values = [10 if digit == "X" else int(digit) for digit in digits]
    if len(digits) == 10:
        return sum(value * weight for value, weight in zip(values, range(10, 0, -1), strict=True)) % 11 == 0
    return "X" not in digits and sum(value * (1, 3)[at % 2] for at, value in enumerate(values)) % 10 == 0


def holders(session: Session, digest: str, but: str = "") -> list[Twin]:
    """Return the practices to which a content is attached, without one and its copies; the newest first."""
    query = (
        select(LibraryItem, Attachment.title)
        .join(Attachment, Attachment.part_of == LibraryItem.id)
        .where(Attachment.identifier == digest, Attachment.part_of_type == TYPE, Attachment.deleted.is_(False))
        .where(LibraryItem.deleted.is_(False))
        .order_by(LibraryItem.created_at.desc())
    )
    kin, who = family(session, but), identity.read(session)
    found = [
        (item, name)
        for item, name in session.execute(query)
        if item.id not in kin and item.shown_to(who.organisation, who.role)
    ]
    copies = {item.counterpart_id for item, _name in found}
    return [Twin(item.id, item.caption(), "file", name) for item, name in found if item.id not in copies]


def twins(session: Session, searcher: Asks, item_id: str) -> list[Twin]:
    """Return the practices that are perhaps the same as this one; the surest reason first. Raises NotFound."""
    item = fetch(session, item_id)
    mine = look(session, item)
    found = {twin.id: twin for digest in mine.files for twin in holders(session, digest, item_id)}
    asked = [*item.title.values(), *(each.partition(":")[2] for each in mine.identifiers)]
    kin = family(session, item_id)
    for candidate in _candidates(session, searcher, asked):
        if candidate.id in kin or candidate.id in found:
            continue
        reason = compare(mine, look(session, candidate))
        if reason:
            found[candidate.id] = Twin(candidate.id, candidate.caption(), reason)
    copies = set(session.scalars(select(LibraryItem.counterpart_id).where(LibraryItem.id.in_(found))))
    order = list(REASONS)
    return sorted((twin for twin in found.values() if twin.id not in copies), key=lambda twin: order.index(twin.reason))


def _candidates(session: Session, searcher: Asks, texts: Iterable[str]) -> list[LibraryItem]:
    ids: dict[str, None] = {}
    for text in texts:
        found = searcher.ask_loosely(text, TYPE, _CANDIDATES) if text.strip() else None
        ids |= dict.fromkeys(hit.id for hit in (found[0] if found else ()))
    by_id = told(session, LibraryItem.id.in_(ids))
    return [by_id[each] for each in ids if each in by_id]


def told(session: Session, *wanted: ColumnElement[bool]) -> dict[str, LibraryItem]:
    """Return the practices that are there and may be told here, by their ids."""
    who = identity.read(session)
    living = session.scalars(select(LibraryItem).where(LibraryItem.deleted.is_(False), *wanted))
    return {item.id: item for item in living if item.shown_to(who.organisation, who.role)}


def pairs(session: Session) -> list[tuple[LibraryItem, LibraryItem, str]]:
    """Return any two practices that are perhaps one, and the code of the reason. Slow: it looks at all of them."""
    items = told(session)
    looks = {id: look(session, item) for id, item in items.items()}
    shared: dict[object, list[str]] = defaultdict(list)
    for id, each in looks.items():
        for key in (*each.files, *each.identifiers, *each.titles):
            shared[key].append(id)
    met = {pair for ids in shared.values() if len(ids) <= _OFTEN for pair in combinations(sorted(ids), 2)}
    kin = families(session, {one for one, _other in met})
    found = []
    for one, other in sorted(met):
        reason = compare(looks[one], looks[other])
        if reason and other not in kin[one]:
            found.append((items[one], items[other], reason))
    return found


def look(session: Session, item: LibraryItem) -> Look:
    """Return what is compared of a practice."""
    query = select(Attachment.identifier).where(Attachment.part_of == item.id, Attachment.deleted.is_(False))
    files = frozenset(session.scalars(query))
    texts = [text for name in fields(LibraryItem) for text in _texts(getattr(item, name))]
    texts += [file_texts.opening(session, digest) for digest in files]
    titles = (frozenset(word for word in plain(text).split() if len(word) > 1) for text in item.title.values())
    named = frozenset(each for text in texts for each in identifiers(text))
    return Look(frozenset(title for title in titles if len(title) > 1), named, files)


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for text in value.values() if isinstance(text, str)]
    return [value] if isinstance(value, str) else []


def compare(one: Look, other: Look) -> str:
    """Return the code of the surest reason why two are perhaps one, or nothing."""
    if one.files & other.files:
        return "file"
    if one.identifiers & other.identifiers:
        return "identifier"
    if one.titles & other.titles:
        return "title"
    alike = (len(a & b) / len(a | b) for a in one.titles for b in other.titles if min(len(a), len(b)) > 2)
    return "alike" if any(share >= _ALIKE for share in alike) else ""


def link(session: Session, item_id: str, other: str) -> int:
    """Note that two practices belong together, in each that is ours; return the act, to undo it. Raises NotFound."""
    mine = journal.scribe_of(session).author.organisation
    for one, two in ((item_id, other), (other, item_id)):
        item = fetch(session, one)
        if two not in item.related and (one == item_id or item.owner == mine):
            item.related = [*item.related, two]
    session.flush()
    return journal.scribe_of(session).act


def family(session: Session, item_id: str) -> set[str]:
    """Return a practice, the copies made from it by sharing, and what it was made from."""
    kin, fresh = set[str](), {item_id} - {""}
    while fresh:
        kin |= fresh
        copies = session.scalars(select(LibraryItem.counterpart_id).where(LibraryItem.id.in_(fresh)))
        sources = session.scalars(select(LibraryItem.id).where(LibraryItem.counterpart_id.in_(fresh)))
        fresh = {*copies, *sources} - kin - {""}
    return kin


def families(session: Session, ids: Iterable[str]) -> dict[str, set[str]]:
    """Return the family of each of many practices, with one question for all of them."""
    made: dict[str, set[str]] = defaultdict(set)
    links = select(LibraryItem.id, LibraryItem.counterpart_id).where(LibraryItem.counterpart_id != "")
    for one, copy in session.execute(links):
        made[one].add(copy)
        made[copy].add(one)
    return {id: _reached(made, id) for id in ids}


def _reached(made: Mapping[str, set[str]], id: str) -> set[str]:
    kin, fresh = set[str](), {id}
    while fresh:
        kin |= fresh
        fresh = set[str]().union(*(made.get(each, ()) for each in fresh)) - kin
    return kin
