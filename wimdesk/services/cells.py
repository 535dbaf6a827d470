"""What a cell of somebody else's table says as a value of ours: days, numbers and choices as people write them.

Each function raises RuleBroken with a sentence where a cell can't be understood; nothing is guessed silently.
"""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from babel import Locale

from wimdesk.errors import RuleBroken
from wimdesk.i18n import LANGUAGES, _, locale_name, translator
from wimdesk.search import fold
from wimdesk.services import card_fields
from wimdesk.store.record import Info, default

YES = frozenset({"1", "true", "yes", "y", "oui", "o", "si", "s", "sim", "x", "verdadero", "vrai", "wahr", "✓", "نعم"})
NO = frozenset({"0", "false", "no", "n", "non", "nao", "falso", "faux", "-", "لا"})
_EPOCH = datetime.date(1899, 12, 30)
"""Day 0 of the days that Excel counts, as it takes 1900 for a leap year (ISO/IEC 29500-1, 18.17.4.1)."""
_SERIAL = range(367, 109_575)
"""Days of 1901 to 2199: a year alone is no such number."""
_ISO = re.compile(r"\d{4}(-\d{1,2}(-\d{1,2})?)?")
_PARTS = re.compile(r"(\d{1,4})[./\s-](\d{1,2})[./\s-](\d{1,4})")
_NOT_A_NUMBER = re.compile(r"[^\d.,'\s\u00a0\u202f-]")
_SPLIT = re.compile(r"[;,|\n]")
Read = Callable[[str], object]


def reader(name: str, info: Info, cells: Iterable[str]) -> Read:
    """Return what reads the cells of one column for a field; `cells` shows how its days are written."""
    match info["kind"]:
        case "day":
            return functools.partial(day, label=_(info["label"]), month_first=month_first(cells))
        case "month":
            return functools.partial(month, label=_(info["label"]), month_first=month_first(cells))
        case "integer" | "decimal":
            return functools.partial(number, label=_(info["label"]), whole=info["kind"] == "integer")
        case "flag":
            return functools.partial(flag, label=_(info["label"]))
        case "choice":
            return functools.partial(choice, label=_(info["label"]), choices=info.get("choices", {}))
        case "codes":
            return _languages_in if name == "languages" else split
        case "long_text":
            return str
    if name == "country_code":
        return functools.partial(country, label=_(info["label"]))
    return language_code if name == "preferred_language" else line


def line(text: str) -> str:
    """Return a text in one line."""
    return " ".join(text.split())


def split(text: str) -> list[str]:
    """Return the parts of a list: set apart by semicolons, commas, bars or lines."""
    return list(dict.fromkeys(part for part in map(line, _SPLIT.split(text)) if part))


def month_first(cells: Iterable[str]) -> bool:
    """Say whether 03/04/2026 is written in America: only where no cell says otherwise, and one can't be read else."""
    seen = False
    for cell in cells:
        found = _PARTS.fullmatch(cell.strip())
        if found and len(found[1]) <= 2:
            if int(found[1]) > 12:
                return False
            seen = seen or int(found[2]) > 12
    return seen


def day(text: str, label: str, *, month_first: bool = False) -> str:
    """Return a day as ISO 8601, also from 3.4.2026, 03/04/26, a time that follows, or the number that Excel keeps."""
    plain = re.sub(r"[T ]\d{1,2}:\d{2}.*", "", text.strip())
    if plain.isdigit() and len(plain) > 4 and int(plain) in _SERIAL:
        return (_EPOCH + datetime.timedelta(days=int(plain))).isoformat()
    found = _PARTS.fullmatch(plain)
    try:
        if found:
            first, second, third = (int(part) for part in found.groups())
            if len(found[1]) == 4:
                year, month, date = first, second, third
            else:
                month, date = (first, second) if month_first else (second, first)
                year = third if len(found[3]) == 4 else 2000 + third if third < 50 else 1900 + third
            return datetime.date(year, month, date).isoformat()
        if _ISO.fullmatch(plain):
            return "-".join(part.zfill(2) for part in plain.split("-"))
    except ValueError:
        pass
    raise _broken(_("{label}: “{text}” is no day. Write it as 2026-11-22.").format(label=label, text=text[:40]))


def month(text: str, label: str, *, month_first: bool = False) -> str:
    """Return a month as ISO 8601; a day says its month."""
    return day(text, label, month_first=month_first)[:7]


def number(text: str, label: str, *, whole: bool) -> int | float:
    """Return a number, however its thousands and decimals are set apart: 1 234,5 and 1,234.5 and 1.234,5."""
    plain = re.sub(r"[\s\u00a0\u202f']", "", text)
    decimal = max(plain.rfind(","), plain.rfind("."))
    if plain.count(plain[decimal : decimal + 1]) > 1 or (
        "," in plain and "." not in plain and re.fullmatch(r"-?\d{1,3}(,\d{3})+", plain) and whole
    ):
        decimal = -1
    digits = re.sub(r"[.,]", "", plain)
    if decimal >= 0:
        after = len(plain) - decimal - 1
        digits = f"{digits[: len(digits) - after]}.{digits[len(digits) - after :]}"
    try:
        found = float(digits) if digits and not _NOT_A_NUMBER.search(text) else None
    except ValueError:
        found = None
    if found is None or (whole and not found.is_integer()):
        raise _broken(_("{label}: “{text}” is no number.").format(label=label, text=text[:40]))
    return int(found) if whole else found


def flag(text: str, label: str) -> bool:
    """Return yes or no."""
    said = fold(text.strip())
    if said in YES or said in NO:
        return said in YES
    raise _broken(_("{label}: “{text}” is neither yes nor no.").format(label=label, text=text[:40]))


def choice(text: str, label: str, choices: Mapping[str, str]) -> str:
    """Return the code of a choice, by the code or by its words in any of our languages."""
    said = fold(text.strip())
    for code, words in choices.items():
        if said in {fold(code), fold(words), *(fold(translator(each).gettext(words)) for each in LANGUAGES)}:
            return code
    raise _unknown(label, map(_, choices.values()))


def option(text: str, label: str, options: Sequence[str]) -> str:
    """Return one of the options that an organisation wrote itself: its own words, which no catalogue knows."""
    said = fold(text.strip())
    for each in options:
        if said == fold(each):
            return each
    raise _unknown(label, options)


def _unknown(label: str, known: Iterable[str]) -> RuleBroken:
    return _broken(_("{label} knows only these: {known}.").format(label=label, known=", ".join(known)))


def country(text: str, label: str) -> str:
    """Return a country's two letters, from them or from its name."""
    code = card_fields.country_code(line(text))
    if not code:
        raise _broken(_("{label}: “{text}” is no country that is known.").format(label=label, text=text[:40]))
    return code


def _languages_in(text: str) -> list[str]:
    return [language_code(part) for part in split(text)]


def language_code(text: str) -> str:
    """Return the code of a language by its name in one of our languages; what is not known stays as it is."""
    return _languages().get(fold(line(text)), line(text))


@functools.cache
def _languages() -> dict[str, str]:
    found: dict[str, str] = {}
    for each in LANGUAGES:
        for code, name in Locale.parse(locale_name(each)).languages.items():
            if len(code) <= 3:
                found.setdefault(fold(str(name)), str(code))
    return found


def is_blank(info: Info, value: object) -> bool:
    """Say whether a value says nothing."""
    return value == default(info) or value in ("", None)


def _broken(sentence: str) -> RuleBroken:
    return RuleBroken([("", sentence)])
