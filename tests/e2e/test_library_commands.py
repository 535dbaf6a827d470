from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from tests.e2e.test_command_line import WORD, Machine
from wimdesk.app import App
from wimdesk.records.library_item import POINTS
from wimdesk.store import facts

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


def test_row_d05_checked_published_and_withdrawn(tmp_path: Path) -> None:
    with contextlib.closing(App.open(tmp_path / "profile", WORD)) as app:
        app.run(lambda session: facts.put(session, role="secretariat"))
    machine = Machine(tmp_path / "profile")
    made = machine.does("library", "new", "tool", "title=Lamps", "summary=Fit", "body=Ask first.")["id"]
    assert "licence" in machine.fails("library", "submit", made)
    machine.does("set", "library_item", made, "license=CC0-1.0")
    copy = machine.does("library", "submit", made)["id"]
    assert "Not checked yet" in machine.fails("library", "publish", copy)
    machine.does("library", "check", copy, *POINTS)
    final = machine.does("library", "publish", copy)
    assert (final["state"], final["space"]) == ("published", "alliance")
    assert "Say why" in machine.fails("library", "withdraw", final["id"], " ")
    assert machine.does("library", "withdraw", final["id"], "It names people.")["erased"] == [final["id"]]
    machine.fails("library", "read", final["id"])
    assert machine.does("library", "read", made)["state"] == "withdrawn"
    assert [deed["type"] for deed in machine.does("audit", "list") if deed["record"] == final["id"]], "the audit stays"
