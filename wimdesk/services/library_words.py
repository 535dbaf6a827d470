"""Names of countries, languages and licences, and dates, as the library shows them in the reader's language."""

from __future__ import annotations

import functools

from resources import content
from wimdesk.i18n import LANGUAGES, _, language
from wimdesk.pdf.writing import Writing
from wimdesk.records.library_item import LICENCES
from wimdesk.records.organization import country_name

__all__ = ["countries", "country_name", "language_name", "licences", "short_date"]


def language_name(code: str) -> str:
    """Return a language's own name where the program speaks it, else its name in the reader's language."""
    return LANGUAGES.get(code) or Writing(language()).language_name(code)


def short_date(text: str) -> str:
    """Write the month of an ISO date, such as "Mar 2026"; a year stays a year."""
    return Writing(language()).date(text[:7], "medium")


def countries() -> list[tuple[str, str]]:
    """Return (code, name) of every country, by name."""
    return [*_countries(language())]


@functools.cache
def _countries(code: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(((each, country_name(each, code)) for each in content.m49()), key=lambda pair: pair[1]))


def licences() -> list[tuple[str, str]]:
    """Return (code, words) of the licences to choose from."""
    return [(code, _(words)) for code, words in LICENCES.items()]
