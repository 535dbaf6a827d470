"""Files that are dropped on the organisation page: looked at first, taken as one act, taken back as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from tests.services.address_books import two_hundred
from ui.pages.importing import ImportPane
from ui.pages.importing_cards import CardsPart
from ui.pages.importing_table import TablePart
from ui.pages.organisation import OrganisationPage
from wimdesk.services import editing, people, undoing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

    from ui.desk import Desk


@pytest.fixture
def page(desk: Desk, qtbot: QtBot) -> OrganisationPage:
    desk.app.run(people.begin_profile)
    made = OrganisationPage(desk)
    qtbot.addWidget(made)
    made.resize(1154, 706)
    with qtbot.waitExposed(made):
        made.show()
    qtbot.waitUntil(lambda: made.pane.people.is_ready() and not desk.tasks.busy())
    return made


def drop(page: OrganisationPage, path: Path) -> bool:
    """Drop a file as the mouse does; say whether the page would take it."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy, button, key = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(50, 50), copy, data, button, key)
    enter.ignore()
    page.dragEnterEvent(enter)
    if enter.isAccepted():
        page.dropEvent(QDropEvent(QPointF(50, 50), copy, data, button, key))
    return enter.isAccepted()


def count(desk: Desk) -> int:
    return len(desk.app.read(editing.rows, "person"))


def test_a_file_of_contacts_is_tried_then_taken_and_taken_back(
    page: OrganisationPage, desk: Desk, qtbot: QtBot, tmp_path: Path, nameless: Callable[[QWidget], list[str]]
) -> None:
    file = tmp_path / "book.vcf"
    file.write_text("".join(each.text for each in two_hundred()[:40]), encoding="utf-8")
    assert not drop(page, tmp_path / "picture.png")
    assert drop(page, file)
    pane = page.card
    assert isinstance(pane, ImportPane)
    part = pane.part
    assert isinstance(part, CardsPart)
    qtbot.waitUntil(lambda: part.tried is not None)
    assert part.summary.text().startswith("40 new")
    assert part.losses.model.rowCount() > 40
    assert "no such field" in str(part.losses.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole))
    assert nameless(page) == []
    assert count(desk) == 0, "looking at a file changes nothing"
    part.button.click()
    qtbot.waitUntil(lambda: part.button.isHidden())
    qtbot.waitUntil(lambda: page.pane.people.model.rowCount() == 40)
    assert page.card is pane, "the report stays in view"
    page.pane.people.view.selectAll()
    page.pane.people.export_to(tmp_path / "out.vcf")
    qtbot.waitUntil(lambda: (tmp_path / "out.vcf").exists())
    assert (tmp_path / "out.vcf").read_text(encoding="utf-8").count("BEGIN:VCARD") == 40
    desk.app.run(undoing.take_back)
    assert count(desk) == 0


def test_a_file_without_contacts_says_so(page: OrganisationPage, qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "letter.vcf"
    file.write_text("Dear all", encoding="utf-8")
    assert drop(page, file)
    assert isinstance(page.card, ImportPane)
    part = page.card.part
    assert part is not None
    qtbot.waitUntil(lambda: "no contact in this file" in part.summary.text())
    assert part.button.isHidden()


def test_row_a09_a_table_is_mapped_tried_taken_and_taken_back(
    page: OrganisationPage, desk: Desk, qtbot: QtBot, tmp_path: Path, nameless: Callable[[QWidget], list[str]]
) -> None:
    file = tmp_path / "socias.csv"
    lines = [f"P{at};Maria {at};m{at}@example.org;Bolivia" for at in range(60)] + ["Px;Y;no address;Bolivia"]
    file.write_text("\n".join(["Apellidos;Pila;Correo;País", *lines]), encoding="cp1252")
    assert drop(page, file)
    part = table_part(page, qtbot)
    assert part.summary.text() == "60 new · 0 brought up to date · 0 here already · 1 can't be used"
    assert (part.encoding.value(), part.separator.value(), part.known_by.value()) == ("cp1252", ";", "way:email")
    assert nameless(page) == []
    part.editors["Pila"].set_value("given_name")
    qtbot.waitUntil(lambda: part.plan().columns["Pila"] == "given_name" and not desk.tasks.busy())
    part.report_to(tmp_path / "bad.csv")
    part.button.click()
    qtbot.waitUntil(lambda: page.pane.people.model.rowCount() == 60)
    assert "no address" in (tmp_path / "bad.csv").read_text(encoding="utf-8-sig")
    assert {row["given_name"] for row in desk.app.read(editing.rows, "person")} == {f"Maria {at}" for at in range(60)}
    page.show_import(file)
    again = table_part(page, qtbot)
    assert again.editors["Pila"].value() == "given_name", "how it was mapped is remembered"
    assert again.summary.text().startswith("0 new · 0 brought up to date · 60 here already")
    assert again.button.isHidden()
    desk.app.run(undoing.take_back)
    assert count(desk) == 0
    again.known_by.changed.emit()
    qtbot.waitUntil(lambda: "60 in the trash" in again.summary.text())
    again.trash.setChecked(True)
    qtbot.waitUntil(lambda: again.summary.text().startswith("60 new"))


def table_part(page: OrganisationPage, qtbot: QtBot) -> TablePart:
    assert isinstance(page.card, ImportPane)
    part = page.card.part
    assert isinstance(part, TablePart)
    qtbot.waitUntil(lambda: part.tried is not None and not page.desk.tasks.busy())
    return part


def test_a_column_beyond_those_that_are_shown_is_not_lost(
    page: OrganisationPage, desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    file = tmp_path / "wide.csv"
    names = ["Surname", "First name", *(f"Answer {number}" for number in range(70)), "Position"]
    file.write_text(",".join(names) + "\nDiop,Awa," + "x," * 70 + "Chair\n", encoding="utf-8")
    page.show_import(file)
    assert isinstance(page.card, ImportPane)
    part = page.card.part
    assert isinstance(part, TablePart)
    qtbot.waitUntil(lambda: part.tried is not None and part.button.isEnabled())
    part.bring_in()
    qtbot.waitUntil(lambda: count(desk) == 1 and not desk.tasks.busy())
    assert desk.app.read(editing.rows, "person")[0]["role"] == "Chair"
