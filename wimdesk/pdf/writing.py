"""Dates, numbers and names of languages in the language of the document."""

from __future__ import annotations

import datetime
from typing import Protocol

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal

DASH = "–"
NO_BREAK = "\u00a0"
RIGHT_TO_LEFT = "\u200f"


class Words(Protocol):
    """A translator as ``wimdesk.i18n.translator(language)`` or ``gettext.NullTranslations`` gives it."""

    def gettext(self, message: str, /) -> str:
        """Return the translation of a message."""
        ...

    def ngettext(self, singular: str, plural: str, number: int, /) -> str:
        """Return the translation that fits a number."""
        ...


class Writing:
    """Writes values for readers of one language (BCP 47); an unknown language is written as British English."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = _locale(language)

    def date(self, text: str, width: str = "long") -> str:
        """Write an ISO date that may be partial (``2026``, ``2026-03``, ``2026-03-08``); other text stays as it is."""
        parts = text[:10].split("-")
        try:
            numbers = [int(part) for part in parts]
            day = datetime.date(*[*numbers, 1, 1][:3])
        except (ValueError, TypeError, OverflowError):
            return text
        if len(numbers) == 1:
            return parts[0]
        if len(numbers) == 2:
            return str(format_skeleton("yMMMM" if width == "long" else "yMMM", day, locale=self.locale))
        return str(format_date(day, format=width, locale=self.locale))

    def month_over_year(self, month: str) -> str:
        """Write a month as a narrow heading of two lines."""
        name, _space, year = self.date(month, "medium").rpartition(" ")
        return f"{name}\n{year}" if name else year

    def span(self, start: str, end: str) -> str:
        """Write a time from a start to an end, either of which may be empty; no date is broken over two lines."""
        first, last = (self.date(text, "medium").replace(" ", NO_BREAK) for text in (start, end))
        dash = RIGHT_TO_LEFT + DASH if self.locale.text_direction == "rtl" else DASH
        return f"{first} {dash} {last}".strip() if first or last else DASH

    def number(self, value: float | None, digits: int = 2) -> str:
        """Write a number with at most ``digits`` decimals; None is a dash."""
        if value is None:
            return DASH
        pattern = "#,##0." + "#" * digits if digits else "#,##0"
        return str(format_decimal(value, format=pattern, locale=self.locale))

    def quantity(self, value: float | None, unit: str) -> str:
        """Write a number with its unit; the per cent sign stands as the language wants it."""
        if value is None or not unit:
            return self.number(value)
        if unit == "%":
            pattern = str(self.locale.percent_formats[None].pattern)
            return self.number(value) + pattern[pattern.rfind("0") + 1 :]
        return f"{self.number(value)}{NO_BREAK}{unit}"

    def language_name(self, code: str) -> str:
        """Write the name of a language given by its code; an unknown code stays as it is."""
        try:
            name = Locale.parse(code.replace("-", "_")).get_display_name(self.locale)
        except (UnknownLocaleError, ValueError):
            return code
        return name[:1].upper() + name[1:] if name else code


def _locale(language: str) -> Locale:
    wanted = {"en": "en_GB"}.get(language, language).replace("-", "_")
    try:
        return Locale.parse(wanted)
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")
