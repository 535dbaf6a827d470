"""A question to the library: what practices say of themselves and what is in their files, in one order.

All words of a question must occur, in what the practice says or on one page of a file. Where that leaves little, what
has only some of the words comes behind it, and it is said where that begins.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from wimdesk.i18n import _
from wimdesk.records import Attachment
from wimdesk.search import Hit, PageHit, Words
from wimdesk.services.library_ranking import Said, rank, weights
from wimdesk.store import file_texts, rows
from wimdesk.words import folded, marks

T = TypeVar("T")
TYPE = "library_item"
MOST = 1000
_PAGE_COUNTS = 1.0
"""A word on a page against the same word in the text of a practice."""
_BOTH = 0.3
"""What the lesser of the two adds where a practice and its file both fit."""
_LITTLE = 10
_SOME = 50
_WEIGHED = 80
_NAME = 40
"""Letters of a file's name that stand before a passage."""


class Asks(Protocol):
    """What answers a question: `wimdesk.search.Searcher`."""

    def together(self, work: Callable[[], T]) -> T | None:
        """Return what several questions find as one."""

    def ask(self, question: str, *, types: Iterable[str] = (), limit: int = 1000) -> list[Hit] | None:
        """Return the best hits, or None where a newer question has come."""

    def ask_pages(self, question: str, limit: int = 300) -> list[PageHit] | None:
        """Return the best pieces of files."""

    def count_words(self, question: str) -> tuple[dict[str, int], int]:
        """Return in how much each word is, and how much there is."""

    def said(self, kind: str, ids: Collection[str], docs: Collection[int]) -> tuple[dict[str, Words], dict[int, str]]:
        """Return what records and pieces of files say."""

    def ask_loosely(self, question: str, kind: str, limit: int) -> tuple[list[Hit], list[PageHit]] | None:
        """Return what has some of the words."""


class Copy(NamedTuple):
    """A file as it is attached to a practice."""

    item: str
    attachment: str
    title: str


Files = Mapping[str, Sequence[Copy]]
"""What contents are attached to, by their digest."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file a question was found; `page` is 0 where the file has no pages."""

    attachment: str
    title: str
    page: int
    doc: int


@dataclass(frozen=True, slots=True)
class Found:
    """Ids of practices, the best first; from `exact` on they have only some of the words."""

    ids: tuple[str, ...]
    exact: int
    places: Mapping[str, Place] = field(default_factory=dict)


def files(session: Session) -> Files:
    """Return what is attached to practices."""
    query = select(Attachment.identifier, Attachment.part_of, Attachment.id, Attachment.title)
    found: dict[str, list[Copy]] = {}
    here = (Attachment.part_of_type == TYPE, Attachment.deleted.is_(False))
    for digest, *rest in session.execute(query.where(*here).order_by(Attachment.created_at, Attachment.id)):
        found.setdefault(digest, []).append(Copy(*rest))
    return found


def ask(searcher: Asks, question: str, files: Files) -> Found | None:
    """Answer a question; None where a newer one has come meanwhile."""
    return searcher.together(lambda: _ask(searcher, question, files))


def _ask(searcher: Asks, question: str, files: Files) -> Found | None:
    hits = searcher.ask(question, types=(TYPE,), limit=MOST)
    pages = searcher.ask_pages(question) if hits is not None and files else []
    if hits is None or pages is None:
        return None
    ids, places = _merge(hits, pages, files)
    exact = len(ids)
    words = len(folded(question).split())
    if (exact == 0 and words > 1) or (exact < _LITTLE and words > 2):
        loose = searcher.ask_loosely(question, TYPE, _WEIGHED)
        if loose is None:
            return None
        more, elsewhere = _merge(*loose, files)
        places = elsewhere | places
        ids += _weighed(searcher, question, [each for each in more if each not in ids], places)
    return Found(tuple(ids), exact, places)


def _weighed(searcher: Asks, question: str, ids: list[str], places: Mapping[str, Place]) -> list[str]:
    """Return the first of what has some of the words in the order of all that each says."""
    first = ids[:_WEIGHED]
    told, pages = searcher.said(TYPE, first, {places[item].doc for item in first if item in places})
    said = {}
    for item in first:
        own = told.get(item, {})
        page = pages.get(places[item].doc, "") if item in places else ""
        title = f"{own.get('title', '')} {own.get('tags', '')}"
        said[item] = Said(title, own.get("summary", ""), f"{own.get('body', '')} {page}")
    return [*rank(question, said, weights(*searcher.count_words(question))), *ids[_WEIGHED:]][:_SOME]


def _merge(hits: list[Hit], pages: list[PageHit], files: Files) -> tuple[list[str], dict[str, Place]]:
    scores: dict[str, float] = {hit.id: hit.score for hit in hits}
    places: dict[str, Place] = {}
    for hit in pages:  # the best come first
        for copy in files.get(hit.digest, ()):
            if copy.item in places:
                continue
            places[copy.item] = Place(copy.attachment, copy.title, hit.page, hit.doc)
            own, there = scores.get(copy.item, 0.0), hit.score * _PAGE_COUNTS
            scores[copy.item] = max(own, there) + _BOTH * min(own, there)
    # What was too much to be ranked has no score and keeps its order: titles first, then the newest.
    return sorted(scores, key=lambda item: -scores[item]), places


def passages(session: Session, places: Mapping[str, Place], question: str, length: int = 220) -> dict[str, str]:
    """Return, by practice, the place in its file and the words there."""
    texts = file_texts.texts(rows.driver(session), {place.doc for place in places.values()})
    return {
        item: in_file(place, around(" ".join(texts[place.doc].split()), question, length=length))
        for item, place in places.items()
        if place.doc in texts
    }


def in_file(place: Place, text: str) -> str:
    """Return a passage with the file and the page in which it stands."""
    name = place.title if len(place.title) <= _NAME else f"{place.title[: _NAME - 8]}…{place.title[-7:]}"
    words = _("{file}, page {page}: {text}") if place.page else _("{file}: {text}")
    return words.format(file=name, page=place.page, text=text)


def around(text: str, question: str, before: int = 40, length: int = 220) -> str:
    """Return a piece of the text that begins shortly before the first hit, so that two lines show it."""
    spots = marks(text, question)
    start = spots[0][0] if spots else 0
    if start <= before:
        return text[:length]
    start = text.find(" ", start - before) + 1
    return "…" + text[start : start + length]
