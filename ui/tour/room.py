"""The window of a laptop in the tour: goes to pages and waits until everything asked for is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui import navigation
from ui.bridge import Bridge
from ui.desk import Desk
from ui.notices import Notices
from ui.page import Page
from ui.tasks import Tasks
from ui.tour.expectations import StepFailed
from ui.tour.hands import settle, wait
from ui.tour.laptop import Laptop
from wimdesk.store import history

P = TypeVar("P", bound=Page)
SIZE = (1366, 740)


class Room:
    """A window with the pages of one laptop."""

    def __init__(self, laptop: Laptop) -> None:
        self.window = QWidget()
        self.window.resize(*SIZE)
        self.column = QVBoxLayout(self.window)
        self.column.setContentsMargins(0, 0, 0, 0)
        tasks = Tasks(laptop.app, self.present)
        self.notices = Notices(self.window)
        self.column.addWidget(self.notices)
        self.desk = Desk(laptop.app, laptop.engine, tasks, Bridge(laptop.app, laptop.engine), self.notices)
        self.notices.take_back = lambda act: self.desk.tasks.write(self.window, history.undo, act)
        self.pages = {}
        self.problems = []
        self.window.show()
        self.window.activateWindow()
        wait(self.window.isActiveWindow, "the window never became active")

    def present(self, problem: BaseException) -> None:
        self.problems.append(problem)
        raise problem

    def go(self, key: str, record_id: str = "") -> Page:
        for page in self.pages.values():
            page.hide()
        if key not in self.pages:
            self.pages[key] = navigation.entry(key).make(self.desk)
            self.column.addWidget(self.pages[key], 1)
        self.pages[key].show()
        if record_id:
            self.pages[key].show_record(record_id)
        self.idle()
        return self.pages[key]

    def page(self, key: str, kind: type[P], record_id: str = "") -> P:
        """Show a page and return it; raises StepFailed where it is another one."""
        page = self.go(key, record_id)
        if not isinstance(page, kind):
            raise StepFailed(f"{key} is a {type(page).__name__}")
        return page

    def idle(self) -> None:
        settle(0.05)
        wait(lambda: not self.desk.tasks.busy(), "work in the background never ended")
        settle(0.1)
        wait(lambda: not self.desk.tasks.busy(), "work in the background never ended")

    def save(self, is_dirty: Callable[[], bool]) -> None:
        """Wait until a form has saved itself, as it does a moment after the last key."""
        wait(lambda: not is_dirty(), "the form never saved itself")
        self.idle()

    def close(self) -> None:
        self.desk.bridge.close()
        self.desk.tasks.close()
        self.window.close()
        self.window.deleteLater()
