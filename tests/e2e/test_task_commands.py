from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.test_command_line import Terminal
from wimdesk import clock

if TYPE_CHECKING:
    from pathlib import Path


def test_row_a11_a_task_is_written_down_is_due_and_is_done(tmp_path: Path) -> None:
    machine = Terminal(tmp_path / "profile")
    machine.does("name", "Awa Diop")
    person = machine.does("add", "person", "family_name=Quispe", "given_name=Rosa")["id"]
    today = clock.today().isoformat()
    first = machine.does("task", "add", "Call Rosa", "--due", today, "--about", person)
    machine.does("task", "add", "Renew the licence", "--due", "2099-01-01", "--who", "Bela")
    assert (first["assignee"], first["about_type"]) == ("Awa Diop", "person")
    (due,) = machine.does("task", "list", "--due")
    assert (due["title"], due["days"], due["about_caption"]) == ("Call Rosa", 0, "Rosa Quispe")
    assert [each["title"] for each in machine.does("task", "list")] == ["Call Rosa", "Renew the licence"]
    assert machine.does("task", "done", first["id"])["done_on"] == today
    assert machine.does("task", "list", "--due") == []
    assert [each["title"] for each in machine.does("task", "list", "--done")] == ["Call Rosa"]
    assert machine.does("task", "reopen", first["id"])["done_on"] == ""
    assert "Write what is to be done." in machine.fails("task", "add", " ")
    assert "no such record" in machine.fails("task", "add", "x", "--about", "0")
    # The log of activities is one more way to say what was done.
    machine.does("add", "activity", f"date={today}", "text=Evening for apprentices", "hours=2")
    assert machine.does("search", "apprentices")[0]["type"] == "activity"


def test_a_task_about_a_person_goes_on_with_her_and_goes_with_her(tmp_path: Path) -> None:
    machine = Terminal(tmp_path / "profile")
    one = machine.does("add", "person", "family_name=Traore", "given_name=Awa")["id"]
    other = machine.does("add", "person", "family_name=Traore", "given_name=A.")["id"]
    task = machine.does("task", "add", "Call back because of the illness", "--about", other)["id"]
    act = machine.does("people", "merge", one, other)["act"]
    (found,) = machine.does("task", "list", "--about", one)
    assert (found["id"], found["about_caption"]) == (task, "Awa Traore")
    machine.does("undo", str(act))
    assert machine.does("task", "list", "--about", one) == []
    machine.does("access", other, "--out", str(tmp_path / "out"))
    assert "illness" in (tmp_path / "out" / "about-you.json").read_text(encoding="utf-8")
    machine.does("erase", "person", other, "--yes")
    assert machine.does("list", "task") == []
