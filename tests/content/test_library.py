"""The library, the initiatives and the directory that ship with the app."""

from __future__ import annotations

import datetime
import json
import math
import re
from collections import Counter
from typing import cast

import pytest

import resources
from resources import content

LANGUAGES = {"en", "fr", "es"}
PARTS = ("activities", "objectives", "outcomes", "takeaways")
LICENSES = {"CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC0-1.0"}
THEMES = {theme["key"] for theme in content.themes()}


def complete(texts: dict[str, str]) -> bool:
    """Say whether a text is there in exactly the three languages of the content."""
    return set(texts) == LANGUAGES and all(text == text.strip() != "" for text in texts.values())


def test_library_has_enough_of_every_kind() -> None:
    items = content.library_items()
    assert Counter(item["language"] for item in items) == {"en": 24, "es": 9, "fr": 9}
    assert {item["template"] for item in items} == {"case", "tool", "policy", "presentation", "role_model"}
    assert {theme for item in items for theme in item["themes"]} == THEMES
    assert len({item["country_code"] for item in items}) > 30
    assert len({content.m49()[item["country_code"]]["region"] for item in items}) == 5


@pytest.mark.parametrize("item", content.library_items(), ids=lambda item: str(item["key"]))
def test_library_item_is_complete(item: content.LibraryItem) -> None:
    assert complete(item["title"])
    assert complete(item["summary"])
    assert set(item["themes"]) <= THEMES
    assert len(item["themes"]) == len(set(item["themes"])) > 0
    assert item["subject"] == sorted(set(item["subject"]))
    assert all(re.fullmatch(r"[a-z_]+", tag) for tag in item["subject"])
    assert item["license"] in LICENSES
    assert item["country_code"] in content.m49()
    assert datetime.date(2021, 3, 1) <= datetime.date.fromisoformat(item["issued"]) <= datetime.date(2026, 11, 22)


@pytest.mark.parametrize("item", content.library_items(), ids=lambda item: str(item["key"]))
def test_library_parts_are_in_the_language_of_the_item(item: content.LibraryItem) -> None:
    parts = cast("dict[str, dict[str, str]]", item)
    words = 0
    for part in PARTS:
        assert item["language"] in parts[part]
        for text in parts[part].values():
            assert 60 <= len(text.split()) <= 180
        assert re.search(r"^1\. ", parts[part][item["language"]], re.MULTILINE) or part == "outcomes"
        words += len(parts[part][item["language"]].split())
    assert item["minutes"] == max(2, math.ceil(words / 130)), "130 words a minute, rounded up"


def test_numbered_lists_count_up_without_gaps() -> None:
    for item in content.library_items():
        for part in PARTS:
            text = cast("dict[str, dict[str, str]]", item)[part][item["language"]]
            expected = 1
            for line in text.splitlines():
                found = re.match(r"(\d+)\. ", line)
                if found is None:
                    expected = 1
                    continue
                assert int(found[1]) == expected, (item["key"], part, line)
                expected += 1


def test_initiatives_belong_to_a_theme_and_a_region() -> None:
    regions = {"001"} | {
        code for country in content.m49().values() for code in (country["region"], country["sub_region"])
    }
    regions |= {content.region_of(code) for code in content.m49()}
    themes = {theme["key"]: theme["id"] for theme in content.themes()}
    assert len(content.initiatives()) == 8
    assert {initiative["theme"] for initiative in content.initiatives()} == THEMES
    assert {initiative["state"] for initiative in content.initiatives()} == {
        "proposed",
        "adopted",
        "running",
        "delivered",
    }
    for initiative in content.initiatives():
        assert initiative["theme_id"] == themes[initiative["theme"]]
        assert set(initiative["regions"]) <= regions
        assert (initiative["regions"] == ["001"]) == (initiative["level"] == "global")
        start, end = (datetime.date.fromisoformat(initiative[day]) for day in ("start", "end"))
        assert start < end
        assert all(complete(initiative[field]) for field in ("title", "summary", "objectives"))
        assert initiative["deliverables"]
        assert all(complete(text) for text in initiative["deliverables"])


def test_organisations_say_where_their_name_was_read() -> None:
    assert len(content.organisations()) >= 20
    for organisation in content.organisations():
        assert complete(organisation["name"])
        assert organisation["source"]
        if organisation["country_code"]:
            country = content.m49()[organisation["country_code"]]
            if organisation["scope"] != "global":
                assert organisation["m49_region"] == content.region_of(organisation["country_code"])
            assert country["numeric"]
        else:
            assert organisation["scope"] in {"continental", "global"}


def test_no_contact_of_a_real_person_ships_outside_the_sample() -> None:
    for name in ("library.json", "initiatives.json", "organisations.json", "themes.json"):
        raw = json.dumps(json.loads(resources.path("content", name).read_text(encoding="utf-8")), ensure_ascii=False)
        assert "@" not in raw
        assert not re.search(r"\+\d{2}", raw)
