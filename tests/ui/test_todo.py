"""A11: tasks on the start page, without a network."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox

from ui.pages.home import HomePage
from ui.widgets.labels import Chip
from wimdesk import clock
from wimdesk.identifiers import new_id
from wimdesk.records import Task
from wimdesk.services import editing, todo
from wimdesk.services.days import days_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot
    from sqlalchemy.orm import Session

    from ui.desk import Desk

TODAY = datetime.date(2026, 11, 30)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: TODAY)


@pytest.fixture
def page(desk: Desk, qtbot: QtBot, settled: Callable[[], None]) -> HomePage:
    desk.app.set_person("Awa Diop")
    page = HomePage(desk)
    qtbot.addWidget(page)
    page.resize(1100, 740)
    page.show()
    settled()
    return page


def said(page: HomePage) -> list[str]:
    return [chip.text() for chip in page.tasks.findChildren(Chip) if chip.isVisible()]


def test_row_a11_a_task_due_today_stands_on_the_start_page(
    page: HomePage, desk: Desk, qtbot: QtBot, settled: Callable[[], None]
) -> None:
    later = desk.app.run(todo.add, "Renew the licence", "2027-02-01")
    desk.app.run(todo.add, "Send the report", "2026-11-28", assignee="Rosa")
    QTest.keyClicks(page.tasks.text, "Call the mine")
    QTest.keyClick(page.tasks.text, Qt.Key.Key_Tab)
    QTest.keyClicks(page.tasks.day, TODAY.isoformat())
    QTest.keyClick(page.tasks.day, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(page.tasks.titles()) == 3)
    qtbot.waitUntil(lambda: said(page) == ["2 days late", "Due today"])
    assert page.tasks.titles() == ["Send the report", "Call the mine", "Renew the licence"]
    mine = desk.app.read(todo.open_tasks)[1]
    assert (mine.is_due, mine.assignee) == (True, "Awa Diop")
    # A reminder brings it to the start page before it is due.
    desk.app.run(editing.change, "task", later, {"remind_days": 90})
    assert [each.is_due for each in desk.app.read(todo.open_tasks)] == [True, True, True]


def test_row_a11_what_is_done_goes_and_comes_back(
    page: HomePage, desk: Desk, qtbot: QtBot, settled: Callable[[], None]
) -> None:
    desk.app.run(todo.add, "Call the mine", TODAY.isoformat())
    qtbot.waitUntil(lambda: page.tasks.titles() == ["Call the mine"])
    page.tasks.findChildren(QCheckBox)[0].click()
    qtbot.waitUntil(lambda: page.tasks.titles() == [])
    settled()
    assert [each.done_on for each in desk.app.read(todo.done_tasks)] == [TODAY.isoformat()]
    desk.app.run(todo.finish, desk.app.read(todo.done_tasks)[0].id, done=False)
    qtbot.waitUntil(lambda: page.tasks.titles() == ["Call the mine"])
    settled()


def test_what_is_missing_is_said_and_a_task_changes_in_place(
    page: HomePage, desk: Desk, qtbot: QtBot, settled: Callable[[], None], nameless: Callable[[HomePage], list[str]]
) -> None:
    page.tasks.button.click()
    settled()
    assert any("Write what is to be done." in text for text in texts(page))
    person = desk.app.run(editing.add, "person", {"family_name": "Quispe"})
    task = desk.app.run(todo.add, "Visit", "", about=person)
    qtbot.waitUntil(lambda: page.tasks.titles() == ["Visit"])
    page.tasks.edit(task)
    form = page.tasks.form
    assert form is not None
    qtbot.waitUntil(lambda: form.title.text() == "Visit")
    form.title.end(False)
    QTest.keyClicks(form.title, " her")
    qtbot.waitUntil(lambda: page.tasks.titles() == ["Visit her"])
    settled()
    assert page.tasks.form is form
    assert form.isVisible()
    assert nameless(page) == []
    assert "Quispe" in texts(page)


def texts(page: HomePage) -> list[str]:
    from PySide6.QtWidgets import QLabel, QPushButton

    return [each.text() for kind in (QLabel, QPushButton) for each in page.tasks.findChildren(kind) if each.isVisible()]


def test_a_task_that_was_found_opens_and_closes_when_it_goes(
    page: HomePage, desk: Desk, qtbot: QtBot, settled: Callable[[], None]
) -> None:
    for number in range(7):
        desk.app.run(todo.add, f"Task {number}", "2099-01-01")
    found = desk.app.run(todo.add, "Renew the licence", "2099-02-01")
    settled()
    page.show_record(found)
    assert page.tasks.form is not None
    form = page.tasks.form
    qtbot.waitUntil(lambda: form.title.text() == "Renew the licence")
    page.show_record(found)
    assert page.tasks.form is form, "asked for twice it stays open"
    desk.app.run(todo.remove, found)
    qtbot.waitUntil(lambda: page.tasks.form is None)
    settled()


def test_a_task_that_goes_before_it_was_ever_listed_closes_too(
    page: HomePage, desk: Desk, qtbot: QtBot, settled: Callable[[], None]
) -> None:
    done = desk.app.run(todo.add, "Renew the licence")
    desk.app.run(todo.finish, done)
    settled()
    page.show_record(done)
    form = page.tasks.form
    assert form is not None
    qtbot.waitUntil(lambda: form.title.text() == "Renew the licence")
    desk.app.run(todo.add, "Call the mine")
    qtbot.waitUntil(lambda: page.tasks.titles() == ["Call the mine"])
    settled()
    assert page.tasks.form is form, "it is still there"
    desk.app.run(todo.remove, done)
    qtbot.waitUntil(lambda: page.tasks.form is None)
    settled()


def test_what_is_typed_while_a_task_is_saved_stays(
    page: HomePage, desk: Desk, qtbot: QtBot, settled: Callable[[], None]
) -> None:
    QTest.keyClicks(page.tasks.text, "Call the mine")
    QTest.keyClick(page.tasks.text, Qt.Key.Key_Return)
    QTest.keyClick(page.tasks.text, Qt.Key.Key_Return)
    QTest.keyClicks(page.tasks.text, "Buy paper")
    settled()
    assert page.tasks.text.text() == "Buy paper"
    assert [each.title for each in desk.app.read(todo.open_tasks)] == ["Call the mine"]


def test_a11_a_task_that_another_organisation_wrote_is_not_on_our_list(desk: Desk) -> None:
    def write(session: Session) -> None:
        session.add(Task(title="Send your list of members", owner=new_id(), space="alliance"))

    desk.app.run(write)
    assert desk.app.read(todo.open_tasks) == []


@pytest.mark.parametrize(
    ("due", "days"), [("2026-11", 0), ("2026", 31), ("2026-12-02", 2), ("2025", -334), ("x", None)]
)
def test_what_is_due_in_a_month_or_a_year_is_due_at_its_end(due: str, days: int | None) -> None:
    assert days_until(due) == days
