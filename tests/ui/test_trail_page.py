"""O12: who did what, before and after, on which computer; and that an altered line is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from ui.pages.trail import TrailPage
from ui.widgets.labels import Text
from wimdesk.services import editing, trail
from wimdesk.store import journal, tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from ui.desk import Desk


@pytest.fixture
def page(desk: Desk, qtbot: QtBot, settled: Callable[[], None]) -> TrailPage:
    desk.app.set_person("Awa Diop")
    person = desk.app.run(editing.add, "person", {"family_name": "Quispe", "given_name": "Rosa"})
    desk.app.run(editing.change, "person", person, {"role": "Geologist"})
    desk.app.run(editing.change, "person", person, {"role": "Engineer"})
    page = TrailPage(desk)
    qtbot.addWidget(page)
    page.show()
    settled()
    return page


def said(page: TrailPage) -> str:
    return " ".join(text.text() for text in page.outcome.findChildren(Text))


def test_row_o12_who_what_before_and_after_on_which_computer(page: TrailPage) -> None:
    newest, middle, oldest = page.texts()
    assert newest.startswith("Rosa Quispe · Person. Role: Geologist → Engineer. ")
    assert newest.endswith(" · Awa Diop · This computer")
    assert "Role: Geologist. " in middle
    assert "Family name: Quispe; Given name: Rosa" in oldest


def test_row_o12_a_line_changed_by_hand_is_named(
    page: TrailPage, desk: Desk, qtbot: QtBot, settled: Callable[[], None]
) -> None:
    page.check_button.click()
    qtbot.waitUntil(page.outcome.isVisible)
    assert "3 changes were read. Nobody has altered" in said(page)
    forged = journal.pack_payload(["Director"], "2026-11-02T08:00:00Z", "Somebody")
    middle = desk.app.read(trail.deeds)[1].place
    desk.app.run(lambda s: s.execute(update(tables.op).where(tables.op.c.pos == middle).values(payload=forged)))
    page.check_button.click()
    qtbot.waitUntil(lambda: "altered outside WIMDesk" in said(page))
    settled()
    assert f"Line {middle} was altered: Person" in said(page)
    assert "Somebody" in said(page)


def test_enter_opens_the_record_and_earlier_lines_come(
    page: TrailPage, desk: Desk, qtbot: QtBot, settled: Callable[[], None]
) -> None:
    went: list[tuple[str, str]] = []
    desk.go = lambda key, record: went.append((key, record))
    page.list.activated.emit(page.list.currentIndex())
    assert went == [("organisation", desk.app.read(trail.deeds)[0].record)]
    for number in range(trail.PAGE + 5):
        desk.app.run(editing.add, "site", {"name": f"Site {number}"})
    qtbot.waitUntil(lambda: "Site 54" in page.texts()[0])
    settled()
    assert page.earlier_button.isVisible()
    page.earlier_button.click()
    qtbot.waitUntil(lambda: len(page.texts()) == trail.PAGE + 8)
    assert not page.earlier_button.isVisible()
