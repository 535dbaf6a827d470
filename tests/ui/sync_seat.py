"""Somebody at a laptop who looks at the Sync centre: the real window on an enrolled profile, and a second laptop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.support import Endpoint, Laptop, Office, Template, endpoint_at
from tests.ui import waiting
from ui.bridge import Bridge
from ui.desk import Desk
from ui.main_window import MainWindow
from ui.pages.sync_centre import SyncCentrePage
from ui.pages.sync_centre_decision import DecisionCard
from ui.tasks import Tasks
from ui.tour.stage import Watch
from ui.widgets.choice import RadioCard
from wimdesk.app import App

P = TypeVar("P", bound=QWidget)
ANA, MAMANI = "Ana Flores", "J. Mamani"
ROSA = {"given_name": "Rosa", "family_name": "Quispe", "role": "Operator", "summary": "Works at the mill."}
MINE = {"role": "Shift supervisor, mill", "summary": "Leads the night shift."}
THEIRS = {"role": "Shift supervisor", "summary": "Leads the day shift."}
LEFT, RIGHT = 0, 1


@pytest.fixture(scope="module")
def secretariat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    with endpoint_at(tmp_path_factory.mktemp("secretariat")) as endpoint:
        yield endpoint


@pytest.fixture
def office(template: Template, secretariat: Endpoint, tmp_path: Path) -> Iterator[Office]:
    office = Office(template, tmp_path, secretariat)
    yield office
    office.close()


@pytest.fixture
def ana(office: Office) -> Laptop:
    """The laptop whose window is open."""
    return office.laptop(ANA)


@pytest.fixture
def mamani(office: Office, ana: Laptop) -> Laptop:
    """The other laptop of the same organisation."""
    ana.sync()
    return office.laptop(MAMANI)


@dataclass
class Seat:
    """Somebody at a laptop, looking at the Sync centre."""

    window: MainWindow
    desk: Desk
    qtbot: QtBot
    heard: list[str]

    @property
    def page(self) -> SyncCentrePage:
        page = self.window.page()
        assert isinstance(page, SyncCentrePage)
        return page

    @property
    def card(self) -> DecisionCard:
        assert self.page.decision is not None
        return self.page.decision

    def settle(self) -> None:
        """Wait until nothing is under way, and what follows from it too."""
        for _round in range(3):
            self.qtbot.wait(30)
            self.qtbot.waitUntil(lambda: not self.desk.tasks.busy())

    def go(self, key: str) -> None:
        self.window.show_page(key)
        self.settle()

    def click(self, widget: QWidget) -> None:
        assert widget.isVisible()
        assert widget.isEnabled()
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
        self.settle()

    def choose(self, row: str) -> None:
        """Click a row of the list, as soon as it is there."""
        self.qtbot.waitUntil(lambda: self.page.list.model.find(row) >= 0)
        view = self.page.list.view
        place = view.visualRect(self.page.list.model.index(self.page.list.model.find(row), 0))
        assert not place.isEmpty(), f"there is no row {row}: {self.page.list.model.records()}"
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place.center())
        self.settle()

    def detail(self, kind: type[P]) -> P:
        (found,) = [each for each in self.page.findChildren(kind) if each.isVisible()]
        return found

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifier)
        self.qtbot.wait(10)

    def tab_to(self, widget: QWidget) -> None:
        """Press Tab until the widget has the focus, as somebody without a mouse does."""
        for _step in range(60):
            if widget.hasFocus():
                return
            self.key(Qt.Key.Key_Tab)
        pytest.fail(f"Tab never comes to “{widget.accessibleName()}”")

    def side(self, field: str, side: int) -> RadioCard:
        return list(self.card.cards[field].values())[side]

    def banner(self) -> str:
        return words(self.page.banner)

    def rows(self, kind: str) -> list[str]:
        """What a screen reader says of the rows of a kind."""
        model = self.page.list.model
        role = int(Qt.ItemDataRole.AccessibleTextRole)
        found = [record for record in model.records() if record.startswith(f"{kind}:")]
        return [str(model.data(model.index(model.find(record), 0), role)) for record in found]

    def undo(self) -> None:
        waiting.undo(self.qtbot, self.desk.notices)
        self.settle()


Sit: TypeAlias = Callable[[App | Laptop], Seat]
"""Opens the window of a profile on the Sync centre."""


def words(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


@pytest.fixture
def sit(dressed: QApplication, qtbot: QtBot) -> Iterator[Sit]:
    """Return what opens the window of a profile on the Sync centre; nothing may flash up as a window."""
    opened: list[Seat] = []
    problems: list[BaseException] = []

    def open_window(whose: App | Laptop) -> Seat:
        engine = whose.engine if isinstance(whose, Laptop) else None
        app = whose.app if isinstance(whose, Laptop) else whose
        app.settings.put("sync_automatically", False)
        app.settings.put("last_page", "sync")
        heard: list[str] = []
        watch = Watch(heard)
        dressed.installEventFilter(watch)
        window = MainWindow(app.settings)
        watch.setParent(window)
        qtbot.addWidget(window)
        window.resize(1366, 740)
        window.show()
        desk = Desk(app, engine, Tasks(app, problems.append), Bridge(app, engine), window.notices)
        window.take(desk)
        if engine is not None:
            engine.start()
        seat = Seat(window, desk, qtbot, heard)
        opened.append(seat)
        with qtbot.waitActive(window):
            window.activateWindow()
        seat.settle()
        return seat

    yield open_window
    for seat in opened:
        seat.desk.bridge.close()
        seat.desk.tasks.close()
        assert not seat.heard
    assert not problems


def person(ana: Laptop, *others: Laptop) -> str:
    """Somebody whom all laptops know."""
    record = ana.add("person", **ROSA)
    ana.sync()
    for other in others:
        other.sync()
    return record


def clash(ana: Laptop, mamani: Laptop, mine: dict[str, str] = MINE, theirs: dict[str, str] = THEIRS) -> str:
    """Both edit the same fields of one person; Mamani's edit is placed first, so Ana's shows."""
    record = person(ana, mamani)
    mamani.change("person", record, **theirs)
    ana.change("person", record, **mine)
    mamani.sync()
    ana.sync()
    mamani.sync()
    return record


def in_sight(widget: QWidget) -> bool:
    """Whether all of it stands in the part of the page that is not scrolled away."""
    return widget.isVisible() and widget.visibleRegion().boundingRect() == widget.rect()


@pytest.fixture
def two(ana: Laptop, mamani: Laptop) -> list[str]:
    """Two people who were changed in two places."""
    return [clash(ana, mamani), clash(ana, mamani, {"role": "Mine"}, {"role": "Theirs"})]
