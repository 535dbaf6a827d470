"""Rows A01 to A03 on the command line: the profile, branches that are not counted twice, and posts with their terms."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.e2e.test_command_line import Terminal
from wimdesk import clock

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def awa(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "awa")


def test_row_a01_names_in_two_languages_and_the_region_of_the_country(awa: Terminal) -> None:
    names = 'name={"fr": "Femmes dans les mines du Sénégal", "en": "WIM Senegal"}'
    awa.does("organisation", "set", names, "country_code=SN", "scope=national", "legal_status=registered")
    seen = awa.does("organisation", "show")  # each command opens the profile anew
    assert seen["name"] == {"fr": "Femmes dans les mines du Sénégal", "en": "WIM Senegal"}
    assert (seen["country"], seen["region"]) == ("Senegal", "Western Africa")
    missing = {each["field"] for each in seen["missing"]}
    assert {"member_count", "member_count_source", "member_count_as_of", "founding_date"} <= missing
    assert not {"name", "country_code", "scope", "legal_status"} & missing
    assert seen["filled"] + len(missing) == seen["asked"]
    _code, _out, err = awa.tells("organisation", "set", "country_code=XX")
    assert "no country with these two letters" in err
    counted = ("member_count=416", "member_count_source=Annual meeting", "member_count_as_of=2026-03-01")
    seen = awa.does("organisation", "set", "country_code=SN", *counted)
    assert (seen["members"], seen["profile"]["member_count_source"]) == (416, "Annual meeting")


def test_row_a02_sixteen_branches_are_the_sum_and_a_move_counts_anew(awa: Terminal, tmp_path: Path) -> None:
    top = awa.does("organisation", "set", 'name={"en": "TAWOMA"}', "country_code=TZ")["id"]
    lines = [f"Branch {n:02},branch,{top},{10 * n}" for n in range(1, 17)]
    (tmp_path / "branches.csv").write_text("\n".join(["name,classification,parent_id,member_count", *lines]))
    awa.does("import", "organization", str(tmp_path / "branches.csv"))
    whole = awa.does("organisation", "show")
    assert whole["members"] == sum(10 * n for n in range(1, 17)) == 1360
    made = [each["id"] for each in whole["branches"]]
    assert [each["name"] for each in whole["branches"]] == [f"Branch {n:02}" for n in range(1, 17)]
    # What moves below another branch is still counted once.
    awa.does("organisation", "move", made[15], "--under", made[0])
    whole, first = awa.does("organisation", "show"), awa.does("organisation", "show", made[0])
    assert (whole["members"], first["members"], first["part_of"]) == (1360, 170, top)
    # A branch that counts its own branches too says the whole number.
    awa.does("organisation", "set", "--id", made[0], "member_count=175", "member_count_covers=all")
    assert awa.does("organisation", "show")["members"] == 1360 - 170 + 175
    # What goes elsewhere is counted elsewhere, at once.
    other = awa.does("add", "organization", "name=Another", "member_count=5")["id"]
    assert awa.does("organisation", "move", made[14], "--under", other)["part_of"] == other
    assert awa.does("organisation", "show")["members"] == 1360 - 170 + 175 - 150
    assert awa.does("organisation", "show", other)["members"] == 155
    said = awa.fails("organisation", "move", top, "--under", made[15])
    assert "would go round in a circle. Nothing was changed." in said
    assert "part of itself" in awa.fails("organisation", "move", made[0], "--under", made[0])
    assert "would go round" in awa.fails("set", "organization", top, f"parent_id={made[3]}")
    assert awa.does("organisation", "show")["part_of"] == ""


def test_row_a03_terms_that_end_who_held_what_and_the_hand_over(awa: Terminal) -> None:
    post = awa.does("add", "post", "label=President", "handover=Code of the safe")["id"]
    first, second = (awa.does("add", "person", f"given_name={name}")["id"] for name in ("Awa", "Fatou"))
    awa.does("term", "appoint", post, first, "--from", "2019-03-01", "--until", "2021-06")
    soon = (clock.today() + timedelta(days=30)).isoformat()
    term = awa.does("term", "appoint", post, second, "--from", "2021-07-01", "--until", soon)["id"]
    (ending,) = awa.does("term", "ending", "--within", "30")
    assert (ending["id"], ending["person"], ending["days_left"]) == (term, "Fatou", 30)
    assert awa.does("term", "ending", "--within", "29") == []

    def holders(*day: str) -> list[str]:
        (row,) = awa.does("term", "on", *day)
        return [each["person"] for each in row["terms"]]

    assert holders("2019") == ["Awa"]
    assert holders("2021") == ["Awa", "Fatou"]
    assert (holders("2019-02-28"), holders("2021-06-30"), holders()) == ([], ["Awa"], ["Fatou"])
    steps = awa.does("term", "hand-over", term, "--done", "bank", "Code of the safe")
    assert (steps["done"], len(steps["steps"])) == (2, 9)
    assert awa.does("term", "hand-over", term, "--open", "bank")["done"] == 1
    assert "no step “poem”" in awa.fails("term", "hand-over", term, "--done", "poem")


def test_row_a13_the_directory_shows_what_was_chosen(awa: Terminal) -> None:
    awa.does("organisation", "set", 'name={"en": "WIM Senegal"}', "country_code=SN")
    entry = ("phone=+221 77 123 45 67", "email=awa@example.org", "offers=Blasting training, First aid")
    awa.does("directory", "set", *entry, "--show", "phone", "offers")
    (seen,) = awa.does("directory", "search", "offers: blasting training")
    assert (seen["name"], seen["phone"], seen["email"]) == ("WIM Senegal", "+221 77 123 45 67", "")
    kept = awa.does("directory", "set", "--hide", "phone")
    assert (kept["phone"], kept["shown"]) == ("+221 77 123 45 67", ["offers"])
    (seen,) = awa.does("directory", "search", "senegal")
    assert (seen["phone"], seen["offers"], seen["region"]) == ("", ["Blasting training", "First aid"], "Western Africa")
    assert awa.does("directory", "search", "needs: blasting") == []
    assert "can't be shown or hidden" in awa.fails("directory", "set", "--show", "owner")
