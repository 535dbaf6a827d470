"""Full-text search over whatever columns declare, in the encrypted database, blind to accents and forms of words.

What is indexed are the words of `wimdesk.words`; of texts that say their language also the stems. Ranking adapts to the
size of the answer, so that one letter in 100,000 items is as quick as a whole word.
"""

from __future__ import annotations

import functools
import threading
import zlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from sqlalchemy import JSON, select
from sqlalchemy.orm import Session
from sqlcipher3 import dbapi2

from wimdesk.store import facts, file_texts, journal, rows
from wimdesk.store.engine import Store
from wimdesk.store.record import Record, Weight, searched, types
from wimdesk.words import expression, loose_expression, one_expression, stemmed, telling, whole_words
from wimdesk.words import fold as fold
from wimdesk.words import folded as folded
from wimdesk.words import marks as marks
from wimdesk.words import snippet as snippet

T = TypeVar("T")
Words = dict[Weight, str]
_COLUMNS: tuple[Weight, ...] = ("title", "summary", "body", "tags")
_RANK = "bm25(search_text, 10, 4, 1, 6, 5, 1)"
"""What a word counts in each column; the last two are the stems of the title, and of the rest."""
_LOOSE_RANK = "bm25(search_text, 3, 1.5, 1, 3, 2, 1)"
"""Where some of the words will do, the others tell more than the place in which one stands."""
TABLES = ("search_text", "search_title", "search_page")
"""The indexes, for whoever has to tidy them."""
_MANY = 5000
_FEW = 1000
"""So many answers of all types together are ranked by all that they say; more, type by type, the newest first."""
_SOME = 2000
"""Records that are indexed as one."""
_BAND = 1 << 32
_LAST_OF_ALL = (1 << 63) - 1
_SHORT = 3
_HUGE = 20_000
"""More records than this are as many as this, where it only matters how rare a word is."""
_RANK_OF_PAGE = "bm25(search_page, 1, 1)"


@dataclass(frozen=True, slots=True)
class Hit:
    """One record found; the best comes first."""

    type: str
    id: str
    score: float = field(default=0.0, compare=False)
    """How well it fits, where answers were few enough to be ranked: larger is better."""


@dataclass(frozen=True, slots=True)
class PageHit:
    """One piece of a file that was found: which content, which piece, and on which page (0: it has none)."""

    digest: str
    doc: int
    page: int
    score: float


def band(type_name: str) -> tuple[int, int]:
    """Return the first and the last number that documents of a type have in the index.

    A range of numbers is the one thing by which FTS5 finds quickly what is of one type.
    """
    first = (zlib.crc32(type_name.encode()) >> 1) * _BAND
    return first, first + _BAND - 1


def attach(store: Store) -> None:
    """Keep the index up to date in the same transaction as the records."""
    store.indexers.append(_index)


def _index(session: Session, touched: dict[str, set[str]]) -> None:
    known = types()
    for type_name, ids in touched.items():
        cls = known.get(type_name)
        if cls is None or not searched(cls):
            continue
        everyone = sorted(ids)
        for start in range(0, len(everyone), _SOME):
            _index_some(session, cls, everyone[start : start + _SOME])


_THESE = "IN (SELECT value FROM json_each(:ids))"
_LAST = "SELECT coalesce(max(doc), :low) FROM search_ref WHERE doc BETWEEN :low AND :high"
_OLD = f"SELECT doc FROM search_ref WHERE record {_THESE} ORDER BY doc"


class _Words(NamedTuple):
    """What to ask for the words of a type, and of each answer its weight and whether it is JSON."""

    question: str
    columns: list[tuple[Weight, bool]]


@functools.cache
def _words_of(cls: type[Record]) -> _Words:
    table = rows.table_of(cls)
    names = [(name, weight) for weight, group in searched(cls).items() for name in group]
    question = f"SELECT {','.join(['id', *(name for name, _weight in names)])} FROM {table.name} WHERE id {_THESE}"
    columns = [(weight, isinstance(table.c[name].type, JSON)) for name, weight in names]
    return _Words(f"{question} AND NOT deleted", columns)


