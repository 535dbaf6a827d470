"""Own fields on the organisation page: defined there, filled on a card, seen in the list and its filters."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit

from tests.ui.test_importing import page as page
from tests.ui.waiting import Late
from ui.forms.custom_value import OwnFieldsCard
from ui.pages.organisation_cards import PersonPane, ProfileCard
from ui.widgets.date import DateField
from wimdesk.errors import DiskFull
from wimdesk.services import custom_fields, editing, people

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

    from ui.desk import Desk
    from ui.pages.organisation import OrganisationPage


def test_row_a10_a_field_is_added_filled_and_filtered(
    page: OrganisationPage, desk: Desk, qtbot: QtBot, nameless: Callable[[QWidget], list[str]]
) -> None:
    qtbot.waitUntil(lambda: isinstance(page.card, ProfileCard))
    assert isinstance(page.card, ProfileCard)
    card = page.card.own_fields
    card.button.click()
    qtbot.waitUntil(lambda: card.form is not None)
    assert card.form is not None
    form = card.form
    qtbot.waitUntil(lambda: form.kind.value() == "text")
    form.first.findChildren(QLineEdit)[0].setText("Licence expiry")
    form.kind.set_value("day")
    assert nameless(page) == []
    card.flush()
    qtbot.waitUntil(lambda: [each.kind for each in desk.app.read(custom_fields.definitions)] == ["day"])

    person = desk.app.run(people.begin_person)
    desk.app.run(editing.change, "person", person, {"family_name": "Diop"})
    page.show_record(person)
    qtbot.waitUntil(lambda: isinstance(page.card, PersonPane) and page.card.record == person)
    assert page.card is not None
    (own,) = page.card.findChildren(OwnFieldsCard)
    qtbot.waitUntil(lambda: bool(own.rows))
    ((field, row),) = own.rows.items()
    assert isinstance(row.editor, DateField)
    assert row.label.text() == "Licence expiry"
    row.editor.setFocus()
    row.editor.setText("2020-04-13")
    row.editor.editingFinished.emit()
    own.flush()
    qtbot.waitUntil(lambda: desk.app.read(custom_fields.values, "person") == {person: {field: "2020-04-13"}})
    facet = custom_fields.PREFIX + field
    qtbot.waitUntil(lambda: facet in page.pane.people.facets.chips)
    assert page.pane.people.facets.chips[facet].label == "Licence expiry"
    qtbot.waitUntil(lambda: page.pane.people.model.rowCount() == 1)
    assert not own.findChildren(QCheckBox)


@pytest.fixture
def person(desk: Desk) -> str:
    return desk.app.run(editing.add, "person", {"family_name": "Diop"})


def own_card(desk: Desk, qtbot: QtBot, person: str, *kinds: str) -> tuple[OwnFieldsCard, list[str]]:
    for kind in kinds:
        values = {"label": {"en": f"A {kind}"}, "applies_to": "person", "kind": kind}
        desk.app.run(editing.add, "custom_field", values)
    card = OwnFieldsCard(desk, "person", person)
    qtbot.addWidget(card)
    card.show()
    qtbot.waitUntil(lambda: len(card.rows) == len(kinds))
    return card, list(card.rows)


def line(card: OwnFieldsCard, field: str) -> QLineEdit:
    editor = card.rows[field].editor
    assert isinstance(editor, QLineEdit)
    return editor


def said(desk: Desk, person: str) -> dict[str, str]:
    return desk.app.read(custom_fields.values, "person").get(person, {})


def test_a_day_that_can_not_be_read_takes_nothing_away(
    desk: Desk, qtbot: QtBot, person: str, settled: Callable[[], None]
) -> None:
    card, (day,) = own_card(desk, qtbot, person, "day")
    line(card, day).setText("2027-04-13")
    card.flush()
    qtbot.waitUntil(lambda: said(desk, person) == {day: "2027-04-13"})
    line(card, day).setText("in spring")
    card.flush()
    qtbot.waitUntil(lambda: "is no day" in card.rows[day].message())
    settled()
    assert said(desk, person) == {day: "2027-04-13"}
    assert line(card, day).text() == "in spring"


def test_one_value_that_does_not_fit_stops_no_other(desk: Desk, qtbot: QtBot, person: str) -> None:
    card, (number, text) = own_card(desk, qtbot, person, "number", "text")
    line(card, number).setText("many")
    line(card, text).setText("North")
    card.flush()
    qtbot.waitUntil(lambda: said(desk, person) == {text: "North"})
    assert "is no number" in card.rows[number].message()


def test_the_keys_of_taking_back_reach_the_program_from_an_untouched_field(
    desk: Desk, qtbot: QtBot, person: str
) -> None:
    card, (text,) = own_card(desk, qtbot, person, "text")
    event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    event.setAccepted(False)
    QApplication.sendEvent(line(card, text), event)
    assert not event.isAccepted()


def test_taking_back_waits_for_an_own_field_that_was_just_changed(
    page: OrganisationPage, desk: Desk, qtbot: QtBot, person: str, settled: Callable[[], None]
) -> None:
    field = {"label": {"en": "Speaks"}, "applies_to": "person", "kind": "flag"}
    desk.app.run(editing.add, "custom_field", field)
    page.show_record(person)
    qtbot.waitUntil(lambda: isinstance(page.card, PersonPane) and bool(page.card.findChildren(OwnFieldsCard)[0].rows))
    settled()
    assert page.card is not None
    page.card.findChildren(OwnFieldsCard)[0].findChildren(QCheckBox)[0].click()
    page.flush()
    assert desk.tasks.writes == 1, "it is on its way before anything is taken back"
    qtbot.waitUntil(lambda: list(said(desk, person).values()) == ["1"])


def test_what_is_typed_stays_when_another_own_field_comes(
    desk: Desk, qtbot: QtBot, person: str, settled: Callable[[], None]
) -> None:
    card, (text,) = own_card(desk, qtbot, person, "text")
    line(card, text).setText("North")
    desk.app.run(editing.add, "custom_field", {"label": {"en": "B"}, "applies_to": "person", "kind": "text"})
    qtbot.waitUntil(lambda: len(card.rows) == 2)
    settled()
    assert line(card, text).text() == "North"
    assert said(desk, person) == {text: "North"}


def test_what_was_read_before_it_was_saved_does_not_come_back(
    desk: Desk, qtbot: QtBot, person: str, settled: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    card, (text,) = own_card(desk, qtbot, person, "text")
    settled()
    late = Late(custom_fields.of_record)
    monkeypatch.setattr(custom_fields, "of_record", late)
    card.reload()
    qtbot.waitUntil(late.was_read.is_set)
    line(card, text).setText("North")
    card.flush()
    qtbot.waitUntil(lambda: said(desk, person) == {text: "North"} and not desk.tasks.writes)
    late.go()
    settled()
    assert line(card, text).text() == "North"


def test_of_two_saves_that_fail_the_later_text_is_tried_again(
    desk: Desk, qtbot: QtBot, person: str, settled: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    card, (text,) = own_card(desk, qtbot, person, "text")
    settled()

    def full(*_all: object) -> None:
        raise DiskFull("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(custom_fields, "put", full)
        for words in ("N", "North"):
            line(card, text).setText(words)
            card.flush()
        settled()
    card.flush()
    settled()
    assert said(desk, person) == {text: "North"}


def test_what_was_corrected_while_it_was_refused_takes_nothing_else_along(
    desk: Desk, qtbot: QtBot, person: str, settled: Callable[[], None]
) -> None:
    card, (day, text) = own_card(desk, qtbot, person, "day", "text")
    settled()
    go = threading.Event()
    desk.app.write(lambda _session: go.wait(60))
    editor = card.rows[day].editor
    assert isinstance(editor, DateField)
    for words in ("in spring", "2026-04-13"):
        editor.setText(words)
        editor.editingFinished.emit()
        if words == "in spring":
            line(card, text).setText("North")
        card.flush()
    go.set()
    settled()
    qtbot.waitUntil(lambda: said(desk, person) == {day: "2026-04-13", text: "North"}, timeout=3000)
    assert not card.rows[day].message()
