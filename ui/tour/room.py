"""The window of a laptop in the tour: the real program, its pages, and waiting until everything asked for is there."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtWidgets import QApplication

from ui.application import Program
from ui.page import Page
from ui.tour.expectations import StepFailed, expect
from ui.tour.hands import settle, wait
from ui.tour.laptop import Laptop
from wimdesk.settings import Settings, Value

P = TypeVar("P", bound=Page)
SIZE = (1366, 740)


class Room:
    """The running program on a profile of its own; `laptop` is there as soon as the profile is open."""

    def __init__(
        self, application: QApplication, folder: Path, name: str, *, known: bool = False, passphrase: str = ""
    ) -> None:
        settings = Settings(folder / "settings.json")
        settings.begin_in("en")  # the tour presses buttons by their words, whatever this computer speaks
        settings.put("sync_automatically", False)
        settings.put("scheme", "light")
        settings.put("first_run_done", known)
        self.program = Program(application, folder, passphrase or os.urandom(16).hex())
        self.window = self.program.window
        self.window.resize(*SIZE)
        self.program.start()
        self.activate()
        wait(lambda: self.program.desk is not None, "the profile was not opened")
        app, engine = self.program.app, self.program.engine
        if app is None or engine is None:
            raise StepFailed("the profile was not opened")
        self.laptop = Laptop(name, app, engine)
        settle()

    def activate(self) -> None:
        """Bring the window to the front; a screen that nobody sees leaves that to us after each list that popped up."""
        self.window.activateWindow()
        wait(self.window.isActiveWindow, "the window never became active")

    def page(self, key: str, kind: type[P], record_id: str = "") -> P:
        """Show a page and return it; raises StepFailed where it is another one."""
        self.activate()
        self.window.show_page(key, record_id)
        self.idle()
        page = self.window.page()
        if not isinstance(page, kind):
            raise StepFailed(f"{key} is a {type(page).__name__}")
        return page

    def idle(self) -> None:
        """Wait until nothing is under way, and then a moment for what follows from it."""
        for _round in range(2):
            settle(0.05)
            wait(self._is_idle, "work in the background never ended")
        problem = self.program.presenter.dialog
        expect(problem is None, problem.details.toPlainText() if problem else "")

    def save(self, is_dirty: Callable[[], bool]) -> None:
        """Wait until a form has saved itself, as it does a moment after the last key."""
        wait(lambda: not is_dirty(), "the form never saved itself")
        self.idle()

    def choose(self, **settings: Value) -> None:
        """Change settings, as the page of the settings does."""
        for name, value in settings.items():
            self.laptop.app.settings.put(name, value)
        self.idle()

    def close(self) -> None:
        """Close the window, and with it the profile."""
        self.window.close()
        self.program.close()
        self.window.deleteLater()
        settle(0.05)

    def _is_idle(self) -> bool:
        desk = self.program.desk
        return desk is None or not desk.tasks.busy()