def _index_some(session: Session, cls: type[Record], ids: list[str]) -> None:
    connection = rows.driver(session)
    old = rows.find(session, _OLD, ids=ids)
    connection.executemany("DELETE FROM search_text WHERE rowid=?", old)
    connection.executemany("DELETE FROM search_title WHERE rowid=?", old)
    connection.executemany("DELETE FROM search_ref WHERE doc=?", old)
    words = _words_of(cls)
    ((last,),) = rows.find(session, _LAST, **dict(zip(("low", "high"), band(cls.__tablename__), strict=True)))
    found: list[tuple[str, list[str]]] = []
    for record, *values in rows.find(session, words.question, ids=ids):
        parts: dict[Weight, list[str]] = {}
        cut: dict[str, list[str]] = {"title": [], "rest": []}
        for (weight, is_json), value in zip(words.columns, values, strict=True):
            text = rows.of_json(value) if is_json else value
            parts.setdefault(weight, []).append(folded(text))
            if isinstance(text, dict):  # a text in several languages says which each is in
                cut["title" if weight == "title" else "rest"] += _stems(text)
        texts = [" ".join(parts.get(column, ())) for column in _COLUMNS]
        if any(texts):
            found.append((record, [*texts, " ".join(cut["title"]), " ".join(cut["rest"])]))
    if old and len(found) < len(ids) and not journal.scribe_of(session).wrote:
        facts.put(
            session, **{file_texts.UNTIDY: True}
        )  # others withdrew something: its words are to leave the index for good
    connection.executemany(
        "INSERT INTO search_ref(doc, record, type) VALUES (?, ?, ?)",
        [(doc, record, cls.__tablename__) for doc, (record, _texts) in enumerate(found, last + 1)],
    )
    connection.executemany(
        "INSERT INTO search_text(rowid, title, summary, body, tags, title_stems, stems) VALUES (?,?,?,?,?,?,?)",
        [(doc, *texts) for doc, (_record, texts) in enumerate(found, last + 1)],
    )
    connection.executemany(
        "INSERT INTO search_title(rowid, title) VALUES (?, ?)",
        [(doc, f"{texts[0]} {texts[3]}") for doc, (_record, texts) in enumerate(found, last + 1)],
    )


def _stems(texts: dict[object, object]) -> list[str]:
    found = (stemmed(text, str(code)) for code, text in texts.items() if isinstance(text, str))
    return [text for text in found if text]


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(map(_plain, value.values()))
    if isinstance(value, list):
        return " ".join(map(_plain, value))
    return value if isinstance(value, str) else ""


def is_empty(session: Session) -> bool:
    """Say whether nothing is in the index, as after an upgrade that makes it anew."""
    return not rows.find(session, "SELECT 1 FROM search_ref LIMIT 1")


def rebuild(session: Session) -> int:
    """Index everything anew; return how many records were looked at."""
    count = 0
    for cls in types().values():
        ids = list(session.scalars(select(cls.id)))
        count += len(ids)
        _index(session, {cls.__tablename__: set(ids)})
    return count


_NAMED = """SELECT r.record FROM search_title f JOIN search_ref r ON r.doc = f.rowid
WHERE search_title MATCH :match AND f.rowid BETWEEN :low AND :high LIMIT :limit"""


def named(session: Session, type_name: str, text: str, limit: int = 500) -> list[str]:
    """Return ids of records of a type in whose titles or tags all these beginnings of words are, in no order."""
    match = " ".join(f'"{word}"*' for word in folded(text).split())
    low, high = band(type_name)
    found = rows.find(session, _NAMED, match=match, low=low, high=high, limit=limit) if match else []
    return [record for (record,) in found]


_PLAIN = "SELECT r.type, r.doc, r.record FROM {0} f JOIN search_ref r ON r.doc = f.rowid WHERE {0} MATCH ?"


