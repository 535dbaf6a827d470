"""Very many records as a few plain columns in memory, so that a list of them is filtered while a person types.

The encrypted file is read once for all of them; a question then costs no disk. What a record says in one facet is a
number into the combinations that occur, so a filter decides once per combination and then only looks numbers up. A
roster never changes: `replaced` makes the next one. All of it is meant for a thread that does not paint.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from wimdesk.search import fold
from wimdesk.services.question import Question

Codes = tuple[str, ...]
Counts = Mapping[str, Mapping[str, int]]
"""By facet and code, how many records."""
_NUMBERS = "I"
_Run = TypeVar("_Run", list[str], "array[int]")


@dataclass(frozen=True, slots=True)
class Line:
    """One record, folded: `key` is what it is sorted by, `text` what else it is found by; `codes` follow the facets."""

    id: str
    key: str
    text: str
    codes: tuple[Codes, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One facet: the combinations of codes that occur, and for each record the number of its own."""

    kinds: dict[Codes, int]
    of: array[int]

    def decide(self, passes: Callable[[Codes], bool]) -> bytes:
        """Return for each combination whether it passes."""
        return bytes(passes(kind) for kind in self.kinds)


@dataclass(frozen=True, slots=True)
class Found:
    """Who answers a question, in order; `counts` say how many each code would leave, given all else that is asked."""

    ids: list[str] = field(default_factory=list)
    counts: Counts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Roster:
    """The records in order."""

    ids: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    columns: Mapping[str, Column] = field(default_factory=dict)

    def replaced(self, gone: frozenset[str], lines: Iterable[Line]) -> Roster:
        """Return the roster without some records and with others: what lies between them is taken over in pieces."""
        new = sorted(lines, key=lambda line: (line.key, line.id))
        old = range(len(self.ids))
        cuts = [(place, -1) for place, record in enumerate(self.ids) if record in gone]
        for number, line in enumerate(new):
            place = bisect_left(old, (line.key, line.id), key=lambda place: (self.keys[place], self.ids[place]))
            cuts.append((place, number))
        # At one place those that come stand before the one that goes.
        cuts.sort(key=lambda cut: (cut[0], cut[1] < 0, cut[1]))
        columns = {}
        for at, (facet, column) in enumerate(self.columns.items()):
            kinds = dict(column.kinds)
            numbers = array(_NUMBERS, (kinds.setdefault(line.codes[at], len(kinds)) for line in new))
            columns[facet] = Column(kinds, _spliced(column.of, cuts, numbers, array(_NUMBERS)))
        return Roster(
            _spliced(self.ids, cuts, [line.id for line in new], []),
            _spliced(self.keys, cuts, [line.key for line in new], []),
            _spliced(self.texts, cuts, [line.text for line in new], []),
            columns,
        )


def _spliced(old: _Run, cuts: Sequence[tuple[int, int]], new: _Run, found: _Run) -> _Run:
    """Fill `found` with the old ones, at each cut with a new one in front of it, or (-1) without the old one there."""
    at = 0
    for place, number in cuts:
        found += old[at:place]
        at = place
        if number < 0:
            at += 1
        else:
            found += new[number : number + 1]
    found += old[at:]
    return found


def make(facets: Sequence[str], lines: Iterable[Line]) -> Roster:
    """Return the roster of these records. A line is let go as soon as the next one comes."""
    ids: list[str] = []
    keys: list[str] = []
    texts: list[str] = []
    columns = [Column({}, array(_NUMBERS)) for _facet in facets]
    piles: dict[str, list[int]] = {}
    for place, line in enumerate(lines):
        ids.append(line.id)
        keys.append(line.key)
        texts.append(line.text)
        piles.setdefault(line.key[:1], []).append(place)
        for column, codes in zip(columns, line.codes, strict=True):
            column.of.append(column.kinds.setdefault(codes, len(column.kinds)))
    # Sorting all at once would not let go of the interpreter, and the window would stand still.
    order = [
        place for first in sorted(piles) for place in sorted(piles[first], key=lambda place: (keys[place], ids[place]))
    ]
    ids, keys, texts = ([part[place] for place in order] for part in (ids, keys, texts))
    moved = (Column(column.kinds, array(_NUMBERS, map(column.of.__getitem__, order))) for column in columns)
    return Roster(ids, keys, texts, dict(zip(facets, moved, strict=True)))


def plain(text: str) -> str:
    """Return a text as it is looked for: without case and accents."""
    return text.lower() if text.isascii() else fold(text)


def find(roster: Roster, question: Question, *, counted: bool = True) -> Found:
    """Return who answers the question. A facet that this version does not know is answered by nobody."""
    asked = {*question.wanted, *question.unwanted}
    if not question.is_readable or asked - roster.columns.keys():
        return Found()
    places = _worded(roster, question.text)
    passing = {facet: _passing(roster.columns[facet], *question.codes(facet)) for facet in asked}
    left = _within(roster, places, passing)
    counts: dict[str, Mapping[str, int]] = {}
    for facet in roster.columns if counted else ():
        others = {other: each for other, each in passing.items() if other != facet}
        counts[facet] = _count(roster.columns[facet], _within(roster, places, others) if facet in passing else left)
    everybody = len(left) == len(roster.ids)
    return Found(roster.ids if everybody else [roster.ids[place] for place in left], counts)


def _worded(roster: Roster, text: str) -> Sequence[int]:
    places: Sequence[int] = range(len(roster.ids))
    keys, texts = roster.keys, roster.texts
    for word in plain(text).split():
        places = [place for place in places if word in texts[place] or word in keys[place]]
    return places


def _passing(column: Column, wanted: Codes, unwanted: Codes) -> bytes:
    must, must_not = set(wanted), set(unwanted)

    def passes(kind: Codes) -> bool:
        here = kind or ("",)
        return must_not.isdisjoint(here) and (not must or not must.isdisjoint(here))

    return column.decide(passes)


def _within(roster: Roster, places: Sequence[int], passing: Mapping[str, bytes]) -> Sequence[int]:
    for facet, decided in passing.items():
        of = roster.columns[facet].of
        places = [place for place in places if decided[of[place]]]
    return places


def _count(column: Column, places: Sequence[int]) -> Mapping[str, int]:
    of = column.of
    numbers = Counter(of if len(places) == len(of) else map(of.__getitem__, places))
    kinds = list(column.kinds)
    found: dict[str, int] = {}
    for number, count in numbers.items():
        for code in kinds[number] or ("",):
            found[code] = found.get(code, 0) + count
    return found
