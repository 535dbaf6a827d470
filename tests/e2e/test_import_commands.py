"""A09 at the terminal: the same file twice, bad rows by line and reason, encodings, workbooks, undo of all of it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.e2e.test_command_line import Terminal
from tests.services import workbooks

GIVEN = ("María José", "Fatoumata", "Élodie", "Zoë", "Núria")


@pytest.fixture
def machine(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "profile")


def rows(count: int, role: str = "Geóloga") -> list[list[str]]:
    return [
        [
            f"{GIVEN[at % 5]} {at}",
            f"Núñez {at}",
            f"n{at}@example.org",
            f"+51 900 {at:06}",
            role,
            "Perú",
            "Español, Français",
        ]
        for at in range(count)
    ]


HEAD = ["Nombre", "Apellidos", "Correo electrónico", "Celular", "Cargo", "País", "Idiomas", "Zapatos"]


def write(path: Path, lines: list[list[str]], encoding: str = "utf-8", separator: str = ",") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=separator).writerows([HEAD, *lines])
    return path


def test_row_a09_five_hundred_rows_twice_and_three_bad_ones(machine: Terminal, tmp_path: Path) -> None:
    lines = rows(500)
    lines[10][5] = "Atlantis"
    lines[99][2] = "no address"
    lines[498] = ["", "", "", "", "", "", "", "38"]
    file = write(tmp_path / "socias.csv", lines, "cp1252", ";")

    tried = machine.does("import", "person", str(file), "--dry-run")
    assert (tried["encoding"], tried["separator"], tried["known_by"]) == ("cp1252", ";", ["way:email"])
    assert tried["columns"]["Apellidos"] == "family_name"
    assert tried["left_out"] == ["Zapatos"]
    assert (tried["new"], tried["changed"], tried["same"]) == (497, 0, 0)
    assert [bad["line"] for bad in tried["bad"]] == [12, 101, 500]
    assert [word in bad["reason"] for word, bad in zip(("Atlantis", "e-mail", "nothing"), tried["bad"], strict=True)]
    assert machine.does("list", "person") == []
    sentence = machine.fails("import", "person", str(file))
    assert "Line 12" in sentence
    assert "Nothing was imported" in sentence

    report = tmp_path / "bad.csv"
    done = machine.does("import", "person", str(file), "--leave-bad", "--report", str(report))
    assert (done["new"], len(done["bad"])) == (497, 3)
    assert report.read_text(encoding="utf-8-sig").count("Atlantis") == 2, "the row and its reason"
    again = machine.does("import", "person", str(file), "--leave-bad")
    assert (again["new"], again["changed"], again["same"], again["remembered"]) == (0, 0, 497, True)

    lines[5][4] = "Directora"
    lines[6][3] = "+51 1 555"
    newer = machine.does("import", "person", str(write(file, lines, "utf-16", "\t")), "--leave-bad")
    assert (newer["new"], newer["changed"], newer["same"]) == (0, 2, 495)
    everybody = {row["family_name"]: row for row in machine.does("list", "person")}
    assert len(everybody) == 497
    changed = everybody["Núñez 5"]
    assert (changed["given_name"], changed["role"], changed["country_code"]) == ("María José 5", "Directora", "PE")
    assert changed["languages"] == ["es", "fr"]
    ways = machine.does("list", "contact_detail")
    assert len(ways) == 2 * 497 + 1

    machine.does("undo", str(newer["act"]))
    assert machine.does("undo", str(done["act"]))["changed"] >= 497 * 3
    assert machine.does("list", "person") == machine.does("list", "contact_detail") == []
    gone = machine.does("import", "person", str(file), "--leave-bad", "--dry-run")
    assert (gone["new"], gone["trashed"]) == (0, 497), "what is in the trash stays there, and is said"
    assert machine.does("import", "person", str(file), "--leave-bad", "--from-trash")["new"] == 497


def test_row_a09_encodings_and_separators_are_guessed(machine: Terminal, tmp_path: Path) -> None:
    ways = (("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", "\t"), ("cp1252", ";"), ("cp850", "|"))
    for encoding, separator in ways:
        done = machine.does("import", "person", str(write(tmp_path / "a.csv", rows(12), encoding, separator)))
        assert (done["new"] + done["same"], done["changed"], done["separator"]) == (12, 0, separator), encoding
    found = {row["family_name"]: row for row in machine.does("list", "person")}
    assert len(found) == 12, "whatever wrote the letters, they are the same people"
    assert (found["Núñez 0"]["given_name"], found["Núñez 0"]["role"]) == ("María José 0", "Geóloga")


def test_row_a09_workbook_with_joined_names_and_days_as_numbers(machine: Terminal, tmp_path: Path) -> None:
    file = workbooks.write(
        tmp_path / "sites.xlsx",
        {
            "Sites": [
                ["Our mine sites in 2026"],
                [],
                ["Site", "Place", None, "Opened"],
                [None, "Country", "Latitude", None],
                ["Kédougou", "Sénégal", 12.55, (45231, workbooks.DAY)],
                ["Cerro Azul", "Peru", -12, 45232],
                ["Hidden", "Peru", 95, None],
            ],
            "Notes": [["nothing"]],
        },
        merged=["A1:D1", "A3:A4", "B3:C3", "D3:D4"],
    )
    tried = machine.does("import", "site", str(file), "--dry-run")
    assert list(tried["columns"]) == ["Site", "Place Country", "Place Latitude", "Opened"]
    assert (tried["sheet"], tried["header"]) == ("Sites", 4)
    assert list(tried["columns"].values()) == ["name", "country_code", "latitude", ""]
    done = machine.does("import", "site", str(file), "--leave-bad")
    assert (done["new"], [bad["line"] for bad in done["bad"]]) == (2, [7])
    assert {(row["name"], row["country_code"], row["latitude"]) for row in machine.does("list", "site")} == {
        ("Kédougou", "SN", 12.55), ("Cerro Azul", "PE", -12),
    }  # fmt: skip
    dated = workbooks.write(
        tmp_path / "diary.xlsx",
        {"Diary": [["Day", "What was done", "Hours"], [(45231, workbooks.DAY), "Visit", 2.5], [45232, "Talk", 1]]},
    )
    machine.does("import", "activity", str(dated), "--map", "Day=date", "What was done=text", "Hours=hours")
    assert {(row["date"], row["text"], row["hours"]) for row in machine.does("list", "activity")} == {
        ("2023-11-01", "Visit", 2.5), ("2023-11-02", "Talk", 1),
    }  # fmt: skip
    assert machine.does("import", "activity", str(dated))["same"] == 2, "the mapping is remembered"


def test_a_formula_goes_out_as_text_and_comes_back(machine: Terminal, tmp_path: Path) -> None:
    machine.does("add", "person", 'family_name==HYPERLINK("http://x")', "role=@SUM(1)", "given_name=+221 77")
    out = tmp_path / "out.csv"
    machine.does("export", "person", "--out", str(out))
    (line,) = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    assert (line["family_name"], line["role"]) == ('\'=HYPERLINK("http://x")', "'@SUM(1)")
    assert line["given_name"] == "+221 77"
    assert machine.does("import", "person", str(out)) == {"new": 0, "changed": 0, "same": 1}
