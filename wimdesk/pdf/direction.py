"""Text that is read from right to left, as it is drawn: joined letters in the order of the paper (UAX #9, UAX #44).

Reportlab knows neither. Arabic letters are given the shape that their neighbours ask for, by the presentation forms of
Unicode, and each finds its place on the line. They are written in reading order all the same, each at its place, so
that a screen reader, a search and a copy find the words. Signs for short vowels are not drawn: without a shaping
engine they have no place above their letter.
Left out: pairs of brackets as pairs (N0), and the embeddings and overrides that UAX #9 itself advises against.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import NamedTuple

ISOLATES = "\u2066\u2067\u2068\u2069"
MARKS = ISOLATES + "\u200f"
"""What steers the order and is never drawn; dates of CLDR use the mark from right to left."""
_OPEN, _CLOSE = frozenset("\u2066\u2067\u2068"), "\u2069"
_FROM_RIGHT = re.compile("[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc]")
_VOWELS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]")
_LAM, _STRETCH = "\u0644", "\u0640"
_MIRRORED = dict(zip("()[]{}<>«»‹›", ")(][}{><»«›‹", strict=True))
_STRONG = {"L": "L", "R": "R", "AL": "R", "EN": "R", "AN": "R"}


def is_mirrored(language: str) -> bool:
    """Tell whether a document in this language (BCP 47) is read from right to left."""
    return language.split("-")[0] in {"ar", "fa", "he", "ur"}


def is_from_right(text: str) -> bool:
    """Tell whether any letter of a text is read from right to left."""
    return not text.isascii() and _FROM_RIGHT.search(text) is not None


def bare(text: str) -> str:
    """Return a text without the marks that steer its order."""
    return text if text.isascii() else re.sub(f"[{MARKS}]", "", text)


@functools.lru_cache(maxsize=20_000)
def shaped(text: str) -> str:
    """Return a text with each Arabic letter in the form that joins it to its neighbours, still in reading order."""
    if not is_from_right(text):
        return text
    letters = list(_VOWELS.sub("", text))
    forms = _forms()
    made: list[str] = []
    joins = False  # whether the letter before reaches out to this one
    at = 0
    while at < len(letters):
        letter = letters[at]
        following = letters[at + 1] if at + 1 < len(letters) else ""
        known = forms.get(letter + following) if letter == _LAM and following else None
        if known:
            made.append(known["final" if joins else "isolated"])
            joins, at = False, at + 2
            continue
        own = forms.get(letter, {})
        reaches = "initial" in own and (following == _STRETCH or "final" in forms.get(following, {}))
        name = ("medial" if reaches else "final") if joins and "final" in own else "initial" if reaches else "isolated"
        made.append(own.get(name, letter))
        joins = letter == _STRETCH or reaches
        at += 1
    return "".join(made)


class Part(NamedTuple):
    """Letters side by side on the paper: `at` says where they come in reading."""

    at: int
    text: str


def parts(text: str, *, mirrored: bool) -> list[Part]:
    """Return a line as it stands on the paper from left to right; what is read from the right is a letter a part."""
    if not is_from_right(text):
        return [Part(0, bare(text))]
    letters = shaped(text)
    levels = _levels(letters, 1 if mirrored else 0)
    for place in range(len(letters) - 1, -1, -1):  # blanks at the end of a line follow the line (L1)
        if not letters[place].isspace() and letters[place] not in MARKS:
            break
        levels[place] = 1 if mirrored else 0
    order = list(range(len(letters)))
    for level in range(max(levels), 0, -1):
        _turn(order, levels, level)
    found: list[Part] = []
    after = -1
    for at in order:
        letter = _MIRRORED.get(letters[at], letters[at]) if levels[at] % 2 else letters[at]
        if letter in MARKS:
            continue
        if at == after and levels[at] % 2 == 0:
            found[-1] = Part(found[-1].at, found[-1].text + letter)
        else:
            found.append(Part(at, letter))
        after = at + 1 if levels[at] % 2 == 0 else -1
    return found


def _turn(order: list[int], levels: list[int], level: int) -> None:
    """Turn round each stretch of this level or a higher one (L2)."""
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and levels[order[end]] >= level:
            end += 1
        order[start:end] = reversed(order[start:end])
        start = end + 1


def _levels(text: str, base: int) -> list[int]:
    """Return how deep each letter is embedded: odd levels run to the left; an isolated part counts as one sign."""
    levels = [base] * len(text)
    kinds: list[str] = []
    places: list[tuple[int, int]] = []
    parts: list[tuple[int, int, int]] = []
    at = 0
    while at < len(text):
        end = _end_of_isolate(text, at) if text[at] in _OPEN else at
        if end > at:
            parts.append((len(kinds), at + 1, end))
        kinds.append("ON" if end > at or text[at] in ISOLATES else unicodedata.bidirectional(text[at]) or "L")
        places.append((at, end))
        at = end + 1
    found = _resolved(kinds, base)
    for (start, end), level in zip(places, found, strict=True):
        levels[start] = levels[end] = level
    for index, start, end in parts:
        inner = text[start:end]
        odd = 1 if _begins_from_right(inner) else 0
        depth = found[index] + 1 + ((found[index] + 1) % 2 != odd)
        levels[start:end] = _levels(inner, depth)
    return levels


def _begins_from_right(text: str) -> bool:
    """Tell whether the first strong letter, isolated parts left aside, is read from right to left (P2, P3)."""
    at = 0
    while at < len(text):
        kind = unicodedata.bidirectional(text[at])
        if kind in {"L", "R", "AL"}:
            return kind != "L"
        at = (_end_of_isolate(text, at) if text[at] in _OPEN else at) + 1
    return False


def _end_of_isolate(text: str, start: int) -> int:
    depth = 0
    for at in range(start, len(text)):
        depth += (text[at] in _OPEN) - (text[at] == _CLOSE)
        if depth == 0:
            return at
    return start  # not closed on this line: the sign alone counts for nothing


def _resolved(kinds: list[str], base: int) -> list[int]:
    """Return the level of each sign by the rules for weak and neutral kinds (W1 to W7, N1, N2, I1, I2)."""
    side = "R" if base % 2 else "L"
    kinds = _settle_numbers(kinds, side)
    at = 0
    while at < len(kinds):
        end = at
        while end < len(kinds) and kinds[end] not in _STRONG:
            end += 1
        before = _STRONG[kinds[at - 1]] if at else side
        after = _STRONG[kinds[end]] if end < len(kinds) else side
        kinds[at:end] = [before if before == after else side] * (end - at)
        at = end + 1
    if base % 2:
        return [base + (kind != "R") for kind in kinds]
    return [base + {"L": 0, "R": 1}.get(kind, 2) for kind in kinds]


def _settle_numbers(kinds: list[str], side: str) -> list[str]:
    """Settle marks, figures and the signs beside them (W1 to W7)."""
    settled = _settle_signs(_settle_marks(kinds, side))
    strong = side
    for at, kind in enumerate(settled):
        if kind in {"L", "R"}:
            strong = kind
        elif kind == "EN" and strong == "L":
            settled[at] = "L"
        elif kind in {"ES", "ET", "CS"}:
            settled[at] = "ON"
    return settled


def _settle_marks(kinds: list[str], side: str) -> list[str]:
    """Give a mark the kind of its letter, and figures behind Arabic letters their own kind (W1 to W3)."""
    settled: list[str] = []
    strong = side
    for kind in kinds:
        own = kind if kind != "NSM" else settled[-1] if settled else side
        if own in {"L", "R", "AL"}:
            strong = own
        settled.append("AN" if own == "EN" and strong == "AL" else "R" if own == "AL" else own)
    return settled


def _settle_signs(settled: list[str]) -> list[str]:
    """Join signs to the figures beside them (W4, W5)."""
    for at in range(1, len(settled) - 1):
        before, own, after = settled[at - 1 : at + 2]
        if before == after and ((own == "ES" and before == "EN") or (own == "CS" and before in {"EN", "AN"})):
            settled[at] = before
    for way in (range(1, len(settled)), range(len(settled) - 2, -1, -1)):
        step = -1 if way.step == 1 else 1
        for at in way:
            if settled[at] == "ET" and settled[at + step] == "EN":
                settled[at] = "EN"
    return settled


@functools.cache
def _forms() -> dict[str, dict[str, str]]:
    """Return the presentation forms of each letter and of lam with alef, from Unicode's own decompositions."""
    found: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFBFF), *range(0xFE80, 0xFEFD)):
        name, *letters = unicodedata.decomposition(chr(code)).split()[:3] or [""]
        text = "".join(chr(int(letter, 16)) for letter in letters)
        if text and (len(text) == 1 or text[0] == _LAM):
            found.setdefault(text, {}).setdefault(name.strip("<>"), chr(code))
    return found
