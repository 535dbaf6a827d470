from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QThread
from PySide6.QtWidgets import QWidget

from wimdesk.errors import DiskFull, NotFound, UserError, WimdeskError
from wimdesk.services import editing, listing

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot
    from sqlalchemy.orm import Session

    from ui.desk import Desk
    from ui.tasks import Progress


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def owner(window: QWidget) -> QWidget:
    return QWidget(window)


def destroy(widget: QWidget) -> None:
    widget.deleteLater()
    QCoreApplication.sendPostedEvents(widget, QEvent.Type.DeferredDelete)


def test_a_result_arrives_in_the_gui_thread(desk: Desk, owner: QWidget, qtbot: QtBot) -> None:
    desk.app.run(editing.add, "site", {"name": "Cerro Azul"})
    got: list[tuple[int, bool]] = []

    def done(ids: list[str]) -> None:
        got.append((len(ids), QThread.currentThread() is owner.thread()))

    desk.tasks.read(owner, listing.ids, "site", done=done)
    assert got == []  # never before the caller has gone on
    qtbot.waitUntil(lambda: bool(got))
    assert got == [(1, True)]


def test_a_problem_is_presented_once(
    desk: Desk, owner: QWidget, problems: list[BaseException], settled: Callable[[], None]
) -> None:
    def refuse(_session: object) -> None:
        raise UserError("Not today.")

    desk.tasks.read(owner, refuse, done=lambda _found: pytest.fail("nothing to find"))
    settled()
    assert [str(each) for each in problems] == ["Not today."]
    problems.clear()


def test_what_went_away_while_its_page_stood_there_is_no_problem(
    desk: Desk, owner: QWidget, problems: list[BaseException], settled: Callable[[], None]
) -> None:
    desk.tasks.read(owner, editing.values, "site", "nowhere", done=lambda _found: pytest.fail("nothing to find"))
    settled()
    assert problems == []


def test_a_problem_goes_to_whoever_asked_for_it(desk: Desk, owner: QWidget, settled: Callable[[], None]) -> None:
    got: list[WimdeskError] = []
    desk.tasks.read(owner, editing.values, "site", "nowhere", done=lambda _found: None, failed=got.append)
    settled()
    assert isinstance(got[0], NotFound)


def test_a_bug_is_presented_even_where_problems_are_expected(
    desk: Desk, owner: QWidget, problems: list[BaseException], settled: Callable[[], None]
) -> None:
    def work(_progress: Progress) -> None:
        raise ZeroDivisionError

    desk.tasks.work(owner, work, failed=lambda _problem: pytest.fail("a bug is no expected problem"))
    settled()
    assert [type(each) for each in problems] == [ZeroDivisionError]
    problems.clear()


def test_a_newer_read_with_the_same_key_drops_the_older_answer(
    desk: Desk, owner: QWidget, settled: Callable[[], None]
) -> None:
    go = threading.Event()
    got: list[str] = []

    def slow(_session: object, word: str) -> str:
        go.wait(60)
        return word

    desk.tasks.read(owner, slow, "old", done=got.append, key="question")
    desk.tasks.read(owner, slow, "new", done=got.append, key="question")
    desk.tasks.read(owner, slow, "other", done=got.append, key="another")
    go.set()
    settled()
    assert sorted(got) == ["new", "other"]


def test_nothing_is_called_when_the_owner_is_gone(desk: Desk, owner: QWidget, settled: Callable[[], None]) -> None:
    go = threading.Event()
    desk.tasks.work(owner, lambda _progress: go.wait(60), done=lambda _found: pytest.fail("nobody is there"))
    destroy(owner)
    go.set()
    settled()


def test_work_stops_when_it_is_cancelled(desk: Desk, owner: QWidget, settled: Callable[[], None]) -> None:
    reached: list[int] = []
    begun = threading.Event()
    go = threading.Event()

    def work(progress: Progress) -> None:
        for number in range(3):
            begun.set()
            go.wait(60)
            progress(number, 3)
            reached.append(number)

    job = desk.tasks.work(owner, work, done=lambda _none: pytest.fail("it was cancelled"))
    assert begun.wait(60)
    job.cancel()
    go.set()
    settled()
    assert reached == []


def test_work_tells_how_far_it_is(desk: Desk, owner: QWidget, settled: Callable[[], None]) -> None:
    told: list[tuple[int, int, str]] = []

    def work(progress: Progress) -> int:
        progress(1, 2, "half")
        progress(2, 2, "all")
        return 2

    desk.tasks.work(owner, work, on_progress=lambda *far: told.append(far))
    settled()
    assert told == [(1, 2, "half"), (2, 2, "all")]


def test_saves_happen_in_order_and_are_counted(desk: Desk, owner: QWidget, settled: Callable[[], None]) -> None:
    counts: list[int] = []
    desk.tasks.saving.connect(counts.append)
    site = desk.app.run(editing.add, "site", {"name": "0"})
    for number in range(1, 4):
        desk.tasks.write(owner, editing.change, "site", site, {"name": str(number)})
    settled()
    assert desk.app.read(editing.values, "site", site)["name"] == "3"
    assert counts[-1] == 0
    assert max(counts) == 3


def test_a_save_that_fails_is_told_even_when_its_form_is_gone(
    desk: Desk, owner: QWidget, problems: list[BaseException], settled: Callable[[], None]
) -> None:
    told: list[str] = []
    desk.tasks.not_saved.connect(told.append)
    desk.tasks.write(
        owner, editing.change, "site", "nowhere", {"name": "x"}, failed=lambda _p: pytest.fail("gone"), origin="form:1"
    )
    destroy(owner)
    settled()
    assert [type(each) for each in problems] == [NotFound]
    assert told == [str(problems[0])]
    problems.clear()


def test_an_act_that_is_refused_leaves_nothing_unsaved(desk: Desk, owner: QWidget, settled: Callable[[], None]) -> None:
    def refuse(_session: object) -> None:
        raise UserError("These are not the words.")

    def fill_the_disk(_session: object) -> None:
        raise DiskFull("No room.")

    told: list[str] = []
    heard: list[WimdeskError] = []
    desk.tasks.not_saved.connect(told.append)
    for verb in (refuse, fill_the_disk):
        desk.tasks.write(owner, verb, failed=heard.append)
    settled()
    assert [str(each) for each in heard] == ["These are not the words.", "No room."]
    assert told == ["the disk is full. Free some space."], "what was refused is told where it was asked for"


def test_a_save_that_fails_rolls_back(desk: Desk, owner: QWidget, settled: Callable[[], None]) -> None:
    def half(session: Session) -> None:
        editing.add(session, "site", {"name": "half"})
        raise UserError("stopped")

    desk.tasks.write(owner, half, failed=lambda _problem: None)
    settled()
    assert desk.app.read(listing.ids, "site") == []
