"""Foreign tables: how they are read, whom a row means, and files that mean harm."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.services import workbooks
from wimdesk.errors import RuleBroken, UserError
from wimdesk.services import (
    cells,
    custom_fields,
    editing,
    encodings,
    finding,
    import_fields,
    importing,
    people,
    sheets,
    undoing,
)
from wimdesk.services.importing import Outcome
from wimdesk.services.sheets import Layout

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from wimdesk.app import App
    from wimdesk.events import Changed


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "table.csv"


def bring(app: App, file: Path, text: str, kind: str = "person") -> Outcome:
    """Try first: what it says would happen is what happens."""
    file.write_text(text, encoding="utf-8")
    table = sheets.read(file)
    plan = app.read(import_fields.propose, table, kind)
    tried = app.read(importing.bring_in_good, table, plan)
    done = app.run(importing.bring_in_good, table, plan)
    assert (tried.new, tried.changed, tried.same, tried.bad) == (done.new, done.changed, done.same, done.bad)
    return done


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Apellido;Ciudad\nNúñez;Málaga\n", "cp1252"), ("Nom;Prénom\nN’Diaye;Chloé\n", "mac_roman"),
        ("Nazwisko;Imię\nŁukaszewska;Małgorzata\n", "cp1250"), ("Прізвище;Місто\nШевченко;Київ\n", "cp1251"),
        ("الاسم;المدينة\nمريم العلي;تونس\n", "cp1256"), ("Soyadı;Şehir\nYıldız;Ağrı\n", "cp1254"),
        ("Nome;Município\nConceição;São João\n", "cp850"), ("Name;Town\nNguyễn;李\n", "utf-16-le"),
        ("Name\nAndré\n", "cp1252"), ("Name\nAnna\n", "utf-8"),
    ],
)  # fmt: skip
def test_the_letters_of_a_few_names_are_enough(text: str, encoding: str) -> None:
    assert encodings.decode(text.encode(encoding))[0].removeprefix("\ufeff") == text


def test_names_may_stand_below_a_title_and_lines_count_from_the_top(app: App, file: Path) -> None:
    text = "Members of 2026,,\n\nSurname,First name,E-mail\nDiop,Awa,a@x.org\n\n"
    text += '"N\'Diaye","Two\nlines",bad\nSow,Ami,s@x.org\n'
    done = bring(app, file, text)
    assert (done.new, [bad.line for bad in done.bad]) == (2, [6])


def test_who_is_here_by_name_and_mail_is_brought_up_to_date(app: App, file: Path) -> None:
    person = app.run(people.begin_person)
    app.run(editing.change, "person", person, {"family_name": "Traoré", "given_name": "Fatou", "summary": "ours"})
    mail = app.run(people.add_contact, person, "email")
    app.run(editing.change, "contact_detail", mail, {"value": "Fatou@x.org"})
    done = bring(app, file, "Name,E-mail,Position\nfatou TRAORE,fatou@X.org,Chair\nFatou Traoré,other@x.org,Clerk\n")
    assert (done.new, done.changed) == (1, 1)
    found = app.read(editing.values, "person", person)
    assert (found["role"], found["summary"]) == ("Chair", "ours")
    app.run(undoing.take_back, done.act)
    assert app.read(editing.values, "person", person)["role"] == ""


def test_an_empty_cell_leaves_what_is_here_and_a_line_twice_is_named(app: App, file: Path) -> None:
    bring(app, file, "Surname,First name,E-mail,Role\nDiop,Awa,a@x.org,Chair\nSow,Ami,s@x.org,Clerk\n")
    done = bring(
        app, file, "Surname,First name,E-mail,Role\nDiop,Awa,a@x.org,\nSow,Ami,s@x.org,Boss\nSow,A,s@x.org,Clerk\n"
    )
    assert (done.same, done.changed) == (1, 1)
    assert [(bad.line, "line 3" in bad.reason) for bad in done.bad] == [(4, True)]
    assert {row["role"] for row in app.read(editing.rows, "person")} == {"Chair", "Boss"}


def test_several_numbers_keep_what_their_columns_say(app: App, file: Path) -> None:
    bring(app, file, "Name,Mobile,Work phone,E-mail\nAwa Diop,+221 1,+221 2; +221 3,a@x.org / b@x.org\n")
    found = {(way["value"], way["label"]) for way in app.read(editing.rows, "contact_detail")}
    assert found == {
        ("+221 1", ""), ("+221 2", "Work phone"), ("+221 3", "Work phone"), ("a@x.org", ""), ("b@x.org", ""),
    }  # fmt: skip


def test_links_choices_and_numbers_are_understood_or_named(app: App, file: Path) -> None:
    app.run(editing.add, "site", {"name": "Cerro Azul"})
    text = 'Day,What was done,Site,Hours\n13/04/2026,Talk,cerro azul,"1,5"\n05/06/2026,Visit,Nowhere,2\nsoon,X,,y\n'
    done = bring(app, file, text, "activity")
    assert done.new == 1
    (row,) = app.read(editing.rows, "activity")
    assert (row["date"], row["hours"], bool(row["site_id"])) == ("2026-04-13", 1.5, True)
    assert "“Nowhere” is not known" in done.bad[0].reason
    assert "“soon” is no day" in done.bad[1].reason
    assert "“y” is no number" in done.bad[1].reason
    assert cells.choice("Producción", "Kind", {"a": "Production"} | {"b": "Producción"}) == "b"
    assert cells.month_first(["01/02/2026", "03/25/2026"])
    assert not cells.month_first(["01/02/2026", "25/03/2026"])
    for text in ("31/02/2026", "99", "1/1/1/1"):
        with pytest.raises(RuleBroken):
            cells.day(text, "Day")


def test_a_workbook_that_begins_lower_and_further_right(tmp_path: Path) -> None:
    rows: list[list[workbooks.Cell]] = [[], [], [None, "Name", "Born"], [None, "Awa", (45231, workbooks.DAY)]]
    table = sheets.read(workbooks.write(tmp_path / "a.xlsx", {"A & B": rows, "Other": [["x"]]}))
    assert (table.columns, table.layout.header, table.sheets) == (("", "Name", "Born"), 3, ("A & B", "Other"))
    assert list(table.rows()) == [(4, ["", "Awa", "2023-11-01"])]
    with pytest.raises(UserError, match="no such sheet"):
        sheets.read(table.path, Layout(sheet="None"))


def test_files_that_mean_harm_are_refused_with_a_sentence(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", bytes(100 * 1024 * 1024))
    assert bomb.stat().st_size < 1024 * 1024
    raw = bytearray(workbooks.write(tmp_path / "good.xlsx", {"A": [["Name"], ["x" * 5000]]}).read_bytes())
    at = raw.rfind(b"PK\x01\x02", 0, raw.rfind(b"sheet1.xml"))
    raw[at + 24 : at + 28] = (64).to_bytes(4, "little")  # it says that it unfolds to less than it does
    files = {"liar.xlsx": bytes(raw), "cut.xlsx": bytes(raw[:300]), "text.xlsx": b"Name\nAwa\n", "empty.ods": b""}
    files["old.xls"] = b"\xd0\xcf" * 99
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    for name in ("bomb.xlsx", *files, "missing.csv"):
        with pytest.raises(UserError, match="Nothing was imported"):
            sheets.read(tmp_path / name)


@pytest.mark.parametrize(
    "text", ["", "\n\n", "\x00,\x00\n1,2\n", "a,b\n" + "x" * 200_000, '"open\n' * 50, ",,,\n,,,\n"]
)
def test_odd_texts_are_a_sentence_or_rows(text: str, file: Path) -> None:
    file.write_text(text, encoding="utf-8")
    try:
        found = list(sheets.read(file).rows())
    except UserError:
        return
    assert all(isinstance(cell, str) for _line, said in found for cell in said)


def test_a_couple_with_one_address_is_known_again_both(app: App, file: Path) -> None:
    for given in ("Awa", "Moussa"):
        person = app.run(editing.add, "person", {"family_name": "Diop", "given_name": given})
        mail = app.run(people.add_contact, person, "email")
        app.run(editing.change, "contact_detail", mail, {"value": "diop@x.org"})
    done = bring(app, file, "Surname,First name,E-mail,Role\nDiop,Awa,diop@x.org,Chair\nDiop,Moussa,diop@x.org,Clerk\n")
    assert (done.new, done.changed) == (0, 2)


def test_no_heading_of_the_lines_to_mend_is_a_formula(app: App, file: Path) -> None:
    heading = '=HYPERLINK("http://x";"y")'
    file.write_text("Surname;" + '"' + heading.replace('"', '""') + '"' + ";Born\nDiop;a;never\n", encoding="utf-8")
    table = sheets.read(file)
    assert heading in table.columns
    text = importing.report(table, [importing.Bad(2, "no day", ("Diop", "a", "never"))])
    assert "'=HYPERLINK" in text.splitlines()[0]


def test_own_fields_are_filled_from_a_table_and_found(app: App, file: Path) -> None:
    def own(label: str, kind: str, **more: object) -> str:
        values = {"label": {"en": label}, "applies_to": "person", "kind": kind, **more}
        return app.run(editing.add, "custom_field", values)

    cap, size = own("Helmet colour", "choice", options=["Saffron", "Blue"]), own("Shoe size", "number")
    text = "Surname,Helmet colour,own:Shoe size\nDiop,saffron,38\nSow,,39.5\nBa,pink,large\n"
    done = bring(app, file, text)
    assert (done.new, [bad.line for bad in done.bad]) == (2, [4])
    people_by_name = {row["family_name"]: row["id"] for row in app.read(editing.rows, "person")}
    said = app.read(custom_fields.values, "person")
    assert said == {people_by_name["Diop"]: {cap: "Saffron", size: "38"}, people_by_name["Sow"]: {size: "39.5"}}
    hits = finding.ask(app.searcher(), "saffron", ["person", "site"])
    assert hits is not None
    found = app.read(finding.told, hits, ["person", "site"])
    assert [each.id for each in found] == [people_by_name["Diop"]]
    again = bring(app, file, text.replace("39.5", "40"))
    assert (again.new, again.changed, again.same) == (0, 1, 1)
    app.run(undoing.take_back, again.act)
    app.run(undoing.take_back, done.act)
    assert app.read(custom_fields.values, "person", list(people_by_name.values())) == {}


def test_others_save_while_a_long_table_comes_in(app: App, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some rows at a time, and still one act: somebody's save lies between two parts of it."""
    monkeypatch.setattr(importing, "_CHUNK", 20)
    file.write_text("Surname\n" + "\n".join(f"Name{number}" for number in range(100)), encoding="utf-8")
    table = sheets.read(file)
    plan = app.read(import_fields.propose, table, "person")
    there: list[Future[int]] = []

    def save_too(change: Changed) -> None:
        if not there and change.touches("person"):
            there.append(app.write(lambda session: len(editing.rows(session, "person"))))

    app.changed.connect(save_too)
    done = importing.bring_in_parts(app.store, table, plan)
    assert there[0].result() < 100
    assert (done.new, len(app.read(editing.rows, "person"))) == (100, 100)
    again = importing.bring_in_parts(app.store, table, plan)
    assert (again.new, again.same) == (0, 100)
    file.write_text("Surname,E-mail\nOne,one@x.org\nTwo,no address\n", encoding="utf-8")
    bad = sheets.read(file)
    with pytest.raises(UserError, match="Line 3"):
        importing.bring_in_parts(app.store, bad, app.read(import_fields.propose, bad, "person"))
    assert len(app.read(editing.rows, "person")) == 100
    app.run(undoing.take_back, done.act)
    assert app.read(editing.rows, "person") == []
