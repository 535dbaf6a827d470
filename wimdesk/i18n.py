"""Words, dates and numbers in the reader's language.

Screens and the command line use the current language; a document gets its translator as an
argument, because its language may be another one. Catalogues: resources/translations.
"""

from __future__ import annotations

import contextlib
import functools
import gettext as _gettext
from collections.abc import Iterator, Mapping
from contextvars import ContextVar

import resources

LANGUAGES = {"en": "English", "fr": "Français", "es": "Español", "pt-BR": "Português (Brasil)"}
"""The languages of screens and documents: BCP 47 code, and what the language calls itself."""
_current: list[_gettext.NullTranslations] = [_gettext.NullTranslations()]
_code: list[str] = ["en"]
_spoken: ContextVar[str] = ContextVar("spoken", default="")
"""The language of a document that this thread is writing; empty where it is the screen's."""


@functools.cache
def translator(language: str) -> _gettext.NullTranslations:
    """Return the words of a language (BCP 47 code); English where there is no catalogue."""
    return _gettext.translation("wimdesk", str(resources.path("translations")), [locale_name(language)], fallback=True)


def set_language(language: str) -> None:
    """Make this the language of screens, sentences and the command line."""
    code = language if language in LANGUAGES else "en"
    _code[0] = code
    _current[0] = translator(code)


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
    """Return the text in the wanted language, else English, else any that is there."""
    if not texts:
        return ""
    wanted = code or language()
    return texts.get(wanted) or texts.get("en") or next((t for t in texts.values() if t), "")