class Searcher:
    """Answers questions on a connection of its own. A newer question stops the one before it."""

    def __init__(self, store: Store) -> None:
        self._connection = store.raw()
        self._lock = threading.Lock()
        self._latest = 0
        self._running = 0
        self._holder = 0
        """The thread whose question is being answered."""
        self._connection.set_progress_handler(self._stale, 2000)

    def _stale(self) -> int:
        return int(self._running != self._latest)

    def ask(self, question: str, *, types: Iterable[str] = (), limit: int = 1000) -> list[Hit] | None:
        """Return the best hits, or None where a newer question has come meanwhile.

        Words are prefixes and all must occur. An empty question finds nothing.
        """
        return self._newest(lambda: self._find(question, tuple(types), limit))

    def ask_each(self, question: str, types: Sequence[str], limit: int) -> dict[str, list[str]] | None:
        """Return the best ids of each type, or None where a newer question has come meanwhile.

        What is frequent in one type hides nothing of another. Types without a hit are left out.
        """
        return self._newest(lambda: self._find_each(question, types, limit))

    def together(self, work: Callable[[], T]) -> T | None:
        """Return what some work finds that asks several questions as one; None where a newer question has come.

        Else the second half of an old question would stop the first half of the new one.
        """
        return self._newest(work)

    def _newest(self, find: Callable[[], T]) -> T | None:
        if self._holder == threading.get_ident():
            return find()
        self._latest += 1
        mine = self._latest
        with self._lock:
            if mine != self._latest:
                return None
            self._running, self._holder = mine, threading.get_ident()
            try:
                return find()
            except dbapi2.OperationalError:
                if mine == self._latest:
                    raise
                return None
            finally:
                self._holder = 0

    def ask_pages(self, question: str, limit: int = 300) -> list[PageHit] | None:
        """Return the pieces of attached files that fit best, or None where a newer question has come meanwhile."""
        return self._newest(lambda: self._find_pages(expression(whole_words(question)), question, limit))

    def count_words(self, question: str) -> tuple[dict[str, int], int]:
        """Return in how many records and pages each telling word of a question is, and how many there are, roughly."""
        counts = {word: self._often(one_expression(word, cut)) for word, cut in telling(question)}
        (records,) = self._connection.execute(
            "SELECT count(*) FROM (SELECT 1 FROM search_ref LIMIT ?)", (_HUGE,)
        ).fetchone()
        (pages_there,) = self._connection.execute("SELECT coalesce(sum(pieces), 0) FROM file_text").fetchone()
        return counts, records + pages_there

    def _often(self, asked: str) -> int:
        pages = "SELECT count(*) FROM (SELECT 1 FROM search_page WHERE search_page MATCH ? LIMIT ?)"
        return int(self._connection.execute(pages, (asked, _MANY)).fetchone()[0]) + self._count(asked)

    def rarest(self, question: str, most: int = _MANY) -> str:
        """Return those telling words of a question that few have, the rarest first, as long as `most` have them.

        To rank what a frequent word finds among 100,000 costs more than the word tells.
        """
        counts = {word: self._often(one_expression(word, cut)) for word, cut in telling(question)}
        kept: list[str] = []
        sum_of = 0
        for word in sorted((word for word in counts if counts[word]), key=lambda word: counts[word]):
            sum_of += counts[word]
            if sum_of > most:
                break
            kept.append(word)
        return " ".join(kept)

    def said(self, kind: str, ids: Collection[str], docs: Collection[int]) -> tuple[dict[str, Words], dict[int, str]]:
        """Return the texts of records as the index takes them, by weight, and of pieces of files."""
        words = _words_of(types()[kind])
        told: dict[str, Words] = {}
        for record, *values in self._connection.execute(words.question, {"ids": rows.as_json([*ids])}):
            parts: Words = {}
            for (weight, is_json), value in zip(words.columns, values, strict=True):
                parts[weight] = f"{parts.get(weight, '')} {_plain(rows.of_json(value) if is_json else value)}"
            told[record] = parts
        return told, file_texts.texts(self._connection, docs)

    def ask_loosely(self, question: str, kind: str, limit: int) -> tuple[list[Hit], list[PageHit]] | None:
        """Return the best of what has some of the words, records of a type and pieces of files; None as `ask`."""
        return self._newest(lambda: self._find_loosely(question, kind, limit))

    def _find_loosely(self, question: str, kind: str, limit: int) -> tuple[list[Hit], list[PageHit]]:
        kept = self.rarest(question)
        match = loose_expression(kept) if kept else ""
        return self._find_some(match, kind, limit), self._find_pages(match, kept, limit)

    def _find_some(self, match: str, kind: str, limit: int) -> list[Hit]:
        if not match:
            return []
        best = (
            f"SELECT rowid AS doc, {_LOOSE_RANK} AS score FROM search_text "
            "WHERE search_text MATCH ? AND rowid BETWEEN ? AND ? ORDER BY score LIMIT ?"
        )
        named = f"SELECT r.record, s.score FROM ({best}) s JOIN search_ref r ON r.doc = s.doc"
        found = self._connection.execute(named, (match, *band(kind), limit)).fetchall()
        return [Hit(kind, record, -score) for record, score in sorted(found, key=lambda row: row[1])]

    def _find_pages(self, match: str, question: str, limit: int) -> list[PageHit]:
        if not match or len(question.strip()) < _SHORT:
            return []  # one or two letters are on every page
        counted = "SELECT count(*) FROM (SELECT 1 FROM search_page WHERE search_page MATCH ? LIMIT ?)"
        run = self._connection.execute
        many = run(counted, (match, _MANY + 1)).fetchone()[0] > _MANY
        order = "rowid DESC" if many else _RANK_OF_PAGE
        score = "0" if many else _RANK_OF_PAGE
        best = f"SELECT rowid AS doc, {score} AS score FROM search_page WHERE search_page MATCH ?"
        query = f"{best} ORDER BY {order} LIMIT ?"
        named = (
            f"SELECT t.digest, s.doc, p.page, s.score FROM ({query}) s JOIN page_text p ON p.doc = s.doc "
            "JOIN file_text t ON t.file = s.doc >> 16"
        )
        found = [PageHit(digest, doc, page, -score) for digest, doc, page, score in run(named, (match, limit))]
        return sorted(found, key=lambda hit: -hit.score)

    def _find_each(self, question: str, types: Sequence[str], limit: int) -> dict[str, list[str]]:
        words = folded(question).split()
        if not words:
            return {}
        match = " ".join(f'"{word}"*' for word in words)
        asked = whole_words(question).split()
        has_letters = len(asked) < len(words)
        short = len(asked) == 1 and len(asked[0]) < _SHORT and not has_letters
        # Of a short word with a letter behind it ("un 5") the letter is what few have.
        is_told = has_letters and max(map(len, asked)) < _SHORT
        within = " ".join(f'"{word}"' + "*" * (len(word) > 1) for word in (words if is_told else asked))
        found: dict[str, list[str]] = {}
        if not short and not has_letters and self._count(match, _FEW) <= _FEW:
            ranked = f"{_PLAIN.format('search_text')} ORDER BY {_RANK}, f.rowid DESC"
            for kind, _doc, record in self._connection.execute(ranked, (match,)):
                if kind in types and len(found.setdefault(kind, [])) < limit:
                    found[kind].append(record)
            return found
        titled = self._newest_each("search_title", match, types, limit)
        more = {} if short else self._newest_each("search_text", within, types, limit)
        for kind in types:
            if ids := dict.fromkeys((*titled.get(kind, ()), *more.get(kind, ()))):
                found[kind] = list(ids)[:limit]
        return found

    def _newest_each(self, table: str, match: str, types: Sequence[str], limit: int) -> dict[str, list[str]]:
        """Return the ids of each type whose words fit, the newest first, at most so many of each.

        To ask anew costs as much as there is in all, so what has enough is skipped, and no type is asked for by itself.
        """
        query = f"{_PLAIN.format(table)} AND f.rowid <= ? ORDER BY f.rowid DESC LIMIT ?"
        found: dict[str, list[str]] = {}
        last = _LAST_OF_ALL
        while True:
            met = self._connection.execute(query, (match, last, limit)).fetchall()
            for kind, _doc, record in met:
                if len(found.setdefault(kind, [])) < limit:
                    found[kind].append(record)
            if len(met) < limit:
                return found
            kind, doc, _record = met[-1]
            last = band(kind)[0] - 1 if len(found[kind]) >= limit or kind not in types else doc - 1

    def _find(self, question: str, kinds: tuple[str, ...], limit: int) -> list[Hit]:
        words = folded(question).split()
        if not words:
            return []
        only = f" AND r.type IN ({','.join('?' * len(kinds))})" if kinds else ""
        asked = whole_words(question)
        if len(asked.split()) < len(words):
            return self._with_letters(self._find(asked, kinds, limit), question, kinds, only, limit)
        match = expression(question)
        run = self._connection.execute
        short = len(words) == 1 and len(words[0]) < _SHORT
        many = not short and self._count(match) > _MANY
        if short or many:
            # Ranking every match is what costs: titles are ranked in their small index, the rest is newest first.
            ranked = f"SELECT r.type, r.record FROM search_title f {self._where('search_title', only)}"
            rows = run(f"{ranked} ORDER BY f.rowid DESC LIMIT ?", (match, *kinds, limit)).fetchall()
            if len(rows) < limit:
                seen = {record for _kind, record in rows}
                rest = f"SELECT r.type, r.record FROM search_text f {self._where('search_text', only)}"
                more = run(f"{rest} ORDER BY f.rowid DESC LIMIT ?", (match, *kinds, limit)).fetchall()
                rows += [row for row in more if row[1] not in seen]
            return [Hit(kind, record) for kind, record in rows[:limit]]
        ranked = f"SELECT r.type, r.record, {_RANK} FROM search_text f {self._where('search_text', only)}"
        found = run(f"{ranked} ORDER BY 3, f.rowid DESC LIMIT ?", (match, *kinds, limit))
        return [Hit(kind, record, -score) for kind, record, score in found]

    def _with_letters(self, hits: list[Hit], question: str, kinds: tuple[str, ...], only: str, limit: int) -> list[Hit]:
        """Return what the whole words of a question find, first that which has its single letters too.

        In a title a word may begin so; elsewhere the letter is a word of its own ("scope 3").
        """
        first: dict[Hit, None] = {}
        whole = expression(question, whole_letters=True)
        best_first = f"{_RANK}, f.rowid DESC" if self._count(whole) <= _MANY else "f.rowid DESC"
        asked = (("search_title", expression(question), "f.rowid DESC"), ("search_text", whole, best_first))
        for table, match, order in asked:
            query = f"SELECT r.type, r.record FROM {table} f {self._where(table, only)} ORDER BY {order} LIMIT ?"
            first |= dict.fromkeys(Hit(*row) for row in self._connection.execute(query, (match, *kinds, limit)))
        scores = {hit.id: hit.score for hit in hits}
        best = max(scores.values(), default=0.0)
        found = [Hit(hit.type, hit.id, best + scores.get(hit.id, 0.0)) for hit in first]
        found.sort(key=lambda hit: -hit.score)
        return [*found, *(hit for hit in hits if hit not in first)][:limit]

    @staticmethod
    def _where(table: str, only: str) -> str:
        return f"JOIN search_ref r ON r.doc = f.rowid WHERE {table} MATCH ?{only}"

    def _count(self, match: str, most: int = _MANY) -> int:
        counted = "SELECT count(*) FROM (SELECT 1 FROM search_text WHERE search_text MATCH ? LIMIT ?)"
        return int(self._connection.execute(counted, (match, most + 1)).fetchone()[0])

    def close(self) -> None:
        """Stop a running question and close the connection."""
        self._latest += 1
        with self._lock:
            self._connection.close()
