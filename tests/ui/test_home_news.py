"""What stands under "Lately" on Home opens the page on which it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.pages.home import HomePage
from ui.widgets.buttons import IconButton
from wimdesk.services import dues, editing, events

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.desk import Desk


def test_what_was_done_lately_opens_its_page_or_that_of_what_it_belongs_to(desk: Desk, qtbot: QtBot) -> None:
    run = desk.app.run
    rosa = run(editing.add, "person", {"given_name": "Rosa", "family_name": "Mamani"})
    member = run(dues.join, "", "2026-11-30", {"person_id": rosa})
    run(dues.pay, member, {"date": "2026-11-30"})
    event = run(editing.add, "event", {"title": {"en": "Open day"}})
    key = desk.app.read(lambda session: events.alliance_id(session, events.fetch(session, event)))
    there = run(editing.add, "attendance", {"event": key, "name": "Ana Quispe"})
    run(editing.add, "check_in", {"attendance_id": there, "at": "2026-11-30T22:40:33Z"})
    opened: list[tuple[str, str]] = []
    desk.go = lambda page, record: opened.append((page, record))
    home = HomePage(desk)
    qtbot.addWidget(home)
    home.show()
    qtbot.waitUntil(lambda: len(home.lately.findChildren(IconButton)) == 6)
    said = [button.accessibleName() for button in home.lately.findChildren(IconButton)]
    assert sorted(said) == [
        "Open: Ana Quispe", "Open: Ana Quispe", "Open: Open day",
        "Open: Rosa Mamani", "Open: Rosa Mamani", "Open: Rosa Mamani · 30 Nov 2026",
    ]  # fmt: skip
    for button in home.lately.findChildren(IconButton):
        button.click()
    assert sorted(opened) == sorted([("groups", event)] * 3 + [("organisation", member)] * 2 + [("organisation", rosa)])
