"""Rows and lines that are read while they show: of two answers the later question's stays, whichever comes last."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tests.ui.waiting import Late
from ui.lists.id_rows import IdRows, Shown
from ui.pages.history_panel import HistoryPanel
from ui.pages.members import MembersPane
from ui.pages.organisation import OrganisationPage
from ui.pages.organisation_cards import ProfileCard
from ui.undo import Undoing
from ui.widgets.rows import ROW_ROLE, Row
from wimdesk.services import editing, people, timeline, undoing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pytest
    from pytestqt.qtbot import QtBot
    from sqlalchemy.orm import Session

    from ui.desk import Desk


def test_rows_that_were_read_before_all_was_read_anew_do_not_come_back(
    desk: Desk, qtbot: QtBot, settled: Callable[[], None]
) -> None:
    begun, go = threading.Event(), threading.Event()

    def read(_session: object, ids: Sequence[str]) -> Mapping[str, object]:
        begun.set()
        assert go.wait(60)
        return dict.fromkeys(ids, "old")

    model = IdRows(desk, read, lambda found: Shown(Row(str(found)), str(found)))
    model.show_ids(["one"], {})
    model.data(model.index(0), ROW_ROLE)  # it is painted, and asked for
    qtbot.waitUntil(begun.is_set)
    model.show_ids(["one"], {"one": "new"})
    go.set()
    settled()
    assert model.data(model.index(0), ROW_ROLE) == Row("new")


def test_a_history_that_was_read_before_the_last_change_does_not_come_back(
    desk: Desk, qtbot: QtBot, settled: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = desk.app.run(editing.add, "site", {"name": "Cerro Azul"})
    was_read, go, real = threading.Event(), threading.Event(), timeline.edits

    def first(session: Session, records: list[str]) -> list[timeline.Edit]:
        found = real(session, records)
        was_read.set()
        assert go.wait(60)
        return found

    panel = HistoryPanel(desk, [site])
    qtbot.addWidget(panel)
    monkeypatch.setattr(timeline, "edits", first)
    panel.button.click()
    qtbot.waitUntil(was_read.is_set)
    monkeypatch.setattr(timeline, "edits", real)
    desk.app.run(editing.change, "site", site, {"name": "Blue hill"})
    panel.reload()
    qtbot.waitUntil(lambda: "Name: Cerro Azul → Blue hill" in panel.texts())
    go.set()
    settled()
    assert "Name: Cerro Azul → Blue hill" in panel.texts()


def test_what_was_opened_while_the_directory_was_read_stays_open(
    desk: Desk, qtbot: QtBot, settled: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.app.run(people.begin_profile)
    page = OrganisationPage(desk)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: isinstance(page.card, ProfileCard))
    settled()
    late = Late(people.load)
    monkeypatch.setattr(people, "load", late)
    page.refresh()
    qtbot.waitUntil(late.was_read.is_set)
    page.overviews["members"].click()
    late.go()
    settled()
    assert isinstance(page.card, MembersPane)


def test_what_was_done_before_the_start_is_not_taken_back_though_the_start_is_slow(
    desk: Desk, qtbot: QtBot, settled: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = desk.app.run(editing.add, "site", {"name": "One"})
    settled()
    late = Late(undoing.acts_after)
    monkeypatch.setattr(undoing, "acts_after", late)
    undo = Undoing(desk)
    qtbot.waitUntil(late.was_read.is_set)
    with qtbot.waitSignal(desk.bridge.changed):
        desk.app.run(editing.change, "site", site, {"name": "Two"})
    qtbot.wait(50)
    late.go()
    settled()
    undo.undo()
    qtbot.waitUntil(lambda: desk.app.read(editing.values, "site", site)["name"] == "One")
    settled()
    undo.undo()
    settled()
    assert not desk.app.read(editing.values, "site", site)["deleted"]


def test_taking_back_does_not_wait_for_the_next_change_where_a_save_on_its_way_changes_nothing(
    desk: Desk, qtbot: QtBot, settled: Callable[[], None]
) -> None:
    site = desk.app.run(editing.add, "site", {"name": "One"})
    undo = Undoing(desk)
    settled()
    with qtbot.waitSignal(desk.bridge.changed):
        desk.app.run(editing.change, "site", site, {"name": "Two"})
    settled()
    go = threading.Event()
    desk.tasks.write(desk.tasks, lambda _session: go.wait(60))
    undo.undo()
    qtbot.waitUntil(lambda: len(desk.tasks._running) == 1)  # noqa: SLF001 - only the save is still on its way
    go.set()
    qtbot.waitUntil(lambda: desk.app.read(editing.values, "site", site)["name"] == "One", timeout=3000)
