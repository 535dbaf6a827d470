"""O12 at the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from tests.e2e.test_command_line import WORD, Terminal
from wimdesk.app import App
from wimdesk.store import tables

if TYPE_CHECKING:
    from pathlib import Path


def test_row_o12_audit_verify_names_the_altered_line(tmp_path: Path) -> None:
    machine = Terminal(tmp_path / "profile")
    machine.does("name", "Awa Diop")
    person = machine.does("add", "person", "family_name=Quispe", "given_name=Rosa")["id"]
    machine.does("set", "person", person, "role=Geologist")
    machine.does("set", "person", person, "role=Engineer")
    newest, middle, _oldest = machine.does("audit", "list", "--record", person)
    assert newest["changes"] == [{"label": "Role", "before": "Geologist", "after": "Engineer"}]
    assert (newest["by"], newest["device"], newest["mine"]) == ("Awa Diop", "This computer", True)
    assert machine.does("audit", "verify")["findings"] == []
    app = App.open(tmp_path / "profile", WORD)
    app.run(lambda s: s.execute(update(tables.op).where(tables.op.c.pos == middle["place"]).values(before=b"x")))
    app.close()
    done = machine.run("audit", "verify")
    assert done.returncode == 1
    assert f"Line {middle['place']} was altered: Person" in done.stderr
