from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wimdesk.i18n import LANGUAGES
from wimdesk.services import money


@pytest.mark.parametrize(("currency", "digits"), [("EUR", 2), ("XOF", 0), ("TND", 3), ("JPY", 0), ("BHD", 3)])
def test_a06_currencies_have_as_many_decimals_as_cldr_says(currency: str, digits: int) -> None:
    assert money.decimals(currency) == digits
    assert currency in dict(money.currencies())


@given(st.integers(0, 10**15), st.sampled_from(["EUR", "XOF", "TND"]), st.sampled_from(list(LANGUAGES)))
def test_a06_what_is_written_is_read_again_to_the_last_unit(minor: int, currency: str, lang: str) -> None:
    assert money.read(money.plain(minor, currency, lang), currency, lang) == (minor, "")


@pytest.mark.parametrize(
    ("written", "currency", "lang", "minor"),
    [
        ("12.50", "EUR", "en", 1250), ("12,50", "EUR", "fr", 1250), ("12.5", "EUR", "fr", 1250),
        ("1,000", "EUR", "en", 100_000), ("1,000", "EUR", "fr", 100), ("1.000", "EUR", "es", 100_000),
        ("1 250,00", "EUR", "fr", 125_000), ("1,234,567", "XOF", "en", 1_234_567),
        ("1.234.567", "XOF", "es", 1_234_567),
        ("1,234.56", "EUR", "fr", 123_456), ("1.234,56", "EUR", "en", 123_456), ("5 000", "XOF", "fr", 5000),
        ("0.001", "TND", "en", 1), ("7", "TND", "en", 7000), ("5000.00", "XOF", "en", 5000), ("", "EUR", "en", None),
    ],
)  # fmt: skip
def test_a06_amounts_are_read_as_people_write_them(written: str, currency: str, lang: str, minor: int | None) -> None:
    assert money.read(written, currency, lang) == (minor, "")


@pytest.mark.parametrize(
    ("written", "currency", "sentence"),
    [
        ("12.505", "EUR", "EUR has 2 decimals."), ("12.5", "XOF", "XOF has no decimals. Write a whole number."),
        ("ten", "EUR", "This is no amount. Write it like 12.50."), ("-5", "EUR", "This is no amount."),
        ("99999999999999999", "EUR", "This amount is too large."),
    ],
)  # fmt: skip
def test_a06_an_amount_that_is_none_is_refused_with_a_sentence(written: str, currency: str, sentence: str) -> None:
    amount, said = money.read(written, currency, "en")
    assert amount is None
    assert said.startswith(sentence)


def test_a06_amounts_are_shown_in_the_language_and_added_by_currency() -> None:
    assert money.text(123_456, "EUR", "fr").replace("\u202f", " ").replace("\xa0", " ") == "1 234,56 €"
    assert money.text(5000, "XOF", "en").replace("\u202f", " ").replace("\xa0", " ") == "F CFA 5,000"
    assert money.text(1, "TND", "es").replace("\xa0", " ") == "0,001 TND"
    sums = money.total([(10, "EUR"), (5, "XOF"), (None, "EUR"), (90, "EUR")])
    assert sums == ((100, "EUR"), (5, "XOF"))
