"""What tests of screens get: a dressed application, a real encrypted profile, and a desk on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.sync_seat import ana as ana
from tests.ui.sync_seat import mamani as mamani
from tests.ui.sync_seat import office as office
from tests.ui.sync_seat import secretariat as secretariat
from tests.ui.sync_seat import sit as sit
from tests.ui.sync_seat import two as two
from tests.ui.waiting import settle
from ui import theme
from ui.bridge import Bridge
from ui.desk import Desk
from ui.notices import Notices
from ui.tasks import Tasks
from wimdesk.app import App
from wimdesk.i18n import set_language
from wimdesk.services import samples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BRITISH = QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom)
# A shared build machine stalls now and then for longer than the usual five seconds.
for wait in (QtBot.waitUntil, QtBot.waitSignal, QtBot.waitSignals, QtBot.waitActive, QtBot.waitExposed):
    wait.__kwdefaults__["timeout"] = 20_000


@pytest.fixture
def dressed(qapp: QApplication) -> Iterator[QApplication]:
    """Give the light look and British English, and put both back afterwards.

    Letters that are typed into a list belong together also where the machine stalls between two of them.
    """
    theme.apply(qapp, "light", contrast=False)
    QLocale.setDefault(BRITISH)
    together = qapp.keyboardInputInterval()
    qapp.setKeyboardInputInterval(60_000)
    yield qapp
    qapp.setKeyboardInputInterval(together)
    QLocale.setDefault(BRITISH)
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    theme.apply(qapp, "light", contrast=False)


@pytest.fixture
def problems() -> list[BaseException]:
    """Collect what was presented as a problem; a test that expects one empties the list."""
    return []


@pytest.fixture
def desk(dressed: QApplication, qtbot: QtBot, app: App, problems: list[BaseException]) -> Iterator[Desk]:
    """Lay a desk on the profile; a problem that nobody expected fails the test."""
    ground = QWidget()
    ground.resize(800, 500)
    qtbot.addWidget(ground)
    tasks, bridge = Tasks(app, problems.append), Bridge(app)
    yield Desk(app, None, tasks, bridge, Notices(ground, ground))
    bridge.close()
    tasks.close()
    assert not problems


@pytest.fixture
def sample_desk(desk: Desk) -> Desk:
    """Lay a desk with the sample organisation on it."""
    desk.app.run(samples.plant)
    return desk


@pytest.fixture
def settled(qtbot: QtBot, desk: Desk) -> Callable[[], None]:
    """Return what waits until nothing is under way."""
    return lambda: settle(qtbot, desk.tasks)


@pytest.fixture
def speak() -> Callable[[str], None]:
    """Return what changes the language for one test."""
    return set_language


def unnamed(root: QWidget) -> list[str]:
    """Return the visible widgets to act on that a screen reader could not name."""
    kinds = (QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox)
    found = []
    for kind in kinds:
        for widget in root.findChildren(kind):
            text = widget.text() if isinstance(widget, QAbstractButton) else ""
            if widget.isVisible() and not (widget.accessibleName() or text):
                found.append(f"{type(widget).__name__} {widget.objectName()}")
    return found


@pytest.fixture
def nameless() -> Callable[[QWidget], list[str]]:
    """Return what lists widgets without a name."""
    return unnamed
