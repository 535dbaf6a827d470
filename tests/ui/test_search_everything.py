"""P04: one box over everything a person may see, which is the command palette too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from sync.protocol import COMMITTEE
from ui.main_window import MainWindow
from ui.palette import Palette
from wimdesk.records import Initiative, Person
from wimdesk.services import editing, metrics
from wimdesk.store import facts, inbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot
    from sqlalchemy.orm import Session

    from ui.desk import Desk
    from wimdesk.app import App

CTRL = Qt.KeyboardModifier.ControlModifier
SEEN = "2026-10"


@pytest.fixture
def box(desk: Desk, qtbot: QtBot, settled: Callable[[], None]) -> Palette:
    window = MainWindow(desk.app.settings)
    qtbot.addWidget(window)
    window.show()
    window.take(desk)
    settled()
    window.open_palette()
    assert window.palette_box is not None
    return window.palette_box


def add(app: App, type_name: str, **values: object) -> str:
    return app.run(editing.add, type_name, values)


def ask(box: Palette, qtbot: QtBot, words: str) -> list[tuple[str, str]]:
    """Type it, and read what stands there when the answer has come."""
    box.field.clear()
    QTest.keyClicks(box.field, words)
    qtbot.waitUntil(lambda: box.answered == words)
    return [(found.type, found.caption) for found in box.records()]


def furnish(app: App) -> str:
    add(app, "person", given_name="Rosa", family_name="Quispe", summary="Lives in Lima")
    reached = add(app, "person", given_name="Inés", family_name="Zapata")
    add(app, "contact_detail", person_id=reached, type="address", value="Jirón Cusco 5, Líma")
    add(app, "organization", name={"es": "Mujeres de Lima"})
    site = add(app, "site", name="Lima Norte")
    add(app, "activity", site_id=site, date="2026-11-02", text="Evening for apprentices in Lima")
    add(app, "initiative", title={"en": "Mentors for Lima"})
    add(app, "library_item", title={"en": "Day care at the mine"}, summary={"en": "How Lima did it"})
    app.run(metrics.enter_cell, site, "women_hired", SEEN, 5)
    return site


def test_row_p04_one_box_finds_lima_in_every_kind(box: Palette, desk: Desk, qtbot: QtBot) -> None:
    site = furnish(desk.app)
    found = ask(box, qtbot, "lima")
    assert [kind for kind, _caption in found] == [
        "person", "person", "organization", "site", "initiative", "activity", "library_item", "observation"
    ]  # fmt: skip
    assert {caption for kind, caption in found if kind == "person"} == {"Rosa Quispe", "Inés Zapata"}
    went: list[tuple[str, str]] = []
    desk.go = lambda page, record: went.append((page, record))
    row = [kind for kind, _caption in found].index("observation")
    box.list.setCurrentIndex(box.list.model().index(row, 0))
    QTest.keyClick(box.field, Qt.Key.Key_Return)
    assert went == [("metrics", site)]


def role(app: App, name: str) -> None:
    app.run(facts.put, role=name, server_url="https://wim.example.org", enrolled=True)


def committees(session: Session) -> None:
    """What came while this computer read the committee's space."""
    inbox.plant(session, Initiative, [{"id": "c" * 32, "space": COMMITTEE, "owner": "o", "title": {"en": "Lima vote"}}])


def test_row_p04_what_the_role_does_not_read_is_not_found(box: Palette, desk: Desk, qtbot: QtBot) -> None:
    desk.app.run(committees)
    role(desk.app, "committee")
    assert ask(box, qtbot, "lima") == [("initiative", "Lima vote")]
    role(desk.app, "volunteer")
    assert ask(box, qtbot, "lima") == []
    assert box.words() == ["Nothing found yet"]


def test_many_people_hide_no_other_kind(box: Palette, desk: Desk, qtbot: QtBot) -> None:
    base: dict[str, object] = {"space": desk.app.store.author.spaces["private"], "owner": "o"}
    crowd = [base | {"id": f"p{n}", "given_name": "Lima", "family_name": str(n)} for n in range(1500)]
    desk.app.run(inbox.plant, Person, crowd)
    furnish(desk.app)
    kinds = [kind for kind, _caption in ask(box, qtbot, "lima")]
    assert set(kinds) >= {"person", "organization", "site", "initiative", "activity", "library_item", "observation"}
    assert kinds.count("person") > 3
    assert len(kinds) == 15


def test_enter_before_the_answer_opens_what_the_last_letter_asked_for(box: Palette, desk: Desk, qtbot: QtBot) -> None:
    add(desk.app, "site", name="Tarkwa")
    ask(box, qtbot, "tarkwa")
    went: list[str] = []
    desk.go = lambda page, _record: went.append(page)
    box.field.clear()
    QTest.keyClicks(box.field, "trash")
    QTest.keyClick(box.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(went))
    assert went == ["trash"]


def test_the_box_does_things_too(box: Palette, desk: Desk, qtbot: QtBot) -> None:
    ask(box, qtbot, "help for this")
    assert box.words() == ["Help for this page"]
