"""Own fields: in list, filter, CSV and PDF from the command line; on the other laptop after sync; merged one by one."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from tests.e2e.test_command_line import Terminal
from tests.services.test_duplicates import two as two
from wimdesk.errors import NotFound, RuleBroken
from wimdesk.services import bulk, custom_fields, editing, merging, people_roster, question, roster, undoing

if TYPE_CHECKING:
    from tests.support import Laptop

LABEL = '{"en": "Licence expiry", "fr": "Fin de la licence"}'


def test_row_a10_licence_expiry_in_list_filter_csv_and_pdf(tmp_path: Path) -> None:
    machine = Terminal(tmp_path / "profile")
    machine.does("add", "custom_field", f"label={LABEL}", "applies_to=person", "kind=day", "in_list=1")
    awa = machine.does("add", "person", "family_name=Diop", "given_name=Awa")["id"]
    ana = machine.does("add", "person", "family_name=Quispe", "given_name=Ana")["id"]
    machine.does("set", "person", awa, "own:Licence expiry=13/04/2020", "role=Geologist")
    machine.does("set", "person", ana, "own:Licence expiry=2099-01-31")
    assert "no day" in machine.fails("set", "person", ana, "own:Licence expiry=soon")
    assert "Licence expiry" in machine.fails("set", "person", ana, "own:Shoe size=38")
    listed = {row["name"]: row["own"] for row in machine.does("people")}
    assert listed["Awa Diop"] == ["Licence expiry: 13 Apr 2020"] or "2020" in listed["Awa Diop"][0]
    assert [row["id"] for row in machine.does("people", "--where", "Licence expiry=@past")] == [awa]
    assert [row["id"] for row in machine.does("people", "--where", "Licence expiry!=@past")] == [ana]
    file = tmp_path / "people.csv"
    machine.does("people", "--csv", str(file))
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
    assert {row["family_name"]: row["own:Licence expiry"] for row in rows} == {
        "Diop": "2020-04-13", "Quispe": "2099-01-31",
    }  # fmt: skip
    file.write_text(file.read_text(encoding="utf-8").replace("2099-01-31", "2098-02-01"), encoding="utf-8")
    assert machine.does("import", "person", str(file)) == {"new": 0, "changed": 1, "same": 1}
    paper = tmp_path / "people.pdf"
    assert machine.does("people", "--pdf", str(paper))["rows"] == 2
    text = "".join(page.extract_text() for page in PdfReader(paper).pages)
    assert "Licence expiry" in text
    assert "2098" in text


def put(laptop: Laptop, person: str, field: str, text: str) -> None:
    laptop.app.run(custom_fields.put, "person", person, {field: text})


def said(laptop: Laptop, person: str) -> dict[str, str]:
    return laptop.app.read(custom_fields.values, "person", [person]).get(person, {})


def test_row_a10_the_other_laptop_has_it_and_values_merge_one_by_one(two: tuple[Laptop, Laptop]) -> None:
    anna, bela = two
    person = anna.add("person", family_name="Diop")
    ends = anna.add("custom_field", label={"en": "Licence expiry"}, applies_to="person", kind="day", in_list=True)
    size = anna.add("custom_field", label={"en": "Helmet"}, applies_to="person", kind="choice", options=["S", "L"])
    anna.sync()
    bela.sync()
    assert [each.label for each in bela.app.read(custom_fields.definitions, "person")] == ["Licence expiry", "Helmet"]
    put(anna, person, ends, "2027-03-01")
    put(bela, person, size, "l")
    for laptop in (anna, bela, anna):
        laptop.sync()
    assert said(anna, person) == said(bela, person) == {ends: "2027-03-01", size: "L"}
    assert anna.questions() == bela.questions() == []
    put(anna, person, ends, "2028")
    put(bela, person, ends, "2029")
    for laptop in (anna, bela, anna):
        laptop.sync()
    assert said(anna, person) == said(bela, person)
    assert [clash.field for clash in anna.questions()] == ["value"], "both years are kept until somebody decides"
    everybody = bela.app.read(people_roster.load)
    asked = question.ask("", {f"own:{ends}": ["@later"]})
    assert roster.find(everybody, asked).ids == [person]


def test_values_are_checked_undone_and_come_along_in_a_merge(two: tuple[Laptop, Laptop]) -> None:
    anna, _bela = two
    one, other = (anna.add("person", family_name="Diop", given_name=name) for name in ("Awa", "A."))
    number = anna.add("custom_field", label={"en": "Children"}, applies_to="person", kind="number")
    flag = anna.add("custom_field", label={"en": "Driver"}, applies_to="person", kind="flag", in_list=True)
    with pytest.raises(RuleBroken, match="no number"):
        put(anna, one, number, "many")
    with pytest.raises(NotFound):
        put(anna, one, other, "x")
    put(anna, one, number, "2,5")
    put(anna, other, number, "3")
    put(anna, other, flag, "oui")
    assert said(anna, other) == {number: "3", flag: "1"}
    act = anna.app.run(merging.merge, one, other)
    assert said(anna, one) == {number: "2.5", flag: "1"}
    assert anna.app.read(people_roster.rows, [one])[one].own == ("Driver",)
    anna.app.run(undoing.take_back, act)
    assert said(anna, other) == {number: "3", flag: "1"}
    put(anna, other, number, "")
    assert said(anna, other) == {flag: "1"}
    everybody = anna.app.read(people_roster.load)
    put(anna, one, flag, "yes")
    changed = {"custom_value": [row["id"] for row in anna.app.read(editing.rows, "custom_value")]}
    renewed = anna.app.read(people_roster.renew, everybody, changed)
    assert roster.find(renewed, question.ask("", {f"own:{flag}": ["@yes"]})).ids == [other, one]
    anna.app.run(bulk.remove, "custom_field", [flag])
    assert said(anna, other) == {flag: "1"}, "what it held is kept for when it comes back"


def test_an_own_field_that_is_not_there_leaves_all_as_it_was_and_a_merge_may_choose(tmp_path: Path) -> None:
    machine = Terminal(tmp_path / "profile")
    machine.does("add", "custom_field", 'label={"en": "Shoe size"}', "applies_to=person", "kind=number")
    one = machine.does("add", "person", "family_name=Diop", "role=Clerk")["id"]
    other = machine.does("add", "person", "family_name=Diop")["id"]
    assert "Nothing was changed" in machine.fails("set", "person", one, "role=Chair", "own:Hat size=56")
    assert "no number" in machine.fails("set", "person", one, "role=Chair", "own:Shoe size=big")
    assert "FIELD=VALUE" in machine.fails("set", "person", one, "own:Shoe size")
    assert machine.does("show", "person", one)["role"] == "Clerk"
    machine.does("set", "person", one, "own:Shoe size=38")
    machine.does("set", "person", other, "own:Shoe size=39")
    machine.does("people", "merge", one, other, "--set", "own:Shoe size=40")
    assert {row["value"] for row in machine.does("list", "custom_value") if row["person_id"] == one} == {"40"}
