"""Full-text search over whatever columns declare, in the encrypted database, blind to accents.

Text is folded by us before it is indexed and before it is asked for (casefold, decomposition,
letters that Unicode does not decompose, Chinese/Japanese/Korean runs as pairs); the original is what is
shown and marked. Ranking adapts to the size of the answer, so that one letter in 100,000 items
is as quick as a whole word.
"""

from __future__ import annotations

import functools
import re
import threading
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from sqlalchemy import JSON, select
from sqlalchemy.orm import Session
from sqlcipher3 import dbapi2

from wimdesk.store import rows
from wimdesk.store.engine import Store
from wimdesk.store.record import Record, Weight, searched, types

T = TypeVar("T")
_COLUMNS: tuple[Weight, ...] = ("title", "summary", "body", "tags")
_LETTERS = str.maketrans(
    {
        "ı": "i",
        "ß": "ss",
        "ø": "o",
        "đ": "d",
        "ł": "l",
        "æ": "ae",
        "œ": "oe",
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ى": "ي",
        "ة": "ه",
        "ـ": "",
    }
)
_WORD = re.compile(r"\w+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_MANY = 5000
_FEW = 1000
"""So many answers of all types together are ranked by all that they say; more, type by type, the newest first."""
_SOME = 2000
"""Records that are indexed as one."""
_BAND = 1 << 32


@dataclass(frozen=True, slots=True)
class Hit:
    """One record found; the best comes first."""

    type: str
    id: str


@functools.lru_cache(maxsize=20_000)
def fold(word: str) -> str:
    """Return the word without case, accents and the like; the same for text and question."""
    plain = unicodedata.normalize("NFKD", word.casefold().translate(_LETTERS))
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(_LETTERS)


def folded(value: object) -> str:
    """Return a column's value (text, list or map of texts) as folded words."""
    if isinstance(value, dict):
        return " ".join(folded(v) for v in value.values())
    if isinstance(value, list):
        return " ".join(folded(v) for v in value)
    if not isinstance(value, str) or not value:
        return ""
    return " ".join(map(_terms, _WORD.findall(value)))


@functools.lru_cache(maxsize=20_000)
def _terms(word: str) -> str:
    """Return what is indexed of a word: where words are not set apart, each pair of signs."""
    plain = fold(word)
    return " ".join(_pairs(plain)) if _CJK.search(plain) else plain


def _pairs(word: str) -> list[str]:
    out: list[str] = []
    for part in re.split(f"({_CJK.pattern})", word):
        if _CJK.fullmatch(part):
            out += [part[i : i + 2] for i in range(max(1, len(part) - 1))]
        elif part:
            out.append(part)
    return out


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
        for (weight, is_json), value in zip(words.columns, values, strict=True):
            parts.setdefault(weight, []).append(folded(rows.of_json(value) if is_json else value))
        texts = [" ".join(parts.get(column, ())) for column in _COLUMNS]
        if any(texts):
            found.append((record, texts))
    connection.executemany(
        "INSERT INTO search_ref(doc, record, type) VALUES (?, ?, ?)",
        [(doc, record, cls.__tablename__) for doc, (record, _texts) in enumerate(found, last + 1)],
    )
    connection.executemany(
        "INSERT INTO search_text(rowid, title, summary, body, tags) VALUES (?,?,?,?,?)",
        [(doc, *texts) for doc, (_record, texts) in enumerate(found, last + 1)],
    )
    connection.executemany(
        "INSERT INTO search_title(rowid, title) VALUES (?, ?)",
        [(doc, f"{texts[0]} {texts[3]}") for doc, (_record, texts) in enumerate(found, last + 1)],
    )


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


_PLAIN = "SELECT r.type, r.record FROM {0} f JOIN search_ref r ON r.doc = f.rowid WHERE {0} MATCH ?"


class Searcher:
    """Answers questions on a connection of its own. A newer question stops the one before it."""

    def __init__(self, store: Store) -> None:
        self._connection = store.raw()
        self._lock = threading.Lock()
        self._latest = 0
        self._running = 0
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

    def _newest(self, find: Callable[[], T]) -> T | None:
        self._latest += 1
        mine = self._latest
        with self._lock:
            if mine != self._latest:
                return None
            self._running = mine
            try:
                return find()
            except dbapi2.OperationalError:
                if mine == self._latest:
                    raise
                return None

    def _find_each(self, question: str, types: Sequence[str], limit: int) -> dict[str, list[str]]:
        words = folded(question).split()
        if not words:
            return {}
        match = " ".join(f'"{word}"*' for word in words)
        short = len(words) == 1 and len(words[0]) < 3
        found: dict[str, list[str]] = {}
        if not short and self._count(match, _FEW) <= _FEW:
            ranked = f"{_PLAIN.format('search_text')} ORDER BY bm25(search_text, 10, 4, 1, 6), f.rowid DESC"
            for kind, record in self._connection.execute(ranked, (match,)):
                if kind in types and len(found.setdefault(kind, [])) < limit:
                    found[kind].append(record)
            return found
        for kind in types:
            ids = dict.fromkeys(self._within(kind, "search_title", match, limit))
            if len(ids) < limit and not short:
                ids |= dict.fromkeys(self._within(kind, "search_text", match, limit))
            if ids:
                found[kind] = list(ids)[:limit]
        return found

    def _within(self, kind: str, table: str, match: str, limit: int) -> list[str]:
        """Return the ids of a type whose words fit, the newest first."""
        asked = f"{_PLAIN.format(table)} AND f.rowid BETWEEN ? AND ? ORDER BY f.rowid DESC LIMIT ?"
        return [record for _kind, record in self._connection.execute(asked, (match, *band(kind), limit))]

    def _find(self, question: str, kinds: tuple[str, ...], limit: int) -> list[Hit]:
        words = folded(question).split()
        if not words:
            return []
        match = " ".join(f'"{word}"*' for word in words)
        run = self._connection.execute
        only = f" AND r.type IN ({','.join('?' * len(kinds))})" if kinds else ""
        short = len(words) == 1 and len(words[0]) < 3
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
        else:
            ranked = f"SELECT r.type, r.record FROM search_text f {self._where('search_text', only)}"
            rows = run(
                f"{ranked} ORDER BY bm25(search_text, 10, 4, 1, 6), f.rowid DESC LIMIT ?", (match, *kinds, limit)
            ).fetchall()
        return [Hit(kind, record) for kind, record in rows[:limit]]

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


def marks(text: str, question: str) -> list[tuple[int, int]]:
    """Return where the question's words begin words of the original text: (start, end) pairs.

    In Chinese and Japanese, where words are not set apart, only the signs asked for are marked.
    """
    wanted = folded(question).split()
    found = []
    for word in _WORD.finditer(text):
        plain = fold(word.group())
        if _CJK.search(plain):
            found += [(word.start() + start, word.start() + end) for start, end in _inside(word.group(), wanted)]
        elif any(plain.startswith(w) for w in wanted):
            found.append(word.span())
    return found


def _inside(word: str, wanted: list[str]) -> list[tuple[int, int]]:
    plain, origin = "", []
    for place, letter in enumerate(word):
        part = fold(letter)
        plain += part
        origin += [place] * len(part)
    hit = {origin[at] for w in wanted for start in _starts(plain, w) for at in range(start, start + len(w))}
    spans: list[tuple[int, int]] = []
    for place in sorted(hit):
        if spans and spans[-1][1] == place:
            spans[-1] = (spans[-1][0], place + 1)
        else:
            spans.append((place, place + 1))
    return spans


def _starts(plain: str, wanted: str) -> list[int]:
    return [start for start in range(len(plain)) if plain.startswith(wanted, start)]


def snippet(text: str, question: str, length: int = 160) -> str:
    """Return a piece of the text around the first hit, cut at words."""
    spots = marks(text, question)
    if len(text) <= length or not spots or spots[0][1] < length:
        return text[:length].rsplit(" ", 1)[0] + "…" if len(text) > length else text
    start = text.rfind(" ", 0, max(0, spots[0][0] - length // 3)) + 1
    return "…" + text[start : start + length].rsplit(" ", 1)[0] + "…"
