"""Money as whole numbers of a currency's smallest unit: how it is written, read and added, without fractions."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from decimal import Decimal

from babel import Locale
from babel.numbers import format_currency, get_currency_name, get_currency_precision, get_territory_currencies

from resources import content
from wimdesk.i18n import _, language, locale_name, ngettext, plain_digits
from wimdesk.search import fold

_AMOUNT = re.compile(r"\d+(?:[.,]\d+)*")
_CODE_BEFORE = re.compile(r"([A-Z]{3})(?=[\d-])")
_BLANKS = re.compile(r"[\s'’]")


def decimals(currency: str) -> int:
    """Return how many decimals a currency has by CLDR: 2 for EUR, 0 for XOF, 3 for TND."""
    return get_currency_precision(currency)


def currencies(lang: str = "") -> tuple[tuple[str, str], ...]:
    """Return (ISO 4217 code, code and name) of each currency that a country uses today, sorted by code."""
    return _currencies(lang or language())


@functools.cache
def _currencies(lang: str) -> tuple[tuple[str, str], ...]:
    codes = {code for country in content.m49() for code in get_territory_currencies(country)}
    return tuple((code, f"{code} – {get_currency_name(code, locale=locale_name(lang))}") for code in sorted(codes))


def currency_of(country: str) -> str:
    """Return the currency of a country, or an empty text."""
    return next(iter(get_territory_currencies(country)), "") if country in content.m49() else ""


def text(minor: int | None, currency: str, lang: str = "") -> str:
    """Write an amount as people of the language do; empty for None."""
    if minor is None:
        return ""
    exact = Decimal(minor).scaleb(-decimals(currency))
    if not currency:
        return str(exact)
    written = str(format_currency(exact, currency, locale=locale_name(lang)))
    return _CODE_BEFORE.sub("\\1\u00a0", written)  # the pattern of a sign such as $ has no blank


def plain(minor: int | None, currency: str, lang: str = "") -> str:
    """Write an amount for a field: without the currency, with the decimal sign of the language."""
    if minor is None:
        return ""
    sign = Locale.parse(locale_name(lang)).number_symbols["latn"]["decimal"]
    digits = decimals(currency)
    whole, rest = divmod(abs(minor), 10**digits)
    return ("-" if minor < 0 else "") + (f"{whole}{sign}{rest:0{digits}}" if digits else str(whole))


def read(written: str, currency: str, lang: str = "") -> tuple[int | None, str]:
    """Return (amount in the smallest unit or None, sentence on what is wrong or ""); an empty text is neither.

    A single comma or point is the decimal sign, unless the language groups thousands with it and three digits follow.
    """
    compact = _BLANKS.sub("", plain_digits(written))
    if not compact:
        return None, ""
    if not (compact.isascii() and _AMOUNT.fullmatch(compact)):
        return None, _("This is no amount. Write it like {example}.").format(example=plain(1250, currency, lang))
    whole, rest = _parts(compact, lang or language())
    digits = decimals(currency)
    if len(rest.rstrip("0")) > digits:
        return None, _too_fine(currency, digits)
    minor = int(whole + rest[:digits].ljust(digits, "0"))
    if minor >= 1 << 53:
        return None, _("This amount is too large. Check it.")
    return minor, ""


def _parts(compact: str, lang: str) -> tuple[str, str]:
    """Return the digits before and behind the decimal sign."""
    signs = [sign for sign in compact if sign in ".,"]
    if not signs:
        return compact, ""
    group = str(Locale.parse(locale_name(lang)).number_symbols["latn"]["group"])
    head, last, tail = compact.rpartition(signs[-1])
    grouped = len(set(signs)) == 1 and (len(signs) > 1 or (last == group and len(tail) == 3))
    if grouped:
        return re.sub(r"[.,]", "", compact), ""
    return re.sub(r"[.,]", "", head), tail


def _too_fine(currency: str, digits: int) -> str:
    if not digits:
        return _("{currency} has no decimals. Write a whole number.").format(currency=currency)
    words = ngettext("{currency} has {count} decimal.", "{currency} has {count} decimals.", digits)
    return words.format(currency=currency, count=digits)


def total(amounts: Iterable[tuple[int | None, str]]) -> tuple[tuple[int, str], ...]:
    """Add up amounts, each currency by itself; sorted by currency."""
    sums: dict[str, int] = {}
    for minor, currency in amounts:
        if minor:
            sums[currency] = sums.get(currency, 0) + minor
    return tuple((minor, currency) for currency, minor in sorted(sums.items()))


def match(words: str) -> str:
    """Return the code that a person means by a code in any case, or an empty text."""
    wanted = fold(words).upper()
    return wanted if wanted in dict(currencies("en")) else ""
