"""Home on a computer whose date can't be right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.ui.sync_seat import words
from ui import moments
from ui.pages.home import HomePage
from wimdesk import clock
from wimdesk.services import editing

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from ui.desk import Desk


def test_a_date_that_can_t_be_right_is_told_until_it_is_set(
    desk: Desk, qtbot: QtBot, settled: Callable[[], None]
) -> None:
    desk.app.run(editing.add, "site", {"name": "Cerro Azul"})
    now = clock.seconds()
    page = HomePage(desk)
    qtbot.addWidget(page)
    page.resize(1100, 740)
    with clock.driven_by(lambda: now - 400 * 24 * 3600):
        page.show()
        settled()
        told, shown = words(page.next), moments.long_day(clock.today())
    page.refresh()
    settled()
    assert f"This computer shows the date {shown}. Is that right?" in told
    assert "Nothing is lost" in told
    assert "set it in the settings of your computer" in told
    assert "Is that right?" not in words(page.next)
