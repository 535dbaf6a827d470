"""The library as a person browses it: a light list in memory, filters with live counts, search and the article."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from sys import intern
from typing import Any, Literal

import msgspec
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from sync.protocol import ALLIANCE
from wimdesk.i18n import _, content_language, pick
from wimdesk.records import LibraryItem
from wimdesk.records.library_item import CASE_PARTS, has_ended
from wimdesk.records.theme import official
from wimdesk.search import fold, marks
from wimdesk.services import library_feedback, library_search, library_versions
from wimdesk.services.library_article import Article as Article
from wimdesk.services.library_article import article as article
from wimdesk.services.library_search import MOST as MOST
from wimdesk.services.library_search import Asks, Place, around
from wimdesk.services.library_sharing import TYPE as TYPE
from wimdesk.services.library_sharing import draft as draft
from wimdesk.services.library_sharing import latest, orphans
from wimdesk.services.library_sharing import missing as missing
from wimdesk.services.library_sharing import publish as publish
from wimdesk.services.library_sharing import remove as remove
from wimdesk.services.library_sharing import submit as submit
from wimdesk.services.library_sharing import take_back as take_back
from wimdesk.store import identity, rows
from wimdesk.store.journal import SAMPLE

_DEEP = 40
"""For so many results, from the top, the hit is looked for in the article too."""
AT_ONCE = 60
"""For so many results, from the top, the summary is read along: each lies on a page of the file of its own."""
_decode = msgspec.json.Decoder(dict[str, str]).decode
Order = Literal["match", "newest", "title", "reused"]
NOTHING: Mapping[str, int] = {}
MADE_UP = ("collection", "subject")
_OFTEN = 12
GROUPS = ("theme", "language", "template", "collection", "subject", "ours", "aside")


@dataclass(frozen=True, slots=True)
class Entry:
    """One item as a row; `ours` is "draft", "submitted", "waiting" (for us, the Secretariat) or empty."""

    id: str
    title: str
    template: str
    themes: tuple[str, ...]
    language: str
    country_code: str
    issued: str
    state: str
    ours: str
    collections: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    work: str = ""
    languages: tuple[str, ...] = ()
    is_translation: bool = False
    others: tuple[str, ...] = ()
    """Records of the same work that this row stands for too."""
    reused: int = 0
    """How many organisations used or adapted it."""
    check: bool = False
    """Whether somebody should have looked at it again by now."""
    aside: str = ""
    """Why it is not shown among the others: "earlier", "archived", "ended" (her consent), or empty."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Every item of the library without its article, newest first, as of one moment; and what is attached to them."""

    entries: tuple[Entry, ...] = ()
    by_id: Mapping[str, Entry] = field(default_factory=dict)
    files: library_search.Files = field(default_factory=dict)
    often: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of the groups whose codes people make up those that most items have, by name."""
    shown: tuple[Entry, ...] = ()
    counts: Mapping[str, Counter[str]] = field(default_factory=dict)
    """What no question and no filter leave, counted once."""


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
    summaries: Mapping[str, str] = field(default_factory=dict)
    """As the database holds them, of the first entries; `summaries` reads those of the others. A shelf of 100,000
    practices has no room for them, and few of them are looked at."""

    def summary(self, entry: Entry) -> str:
        """Return the summary of one of the entries."""
        return pick(_decode(self.summaries.get(entry.id, "{}")))[:_LONGEST_SUMMARY]


def themes(session: Session) -> list[tuple[str, str, str]]:
    """Return (key, title in the reader's language, colour token) of each theme."""
    found = session.scalars(official())
    return [(theme.key, theme.caption(), theme.colour or "accent") for theme in found]


_ROW = (
    LibraryItem.id, LibraryItem.space, LibraryItem.owner, LibraryItem.title, LibraryItem.template, LibraryItem.themes,
    LibraryItem.language, LibraryItem.country_code, LibraryItem.issued, LibraryItem.state, LibraryItem.counterpart_id,
    LibraryItem.created_at, LibraryItem.collections, LibraryItem.subject, LibraryItem.work, LibraryItem.made_from,
    LibraryItem.supersedes, LibraryItem.review_on, LibraryItem.channels,
)  # fmt: skip
_LINKED = (
    LibraryItem.id, LibraryItem.space, LibraryItem.owner, LibraryItem.template, LibraryItem.channels, LibraryItem.state,
    LibraryItem.counterpart_id, LibraryItem.supersedes,
)  # fmt: skip
_SUMMARIES = "SELECT id, summary FROM library_item WHERE id IN (SELECT value FROM json_each(:ids))"
_PARTS = (
    f"SELECT id, {', '.join(('body', *CASE_PARTS))} FROM library_item WHERE id IN (SELECT value FROM json_each(:ids))"
)
_LONGEST_TITLE, _LONGEST_SUMMARY = 300, 1000
"""Letters of a row: nobody sees more of it, and what others send may be as long as a book."""
_FEW = 50
_STREAMED = 1000


def load(session: Session) -> Shelf:
    """Return the library as it is now. A copy that was made by sharing stands for its source, not beside it."""
    who = identity.read(session)
    there = LibraryItem.deleted.is_(False)
    keeps = who.role == "secretariat"
    copies = select(LibraryItem.counterpart_id).where(LibraryItem.counterpart_id != "")
    linked = (
        LibraryItem.id.in_(copies) | (LibraryItem.counterpart_id != "") | (LibraryItem.supersedes != "")
        | (LibraryItem.template == "role_model")
    )  # fmt: skip
    links = session.execute(select(*_LINKED).where(there, linked)).all()
    ended = {
        row.id for row in links if not keeps and row.owner != who.organisation and has_ended(row.template, row.channels)
    }
    by_id = {row.id: row for row in links if row.id not in ended}
    unseen = _doubles({row.id: (row.space, row.counterpart_id) for row in by_id.values()}) | ended
    replaced = {(row.supersedes, row.space) for row in by_id.values() if row.supersedes and row.state == "published"}
    left_alone = orphans(session) if keeps else frozenset()
    used = library_feedback.counts(session)
    # A hundred thousand rows at once would take several times the room of the entries that are made of them.
    stream = session.execute(select(*_ROW).where(there).execution_options(yield_per=_STREAMED))
    kept = [
        (
            row.issued or row.created_at[:10],
            _entry(row, who, row.id in left_alone, by_id.get(row.counterpart_id), used, replaced),
        )
        for row in stream
        if row.id not in unseen
    ]
    kept.sort(key=lambda pair: (pair[0], pair[1].id), reverse=True)
    return _shelf((entry for _day, entry in kept), library_search.files(session))


def renew(session: Session, shelf: Shelf, ids: frozenset[str]) -> Shelf:
    """Return the shelf with these items, and all files, as they are now: quick while one practice is being written."""
    rows = session.execute(select(*_ROW).where(LibraryItem.id.in_(ids), LibraryItem.deleted.is_(False))).all()
    known = shelf.by_id
    alone = all(
        not row.counterpart_id
        and not row.supersedes
        and (row.id in known or row.space.endswith("/private"))
        and (row.work in {"", row.id} or row.state == "draft")
        for row in rows
    )
    if not known or len(ids) > _FEW or not alone or len(rows) < len(ids):
        return load(session)
    who = identity.read(session)
    used = library_feedback.counts(session)
    fresh = {row.id: _entry(row, who, used=used) for row in rows}
    new = [entry for entry in fresh.values() if entry.id not in known]
    return _shelf([*new, *(fresh.get(entry.id, entry) for entry in shelf.entries)], library_search.files(session))


def _shelf(entries: Iterable[Entry], files: library_search.Files) -> Shelf:
    made = tuple(_fold(entries))
    by_id = {each: entry for entry in made for each in (entry.id, *entry.others)}
    shown, counts = _left(list(made), {})
    return Shelf(made, by_id, files, {group: _often(made, group) for group in MADE_UP}, tuple(shown), counts)


def _often(entries: Iterable[Entry], group: str) -> tuple[str, ...]:
    counts = Counter(code for entry in entries for code in codes(entry, group))
    return tuple(sorted((code for code, _count in counts.most_common(_OFTEN)), key=fold))


def _entry(
    row: Row[*tuple[Any, ...]],
    who: identity.Identity,
    orphan: bool = False,
    copy: Row[*tuple[Any, ...]] | None = None,
    used: Mapping[str, int] = NOTHING,
    replaced: Container[tuple[str, str]] = (),
) -> Entry:
    state = latest([copy.state] if copy is not None else [], row.state)
    work = row.work if row.work not in {"", row.id} else row.id  # the same text, not one more that is like it
    return Entry(
        id=row.id,
        title=pick(row.title)[:_LONGEST_TITLE] or _("Without a title"),
        template=intern(row.template),
        themes=_alike(*row.themes),
        language=intern(row.language),
        country_code=intern(row.country_code),
        issued=intern(row.issued),
        state=intern(state),
        ours="waiting" if orphan else _ours(row.space, row.owner, state, who),
        collections=_alike(*row.collections),
        subject=_alike(*row.subject),
        work=work,
        languages=_languages(row.language, *sorted(row.made_from)),
        is_translation=row.language in row.made_from,
        reused=used.get(work, 0),
        check=library_versions.is_overdue(state, row.review_on),
        aside=_aside(row, (work, row.space) in replaced),
    )


@functools.lru_cache(maxsize=10_000)
def _alike(*codes: str) -> tuple[str, ...]:
    """One for all that are alike: there are as many entries as practices."""
    return codes


@functools.cache
def _languages(*codes: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes)) if codes[0] else ()


