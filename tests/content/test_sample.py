"""The made-up organisation: its records hang together and its figures keep the rules of the catalogue."""

from __future__ import annotations

import itertools
import re
from typing import cast

import pytest

from resources import content
from wimdesk.identifiers import derived_id

Row = dict[str, object]
SAMPLE = content.sample()
KINDS = cast("dict[str, list[Row]]", SAMPLE)
MONTHS = [*(f"2025-{month}" for month in (10, 11, 12)), *(f"2026-{month:02d}" for month in range(1, 12) if month != 4)]


def values(key: str) -> dict[str, float | None]:
    """Return the values of one indicator by month."""
    return {row["time_period"]: row["obs_value"] for row in SAMPLE["observation"] if row["indicator_key"] == key}


def test_ids_are_unique_and_recomputed() -> None:
    ids = [row["id"] for rows in KINDS.values() for row in rows]
    assert len(ids) == len(set(ids))
    for kind, rows in KINDS.items():
        keys = [cast("str", row["key"]) for row in rows]
        assert keys == sorted(set(keys))
        if kind != "observation":
            assert [row["id"] for row in rows] == [content.content_id(kind, key) for key in keys]


def test_observations_have_the_id_of_their_cell() -> None:
    for row in SAMPLE["observation"]:
        assert row["id"] == derived_id("observation", row["site_id"], row["indicator_key"], row["time_period"])


def test_every_link_leads_to_a_record() -> None:
    known = {kind: {row["id"] for row in rows} for kind, rows in KINDS.items()}
    known["initiative"] = {initiative["id"] for initiative in content.initiatives()}
    seen = set()
    for rows in KINDS.values():
        for row in rows:
            for field, value in row.items():
                if field.endswith("_id") and value != "":
                    assert value in known[field.removesuffix("_id")], (row["key"], field)
                    seen.add(field)
    assert seen == {"person_id", "post_id", "organization_id", "site_id", "initiative_id"}


def test_amounts_asked_for() -> None:
    counts = {kind: len(rows) for kind, rows in KINDS.items()}
    assert (counts["organization"], counts["person"], counts["post"], counts["site"]) == (1, 14, 5, 2)
    assert {row["post_id"] for row in SAMPLE["post_holding"]} == {row["id"] for row in SAMPLE["post"]}
    assert {row["person_id"] for row in SAMPLE["contact_detail"]} == {row["id"] for row in SAMPLE["person"]}


def test_contact_details_are_obviously_made_up() -> None:
    for row in SAMPLE["contact_detail"]:
        match row["type"]:
            case "email":
                assert re.fullmatch(r"[a-z]+\.[a-z]+@example\.org", row["value"])
            case "phone":
                assert re.fullmatch(r"\+51 900 000 \d{3}", row["value"])
            case "url":
                assert row["value"].startswith("https://example.org/")
            case "address":
                assert "Muestra" in row["value"] or "Ejemplo" in row["value"]


def test_terms_of_one_post_do_not_overlap() -> None:
    for post in SAMPLE["post"]:
        terms = sorted(
            (row["start_date"], row["end_date"] or "9999")
            for row in SAMPLE["post_holding"]
            if row["post_id"] == post["id"]
        )
        assert all(start < end for start, end in terms)
        assert all(before[1] < after[0] for before, after in itertools.pairwise(terms))


def test_texts_are_complete() -> None:
    for text in [SAMPLE["organization"][0]["name"], SAMPLE["organization"][0]["summary"]]:
        assert set(text) == {"en", "fr", "es"}
    for post in SAMPLE["post"]:
        assert set(post["label"]) == {"en", "fr", "es"}


def test_months_have_one_gap_and_the_last_is_partly_filled() -> None:
    by_month = {month: [row for row in SAMPLE["observation"] if row["time_period"] == month] for month in MONTHS}
    assert {row["time_period"] for row in SAMPLE["observation"]} == set(MONTHS)
    assert all(len(rows) == 10 for month, rows in by_month.items() if month != "2026-11")
    assert 0 < len(by_month["2026-11"]) < 10
    assert {row["obs_status"] for row in by_month["2026-11"]} == {"P"}


@pytest.mark.parametrize("indicator", content.indicators(), ids=lambda indicator: str(indicator["key"]))
def test_values_keep_the_rules_of_their_indicator(indicator: content.Indicator) -> None:
    found = values(indicator["key"])
    assert len(found) >= 12
    for value in found.values():
        assert value is None or (value >= indicator["minimum"] and round(value, indicator["decimals"]) == value)
    if indicator["part_of"] is not None:
        whole = values(indicator["part_of"])
        for month, value in found.items():
            limit = whole[month]
            assert value is None or (limit is not None and value <= limit), month
    told = [value for _, value in sorted(found.items()) if value]
    if indicator["unit"] != "number":
        jumps = [now for before, now in itertools.pairwise(told) if now > indicator["jump_factor"] * before]
        assert all(value < 10 for value in jumps)


def test_women_employed_follow_from_those_hired_and_left() -> None:
    employed, hired, left = values("women_employed"), values("women_hired"), values("women_left")
    checked = 0
    for before, month in itertools.pairwise(MONTHS):
        if month in hired and not (before == "2026-03" and month == "2026-05"):
            assert cast("float", employed[month]) == (
                cast("float", employed[before]) + cast("float", hired[month]) - cast("float", left[month])
            ), month
            checked += 1
    assert checked == 10


def test_missing_values_say_so() -> None:
    for row in SAMPLE["observation"]:
        assert (row["obs_value"] is None) == (row["obs_status"] in {"L", "M", "Q"})
