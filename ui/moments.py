"""Moments and days in the reader's words: near ones by name, far ones by date."""

from __future__ import annotations

from datetime import date, datetime

from PySide6.QtCore import QDate, QLocale, QTime

from wimdesk import clock
from wimdesk.i18n import _

_LOCALES = {
    "en": QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom),
    "fr": QLocale(QLocale.Language.French, QLocale.Country.France),
    "es": QLocale(QLocale.Language.Spanish, QLocale.Country.Peru),
    "pt-BR": QLocale(QLocale.Language.Portuguese, QLocale.Country.Brazil),
    # The digits are 0 to 9 as in the documents and in what is typed, so that a figure reads the same everywhere.
    "ar": QLocale(QLocale.Language.Arabic, QLocale.Country.UnitedArabEmirates),
}


def locale(language: str) -> QLocale:
    """Return how a language writes dates and numbers."""
    return _LOCALES.get(language, _LOCALES["en"])


def moment(at: str) -> str:
    """Return a UTC moment (RFC 3339) or a day as "today 09:14", "yesterday", "12 Nov"; other text as it is."""
    try:
        local = datetime.fromisoformat(at)
    except ValueError:
        return at
    with_time = len(at) > 10
    if with_time:
        local = local.astimezone()
    day = near(local.date())
    hour = QLocale().toString(QTime(local.hour, local.minute), "HH:mm")
    age = (clock.today() - local.date()).days
    if with_time and age in {0, 1}:
        return _("{day} {time}").format(day=day, time=hour)
    return day


def near(day: date) -> str:
    """Return a day as "today", "yesterday", "12 Nov" or, in another year, "12 Nov 2025"."""
    today = clock.today()
    match (today - day).days:
        case 0:
            return _("today")
        case 1:
            return _("yesterday")
        case -1:
            return _("tomorrow")
    return short_day(day)


def short_day(day: date) -> str:
    """Return a day as "12 Nov" or, in another year, "12 Nov 2025"."""
    pattern = "d MMM" if day.year == clock.today().year else "d MMM yyyy"
    return QLocale().toString(QDate(day.year, day.month, day.day), pattern)


def long_day(day: date) -> str:
    """Return a day in full, such as "Sunday 22 November 2026"."""
    words = QLocale().toString(QDate(day.year, day.month, day.day), QLocale.FormatType.LongFormat)
    return words[:1].upper() + words[1:]


def days_until(day: str) -> int:
    """Return how many days it is from today to an ISO day; a partial date counts from its first day."""
    full = f"{day}-01-01"[:10] if len(day) == 4 else f"{day}-01"[:10]
    try:
        return (date.fromisoformat(full) - clock.today()).days
    except ValueError:
        return 0