def _aside(row: Row[*tuple[Any, ...]], is_replaced: bool) -> str:
    if has_ended(row.template, row.channels):
        return "ended"
    return "archived" if row.state == "archived" else "earlier" if is_replaced else ""


def _fold(entries: Iterable[Entry]) -> list[Entry]:
    """Return one entry for each work, in the reader's language where there is one; what is being written stays."""
    places: dict[str, int] = {}
    found: list[Entry] = []
    for entry in entries:
        place = places.get(entry.work, -1) if entry.work and not entry.ours else -1
        if place < 0:
            if entry.work and not entry.ours:
                places[entry.work] = len(found)
            found.append(entry)
            continue
        before = found[place]
        best, rest = (entry, before) if _reads_better(entry, before) else (before, entry)
        languages = (*best.languages, *(code for code in rest.languages if code not in best.languages))
        found[place] = replace(best, languages=languages, others=(*before.others, rest.id))
    return found


def _reads_better(one: Entry, other: Entry) -> bool:
    first = content_language()
    return (first in one.languages, not one.is_translation) > (first in other.languages, not other.is_translation)


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
    if not mine or state not in {"draft", "submitted", "in_review", "returned"}:
        return ""
    return "draft" if state in {"draft", "returned"} else "submitted"


def find(
    session: Session,
    searcher: Asks,
    shelf: Shelf,
    question: str,
    chosen: Mapping[str, frozenset[str]],
    order: Order = "match",
    *,
    only: Sequence[str] | None = None,
    summarised: int = AT_ONCE,
) -> Result | None:
    """Answer a question within the chosen filters; None where a newer question has come meanwhile.

    `chosen` maps a group (theme, language, template, ours) to its codes; no code means any. `only` are the ids of
    what is asked, in their order. So many of the first entries come `summarised`. Slow for a large library: call it
    off the thread that paints.
    """
    entries: Iterable[Entry] = shelf.entries
    if only is not None:
        entries = dict.fromkeys(shelf.by_id[item] for item in only if item in shelf.by_id)
    places: Mapping[str, Place] = {}
    loose: frozenset[str] = frozenset()
    if question.strip():
        found = library_search.ask(searcher, question, shelf.files)
        if found is None:
            return None
        asked = set(found.ids) if only is None else set(only)
        entries = dict.fromkeys(shelf.by_id[item] for item in found.ids if item in shelf.by_id and item in asked)
        places = {shelf.by_id[item].id: place for item, place in found.places.items() if item in shelf.by_id}
        exact = {shelf.by_id[item].id for item in found.ids[: found.exact] if item in shelf.by_id}
        loose = frozenset(entry.id for entry in entries) - exact
    if question.strip() or any(chosen.values()) or only is not None:
        left, counts = _left(list(entries), chosen)
    else:
        left, counts = list(shelf.shown), shelf.counts
    left = sort(left, order, ranked=bool(question.strip()))
    shown = tuple(left[:MOST])
    near = sum(entry.id in loose for entry in left)
    result = Result(question, shown, len(left), counts, {}, near, places, summaries(session, shown[:summarised]))
    return replace(result, passages=_passages(session, result))


