from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.test_command_line import Machine

if TYPE_CHECKING:
    from pathlib import Path


def test_row_d01_a_case_from_its_template(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "profile")
    made = machine.does("library", "new", "case", "title=Lamp rooms", "collections=Health", "subject=lamps,belts")
    lacking = {each["field"] for each in machine.does("library", "missing", made["id"])}
    assert lacking == {"summary", "license", "objectives", "activities", "outcomes", "takeaways"}
    assert "Choose a licence" in machine.fails("library", "submit", made["id"])
    parts = [f"{part}=Said." for part in lacking - {"license"}]
    machine.does("set", "library_item", made["id"], "license=CC-BY-4.0", *parts)
    assert machine.does("library", "missing", made["id"]) == []
    for filtered in (("--collection", "Health"), ("--subject", "belts"), ("--template", "case")):
        assert [each["title"] for each in machine.does("library", "list", *filtered)] == ["Lamp rooms"]
    assert machine.does("library", "list", "--collection", "Law") == []
    assert machine.does("library", "submit", made["id"])["state"] == "submitted"
