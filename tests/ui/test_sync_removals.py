"""Many records removed elsewhere, in the real window: the question, and both answers with mouse and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from sync.client import healing
from tests.support import Laptop
from tests.ui.sync_seat import Sit, words
from ui.pages.sync_centre_removal import RemovalCard
from wimdesk.services import editing, removals
from wimdesk.store import facts, outbox

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def add_sites(session: Session) -> list[str]:
    return [editing.add(session, "site", {"name": f"Pit {n:03}"}) for n in range(30)]


def remove_all(session: Session, records: list[str]) -> None:
    for record in records:
        editing.remove(session, "site", record)


@pytest.fixture
def gone(ana: Laptop, mamani: Laptop) -> list[str]:
    """Thirty sites that Mamani removed, and of which Ana has heard."""
    records = ana.app.run(add_sites)
    ana.sync()
    mamani.sync()
    mamani.app.run(remove_all, records)
    mamani.sync()
    ana.sync()
    return records


def shown(laptop: Laptop, records: list[str]) -> int:
    return sum(not laptop.see("site", record)["deleted"] for record in records)


def test_the_question_stands_first_and_says_what_it_is_about(ana: Laptop, gone: list[str], sit: Sit) -> None:
    seat = sit(ana)
    assert seat.window._frame.decisions == 1  # noqa: SLF001 - what the badge shows
    (row,) = seat.rows("removal")
    assert row.startswith("30 records were removed elsewhere. Sites · J. Mamani, on ")
    told = words(seat.detail(RemovalCard))
    for part in ("30 records were removed elsewhere", "Sites: 30", "J. Mamani, on ", "and 22 more", "Nothing is lost"):
        assert part in told
    assert shown(ana, gone) == 30


def test_removing_them_with_the_mouse(ana: Laptop, mamani: Laptop, gone: list[str], sit: Sit) -> None:
    seat = sit(ana)
    seat.click(seat.detail(RemovalCard).remove_button)
    assert (shown(ana, gone), seat.rows("removal"), ana.app.read(outbox.count)) == (0, [], 0)
    assert seat.window._frame.decisions == 0  # noqa: SLF001 - as above


def test_keeping_them_with_keys_only_and_taking_that_back(
    ana: Laptop, mamani: Laptop, gone: list[str], sit: Sit
) -> None:
    seat = sit(ana)
    seat.tab_to(seat.detail(RemovalCard).keep_button)
    seat.key(Qt.Key.Key_Space)
    seat.settle()
    assert (shown(ana, gone), seat.rows("removal"), ana.app.read(outbox.count)) == (30, [], 30)
    seat.undo()
    assert shown(ana, gone) == 0
    ana.sync()
    mamani.sync()
    assert (shown(mamani, gone), mamani.app.read(removals.questions)) == (0, [])


def test_what_none_may_put_back_can_only_go(ana: Laptop, gone: list[str], sit: Sit) -> None:
    ana.app.run(lambda session: facts.put(session, role="reader"))
    card = sit(ana).detail(RemovalCard)
    assert not card.keep_button.isEnabled()
    assert card.remove_button.isEnabled()
    assert "30 belong to others" in words(card)


def test_who_removes_very_much_is_asked_once_and_goes_on(ana: Laptop, sit: Sit) -> None:
    records = ana.app.run(add_sites)
    seat = sit(ana)
    ana.remove("site", records[0])
    seat.settle()
    assert not seat.desk.notices.undo_bar.isVisible()
    ana.app.run(remove_all, records[1:])
    seat.qtbot.waitUntil(lambda: "You moved 29 records to the trash" in words(seat.desk.notices.undo_bar))
    assert seat.page.isEnabled()
    seat.undo()
    assert shown(ana, records) == 29


@pytest.mark.expects_log
def test_what_was_mended_is_said_in_one_sentence(ana: Laptop, gone: list[str], sit: Sit) -> None:
    def spoil(session: Session) -> None:
        session.connection().exec_driver_sql("UPDATE site SET name = '?'")

    ana.app.run(spoil)
    assert ana.engine.prove()
    ana.sync()
    seat = sit(ana)
    assert healing.IN_ORDER in seat.banner()
    assert [each.count for each in ana.app.read(removals.questions)] == [30]
    ana.sync()
    seat.settle()
    assert healing.IN_ORDER not in seat.banner()
