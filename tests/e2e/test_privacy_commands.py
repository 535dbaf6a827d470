"""Data protection at the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import canary
from tests.e2e.test_command_line import WORD as TYPED
from tests.e2e.test_command_line import Terminal, serving
from tests.pdf.reading import printed
from wimdesk.store import keys

WORD = "Qañarïa77Zw"


@pytest.fixture
def machine(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "profile")


def test_erasing_says_first_what_goes(machine: Terminal) -> None:
    record = str(machine.does("add", "person", f"given_name={WORD}")["id"])
    phone = str(machine.does("add", "contact_detail", f"person_id={record}", f"value={WORD}")["id"])
    member = str(machine.does("add", "membership", f"person_id={record}")["id"])
    paid = str(machine.does("add", "payment", f"membership_id={member}", "date=2026-01-02")["id"])
    machine.does("backup", "make")
    asked = machine.does("erase", "person", record)
    assert {part["id"] for part in asked["would_erase"]} == {record, phone, member}
    assert {part["id"] for part in asked["kept_by_law"]} == {paid}
    assert machine.does("show", "person", record)["given_name"] == WORD
    done = machine.does("erase", "person", record, "--yes")
    assert {part["id"] for part in done["erased"]} == {record, phone, member}
    assert [row["id"] for row in machine.does("list", "payment")] == [paid]
    assert all(each["done"] for each in machine.does("erasures"))
    folder = machine.profile
    key = keys.unlock(folder, TYPED).database
    assert canary.count([WORD], canary.of_folder(folder, key)) == {}


def test_row_a05_consent_is_taken_back_and_she_gets_all_that_is_held(tmp_path: Path) -> None:
    anna, olga, operator = (Terminal(tmp_path / name) for name in ("anna", "olga", "none"))
    with serving(tmp_path / "endpoint") as url:
        for machine, organisation in ((anna, "WIM Peru"), (olga, "WIM Ghana")):
            who = ("--data", str(tmp_path / "endpoint"), "--organisation", organisation)
            machine.does("enrol", operator.does("secretariat", "enrol", *who)["code"], "--server", url)
        record = str(anna.does("add", "person", "given_name=Rosa", "family_name=Mamani", "summary=private notes")["id"])
        refused = anna.fails("consent", "directory", record)
        assert "has not allowed" in refused
        french = "J’accepte d’être dans l’annuaire."
        wording = anna.does("consent", "wording", "directory", "--words", "fr", "--text", french)
        assert (wording["version"], wording["language"], len(wording["proof"])) == ("1", "fr", 64)
        told = ("--words", "fr", "--how", "thumbprint", "--by", "Ana", "--date", "2026-11-02")
        anna.does("consent", "give", record, "directory", *told)
        copy = anna.does("consent", "directory", record)["id"]
        for machine in (anna, olga):
            machine.does("sync")
        seen = olga.does("show", "person", copy)
        assert (seen["given_name"], seen["summary"], seen["deleted"]) == ("Rosa", "", False), "only what she allowed"
        assert "Rosa" in str(olga.does("list", "person"))

        anna.does("consent", "wording", "directory", "--words", "fr", "--text", "Autre texte.")
        anna.does("consent", "withdraw", record, "directory", "--date", "2026-11-20")
        for machine in (anna, olga):
            machine.does("sync")
        assert "Rosa" not in str(olga.does("list", "person"))
        assert olga.does("show", "person", copy)["deleted"]
        assert "Rosa" not in str(olga.does("show", "person", copy))

    shown = anna.does("consent", "show", record)
    assert (shown["allows"]["directory"], shown["in_directory"]) == (False, False)
    given = shown["events"][1]
    assert (given["state"], given["wording"], given["wording_version"], given["method"]) == (
        "given", french, "1", "thumbprint",
    )  # fmt: skip
    assert [event["wording_version"] for event in shown["events"]] == ["2", "1"]

    anna.does("add", "contact_detail", f"person_id={record}", "type=phone", "value=+51 999")
    anna.does("add", "membership", f"person_id={record}", "number=P-7")
    anna.does("set", "person", record, "role=Geologist")
    anna.does("add", "activity", "text=Met Rosa Mamani at the site")
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Rosa", "utf-8")
    anna.does("attachment", "add", record, str(letter))
    out = anna.does("access", record, "--out", str(tmp_path / "out"))
    data = json.loads((tmp_path / "out" / "about-you.json").read_text("utf-8"))
    holding = {"person", "contact_detail", "membership", "consent", "attachment"}
    assert set(out["tables"]) == set(data["tables"]) == holding
    assert data["tables"] == {"person": 2, "contact_detail": 1, "membership": 1, "consent": 2, "attachment": 1}
    assert [each["type"] for each in data["mentions"]] == ["activity"]
    person = next(part for part in data["records"] if part["id"] == record)
    assert "Geologist" in [step["values"].get("role") for step in person["history"]]
    assert [(tmp_path / "out" / "files" / name).read_text("utf-8") for name in out["files"]] == ["Dear Rosa"]
    text = printed((tmp_path / "out" / "about-you.pdf").read_bytes())
    for word in ("Rosa", "Mamani", "Geologist", "+51 999", "P-7", "private notes", "letter.txt", "Met Rosa"):
        assert word in text, word
