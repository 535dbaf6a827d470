"""Contacts at the terminal: vCards and jCards of other programs in and out, and what is lost, field by field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.e2e.test_command_line import Terminal
from tests.services.address_books import two_hundred

KEPT = (
    "family_name", "given_name", "pronouns", "role", "languages", "preferred_language", "country_code", "skills",
    "tags", "summary",
)  # fmt: skip


def people(machine: Terminal) -> dict[str, tuple[dict[str, Any], set[tuple[str, str, str, bool]]]]:
    """Everybody by given name, which is different for each: the fields, and the ways to reach."""
    ways: dict[str, set[tuple[str, str, str, bool]]] = {}
    for way in machine.does("list", "contact_detail"):
        ways.setdefault(way["person_id"], set()).add((way["type"], way["value"], way["label"], way["preferred"]))
    return {
        row["given_name"]: ({name: row[name] for name in KEPT}, ways.get(row["id"], set()))
        for row in machine.does("list", "person")
    }


def test_row_a04_two_hundred_contacts_of_other_programs_go_round(tmp_path: Path) -> None:
    first, second, third = (Terminal(tmp_path / name) for name in ("first", "second", "third"))
    written = two_hundred()
    file = tmp_path / "others.vcf"
    file.write_text("".join(each.text for each in written), encoding="utf-8", newline="")
    tried = first.does("people", "import", str(file), "--dry-run")
    assert (tried["new"], first.does("list", "person")) == (200, [])
    brought = first.does("people", "import", str(file))
    assert (brought["new"], brought["changed"], brought["same"]) == (200, 0, 0)
    assert brought["losses"] == tried["losses"]

    here = people(first)
    line = 1
    for each in written:
        lines = range(line, line + each.text.count("\n"))
        line = lines.stop
        person, ways = here[str(each.person["given_name"])]
        assert {name: person[name] for name in each.person} == each.person
        assert sorted(way[:3] for way in ways) == sorted(each.ways)
        told = {loss["field"] for loss in brought["losses"] if loss["line"] in lines}
        assert told == each.lost, each.text
    assert all(loss["reason"] and loss["line"] for loss in brought["losses"])

    again = first.does("people", "import", str(file))
    assert (again["new"], again["changed"], again["same"]) == (0, 0, 200)

    for machine, name in ((second, "ours.vcf"), (third, "ours.json")):
        out = tmp_path / name
        told = first.does("people", "export", "--out", str(out))
        assert (told["contacts"], told["losses"]) == (200, [])
        came = machine.does("people", "import", str(out))
        assert (came["new"], came["losses"]) == (200, [])
        assert people(machine) == here
        assert first.does("people", "import", str(out))["same"] == 200, "known again by its own UID"
    lines = (tmp_path / "ours.vcf").read_bytes().split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert json.loads((tmp_path / "ours.json").read_text(encoding="utf-8"))[0][0] == "vcard"
