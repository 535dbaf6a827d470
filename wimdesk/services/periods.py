"""The time a document is about: a year, a quarter or a month, written as SDMX does ("2026", "2026-Q3", "2026-10")."""

from __future__ import annotations

import re
from datetime import date

from babel.dates import format_skeleton

from wimdesk import clock
from wimdesk.errors import UserError
from wimdesk.i18n import _, language
from wimdesk.pdf.writing import Writing

_PERIOD = re.compile(r"[12]\d{3}(-(Q[1-4]|0[1-9]|1[0-2]))?")


def default() -> str:
    """Return the running year."""
    return clock.this_month()[:4]


def check(period: str) -> str:
    """Return the period; raises UserError where it is none."""
    if not _PERIOD.fullmatch(period):
        raise UserError(
            _("Write the period as a year, 2026, a quarter, 2026-Q3, or a month, 2026-10. Nothing was made.")
        )
    return period


def months_of(period: str) -> list[str]:
    """Return the months of a period that have begun."""
    year, _dash, part = period.partition("-")
    numbers = range(1, 13)
    if part.startswith("Q"):
        numbers = range(3 * int(part[1]) - 2, 3 * int(part[1]) + 1)
    elif part:
        numbers = range(int(part), int(part) + 1)
    return [month for n in numbers if (month := f"{year}-{n:02}") <= clock.this_month()]


def words(period: str, lang: str = "") -> str:
    """Write a period, such as "3rd quarter 2026", in the reader's language if none is named; other text as it is."""
    if not _PERIOD.fullmatch(period):
        return period
    year, _dash, part = period.partition("-")
    writing = Writing(lang or language())
    if part.startswith("Q"):
        first = date(int(year), 3 * int(part[1]) - 2, 1)
        return str(format_skeleton("yQQQQ", first, locale=writing.locale))
    found = writing.date(period)
    return found[:1].upper() + found[1:]
