"""People who are here twice, on the organisation page: proposed, put side by side, merged, taken back, told apart."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from tests.ui.test_importing import page as page
from ui.pages.duplicates import DuplicatesPane
from ui.widgets.buttons import LinkButton
from wimdesk.services import custom_fields, duplicates, editing, undoing

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

    from ui.desk import Desk
    from ui.pages.organisation import OrganisationPage


def test_row_a08_a_pair_is_merged_as_chosen_and_taken_back(
    page: OrganisationPage, desk: Desk, qtbot: QtBot, nameless: Callable[[QWidget], list[str]]
) -> None:
    ours = {"organization_id": desk.app.identity().organisation}
    wide = {"family_name": "Traore", "given_name": "Fatoumata", "role": "Clerk", **ours}
    one = desk.app.run(editing.add, "person", wide)
    short = {"family_name": "TRAORE", "given_name": "F.", "role": "Chair", "tags": ["mentor"], **ours}
    other = desk.app.run(editing.add, "person", short)
    for person in (one, other):
        desk.app.run(editing.add, "contact_detail", {"person_id": person, "type": "phone", "value": "+221771234567"})
    page.duplicates_button.click()
    pane = page.card
    assert isinstance(pane, DuplicatesPane)
    qtbot.waitUntil(lambda: pane.list.model.rowCount() == 1)
    pane.open(pane.list.model.records()[0])
    assert pane.pair is not None
    pair = pane.pair
    qtbot.waitUntil(lambda: set(pair.editors) >= {"given_name", "role", "tags"})
    assert pair.editors["role"].currentText() == "Clerk"
    pair.editors["role"].set_value("second")
    assert nameless(page) == []
    pair.merge_button.click()
    qtbot.waitUntil(lambda: pane.pair is None and not pane.list.model.rowCount() and not desk.tasks.busy())
    (left,) = desk.app.read(editing.rows, "person")
    assert (left["id"], left["given_name"], left["role"], left["tags"]) == (one, "Fatoumata", "Chair", ["mentor"])
    desk.app.run(undoing.take_back)
    qtbot.waitUntil(lambda: pane.list.model.rowCount() == 1)
    assert len(desk.app.read(editing.rows, "person")) == 2
    pane.open(pane.list.model.records()[0])
    assert pane.pair is not None
    pane.pair.apart_button.click()
    qtbot.waitUntil(lambda: not pane.list.model.rowCount() and not desk.tasks.busy())
    assert desk.app.read(duplicates.find) == []


def alike(desk: Desk, *given: str) -> list[str]:
    """Make people who share a name and a number."""
    made = []
    for name in given:
        values = {"family_name": "Traore", "given_name": name, "organization_id": desk.app.identity().organisation}
        made.append(desk.app.run(editing.add, "person", values))
        desk.app.run(editing.add, "contact_detail", {"person_id": made[-1], "type": "phone", "value": "+221771234567"})
    return made


def opened(page: OrganisationPage, qtbot: QtBot, pairs: int) -> DuplicatesPane:
    page.duplicates_button.click()
    pane = page.card
    assert isinstance(pane, DuplicatesPane)
    qtbot.waitUntil(lambda: pane.list.model.rowCount() == pairs)
    return pane


def test_of_three_alike_the_pair_that_was_chosen_opens(page: OrganisationPage, desk: Desk, qtbot: QtBot) -> None:
    people = dict(zip(alike(desk, "Fatoumata", "Fatoumatà", "Fatoumatâ"), ("a", "à", "â"), strict=True))
    pane = opened(page, qtbot, 3)
    for first, second in combinations(people, 2):
        pane.open(f"{first}+{second}")
        assert pane.pair is not None
        told = [link.text() for link in pane.pair.findChildren(LinkButton)]
        assert told == [f"Fatoumat{people[each]} Traore" for each in (first, second)]
    qtbot.waitUntil(lambda: not desk.tasks.busy())


def test_what_two_say_in_an_own_field_is_chosen(page: OrganisationPage, desk: Desk, qtbot: QtBot) -> None:
    one, other = alike(desk, "Fatoumata", "Fatoumata")
    field = {"label": {"en": "Shoe size"}, "applies_to": "person", "kind": "number"}
    size = desk.app.run(editing.add, "custom_field", field)
    for person, said in ((one, "38"), (other, "39")):
        desk.app.run(custom_fields.put, "person", person, {size: said})
    pane = opened(page, qtbot, 1)
    pane.open(pane.list.model.records()[0])
    assert pane.pair is not None
    pair = pane.pair
    qtbot.waitUntil(lambda: list(pair.editors) == [f"own:{size}"])
    pair.editors[f"own:{size}"].set_value("second")
    pair.merge_button.click()
    qtbot.waitUntil(lambda: pane.pair is None and not desk.tasks.busy())
    assert desk.app.read(custom_fields.values, "person") == {one: {size: "39"}}
    desk.app.run(undoing.take_back)
    assert desk.app.read(custom_fields.values, "person") == {one: {size: "38"}, other: {size: "39"}}


def test_an_open_pair_follows_what_changes_elsewhere(page: OrganisationPage, desk: Desk, qtbot: QtBot) -> None:
    """Else merging would put back what was there when the pair was opened."""
    first, second = sorted(alike(desk, "Fatoumata", "Fatoumatà"))
    for record, role in ((first, "Clerk"), (second, "Chair")):
        desk.app.run(editing.change, "person", record, {"role": role})
    pane = opened(page, qtbot, 1)
    pane.open(f"{first}+{second}")
    pair = pane.pair
    assert pair is not None
    qtbot.waitUntil(lambda: set(pair.editors) == {"given_name", "role"})
    pair.editors["given_name"].set_value("second")
    desk.app.run(editing.change, "person", first, {"role": "President"})
    qtbot.waitUntil(lambda: pair.editors["role"].itemText(0) == "President")
    assert pair.editors["given_name"].value() == "second", "what was chosen stays"
    pair.editors["role"].set_value("first")
    desk.app.run(editing.remove, "person", second)
    qtbot.waitUntil(lambda: pane.pair is None)
    assert desk.app.read(editing.values, "person", first)["role"] == "President"
