from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from wimdesk.app import App
from wimdesk.errors import UserError
from wimdesk.identifiers import new_id
from wimdesk.services import editing, exchange
from wimdesk.services.exchange import Imported
from wimdesk.store import history

if TYPE_CHECKING:
    from pathlib import Path

BOARD = "family_name,role\nMensah,Chair\nBoateng,Treasurer\n"
SAME = Imported(new=0, changed=0, same=2)


def bring(app: App, text: str, type_name: str = "person") -> Imported:
    return app.run(exchange.import_csv, type_name, text)


def roles(app: App) -> dict[str, str]:
    return {row["family_name"]: row["role"] for row in app.read(editing.rows, "person")}


def ids(app: App) -> dict[str, str]:
    return {row["family_name"]: row["id"] for row in app.read(editing.rows, "person")}


@pytest.mark.parametrize("given", ["", "01a207b8-bd55-7a53-8fa8-cdf7f090408f"])
def test_two_lines_that_say_the_same_are_one_record(app: App, given: str) -> None:
    line = f"{given},2026-11-02,Site visit,2\n"
    assert bring(app, "id,date,text,hours\n" + line * 2, "activity") == Imported(new=1, changed=0, same=1)
    assert [row["text"] for row in app.read(editing.rows, "activity")] == ["Site visit"]


def test_one_id_for_two_things_is_named_with_both_lines(app: App) -> None:
    one, other = new_id(), new_id()
    text = f"id,family_name\n{one},Mensah\n{other},Owusu\n{one.upper()},Boateng\n"
    with pytest.raises(UserError, match="Line 4: line 2 has the same id and says something else"):
        bring(app, text)
    assert roles(app) == {}


def test_one_id_for_two_things_is_named_also_where_the_record_is_there(app: App) -> None:
    one = app.run(editing.add, "person", {"family_name": "Mensah"})
    with pytest.raises(UserError, match="Line 3: line 2"):
        bring(app, f"id,family_name\n{one},Addo\n{one},Boateng\n")
    assert roles(app) == {"Mensah": ""}


def test_a_file_without_ids_twice_leaves_later_work_alone(app: App) -> None:
    assert bring(app, BOARD) == Imported(new=2, changed=0, same=0)
    known = ids(app)
    app.run(editing.change, "person", known["Mensah"], {"role": "President"})
    app.run(editing.remove, "person", known["Boateng"])
    assert bring(app, BOARD) == SAME
    assert roles(app) == {"Mensah": "President"}
    assert [record.id for record in app.read(history.trash)] == [known["Boateng"]]


def test_a_row_with_an_id_changes_its_record_but_never_leaves_the_trash(app: App) -> None:
    bring(app, BOARD)
    known = ids(app)
    text = f"id,role\n{known['Mensah']},President\n{known['Boateng']},Auditor\n"
    app.run(editing.remove, "person", known["Boateng"])
    assert bring(app, text) == Imported(new=0, changed=1, same=1)
    assert roles(app) == {"Mensah": "President"}
    assert app.read(editing.values, "person", known["Boateng"])["role"] == "Treasurer"
    app.run(editing.restore, "person", known["Boateng"])
    assert bring(app, text) == Imported(new=0, changed=1, same=1)
    assert roles(app) == {"Mensah": "President", "Boateng": "Auditor"}


def test_a_file_may_know_some_ids_and_not_others(app: App) -> None:
    one = app.run(editing.add, "person", {"family_name": "Mensah"})
    text = f"id,family_name,role\n{one},Mensah,Chair\n,Boateng,Treasurer\n,Boateng,Treasurer\n"
    assert bring(app, text) == Imported(new=1, changed=1, same=1)
    assert roles(app) == {"Mensah": "Chair", "Boateng": "Treasurer"}


@pytest.mark.parametrize(("type_name", "field"), [("attachment", "secret"), ("computer", "words")])
def test_keys_leave_in_no_file_and_come_in_by_none(app: App, type_name: str, field: str) -> None:
    name = {"attachment": "title", "computer": "name"}[type_name]
    app.run(editing.add, type_name, {field: "a canary", name: "seen"})
    told = app.read(exchange.export_csv, type_name)
    assert "seen" in told
    assert "canary" not in told
    assert field not in told.splitlines()[0].split(",")
    with pytest.raises(UserError, match=f"not known: {field}"):
        bring(app, f"{field}\nanother\n", type_name)


@pytest.mark.skipif(os.name == "nt", reason="rights are another thing there")
def test_a_secret_file_is_for_whoever_wrote_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        exchange.write_file(tmp_path / "code", b"one-time", secret=True)
        exchange.write_file(tmp_path / "list", b"names")
    finally:
        os.umask(before)
    assert ((tmp_path / "code").stat().st_mode & 0o777, (tmp_path / "list").stat().st_mode & 0o777) == (0o600, 0o666)


@pytest.mark.skipif(os.name == "nt", reason="not everybody may make links there")
def test_nobody_is_led_to_another_file(tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"mine")
    (tmp_path / "list.part").symlink_to(tmp_path / "mine")
    exchange.write_file(tmp_path / "list", b"names")
    assert (tmp_path / "mine").read_bytes() == b"mine"
    assert (tmp_path / "list").read_bytes() == b"names"
    assert not (tmp_path / "list").is_symlink()
