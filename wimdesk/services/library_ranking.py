"""The order of practices that have only some of the words of a question: by all that each says, in one measure.

The index weighs a practice and a page of its file apart, each with its own counts. So the best of both are weighed anew
here: BM25 (Robertson and Zaragoza 2009) of the title, and of text and page together, and more where words of the
question stand close to each other. `python -m tests.bench.relevance` says what it is worth. Pure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from wimdesk.words import each_form, fold, telling

_TITLE = 1.0
_OTHER_FORM = 0.85
"""What another form of a word counts against the word itself."""
_BEGINNING, _FULL = 0.5, 3
"""And a longer word that begins so, from four letters on."""
_K1, _B = 1.2, 0.4
_TITLE_LENGTH, _USUAL_LENGTH = 10.0, 110.0
_NEAR, _WITHIN = 0.35, 4
_LONGEST = 700
"""Words of each that are looked at."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Said:
    """What a practice says of itself and, where it was found there, on a page of its file."""

    title: str
    summary: str
    text: str


def weights(counts: Mapping[str, int], of: int) -> dict[str, float]:
    """Return what each word tells, from in how many of all it is."""
    return {word: math.log(1 + (of - min(count, of) + 0.5) / (count + 0.5)) for word, count in counts.items()}


def rank(question: str, said: Mapping[str, Said], tells: Mapping[str, float]) -> list[str]:
    """Return the ids, the best first."""
    asked = [(word, frozenset(cut)) for word, cut in telling(question)]
    scores = {id: _score(asked, each, tells) for id, each in said.items()}
    return sorted(scores, key=lambda id: -scores[id])


def _score(asked: Sequence[tuple[str, frozenset[str]]], said: Said, tells: Mapping[str, float]) -> float:
    score = 0.0
    near: dict[frozenset[str], float] = {}
    body = f"{said.summary} {said.text}"
    for text, weight, usual in ((said.title, _TITLE, _TITLE_LENGTH), (body, 1.0, _USUAL_LENGTH)):
        words = _WORD.findall(text)[:_LONGEST]
        often, places = _counted(asked, words)
        norm = _K1 * (1 - _B + _B * len(words) / usual)
        score += weight * sum(
            tells.get(word, 0.0) * count * (_K1 + 1) / (count + norm) for word, count in often.items()
        )
        for (first, one), (second, other) in pairwise(places):
            if one != other and second - first <= _WITHIN:
                near[frozenset((one, other))] = min(tells.get(one, 0.0), tells.get(other, 0.0))
    return score + _NEAR * sum(near.values())


def _counted(
    asked: Sequence[tuple[str, frozenset[str]]], words: Sequence[str]
) -> tuple[dict[str, float], list[tuple[int, str]]]:
    """Return how often each word of the question is there, in any form, and where."""
    often: dict[str, float] = {}
    places = []
    begins = frozenset(each[:2] for wanted, cut in asked for each in (wanted, *cut))
    for at, word in enumerate(words):
        if (small := fold(word))[:2] not in begins and small.isascii():
            continue  # nearly every form begins as its stem does; to cut each word of eighty texts down takes too long
        plain, forms = each_form(word)
        for wanted, cut in asked:
            if plain == wanted:
                often[wanted] = often.get(wanted, 0.0) + 1.0
            elif wanted in forms or plain in cut or not forms.isdisjoint(cut):
                often[wanted] = often.get(wanted, 0.0) + _OTHER_FORM
            elif len(wanted) > _FULL and plain.startswith(wanted):
                often[wanted] = often.get(wanted, 0.0) + _BEGINNING
            else:
                continue
            places.append((at, wanted))
    return often, places
