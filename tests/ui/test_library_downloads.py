"""Choosing which files of the library come to this computer, on the page, with a real endpoint behind it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from tests.ui.sync_seat import Sit
from ui.pages.library import LibraryPage
from wimdesk.records.library_item import POINTS
from wimdesk.services import attaching, library, library_downloads, library_review

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from tests.support import Laptop, Office

SIZE, ROOM = 300_000, 1_000_000
LAW, HEALTH = "Law", "Health & safety"


def publish(anna: Laptop, sara: Laptop, collections: list[str]) -> None:
    """Each of these practices goes all the way into the Alliance's library, with a file."""
    made = []
    for at, collection in enumerate(collections):
        record = anna.app.run(library.draft, "tool")
        told = {"title": {"en": f"Film {at}"}, "summary": {"en": "A film."}, "body": {"en": "Look."}}
        anna.change("library_item", record, **told, license="CC0-1.0", people="none", collections=[collection])
        content = random.Random(at).randbytes(SIZE)
        attaching.attach(anna.app.store, anna.app.contents, ("library_item", record), f"{at}.bin", content)
        made.append(anna.app.run(library.submit, record))
    anna.sync()
    sara.sync()
    for copy in made:
        sara.app.run(library_review.check, copy, [*POINTS])
        sara.app.run(library.publish, copy)
    sara.sync()


def come(laptop: Laptop) -> dict[str, int]:
    """Return how many files of each collection are on this computer."""
    return {each.collection: each.here for each in laptop.app.read(library_downloads.lines, laptop.app.contents)}


def test_row_d06_files_are_chosen_on_the_page_and_never_take_more_than_the_room(
    office: Office, sit: Sit, qtbot: QtBot
) -> None:
    anna = office.laptop("Anna")
    sara = office.laptop("Sara", "Secretariat", "secretariat")
    rosa = office.laptop("Rosa", f"{office.organisation} 2")
    publish(anna, sara, [LAW] * 4 + [HEALTH] * 2)
    rosa.app.settings.put("files_megabytes", ROOM // 1_000_000)  # smaller than the screen offers
    rosa.app.settings.put("metered", True)
    rosa.sync()
    assert come(rosa) == {LAW: 0, HEALTH: 0}, "the texts come first"
    seat = sit(rosa)
    seat.go("library")
    page = seat.window.page()
    assert isinstance(page, LibraryPage)
    page.more.choose("Files on this computer")
    pane = page.reading.downloads
    qtbot.waitUntil(lambda: set(pane.boxes) == {LAW, HEALTH})
    assert "Every byte costs" in pane.room.text()
    health = pane.boxes[HEALTH]
    assert (health.accessibleName(), health.text()) == (HEALTH, "Health && safety")
    health.setFocus()
    qtbot.keyClick(health, Qt.Key.Key_Space)
    seat.settle()
    assert rosa.app.read(library_downloads.choice).collections == {LAW}
    assert health.hasFocus(), "whoever goes by the keyboard stays where she is"
    rosa.app.settings.put("metered", False)
    for _pass in range(2):
        rosa.sync()
        assert rosa.app.contents.used() <= ROOM, "never exceeded"
    assert come(rosa) == {LAW: 3, HEALTH: 0}, "of what was chosen as many as fit"
    qtbot.waitUntil(lambda: "What you chose takes 300 kB more" in pane.room.text())
    assert pane.isVisible(), "what comes meanwhile puts nothing in its place"
    qtbot.keyClick(health, Qt.Key.Key_Space)
    seat.settle()
    assert rosa.app.read(library_downloads.choice).collections is None, "all of them: those begun later come too"
    assert not pane.everything.isEnabled()
