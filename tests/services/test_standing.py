"""Row A06: the status of a membership is one pure function of dates and payments."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wimdesk.services.days import first_day, last_day
from wimdesk.services.standing import STATUSES, Member, Paid, Terms, standing

YEARLY = Terms("money", 5000, "EUR", "months", 12, 30)
CALENDAR = replace(YEARLY, period="calendar_year")
JOINED = Member("2026-03-01")
TODAY = date(2026, 3, 1)
ORDER = ("new", "current", "grace", "expired")


def paid(day: str, amount: int = 5000, **more: str) -> Paid:
    return Paid(id=f"{day}{amount}", date=day, amount=amount, **{"currency": "EUR", **more})


def status(terms: Terms, member: Member, payments: list[Paid], day: str) -> tuple[str, str]:
    found = standing(terms, member, payments, date.fromisoformat(day))
    return found.status, found.until.isoformat() if found.until else ""


def test_a06_the_clock_alone_leads_from_new_to_expired_and_paying_leads_back() -> None:
    once = [paid("2026-03-01")]
    assert status(YEARLY, JOINED, [], "2026-03-01") == ("pending", "")
    assert status(YEARLY, JOINED, once, "2026-03-01") == ("new", "2027-02-28")
    assert status(YEARLY, JOINED, once, "2026-05-30") == ("current", "2027-02-28")
    assert status(YEARLY, JOINED, once, "2027-02-28") == ("current", "2027-02-28")
    assert status(YEARLY, JOINED, once, "2027-03-01") == ("grace", "2027-02-28")
    assert status(YEARLY, JOINED, once, "2027-03-30") == ("grace", "2027-02-28")
    assert status(YEARLY, JOINED, once, "2027-03-31") == ("expired", "2027-02-28")
    twice = [*once, paid("2027-06-10")]
    assert status(YEARLY, JOINED, twice, "2027-06-10") == ("current", "2028-06-09"), "a new year from the payment on"
    assert status(YEARLY, JOINED, twice, "2027-06-09") == ("expired", "2027-02-28"), "what was is still so"


def test_a06_who_pays_in_the_days_of_grace_loses_no_day_and_wins_none() -> None:
    payments = [paid("2026-03-01"), paid("2027-03-20")]
    assert status(YEARLY, JOINED, payments, "2027-03-20") == ("current", "2028-02-29")
    early = [paid("2026-03-01"), paid("2026-12-24")]
    assert status(YEARLY, JOINED, early, "2026-12-24") == ("current", "2028-02-29")


def test_a06_parts_of_a_fee_wait_for_the_rest() -> None:
    parts = [paid("2026-03-01", 2500), paid("2026-03-20", 2400)]
    assert standing(YEARLY, JOINED, parts, date(2026, 3, 21)).due == 100
    assert status(YEARLY, JOINED, parts, "2026-03-21") == ("pending", "")
    whole = [*parts, paid("2026-03-25", 100)]
    assert status(YEARLY, JOINED, whole, "2026-03-25") == ("new", "2027-02-28")


def test_a06_a_calendar_year_ends_with_the_year() -> None:
    assert status(CALENDAR, JOINED, [paid("2026-03-01")], "2026-03-01") == ("new", "2026-12-31")
    assert status(CALENDAR, JOINED, [paid("2026-03-01", 15_000)], "2026-03-01") == ("new", "2028-12-31")
    late = [paid("2026-03-01"), paid("2027-05-02")]
    assert status(CALENDAR, JOINED, late, "2027-05-02") == ("current", "2027-12-31")
    november = Member("2026-12-20")
    assert status(CALENDAR, november, [paid("2027-01-05")], "2027-01-05") == ("new", "2027-12-31")


def test_a06_free_in_kind_and_waived() -> None:
    free = Terms("free")
    assert status(free, JOINED, [], "2031-01-01") == ("current", "9999-12-31")
    kind = replace(YEARLY, dues="either")
    gift = paid("2026-03-01", 0, method="in_kind", currency="")
    assert status(kind, JOINED, [gift], "2026-06-01") == ("current", "2027-02-28")
    assert status(YEARLY, JOINED, [gift], "2026-06-01") == ("pending", "")
    assert standing(YEARLY, JOINED, [gift], TODAY).uncounted == (gift.id,), (
        "the type takes only money, and this is said"
    )
    waived = replace(gift, method="waived")
    assert status(YEARLY, JOINED, [waived], "2026-06-01") == ("current", "2027-02-28")
    giving = replace(YEARLY, fee=0)
    assert status(giving, JOINED, [paid("2026-03-01", 1)], "2026-06-01") == ("current", "2027-02-28")


def test_a06_another_currency_counts_only_for_a_time_of_its_own() -> None:
    dollars = paid("2026-03-01", 9000, currency="USD")
    found = standing(YEARLY, JOINED, [dollars], date(2026, 3, 2))
    assert (found.status, found.uncounted) == ("pending", (dollars.id,))
    named = replace(dollars, start="2026-03-01", end="2026-12")
    assert status(YEARLY, JOINED, [named], "2026-03-02") == ("new", "2026-12-31")


def test_a06_months_do_not_drift_and_the_last_day_of_a_month_stays_it() -> None:
    monthly = replace(YEARLY, months=1, fee=100)
    member = Member("2026-01-31")
    ends = [status(monthly, member, [paid("2026-01-31", 100 * n)], "2026-01-31")[1] for n in (1, 2, 3, 13)]
    assert ends == ["2026-02-27", "2026-03-30", "2026-04-29", "2027-02-27"]


def test_a06_paid_before_cancelled_and_not_begun() -> None:
    before = Member("2020-01-01", "2026-06-30")
    assert status(YEARLY, before, [], "2026-06-30") == ("current", "2026-06-30")
    assert status(YEARLY, before, [paid("2026-06-01")], "2026-06-30") == ("current", "2027-06-30")
    gone = replace(before, cancelled="2026-05-01")
    assert status(YEARLY, gone, [], "2026-04-30")[0] == "current"
    assert status(YEARLY, gone, [], "2026-05-01")[0] == "cancelled"
    assert status(YEARLY, Member("2026-09-01"), [paid("2026-03-01")], "2026-03-02") == ("pending", "2027-08-31")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024", "2024-01-01", "2024-12-31"), ("2024-02", "2024-02-01", "2024-02-29"),
        ("2024-02-31", "2024-02-29", "2024-02-29"), ("", "None", "None"), ("2024-13", "None", "None"),
        ("x", "None", "None"), ("0000", "None", "None"),
    ],
)  # fmt: skip
def test_a06_partial_dates_count_from_their_first_to_their_last_day(text: str, first: str, last: str) -> None:
    assert (str(first_day(text)), str(last_day(text))) == (first, last)


# ---------------------------------------------------------------- for whatever there may be

days = st.dates(date(2015, 1, 1), date(2035, 12, 31))
texts = st.one_of(
    days.map(date.isoformat), st.sampled_from(["", "2024", "2025-02", "2026-02-31", "nonsense", "0000-1"])
)
terms_of = st.builds(
    Terms,
    st.sampled_from(["money", "either", "in_kind", "free", ""]),
    st.integers(0, 10_000),
    st.sampled_from(["EUR", "XOF", ""]),
    st.sampled_from(["months", "calendar_year", ""]),
    st.integers(-1, 2000),
    st.integers(-1, 400),
)
payments_of = st.lists(
    st.builds(
        Paid,
        st.uuids().map(str),
        texts,
        st.integers(-5, 10**15),
        st.sampled_from(["EUR", "XOF", ""]),
        st.sampled_from(["cash", "in_kind", "waived", ""]),
        texts,
        texts,
    ),
    max_size=6,
)
members = st.builds(Member, texts, texts, texts)
sound_terms = st.builds(
    Terms, st.just("money"), st.integers(1, 9999), st.just("EUR"), st.sampled_from(["months", "calendar_year"]),
    st.integers(1, 36), st.integers(0, 120),
)  # fmt: skip
sound_payments = st.lists(
    st.builds(
        lambda day, amount, key: Paid(key, day.isoformat(), amount, "EUR", "cash"), days, st.integers(1, 30_000),
        st.uuids().map(str),
    ),
    max_size=6,
)  # fmt: skip


@given(terms_of, members, payments_of, days)
def test_a06_it_has_an_answer_to_everything(terms: Terms, member: Member, payments: list[Paid], day: date) -> None:
    found = standing(terms, member, payments, day)
    assert found.status in STATUSES
    assert found.credit >= 0
    assert found.due >= 0
    assert terms.dues not in {"money", "either"} or not terms.fee or found.credit < terms.fee or found.due == 0


@given(terms_of, members, payments_of, days, st.randoms())
def test_a06_the_order_of_entry_does_not_matter(
    terms: Terms, member: Member, payments: list[Paid], day: date, chance: object
) -> None:
    mixed = list(payments)
    chance.shuffle(mixed)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert standing(terms, member, mixed, day) == standing(terms, member, payments, day)


@given(sound_terms, days, sound_payments, days)
def test_a06_paying_a_fee_today_makes_a_member_today(
    terms: Terms, start: date, payments: list[Paid], day: date
) -> None:
    member = Member(min(start, day).isoformat())
    before = standing(terms, member, payments, day)
    after = standing(terms, member, [*payments, Paid("~", day.isoformat(), terms.fee, "EUR", "cash")], day)
    assert after.status in {"new", "current"}
    assert after.until is not None
    assert before.until is None or after.until >= before.until
    assert after.until >= day


@given(sound_terms, days, sound_payments, days, st.integers(0, 2000))
def test_a06_without_a_payment_time_only_wears_a_membership_down(
    terms: Terms, start: date, payments: list[Paid], day: date, later: int
) -> None:
    known = [each for each in payments if each.date <= day.isoformat()]
    member = Member(min(start, day).isoformat())
    first, second = (standing(terms, member, known, day + timedelta(days=add)) for add in (0, later))
    assert first.until == second.until
    if first.status == "pending":
        assert second.status == "pending"
    else:
        assert ORDER.index(first.status) <= ORDER.index(second.status)
    if second.until is not None:
        behind = (day + timedelta(days=later) - second.until).days
        assert (second.status == "expired") == (behind > terms.grace)
        assert (second.status == "grace") == (0 < behind <= terms.grace)


@given(sound_terms, days, sound_payments, days, st.integers(1, 9998))
def test_a06_a_payment_in_two_parts_is_the_same_money(
    terms: Terms, start: date, payments: list[Paid], day: date, part: int
) -> None:
    parts = []
    for each in payments:
        some = min(part, each.amount)
        parts += [replace(each, amount=some), replace(each, id=each.id + "b", amount=each.amount - some)]
    member = Member(start.isoformat())
    assert standing(terms, member, parts, day) == standing(terms, member, payments, day)


@given(sound_terms, members, sound_payments, days)
def test_a06_no_cent_is_lost(terms: Terms, member: Member, payments: list[Paid], day: date) -> None:
    counted = sum(each.amount for each in payments if each.date <= day.isoformat())
    assert standing(terms, member, payments, day).credit == counted % terms.fee


@given(sound_terms, days, st.integers(1, 50))
def test_a06_periods_stand_side_by_side(terms: Terms, start: date, count: int) -> None:
    member, day = Member(start.isoformat()), start.isoformat()
    once = standing(terms, member, [Paid("a", day, terms.fee * count, "EUR")], start)
    each = [Paid(str(n), day, terms.fee, "EUR") for n in range(count)]
    assert standing(terms, member, each, start).until == once.until
