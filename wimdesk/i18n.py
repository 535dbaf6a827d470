"""Words, dates and numbers in the reader's language.

Screens and the command line use the current language; a document gets its translator as an
argument, because its language may be another one. Catalogues: resources/translations.
"""

from __future__ import annotations

import contextlib
import functools
import gettext as _gettext
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar

import resources

LANGUAGES = {"en": "English", "fr": "Français", "es": "Español", "pt-BR": "Português (Brasil)", "ar": "العربية"}
"""The languages of screens and documents: BCP 47 code, and what the language calls itself."""
RIGHT_TO_LEFT = frozenset({"ar"})
_START, _END = "\u2068", "\u2069"  # first strong isolate and its end (UAX #9)
_FROM_RIGHT = "\u200f"  # right-to-left mark
_DAY_FIRST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})(?!\d)")
_MONTHS = 12
_PLACE = re.compile(r"\{[^{}]*\}")
_current: list[_gettext.NullTranslations] = [_gettext.NullTranslations()]
_code: list[str] = ["en"]
_spoken: ContextVar[str] = ContextVar("spoken", default="")
"""The language of a document that this thread is writing; empty where it is the screen's."""
_content: list[str] = [""]
"""The language in which texts that exist in several are read first; empty where it is the screen's."""
_missing: dict[str, set[str]] = {}


class _Source(_gettext.NullTranslations):
    """Stands behind a catalogue: a text that it lacks shows as the program's source says it, and is counted."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self._texts: set[str] = set()
        _missing[code] = self._texts

    def gettext(self, message: str) -> str:
        self._texts.add(message)
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        self._texts.add(msgid1)
        return super().ngettext(msgid1, msgid2, n)


class _Isolating(_gettext.GNUTranslations):
    """A catalogue read from right to left: what is put into a sentence keeps its own direction."""

    def gettext(self, message: str) -> str:
        return _isolating(super().gettext(message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return _isolating(super().ngettext(msgid1, msgid2, n))


def _isolating(words: str) -> str:
    """Return a sentence whose places keep their own direction; with no letter of its own it says from where it runs."""
    shown = _PLACE.sub(rf"{_START}\g<0>{_END}", words)
    silent = shown != words and not any(letter.isalpha() for letter in _PLACE.sub("", words))
    return _FROM_RIGHT + shown if silent else shown


@functools.cache
def translator(language: str) -> _gettext.NullTranslations:
    """Return the words of a language (BCP 47 code); English where there is no catalogue."""
    kind = _Isolating if language in RIGHT_TO_LEFT else _gettext.GNUTranslations
    folder, names = str(resources.path("translations")), [locale_name(language)]
    found = _gettext.translation("wimdesk", folder, names, class_=kind, fallback=True)
    if language in LANGUAGES and language != "en":
        found.add_fallback(_Source(language))
    return found


def missing(language: str) -> frozenset[str]:
    """Return the texts asked for since the start that a language's catalogue lacks; they showed in English."""
    return frozenset(_missing.get(language, ()))


def set_language(language: str) -> None:
    """Make this the language of screens, sentences and the command line."""
    code = language if language in LANGUAGES else "en"
    _code[0] = code
    _current[0] = translator(code)


def nearest(spoken: Iterable[str]) -> str:
    """Return the first of a computer's languages (BCP 47) that is there, whatever its country; else English."""
    ours = {code.partition("-")[0]: code for code in LANGUAGES}
    found = (ours.get(each.partition("-")[0]) for each in spoken)
    return next((code for code in found if code), "en")


def set_content_language(language: str) -> None:
    """Read what exists in several languages in this one first; an empty code means that of the screens."""
    _content[0] = language if language in LANGUAGES else ""


@contextlib.contextmanager
def speaking(code: str) -> Iterator[None]:
    """Within the block this thread's words are in another language; other threads keep theirs."""
    token = _spoken.set(code)
    try:
        yield
    finally:
        _spoken.reset(token)


def language() -> str:
    """Return the code of the current language."""
    return _spoken.get() or _code[0]


def content_language() -> str:
    """Return the language in which what exists in several is read: a document's own, else as set."""
    return _spoken.get() or _content[0] or _code[0]


def isolated(text: str) -> str:
    """Return a name, number or address that keeps its own direction beside words read from right to left."""
    return f"{_START}{text}{_END}" if text and language() in RIGHT_TO_LEFT else text


def plain_digits(text: str) -> str:
    """Return what was typed with the digits 0 to 9, whatever the keyboard writes; Arabic's decimal sign is a point."""
    if text.isascii():
        return text
    shown = text.replace("\u066b", ".").replace("\u066c", "")
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in shown)


def year_first(text: str) -> str:
    """Return a text that begins with a day such as 30/11/2026 with that day as 2026-11-30; any other as it is.

    The day stands before the month in all our languages but English, where either may: there only what can mean
    one day is understood.
    """
    found = _DAY_FIRST.match(text)
    if found is None:
        return text
    day, month = int(found[1]), int(found[2])
    if language() == "en" and day != month:
        if (day > _MONTHS) == (month > _MONTHS):
            return text
        day, month = max(day, month), min(day, month)
    return f"{found[3]}-{month:02}-{day:02}{text[found.end() :]}"


def bare(text: str) -> str:
    """Return a text without the marks that steer its direction, for the name of a file or a comparison."""
    return text.replace(_START, "").replace(_END, "").replace(_FROM_RIGHT, "")


def locale_name(code: str = "") -> str:
    """Return a code (the current language's where none is given) as CLDR and gettext write it: pt_BR for pt-BR."""
    return (code or language()).replace("-", "_")


def _words() -> _gettext.NullTranslations:
    spoken = _spoken.get()
    return translator(spoken) if spoken else _current[0]


def _(text: str) -> str:
    """Return the text in the current language."""
    return _words().gettext(text) if text else ""


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form for this count in the current language."""
    return _words().ngettext(one, many, count)


def N_(text: str) -> str:
    """Mark a text for the catalogue; it is translated where it is shown."""
    return text


def pick(texts: Mapping[str, str] | None, code: str | None = None) -> str:
    """Return the text in the wanted language (that of the content), the screen's, English, or any that is there."""
    if not texts:
        return ""
    wanted = code or content_language()
    return texts.get(wanted) or texts.get(language()) or texts.get("en") or next((t for t in texts.values() if t), "")
