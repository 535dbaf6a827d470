"""A12 at the terminal: who is asked for, tags on many, and saved searches as live groups."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.test_command_line import Terminal


@pytest.fixture
def machine(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "profile")


def geologist(machine: Terminal, name: str, *more: str) -> str:
    return str(machine.does("add", "person", f"family_name={name}", "role=Geologist", "country_code=PE", *more)["id"])


def test_row_a12_geologists_in_peru_without_mentor(machine: Terminal, tmp_path: Path) -> None:
    first, second = geologist(machine, "Zapata"), geologist(machine, "Apaza", "skills=geology, blasting")
    asked = ("--where", "role=Geologist", "country_code=PE", "tags!=mentor")
    kept = machine.does("saved-search", "add", "Geologists in PE without mentor", *asked)
    assert kept["count"] == 2
    third = geologist(machine, "Mamani")
    (group,) = machine.does("saved-search", "list")
    assert (group["id"], group["count"], group["type"]) == (kept["id"], 3, "person")
    assert group["query"]["without"] == {"tags": ["mentor"]}

    tagged = machine.does("tag", "add", "mentor", first, third)
    assert tagged["changed"] == 2
    assert machine.does("tag", "list") == {"mentor": 2}
    (left,) = machine.does("saved-search", "members", kept["id"])
    assert (left["id"], left["name"], left["skills"]) == (second, "Apaza", ["geology", "blasting"])
    assert machine.does("tag", "remove", "mentor", "--where", "tags=mentor", "--text", "zap")["changed"] == 1
    assert [row["id"] for row in machine.does("people", *asked)] == [second, first], "by family name"
    assert [row["id"] for row in machine.does("people", "--group", kept["id"], "--text", "zap")] == [first]
    counted = machine.does("people", "--count")
    assert (counted["count"], counted["facets"]["role"]) == (3, {"Geologist": 3})
    file = tmp_path / "people.csv"
    assert machine.does("people", *asked, "--csv", str(file))["rows"] == 2
    assert file.read_text(encoding="utf-8").count("Geologist") == 2

    assert "country_code" in machine.fails("people", "--where", "shoe_size=38")
    assert "Say whom" in machine.fails("tag", "add", "x")
    assert machine.does("saved-search", "remove", kept["id"])["deleted"]
    assert "trash" in machine.fails("saved-search", "members", kept["id"])
    assert machine.does("saved-search", "list") == []
