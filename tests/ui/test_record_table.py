from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableView

from ui.models.record_table import ID_ROLE, PAGE_ROWS, Column, RecordTable
from ui.widgets.rows import ROW_ROLE, Row
from wimdesk.services import editing, listing

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot
    from sqlalchemy.orm import Session

    from ui.desk import Desk

COUNT = 300
COLUMNS = (Column("name", "Name"), Column("target_share", "Target", number=True))


def plant(session: Session) -> None:
    for number in range(COUNT):
        editing.add(session, "site", {"name": f"Site {number:03}", "target_share": float(number % 100)})


@pytest.fixture
def model(desk: Desk, qtbot: QtBot) -> RecordTable:
    with qtbot.waitSignal(desk.bridge.changed):  # else it would be read once more in the middle of a test
        desk.app.run(plant)
    model = RecordTable(desk, "site", COLUMNS, order=("name",))
    with qtbot.waitSignal(model.counted):
        model.load()
    return model


def text(model: RecordTable, row: int, column: int = 0) -> object:
    return model.data(model.index(row, column))


def test_gives_rows_headings_and_ids(model: RecordTable) -> None:
    assert (model.rowCount(), model.columnCount()) == (COUNT, 2)
    assert (text(model, 0), text(model, 299), text(model, 7, 1)) == ("Site 000", "Site 299", "7.0")
    assert model.headerData(0, Qt.Orientation.Horizontal) == "Name"
    record = str(model.data(model.index(5, 0), ID_ROLE))
    assert model.row_of(record) == 5
    assert model.id_at(5) == record
    assert (model.id_at(-1), model.id_at(COUNT)) == ("", "")


def test_reads_only_the_pages_that_are_painted(model: RecordTable, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    real = listing.page

    def counted(session: Session, type_name: str, wanted: list[str]) -> dict[str, listing.Row]:
        asked.append(len(wanted))
        return real(session, type_name, wanted)

    monkeypatch.setattr(listing, "page", counted)
    for row in (0, 1, PAGE_ROWS - 1, COUNT - 1, 5):
        text(model, row)
    assert asked == [PAGE_ROWS, COUNT - 2 * PAGE_ROWS]


def test_follows_changes_and_keeps_the_choice_by_id(model: RecordTable, desk: Desk, qtbot: QtBot) -> None:
    view = QTableView()
    qtbot.addWidget(view)
    view.setModel(model)
    view.selectRow(10)
    chosen = model.id_at(10)
    with qtbot.waitSignal(model.counted):
        desk.app.run(editing.add, "site", {"name": "A first one"})
    assert text(model, 0) == "A first one"
    assert view.currentIndex().row() == 11
    assert model.id_at(view.currentIndex().row()) == chosen
    with qtbot.waitSignal(model.counted):
        desk.app.run(editing.change, "site", chosen, {"name": "Site 010 renamed"})
    assert text(model, 11) == "Site 010 renamed"
    with qtbot.waitSignal(model.counted):
        desk.app.run(editing.remove, "site", chosen)
    assert model.row_of(chosen) == -1


def test_filters_and_sorts_downwards(model: RecordTable, qtbot: QtBot) -> None:
    with qtbot.waitSignal(model.counted) as told:
        model.load(where={"target_share": 7.0}, order=("-name",))
    assert told.args == [3]
    assert [text(model, row) for row in range(3)] == ["Site 207", "Site 107", "Site 007"]


def test_does_not_read_for_changes_of_other_types(model: RecordTable, desk: Desk, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(model.counted, wait=200), qtbot.waitSignal(desk.bridge.changed):
        desk.app.run(editing.add, "person", {"family_name": "Quispe"})


def test_paints_rows_and_says_them(desk: Desk, qtbot: QtBot) -> None:
    desk.app.run(editing.add, "site", {"name": "Cerro Azul", "operator": "Minera"})
    model = RecordTable(desk, "site", (), row_of=lambda v: Row(str(v["caption"]), meta=str(v["operator"])))
    with qtbot.waitSignal(model.counted):
        model.load()
    index = model.index(0, 0)
    assert model.data(index, ROW_ROLE) == Row("Cerro Azul", meta="Minera")
    assert model.data(index, int(Qt.ItemDataRole.AccessibleTextRole)) == "Cerro Azul, Minera"
