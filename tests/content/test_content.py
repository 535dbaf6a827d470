"""The shipped content: stable ids, complete translations, references that resolve, figures that make sense."""

from __future__ import annotations

import json
import uuid
from typing import cast

import pytest
from babel import Locale

import resources
from resources import content
from wimdesk.i18n import LANGUAGES, locale_name

# Entries of CLDR that are no ISO 3166-1 country: exceptional reservations, groups of countries, private-use codes.
NOT_COUNTRIES = {"AC", "CP", "CQ", "DG", "EA", "IC", "TA", "EU", "EZ", "UN", "QO", "XA", "XB", "XK", "ZZ"}

LISTS = {
    "themes.json": "theme",
    "indicators.json": "indicator",
    "figures.json": "figure",
    "groups.json": "working_group",
    "initiatives.json": "initiative",
    "library.json": "library_item",
    "organisations.json": "organisation",
    "mines.json": "mine",
}

Record = dict[str, object]


def read(name: str) -> object:
    """Return a content file as plain JSON, past the typed loader."""
    return cast("object", json.loads(resources.path("content", name).read_text(encoding="utf-8")))


def records(name: str) -> list[Record]:
    """Return the records of a content file that is a list."""
    return cast("list[Record]", read(name))


def text_of(record: Record, field: str) -> dict[str, str]:
    """Return a text map of a record."""
    return cast("dict[str, str]", record[field])


def assert_complete(record: Record, *fields: str) -> None:
    """Fail unless each field holds a text in exactly the languages of the screens."""
    for field in fields:
        texts = text_of(record, field)
        assert set(texts) == set(LANGUAGES), (record["key"], field)
        assert all(text == text.strip() != "" for text in texts.values()), (record["key"], field)


@pytest.mark.parametrize("name", sorted(path.name for path in resources.path("content").glob("*.json")))
def test_files_are_sorted_pretty_json(name: str) -> None:
    raw = resources.path("content", name).read_text(encoding="utf-8")
    assert raw == json.dumps(json.loads(raw), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


@pytest.mark.parametrize("name", LISTS)
def test_ids_are_recomputed_from_keys_and_records_are_sorted(name: str) -> None:
    keys = [cast("str", record["key"]) for record in records(name)]
    assert keys == sorted(set(keys))
    for record in records(name):
        assert record["id"] == str(uuid.uuid5(content.NAMESPACE, f"{LISTS[name]}:{record['key']}"))
        assert record["id"] == content.content_id(LISTS[name], cast("str", record["key"]))


def test_namespace_never_changes() -> None:
    assert str(content.NAMESPACE) == "6f1d1c0e-5b0a-5c55-9a36-2f4a7d1b8e90"
    assert content.content_id("theme", "stem_women") == "789ae369-395b-5a7a-bd76-2a3df5f9eb00"


def test_themes_are_complete() -> None:
    assert {theme["key"] for theme in content.themes()} == {
        "stem_women",
        "inclusive_workplace",
        "global_data_deficit",
        "role_models_mentors",
    }
    assert {theme["colour"] for theme in content.themes()} == {"accent", "copper", "ok", "info"}
    for record in records("themes.json"):
        assert_complete(record, "title", "stake", "mandate")
        assert record["year"] == 2021
        assert record["mission_goal"]


def test_indicators_are_complete_and_in_order() -> None:
    for record in records("indicators.json"):
        assert_complete(record, "name", "definition")
    indicators = content.indicators()
    assert [indicator["position"] for indicator in indicators] == list(range(1, 11))
    for indicator in indicators:
        assert indicator["source_ref"]
        assert indicator["minimum"] == 0
        assert indicator["decimals"] == (1 if indicator["unit"] == "hours" else 0)


def test_parts_point_to_an_indicator_of_the_same_unit() -> None:
    by_key = {indicator["key"]: indicator for indicator in content.indicators()}
    parts = [indicator for indicator in content.indicators() if indicator["part_of"] is not None]
    assert parts
    for part in parts:
        whole = by_key[cast("str", part["part_of"])]
        assert whole["key"] != part["key"]
        assert whole["unit"] == part["unit"]


def test_figures_divide_known_indicators() -> None:
    keys = {indicator["key"] for indicator in content.indicators()}
    for record in records("figures.json"):
        assert_complete(record, "label", "definition")
    for figure in content.figures():
        assert {figure["numerator"], figure["denominator"]} <= keys


def test_m49_covers_every_country_that_cldr_names() -> None:
    named = {str(code) for code in Locale("en").territories if str(code).isalpha()}
    assert set(content.m49()) == named - NOT_COUNTRIES
    assert len(content.m49()) == 249


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_region_has_a_name(language: str) -> None:
    names = Locale.parse(locale_name(language)).territories
    for regions in content.m49().values():
        assert names[regions["region"]]
        assert names[regions["sub_region"]]
        assert regions["intermediate_region"] is None or names[regions["intermediate_region"]]


def test_m49_numbers_and_regions_are_consistent() -> None:
    numbers = [regions["numeric"] for regions in content.m49().values()]
    assert len(set(numbers)) == 249
    assert all(len(number) == 3 and number.isdecimal() for number in numbers)
    parent_of: dict[str, str] = {}
    for regions in content.m49().values():
        assert parent_of.setdefault(regions["sub_region"], regions["region"]) == regions["region"]
        inner = regions["intermediate_region"]
        if inner is not None:
            assert parent_of.setdefault(inner, regions["sub_region"]) == regions["sub_region"]


@pytest.mark.parametrize(
    ("country", "region"),
    [
        ("SN", "011"),
        ("PE", "005"),
        ("FI", "154"),
        ("MN", "030"),
        ("EG", "015"),
        ("MX", "013"),
        ("AU", "053"),
        ("AQ", "001"),
    ],
)
def test_region_of_gives_the_most_specific_region(country: str, region: str) -> None:
    assert content.region_of(country) == region
    assert content.region_of(country.lower()) == region


def test_region_of_refuses_unknown_codes() -> None:
    with pytest.raises(KeyError):
        content.region_of("XK")
