from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.e2e.test_command_line import WORD, Machine, Terminal
from wimdesk import clock
from wimdesk.app import App
from wimdesk.records.library_item import POINTS
from wimdesk.services import editing
from wimdesk.store import facts, history

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session


@pytest.fixture
def machine(tmp_path: Path) -> Terminal:
    """A terminal on a new profile."""
    return Terminal(tmp_path / "profile")


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


def test_row_d05_checked_published_and_withdrawn(machine: Terminal, tmp_path: Path) -> None:
    with contextlib.closing(App.open(tmp_path / "profile", WORD)) as app:
        app.run(lambda session: facts.put(session, role="secretariat"))
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


PUBLISHED = ("title=Lamps", "summary=Fit", "body=Ask first.", "license=CC0-1.0")


def at_the_alliance(profile: Path, **values: object) -> str:
    """A practice of others as it comes with a sync."""
    with contextlib.closing(App.open(profile, WORD)) as app:
        told = {"title": {"en": "Lamps"}, "body": {"en": "Ask first."}, "template": "tool", "state": "published"}
        record = app.run(editing.add, "library_item", told | {"language": "en"} | values)

        def of_another(session: Session) -> None:
            found = history.fetch(session, "library_item", record)
            found.owner, found.space = "another", "alliance"

        app.run(of_another)
    return record


def test_row_d03_translations_are_one_work(machine: Terminal, tmp_path: Path) -> None:
    texts = 'title={"en": "Declaration", "fr": "Déclaration"}', 'body={"en": "Together.", "fr": "Unies."}'
    made = machine.does("library", "new", "policy", *texts)["id"]
    assert [entry["languages"] for entry in machine.does("library", "list")] == [["en", "fr"]]
    machine.does("set", "library_item", made, 'body={"en": "All together.", "fr": "Unies."}')
    read = machine.does("library", "read", made, "--in", "fr")
    assert (read["title"], read["shown"]) == ("Déclaration", "fr")
    assert {each["code"]: each["older"] for each in read["variants"]} == {"en": False, "fr": True}
    after = machine.does("library", "same", made, "fr")
    assert not any(each["older"] for each in after)


def test_row_d04_said_and_sorted(machine: Terminal, tmp_path: Path) -> None:
    first = at_the_alliance(tmp_path / "profile", issued="2026-01-02")
    second = at_the_alliance(tmp_path / "profile", issued="2026-01-01")
    said = machine.does("library", "say", second, "used", "--stars", "4", "--country", "pe", "--context", "Open pit")
    assert (said["reused"], said["words"][0]["country_code"]) == (1, "PE")
    assert [entry["id"] for entry in machine.does("library", "list")] == [first, second]
    assert [entry["id"] for entry in machine.does("library", "list", "--order", "reused")] == [second, first]


def test_row_d06_chosen_and_pinned(machine: Terminal, tmp_path: Path) -> None:
    record = at_the_alliance(tmp_path / "profile", collections=["Law"])
    assert [(line["collection"], line["chosen"]) for line in machine.does("library", "downloads")] == [("Law", True)]
    assert [line["chosen"] for line in machine.does("library", "downloads", "--only", "Health")] == [False]
    assert machine.does("library", "pin", record) == {"pinned": True}
    assert machine.does("library", "read", record)["pinned"]
    assert machine.does("library", "pin", record, "--off") == {"pinned": False}


def test_row_d09_written_and_brought_in(machine: Terminal, tmp_path: Path) -> None:
    record = at_the_alliance(tmp_path / "profile", summary={"en": "Fit."})
    for name in ("all.zip", "all.bib", "all.ris", "all.csv", "one.md"):
        ids = [record] if name.startswith("one") else []
        assert machine.does("library", "export", *ids, "--out", str(tmp_path / name))["count"] == 1
        assert (tmp_path / name).stat().st_size > 50
    assert "must end in" in machine.fails("library", "export", "--out", str(tmp_path / "all.docx"))
    made = machine.does("library", "bring", str(tmp_path / "one.md"))
    assert (made["title"], made["summary"], made["state"]) == ({"en": "Lamps"}, {"en": "Fit."}, "draft")


def test_row_d10_versions_and_the_archive(machine: Terminal, tmp_path: Path) -> None:
    made = machine.does("library", "new", "tool", *PUBLISHED, "review_on=2020", "state=published")["id"]
    assert machine.does("library", "list")[0]["check"]
    second = machine.does("library", "version", made)
    assert (second["edition"], second["supersedes"]) == (2, made)
    machine.does("set", "library_item", second["id"], "state=published")
    assert [entry["id"] for entry in machine.does("library", "list")] == [second["id"]]
    assert [entry["id"] for entry in machine.does("library", "list", "--aside", "earlier")] == [made]
    read = machine.does("library", "read", made)
    assert read["newer"] == second["id"]
    assert not {"edit", "submit", "version"} & set(read["can"])
    machine.does("library", "archive", second["id"])
    assert machine.does("library", "list", "--aside", "archived")[0]["id"] == second["id"]


def test_row_d11_a_story_ends_with_her_consent(machine: Terminal, tmp_path: Path) -> None:
    person = machine.does("add", "person", "family_name=Quispe", "given_name=Rosa")["id"]
    made = machine.does("library", "new", "role_model", *PUBLISHED, f"person_id={person}")["id"]
    assert "allows the library" in machine.fails("library", "submit", made)
    assert "2026-11-22" in machine.fails("library", "story", made, "library", "given", "--until", "soon")
    until = (clock.today() + timedelta(days=30)).isoformat()
    places = machine.does("library", "story", made, "library", "given", "--until", until)["places"]
    assert {place["channel"]: place["state"] for place in places}["library"] == "given"
    shared = machine.does("library", "submit", made)
    assert (shared["person_id"], shared["channels"]) == ("", {"library": until}), "who she is stays with us"
    machine.does("library", "story", made, "library", "withdrawn")
    assert machine.does("library", "list") == []
    assert [entry["id"] for entry in machine.does("library", "list", "--aside", "ended")] == [made]
    assert machine.does("library", "read", made)["ended"]
    ended = {"template": "role_model", "channels": {"library": "2026-01-01"}, "title": {"en": "Endedqz"}}
    gone = at_the_alliance(tmp_path / "profile", **ended)
    assert "no longer told" in machine.fails("library", "read", gone)
    assert machine.does("search", "Endedqz") == []
