"""The library as a person browses it: a light list in memory, filters with live counts, search and the article."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from sync.protocol import ALLIANCE, shared_space
from wimdesk import clock
from wimdesk.errors import RuleBroken
from wimdesk.i18n import _, language, pick
from wimdesk.records import LibraryItem, Theme
from wimdesk.records.library_item import CASE_PARTS, missing_parts
from wimdesk.search import fold, marks
from wimdesk.services import attaching, editing, library_search, publishing
from wimdesk.services.library_search import MOST, TYPE, Asks, Place, around
from wimdesk.store import facts, history, identity, journal
from wimdesk.store.journal import SAMPLE
from wimdesk.store.record import fields

__all__ = ["MOST", "TYPE"]
_DEEP = 40
"""For so many results, from the top, the hit is looked for in the article too."""
Order = Literal["match", "newest", "title"]
_PUBLISHABLE = frozenset({"submitted", "in_review", "withdrawn"})
GROUPS = ("theme", "language", "template", "collection", "subject", "ours")


@dataclass(frozen=True, slots=True)
class Entry:
    """One item as a row; `ours` is "draft", "submitted", "waiting" (for us, the Secretariat) or empty."""

    id: str
    title: str
    summary: str
    template: str
    themes: tuple[str, ...]
    language: str
    country_code: str
    issued: str
    state: str
    ours: str
    collections: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shelf:
    """Every item of the library without its article, newest first, as of one moment; and what is attached to them."""

    entries: tuple[Entry, ...] = ()
    by_id: Mapping[str, Entry] = field(default_factory=dict)
    files: library_search.Files = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """What a question and the filters leave: at most MOST entries, and the counts beside the filters.

    `passages` holds, by id, a piece of the article or of a file where title and summary do not hold the hit. The last
    `near` of those found have only some of the words. `places` say where in a file it was found.
    """

    question: str
    entries: tuple[Entry, ...]
    found: int
    counts: Mapping[str, Mapping[str, int]]
    passages: Mapping[str, str]
    near: int = 0
    places: Mapping[str, Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Article:
    """One item to be read; `parts` are (heading, text), empty parts left out. `can` names what may be done.

    `left_alone`: the Alliance has it still, though its author took it back from us.
    """

    id: str
    title: str
    summary: str
    template: str
    themes: tuple[str, ...]
    language: str
    country_code: str
    issued: str
    license: str
    minutes: int | None
    evidence: str
    state: str
    parts: tuple[tuple[str, str], ...]
    can: frozenset[str]
    left_alone: bool = False
    link: str = ""
    details: tuple[tuple[str, str], ...] = ()


def themes(session: Session) -> list[tuple[str, str, str]]:
    """Return (key, title in the reader's language, colour token) of each theme."""
    found = session.scalars(select(Theme).where(Theme.deleted.is_(False)).order_by(Theme.year, Theme.key))
    return [(theme.key, theme.caption(), theme.colour or "accent") for theme in found]


_ROW = (
    LibraryItem.id, LibraryItem.space, LibraryItem.owner, LibraryItem.title, LibraryItem.summary,
    LibraryItem.template, LibraryItem.themes, LibraryItem.language, LibraryItem.country_code, LibraryItem.issued,
    LibraryItem.state, LibraryItem.counterpart_id, LibraryItem.created_at, LibraryItem.collections,
    LibraryItem.subject,
)  # fmt: skip
_FEW = 50


def load(session: Session) -> Shelf:
    """Return the library as it is now. A copy that was made by sharing stands for its source, not beside it."""
    who = identity.read(session)
    rows = session.execute(select(*_ROW).where(LibraryItem.deleted.is_(False))).all()
    hidden = _doubles({row.id: (row.space, row.counterpart_id) for row in rows})
    kept = [row for row in rows if row.id not in hidden]
    kept.sort(key=lambda row: (row.issued or row.created_at[:10], row.id), reverse=True)
    orphans = _orphans(session) if who.role == "secretariat" else frozenset()
    return _shelf((_entry(row, who, row.id in orphans) for row in kept), library_search.files(session))


def _orphans(session: Session) -> frozenset[str]:
    """What the Alliance still has though its author has taken it back from us."""
    copies = select(LibraryItem.counterpart_id).where(LibraryItem.deleted, LibraryItem.counterpart_id != "")
    kept = select(LibraryItem.counterpart_id).where(LibraryItem.deleted.is_(False))
    return frozenset(session.scalars(copies.where(LibraryItem.counterpart_id.not_in(kept))))


def renew(session: Session, shelf: Shelf, ids: frozenset[str]) -> Shelf:
    """Return the shelf with these items, and all files, as they are now: quick while one practice is being written."""
    rows = session.execute(select(*_ROW).where(LibraryItem.id.in_(ids), LibraryItem.deleted.is_(False))).all()
    known = shelf.by_id
    alone = all(not row.counterpart_id and (row.id in known or row.space.endswith("/private")) for row in rows)
    if not known or len(ids) > _FEW or not alone or len(rows) < len(ids):
        return load(session)
    who = identity.read(session)
    fresh = {row.id: _entry(row, who) for row in rows}
    new = [entry for entry in fresh.values() if entry.id not in known]
    return _shelf([*new, *(fresh.get(entry.id, entry) for entry in shelf.entries)], library_search.files(session))


def _shelf(entries: Iterable[Entry], files: library_search.Files) -> Shelf:
    made = tuple(entries)
    return Shelf(made, {entry.id: entry for entry in made}, files)


def _entry(row: Row[*tuple[Any, ...]], who: identity.Identity, orphan: bool = False) -> Entry:
    return Entry(
        id=row.id,
        title=pick(row.title) or _("Without a title"),
        summary=pick(row.summary),
        template=row.template,
        themes=tuple(row.themes),
        language=row.language,
        country_code=row.country_code,
        issued=row.issued,
        state=row.state,
        ours="waiting" if orphan else _ours(row.space, row.owner, row.state, who),
        collections=tuple(row.collections),
        subject=tuple(row.subject),
    )


def take_stock(session: Session) -> tuple[Shelf, list[tuple[str, str, str]], bool]:
    """Return the library, its themes, and whether we are the Secretariat."""
    return load(session), themes(session), identity.read(session).role == "secretariat"


def _doubles(links: Mapping[str, tuple[str, str]]) -> set[str]:
    """Return which of several copies of one item are not shown: the Alliance's copy comes first, then the source.

    `links` maps an id to (space, id of the copy made from it).
    """
    copies = {copy for _space, copy in links.values()}
    hidden: set[str] = set()
    for first in links:
        if first in copies:
            continue
        chain = [first]
        while (copy := links[chain[-1]][1]) in links and copy not in chain:
            chain.append(copy)
        shown = chain[-1] if links[chain[-1]][0] == ALLIANCE else first
        hidden.update(one for one in chain if one != shown)
    return hidden


def _ours(space: str, owner: str, state: str, who: identity.Identity) -> str:
    mine = owner == who.organisation
    if who.role == "secretariat" and space not in (ALLIANCE, SAMPLE) and not mine:
        return "waiting" if state in {"submitted", "in_review"} else ""
    if not mine or state not in {"draft", "submitted", "in_review"}:
        return ""
    return "draft" if state == "draft" else "submitted"


def find(
    session: Session,
    searcher: Asks,
    shelf: Shelf,
    question: str,
    chosen: Mapping[str, frozenset[str]],
    order: Order = "match",
) -> Result | None:
    """Answer a question within the chosen filters; None where a newer question has come meanwhile.

    `chosen` maps a group (theme, language, template, ours) to its codes; no code means any. Slow for
    a large library: call it off the thread that paints.
    """
    entries: Iterable[Entry] = shelf.entries
    places: Mapping[str, Place] = {}
    loose: frozenset[str] = frozenset()
    if question.strip():
        found = library_search.ask(searcher, question, shelf.files)
        if found is None:
            return None
        entries = [shelf.by_id[item] for item in found.ids if item in shelf.by_id]
        places, loose = found.places, frozenset(found.ids[found.exact :])
    left, counts = _filtered(list(entries), chosen)
    left = sort(left, order, ranked=bool(question.strip()))
    shown = tuple(left[:MOST])
    near = sum(entry.id in loose for entry in left)
    return Result(question, shown, len(left), counts, _passages(session, shown, question, places), near, places)


def sort(entries: list[Entry], order: Order, *, ranked: bool) -> list[Entry]:
    """Return the entries in the order asked for; best match without a question is newest first."""
    if order == "title":
        return sorted(entries, key=lambda entry: fold(entry.title))
    if order == "newest" and ranked:
        return sorted(entries, key=lambda entry: entry.issued, reverse=True)
    return entries


def codes(entry: Entry, group: str) -> tuple[str, ...]:
    """Return the codes of an entry in one group of filters."""
    match group:
        case "theme":
            return entry.themes
        case "language":
            return (entry.language,) if entry.language else ()
        case "template":
            return (entry.template,) if entry.template else ()
        case "collection":
            return entry.collections
        case "subject":
            return entry.subject
    return (entry.ours,) if entry.ours else ()


def _filtered(
    entries: list[Entry], chosen: Mapping[str, frozenset[str]]
) -> tuple[list[Entry], dict[str, Counter[str]]]:
    """Return what every group lets through, and for each group the codes of what all others let through."""
    active = [group for group in GROUPS if chosen.get(group)]
    passing = {
        group: {entry.id for entry in entries if not chosen[group].isdisjoint(codes(entry, group))} for group in active
    }
    counts = {}
    for group in GROUPS:
        others = [passing[other] for other in active if other != group]
        within = [entry for entry in entries if all(entry.id in ids for ids in others)] if others else entries
        counts[group] = Counter(code for entry in within for code in codes(entry, group))
    return [entry for entry in entries if all(entry.id in ids for ids in passing.values())], counts


def _passages(
    session: Session, entries: tuple[Entry, ...], question: str, places: Mapping[str, Place]
) -> dict[str, str]:
    if not question.strip():
        return {}
    wanted = [entry.id for entry in entries[:_DEEP] if not marks(entry.summary, question)]
    parts = ("body", *CASE_PARTS)
    query = select(LibraryItem.id, *(getattr(LibraryItem, part) for part in parts))
    here = {item: places[item] for item in wanted if item in places}
    found = library_search.passages(session, here, question)
    wanted = [item for item in wanted if item not in here]
    for row in session.execute(query.where(LibraryItem.id.in_(wanted))):
        for part in parts:
            text = " ".join(pick(getattr(row, part)).split())
            if marks(text, question):
                found[row.id] = around(text, question)
                break
    return found


def article(session: Session, item_id: str) -> Article:
    """Return an item to be read, in the reader's language as far as it is there; raises NotFound."""
    found = _fetch(session, item_id)
    described = fields(LibraryItem)
    parts = tuple((_(described[part]["label"]), pick(getattr(found, part))) for part in ("body", *CASE_PARTS))
    return Article(
        id=found.id,
        title=found.caption() if pick(found.title) else _("Without a title"),
        summary=pick(found.summary),
        template=found.template,
        themes=tuple(found.themes),
        language=found.language,
        country_code=found.country_code,
        issued=found.issued,
        license=found.license,
        minutes=found.minutes,
        evidence=found.evidence,
        state=found.state,
        parts=tuple(part for part in parts if part[1].strip()),
        can=_allowed(session, found),
        link=found.link,
        details=_details(found),
        left_alone=identity.read(session).role == "secretariat" and found.id in _orphans(session),
    )


_DETAILS = ("creator", "contributor", "publisher", "source", "identifier", "audience", "rights")
"""What is said of an item below its text, in Dublin Core's terms."""


def _details(item: LibraryItem) -> tuple[tuple[str, str], ...]:
    described = fields(LibraryItem)
    told = [(_(described[name]["label"]), str(getattr(item, name))) for name in _DETAILS]
    listed = (("collections", item.collections), ("subject", item.subject))
    told += [(_(described[name]["label"]), ", ".join(words)) for name, words in listed]
    return tuple(each for each in told if each[1])


def often(shelf: Shelf, group: str, most: int = 12) -> list[str]:
    """Return the codes of a group that most items have, by name; for groups whose codes people make up."""
    counts = Counter(code for entry in shelf.entries for code in codes(entry, group))
    return sorted((code for code, _count in counts.most_common(most)), key=fold)


def _allowed(session: Session, item: LibraryItem) -> frozenset[str]:
    who = identity.read(session)
    allowed = set()
    mine = item.owner == who.organisation and item.space not in (ALLIANCE, shared_space(who.organisation))
    if mine and item.state in {"", "draft", "submitted"}:
        allowed |= {"edit", "remove", "submit"}
    if who.role == "secretariat" and item.space != ALLIANCE and item.state in _PUBLISHABLE:
        allowed.add("publish")
    if who.role != "reader" and _shared_by(session, item, who):
        allowed.add("take_back")
    return frozenset(allowed)


def _shared_by(session: Session, item: LibraryItem, who: identity.Identity) -> bool:
    """Say whether some copy of this item in a wider space is ours."""
    source = _source(session, item, who)
    wider = [copy for copy in _copies(session, source) if copy.owner == who.organisation]
    return bool(wider) or (item.space == ALLIANCE and item.owner == who.organisation and who.role == "secretariat")


def _source(session: Session, item: LibraryItem, who: identity.Identity) -> LibraryItem:
    """The record of ours from which this one was made by sharing; itself where there is none."""
    seen = {item.id}
    while True:
        made_from = select(LibraryItem).where(
            LibraryItem.counterpart_id == item.id, LibraryItem.owner == who.organisation,
            LibraryItem.deleted.is_(False), LibraryItem.id.not_in(seen),
        )  # fmt: skip
        found = session.scalars(made_from).first()
        if found is None:
            return item
        item = found
        seen.add(item.id)


def _copies(session: Session, item: LibraryItem) -> list[LibraryItem]:
    made: list[LibraryItem] = []
    while item.counterpart_id and (copy := session.get(LibraryItem, item.counterpart_id)) and copy not in made:
        if copy.deleted:
            break
        made.append(copy)
        item = copy
    return made


def draft(session: Session, template: str = "case") -> str:
    """Begin a practice of our own with a template; return its id."""
    country = facts.text(session, "country_code")
    made = editing.add(
        session,
        TYPE,
        {
            "template": template,
            "state": "draft",
            "language": language(),
            "issued": clock.today().isoformat(),
            "country_code": country,
        },
    )
    _fetch(session, made).work = made
    return made


def missing(session: Session, item_id: str) -> list[tuple[str, str]]:
    """Return (field, sentence) for what is still missing before an item can be submitted."""
    found = history.fetch(session, TYPE, item_id)
    return missing_parts(found) if isinstance(found, LibraryItem) else []


def remove(session: Session, item_id: str) -> int:
    """Move a practice to the trash, and take it back where it was shared; return the act's number, for undoing it."""
    attaching.retract(session, publishing.retract(session, TYPE, item_id))
    editing.remove(session, TYPE, item_id)
    return journal.scribe_of(session).act


def take_back(session: Session, item_id: str) -> int:
    """Take back from wider spaces what is ours in them; what it was made from stays. Return the act's number.

    The author's practice is a draft again. What the Secretariat takes back from the Alliance stays with its author.
    """
    item = _fetch(session, item_id)
    who = identity.read(session)
    source = _source(session, item, who)
    if source is item and item.space == ALLIANCE:
        item.deleted = True
        taken = [item.id]
        made_from = select(LibraryItem).where(LibraryItem.counterpart_id == item.id, LibraryItem.deleted.is_(False))
        for each in session.scalars(made_from):
            each.state, each.counterpart_id = "withdrawn", ""
    else:
        taken = publishing.retract(session, TYPE, source.id)
        source.state, source.counterpart_id = "draft", ""
    attaching.retract(session, taken)
    return journal.scribe_of(session).act


def _fetch(session: Session, item_id: str) -> LibraryItem:
    found = history.fetch(session, TYPE, item_id)
    if not isinstance(found, LibraryItem):
        raise TypeError(item_id)
    return found


def submit(session: Session, item_id: str) -> str:
    """Hand a practice to the Secretariat; return the id of the shared copy.

    Raises RuleBroken while a part is missing; then nothing is shared.
    """
    lacking = missing(session, item_id)
    if lacking:
        raise RuleBroken(lacking)
    return _share(session, item_id, "shared", "submitted")


def publish(session: Session, item_id: str) -> str:
    """Give a practice to the whole Alliance, as the Secretariat; return the id of the Alliance's copy."""
    return _share(session, item_id, "alliance", "published")


def _share(session: Session, item_id: str, scope: Literal["shared", "alliance"], state: str) -> str:
    copy = publishing.publish(session, TYPE, item_id, scope)
    attaching.share(session, item_id, copy, scope)
    found = history.fetch(session, TYPE, copy)
    # Where both are one record (sample data), there is no copy that would carry the state.
    if isinstance(found, LibraryItem) and found.state != state:
        found.state = state
    return copy


_ITEM = re.compile(r"\s*\d+[.)]\s+")


def blocks(text: str) -> list[tuple[Literal["p", "ol"], list[str]]]:
    """Return a text as paragraphs ("p", one text) and numbered lists ("ol", one text for each line)."""
    found: list[tuple[Literal["p", "ol"], list[str]]] = []
    for chunk in re.split(r"\n\s*\n", text.strip()):
        for line in chunk.splitlines():
            numbered = _ITEM.match(line)
            if numbered:
                content = line[numbered.end() :].strip()
                if found and found[-1][0] == "ol":
                    found[-1][1].append(content)
                else:
                    found.append(("ol", [content]))
            elif line.strip():
                found.append(("p", [line.strip()]))
    return found
