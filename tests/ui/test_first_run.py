from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from ui.first_run import CODE, LANGUAGE, NAME, PLACE, FirstRun
from ui.widgets.buttons import ActionButton
from ui.widgets.choice import RadioCard
from wimdesk.i18n import LANGUAGES
from wimdesk.services import editing, listing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from tests.support import Endpoint
    from ui.desk import Desk


@pytest.fixture
def first(desk: Desk, qtbot: QtBot) -> FirstRun:
    first = FirstRun(desk)
    qtbot.addWidget(first)
    first.resize(1366, 740)
    with qtbot.waitActive(first):
        first.show()
        first.activateWindow()
    return first


def button(first: FirstRun, text: str) -> ActionButton:
    return next(each for each in first.findChildren(ActionButton) if each.text() == text and each.isVisible())


def texts(first: FirstRun) -> str:
    return "\n".join(label.text() for label in first.findChildren(QLabel) if label.isVisible())


def test_three_answers_are_written_down(first: FirstRun, desk: Desk, qtbot: QtBot) -> None:
    first.next_button.click()
    assert first.step == PLACE
    QTest.keyClicks(first.organisation, "WIM Arequipa")
    QTest.keyClicks(first.site, "Cerro Azul")
    first.country.set_value("PE")
    first.next_button.click()
    assert first.step == NAME
    QTest.keyClicks(first.person, "Rosa Mamani")
    with qtbot.waitSignal(first.finished):
        first.next_button.click()
    who = desk.app.identity()
    assert (who.organisation_name, who.person_name) == ("WIM Arequipa", "Rosa Mamani")
    site = desk.app.settings.text("site_id")
    assert desk.app.read(editing.values, "site", site)["name"] == "Cerro Azul"
    assert desk.app.read(editing.values, "organization", who.organisation)["country_code"] == "PE"
    assert desk.app.settings.flag("first_run_done")


def test_everything_may_be_skipped(first: FirstRun, desk: Desk, qtbot: QtBot) -> None:
    first.next_button.click()
    QTest.keyClicks(first.organisation, "Not kept")
    button(first, "Skip").click()
    with qtbot.waitSignal(first.finished):
        button(first, "Skip").click()
    assert desk.app.identity().organisation_name == ""
    assert desk.app.read(listing.ids, "site") == []


def test_going_back_keeps_what_was_typed(first: FirstRun) -> None:
    first.next_button.click()
    QTest.keyClicks(first.organisation, "WIM Arequipa")
    first.next_button.click()
    button(first, "Back").click()
    assert first.organisation.text() == "WIM Arequipa"


def test_languages_stand_in_their_own_words(first: FirstRun, desk: Desk) -> None:
    assert [each.text() for each in first.findChildren(RadioCard)] == [*LANGUAGES.values()]
    next(each for each in first.findChildren(RadioCard) if each.text() == "Español").click()
    assert desk.app.settings.text("language") == "es"


def test_tries_the_sample(first: FirstRun, desk: Desk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(first.finished):
        first.sample_button.click()
    assert desk.app.identity().sample


def test_a_code_is_checked_before_anything_is_asked_of_the_network(first: FirstRun, qtbot: QtBot) -> None:
    first.code_button.click()
    assert first.step == CODE
    form = first.join_form
    form.button.click()
    assert form.code_row.message() == "Type the code first."
    form.code.setText("ABCD")
    form.button.click()
    assert "address" in form.server_row.message()
    form.server.setText("https://wim.example")
    form.button.click()
    qtbot.waitUntil(lambda: "16 letters" in form.code_row.message() and form.button.isEnabled())
    button(first, "Back").click()
    assert first.step == LANGUAGE


def test_what_is_wrong_is_told_at_its_field_and_what_is_joined_keeps_its_name(
    first: FirstRun, desk: Desk, qtbot: QtBot, secretariat: Endpoint, tmp_path: Path
) -> None:
    first.show_step(PLACE)
    first.organisation.setText("Another name")
    first.code_button.click()
    form = first.join_form

    def joins(code: str, address: str) -> None:
        form.code.setText(code)
        form.server.setText(address)
        form.button.click()
        qtbot.waitUntil(lambda: first.step == NAME or form.button.isEnabled(), timeout=20_000)

    joins("ABCD-EFGH-JKMN-PQRS", secretariat.url)
    assert "code is not known" in form.code_row.message()
    assert form.server_row.message() == ""
    assert form.code.hasFocus()
    code = secretariat.code("WIM Peru")
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"code": secretariat.code("WIM Peru"), "server": secretariat.url, "key": "0" * 64}))
    form.take_file(other)
    joins(form.code.text(), secretariat.url)
    assert "not the Secretariat that made the file" in form.server_row.message()
    assert not desk.app.identity().enrolled
    for address, told in (
        ("http://127.0.0.1:9", "http://127.0.0.1:9 does not answer. Nothing was changed."),
        (f"{secretariat.url}/elsewhere", "There is no Secretariat at"),
        ("our secretariat", "This is no address."),
    ):
        joins(code, address)
        assert told in form.server_row.message()
        assert form.server.hasFocus()
        assert "16 letters" in form.code_row.message()
    joins(code, secretariat.url)
    assert "This computer belongs to WIM Peru now." in texts(first)
    assert "Back" not in [each.text() for each in first.findChildren(ActionButton) if each.isVisible()]
    QTest.keyClicks(first.person, "Rosa Mamani")
    with qtbot.waitSignal(first.finished):
        first.next_button.click()
    who = desk.app.identity()
    assert (who.organisation_name, who.person_name) == ("WIM Peru", "Rosa Mamani")
    assert desk.app.read(editing.rows, "organization") == []


def test_takes_code_and_address_from_a_file(first: FirstRun, tmp_path: Path) -> None:
    first.show_step(CODE)
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text('{"code": "ABCD-EFGH-JKMN-PQRS", "server": "https://wim.example"}')
    bad.write_text("nothing")
    first.join_form.take_file(bad)
    assert "not an enrolment file" in first.join_form.code_row.message()
    first.join_form.take_file(good)
    assert first.join_form.code.text() == "ABCD-EFGH-JKMN-PQRS"
    assert first.join_form.server.text() == "https://wim.example"


@pytest.mark.parametrize("step", [LANGUAGE, PLACE, NAME, CODE])
def test_each_page_fits_and_names_its_controls(
    first: FirstRun, step: int, nameless: Callable[[QWidget], list[str]]
) -> None:
    first.show_step(step)
    assert nameless(first) == []
    assert first.minimumSizeHint().height() <= 700
    assert texts(first)


def test_everything_is_answered_by_keys_alone(first: FirstRun, desk: Desk, qtbot: QtBot) -> None:
    def press(key: Qt.Key) -> None:
        focus = QApplication.focusWidget()
        assert focus is not None
        QTest.keyClick(focus, key)

    focus = QApplication.focusWidget()
    assert isinstance(focus, RadioCard)
    assert focus.isChecked()
    press(Qt.Key.Key_Return)
    assert first.step == PLACE
    QTest.keyClicks(first.organisation, "WIM Ica")
    while QApplication.focusWidget() is not button(first, "Skip"):
        press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Return)
    assert first.step == NAME
    QTest.keyClicks(first.person, "Rosa")
    with qtbot.waitSignal(first.finished):
        press(Qt.Key.Key_Return)
    who = desk.app.identity()
    assert (who.organisation_name, who.person_name) == ("", "Rosa")
