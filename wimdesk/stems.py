"""Stems: what the forms of one word have in common, by language (Snowball, BSD-3), and which language a text is in.

A word is cut down twice, as it is written and without its accents, since people ask without them: "mentorías" and
"mentoria" meet whichever way each is written.
"""

from __future__ import annotations

import functools
import re
import threading
from collections import Counter
from collections.abc import Iterable

import snowballstemmer

ALGORITHMS = {
    "ar": "arabic", "en": "english", "es": "spanish", "fr": "french", "pt": "portuguese", "ru": "russian",
    "id": "indonesian", "de": "german", "fi": "finnish", "it": "italian", "nl": "dutch", "sv": "swedish",
    "tr": "turkish",
}  # fmt: skip
"""The languages whose words are cut down where a text says that it is in one of them."""
_ASKED_LATIN, _ASKED_ARABIC, _ASKED_CYRILLIC = ("en", "es", "fr", "pt"), ("ar",), ("ru",)
"""A question does not say its language: it is cut down in those that our members write."""
_SHORTEST = 3
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_USUAL = {
    "en": "the of and to in is that for it with as was on are be by this have from or which",
    "fr": "le la les des et est du une dans que pour qui sur par pas au avec sont ce il",
    "es": "el la los las de y en que del una por con para es se lo como más su al",
    "pt": "o os as da do das dos e em que para com uma não por na no são ao mais",
    "id": "yang dan di untuk dengan dari pada ini itu adalah dalam tidak akan oleh ke sebagai juga",
    "de": "der die das und ist nicht ein eine zu mit von den auf für im dem des sich auch",
    "it": "il lo gli che di è per un una con non del della sono da si nel anche alla i",
    "nl": "de het een van en is dat niet op te in voor met zijn aan er ook als bij",
    "sv": "och att det som en är på för med av inte den till har ett om var de",
    "fi": "ja on ei se että oli hän mutta ovat kun myös tai joka sen niin kuin ovat",
    "tr": "ve bir bu için ile de da olarak daha çok en olan gibi kadar sonra ise",
    "sw": "na ya wa kwa ni katika za la kuwa hii cha kama au yake hiyo huo",
}
"""The words by which a text of each language is known: those that say nothing else."""
_LANGUAGES_OF: dict[str, tuple[str, ...]] = {}
for _language, _words in _USUAL.items():
    for _word in set(_words.split()):
        _LANGUAGES_OF[_word] = (*_LANGUAGES_OF.get(_word, ()), _language)
_MORE = (
    "are was were been being has had have does did not but they them their there then than who what when where which "
    "while into onto over each any all some such one two only own very can could should would may might must will "
    "how why about after before between during through without within because its our your his her his you she"
)
_SILENT = frozenset(_LANGUAGES_OF) | frozenset(_MORE.split())
_RESTORED = {
    "es": (("cion", "ción"), ("sion", "sión")),
    "pt": (("coes", "ção"), ("cao", "ção"), ("oes", "ão"), ("ao", "ão")),
}
"""Endings that a stemmer knows only with their accents, which people leave out; and plurals that it misses."""
_WORDS = re.compile(r"[^\W\d_]+")
_ENOUGH = 4000
_local = threading.local()
"""A stemmer keeps the word it works on: each thread has its own."""


@functools.lru_cache(maxsize=20_000)
def stem(word: str, language: str) -> str:
    """Return the stem of a word in small letters; the word itself where its language is not known."""
    algorithm = ALGORITHMS.get(language.partition("-")[0])
    if not algorithm or len(word) <= _SHORTEST or word.isdigit():
        return word
    found = getattr(_local, algorithm, None)
    if found is None:
        found = snowballstemmer.stemmer(algorithm)
        found.maxCacheSize = 0  # ours is enough
        setattr(_local, algorithm, found)
    cut: str = found.stemWord(word)
    return cut if len(cut) >= _SHORTEST else word


def restored(plain: str, language: str) -> str:
    """Return a word that is written without accents with those of its ending, where they are sure."""
    for bare, accented in _RESTORED.get(language.partition("-")[0], ()):
        if plain.endswith(bare):
            return plain.removesuffix(bare) + accented
    return plain


def import_stemmers() -> None:
    """Load what a process needs before it may open no file any more."""
    for algorithm in ALGORITHMS.values():
        snowballstemmer.stemmer(algorithm)


def is_usual(plain: str) -> bool:
    """Say whether a folded word says nothing by itself, in one of the languages of a question."""
    return plain in _SILENT or len(plain) < _SHORTEST


def asked_in(word: str) -> tuple[str, ...]:
    """Return the languages in which a word of a question may be."""
    if _ARABIC.search(word):
        return _ASKED_ARABIC
    return _ASKED_CYRILLIC if _CYRILLIC.search(word) else _ASKED_LATIN


def language_of(text: str, likely: Iterable[str] = ()) -> str:
    """Return the language that a text is in, as far as its small words tell; else the first of the likely ones."""
    head = text[:_ENOUGH]
    letters = len(head) or 1
    if len(_ARABIC.findall(head)) * 3 > letters:
        return "ar"
    if len(_CYRILLIC.findall(head)) * 3 > letters:
        return "ru"
    count: Counter[str] = Counter()
    for word in _WORDS.findall(head.lower()):
        for language in _LANGUAGES_OF.get(word, ()):
            count[language] += 1
    best = count.most_common(2)
    if best and best[0][1] >= 3 and (len(best) < 2 or best[0][1] > best[1][1]):
        return best[0][0]
    return next((code for code in likely if code), best[0][0] if best else "")
