"""Words as index and question see them: without case and accents, with their stems; and where they are in a text.

Text is folded by us before it is indexed and before it is asked for (casefold, decomposition,
letters that Unicode does not decompose, Chinese/Japanese/Korean runs as pairs); the original is what is
shown and marked.
"""

from __future__ import annotations

import functools
import re
import unicodedata

from wimdesk import stems

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
_FULL = 3
"""Words up to this length are asked for as they are."""
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


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


def stemmed(text: str, language: str) -> str:
    """Return the stems of a text's words that are not the folded words themselves, in their order."""
    if language.partition("-")[0] not in stems.ALGORITHMS:
        return ""
    return " ".join(found for word in _WORD.findall(text) for found in _cut(word.casefold(), language))


@functools.lru_cache(maxsize=20_000)
def _cut(word: str, language: str) -> tuple[str, ...]:
    plain = fold(word)
    found = dict.fromkeys(fold(stems.stem(each, language)) for each in (word, plain, stems.restored(plain, language)))
    found.pop(plain, None)
    return tuple(found)


@functools.lru_cache(maxsize=5000)
def forms(plain: str) -> tuple[str, ...]:
    """Return the stems that a folded word of a question may stand for, in any of the languages it may be in."""
    if len(plain) <= _FULL:
        return ()
    return tuple(dict.fromkeys(each for language in stems.asked_in(plain) for each in _cut(plain, language)))


def each_word(question: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the folded words of a question, each with its stems."""
    return [(word, forms(word)) for word in folded(question).split()]


def expression(question: str, *, whole_letters: bool = False) -> str:
    """Return what to ask FTS5 for: each word as a beginning, or one of its stems. Empty for an empty question.

    A single letter or digit may be asked for as a word of its own.
    """
    asked = [(word, cut, "" if whole_letters and len(word) == 1 else "*") for word, cut in each_word(question)]
    return " AND ".join(f"({' OR '.join(_either(*each))})" for each in asked)


def whole_words(question: str) -> str:
    """Return the folded words of a question without single Latin letters and digits, unless there is nothing else.

    One behind a word is mostly the next word as it is begun: nearly every text has one that begins so. In other scripts
    a single sign may be a word, or the piece of one that vowel signs have set apart.
    """
    words = folded(question).split()
    return " ".join([word for word in words if len(word) > 1 or not word.isascii()] or words)


def telling(question: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return those words of a question that say something, each with its stems; all of them where none does."""
    words = list(dict.fromkeys(each_word(question)))
    return [asked for asked in words if not stems.is_usual(asked[0])] or words


def one_expression(word: str, cut: tuple[str, ...]) -> str:
    """Return what to ask FTS5 for one whole word, or a form of it."""
    return " OR ".join(_either(word, cut, ""))


def loose_expression(question: str) -> str:
    """Return what to ask FTS5 for where some of the words will do: of those that say something, short ones whole."""
    return " OR ".join(
        part for word, cut in telling(question) for part in _either(word, cut, "*" if len(word) > _FULL else "")
    )


def _either(word: str, cut: tuple[str, ...], sign: str) -> list[str]:
    return [f'"{word}"{sign}', *(f'"{each}"' for each in cut)]


def marks(text: str, question: str) -> list[tuple[int, int]]:
    """Return where the question's words begin words of the original text: (start, end) pairs.

    In Chinese and Japanese, where words are not set apart, only the signs asked for are marked.
    """
    wanted = folded(question).split()
    if not wanted:
        return []
    sought = frozenset(wanted).union(*(forms(word) for word in wanted))
    begins = frozenset(stem[:2] for stem in sought)
    found = []
    for word in _WORD.finditer(text):
        plain = fold(word.group())
        if _CJK.search(plain):
            found += [(word.start() + start, word.start() + end) for start, end in _inside(word.group(), wanted)]
        elif any(plain.startswith(w) for w in wanted):
            found.append(word.span())
        # In most languages a form begins as its stem does; to cut each word of a long text down would take too long.
        elif plain[:2] not in begins and plain.isascii():
            continue
        elif not sought.isdisjoint(_every_cut(word.group().casefold())):
            found.append(word.span())
    return found


def each_form(word: str) -> tuple[str, frozenset[str]]:
    """Return a word of a text folded, and with its stems in every language in which it may be."""
    small = word.casefold()
    return fold(small), _every_cut(small)


@functools.lru_cache(maxsize=20_000)
def _every_cut(word: str) -> frozenset[str]:
    """Return a word of a text with its stems in every language in which it may be."""
    plain = fold(word)
    if len(plain) <= _FULL:
        return frozenset((plain,))
    return frozenset((plain,)).union(*(_cut(word, language) for language in stems.asked_in(plain)))


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
