"""Own fields on the organisation page: defined there, filled on a card, seen in the list and its filters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QLineEdit

from tests.ui.test_importing import page as page
from ui.forms.custom_value import OwnFieldsCard
from ui.pages.organisation_cards import PersonPane, ProfileCard
from ui.widgets.date import DateField
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