def summaries(session: Session, entries: Iterable[Entry]) -> dict[str, str]:
    """Return the summaries of these entries by id, as the database holds them."""
    return dict(rows.find(session, _SUMMARIES, ids=[entry.id for entry in entries]))


def _left(entries: list[Entry], chosen: Mapping[str, frozenset[str]]) -> tuple[list[Entry], Mapping[str, Counter[str]]]:
    """Return what the filters leave, without what was put away unless that is asked for, and the counts."""
    put_away = Counter(entry.aside for entry in entries if entry.aside)
    if not chosen.get("aside"):
        entries = [entry for entry in entries if not entry.aside]
    left, counts = _filtered(entries, chosen)
    return left, {**counts, "aside": put_away}


def sort(entries: list[Entry], order: Order, *, ranked: bool) -> list[Entry]:
    """Return the entries in the order asked for; best match without a question is newest first."""
    if order == "title":
        return sorted(entries, key=lambda entry: fold(entry.title))
    if order == "reused":
        return sorted(entries, key=lambda entry: entry.reused, reverse=True)
    if order == "newest" and ranked:
        return sorted(entries, key=lambda entry: entry.issued, reverse=True)
    return entries


def codes(entry: Entry, group: str) -> tuple[str, ...]:
    """Return the codes of an entry in one group of filters."""
    match group:
        case "theme":
            return entry.themes
        case "language":
            return entry.languages or ((entry.language,) if entry.language else ())
        case "template":
            return (entry.template,) if entry.template else ()
        case "collection":
            return entry.collections
        case "subject":
            return entry.subject
        case "aside":
            return (entry.aside,) if entry.aside else ()
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


def _passages(session: Session, result: Result) -> dict[str, str]:
    question, places = result.question, result.places
    if not question.strip():
        return {}
    wanted = [each.id for each in result.entries[:_DEEP] if not marks(result.summary(each), question)]
    here = {item: places[item] for item in wanted if item in places}
    found = library_search.passages(session, here, question)
    wanted = [item for item in wanted if item not in here]
    for item, *parts in rows.find(session, _PARTS, ids=wanted):
        texts = (" ".join(pick(_decode(part)).split()) for part in parts)
        if text := next((text for text in texts if marks(text, question)), ""):
            found[item] = around(text, question)
    return found
