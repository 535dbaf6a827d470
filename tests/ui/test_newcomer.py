"""P03: somebody who never saw the program writes down a first event with the keyboard alone, without a network."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tests.ui.program_seat import finish, settle, texts
from ui import navigation
from ui.application import Program
from ui.first_run import NAME, PLACE, FirstRun
from ui.pages.help import HelpPage
from ui.pages.help_texts import TOPICS
from ui.pages.home import HomePage
from ui.pages.organisation import OrganisationPage
from ui.widgets.buttons import SecondaryButton
from wimdesk.services import editing, miner_groups, sites

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

MOST_KEYS = 40
WORDS = "Evening for apprentices in Tarkwa"


@dataclass
class Keyboard:
    """What a person does with it; typed text is not counted, each other key is."""

    qtbot: QtBot
    window: QWidget
    pressed: int = 0

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.pressed += 1
        self._activate()
        QTest.keyClick(self._focus(), key, modifier)
        self.qtbot.wait(10)

    def type(self, text: str) -> None:
        QTest.keyClicks(self._focus(), text)
        self._activate()

    def _activate(self) -> None:
        """A screen that nobody sees gives its windows no focus back after a list has popped up."""
        popup = QApplication.activePopupWidget()
        if QApplication.activeWindow() is not self.window:
            if popup is not None:
                popup.hide()
            with self.qtbot.waitActive(self.window):
                self.window.activateWindow()

    @staticmethod
    def _focus() -> QWidget:
        focus = QApplication.focusWidget()
        assert focus is not None, "nothing has the focus"
        return focus


@pytest.fixture
def program(dressed: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[Program]:
    program = Program(dressed, tmp_path / "profile", "four words for tests")
    program.window.resize(1366, 740)
    with qtbot.waitActive(program.window):
        program.start()
        program.window.activateWindow()
    qtbot.waitUntil(lambda: program.window.findChild(FirstRun) is not None)
    yield program
    finish(program)


def try_sample(program: Program, qtbot: QtBot) -> None:
    first = program.window.findChild(FirstRun)
    assert isinstance(first, FirstRun)
    first.sample_button.click()
    qtbot.waitUntil(lambda: isinstance(program.window.page(), HomePage))
    settle(qtbot, program)


def test_row_p03_from_the_first_start_to_a_first_event_with_few_keys(program: Program, qtbot: QtBot) -> None:
    keyboard, first = Keyboard(qtbot, program.window), program.window.findChild(FirstRun)
    assert isinstance(first, FirstRun)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    keyboard.press(Qt.Key.Key_Return)  # the language stands there
    assert first.step == PLACE
    keyboard.type("WIM Tarkwa")
    keyboard.press(Qt.Key.Key_Tab)
    keyboard.type("North pit")
    keyboard.press(Qt.Key.Key_Return)
    assert first.step == NAME
    keyboard.type("Ama Mensah")
    keyboard.press(Qt.Key.Key_Tab)
    keyboard.press(Qt.Key.Key_Down)  # a member, not the leader
    assert first.role.value() == "member"
    keyboard.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(program.window.page(), HomePage))
    settle(qtbot, program)
    home = program.window.page()
    assert isinstance(home, HomePage)
    qtbot.waitUntil(lambda: "Write down your first event" in texts(home))
    # The start page itself says what to do first; Tab leads to its button.
    for _tab in range(MOST_KEYS):
        focus = QApplication.focusWidget()
        if focus is not None and focus.accessibleName() == "Begin: Write down your first event":
            break
        if focus is None:
            program.window.setFocus()
        keyboard.press(Qt.Key.Key_Tab)
    keyboard.press(Qt.Key.Key_Space)
    assert home.log.text.hasFocus()
    keyboard.type(WORDS)
    keyboard.press(Qt.Key.Key_Return)
    app = program.app
    assert app is not None
    qtbot.waitUntil(lambda: [each["text"] for each in app.read(editing.rows, "activity")] == [WORDS])
    settle(qtbot, program)
    assert keyboard.pressed <= MOST_KEYS, keyboard.pressed
    assert app.read(editing.rows, "activity")[0]["created_by"] == "Ama Mensah"
    qtbot.waitUntil(lambda: "1 of 3 done" in texts(home))


@pytest.mark.parametrize(
    ("role", "first_step"),
    [
        ("", "Tell who you are"),
        ("member", "Write down your first event"),
        ("committee", "Connect with a code"),
        ("secretariat", "Connect with a code"),
    ],
)
def test_row_p03_each_role_begins_with_its_own_step(program: Program, qtbot: QtBot, role: str, first_step: str) -> None:
    desk = program.desk
    assert desk is not None
    desk.app.settings.put("start_as", role)
    page = HomePage(desk)
    qtbot.addWidget(page)
    page.show()
    settle(qtbot, program)
    assert texts(page.steps).splitlines()[1:3][0] in {first_step, "0 of 3 done"}
    assert first_step in texts(page.steps)


def test_row_p03_the_sample_is_there_and_goes_without_a_network(program: Program, qtbot: QtBot) -> None:
    try_sample(program, qtbot)
    app = program.app
    assert app is not None
    assert len(app.read(editing.rows, "person")) > 3
    home = program.window.page()
    assert isinstance(home, HomePage)
    qtbot.waitUntil(home.sample.isVisible)
    home.sample.acted.emit()
    qtbot.waitUntil(lambda: app.read(editing.rows, "person") == [])
    settle(qtbot, program)


def test_row_p03_f1_on_each_page_shows_its_own_short_help(program: Program, qtbot: QtBot) -> None:
    try_sample(program, qtbot)
    titles = {topic.key: topic for topic in TOPICS}
    for entry in (*navigation.SECTIONS, *navigation.MORE):
        if entry.key == "help":
            continue
        program.window.show_page(entry.key)
        settle(qtbot, program)
        QTest.keyClick(program.window, Qt.Key.Key_F1)
        settle(qtbot, program)
        page = program.window.page()
        assert isinstance(page, HelpPage), entry.key
        assert page.topic().key == entry.key
        topic = titles[entry.key]
        words = " ".join((topic.about, *topic.steps, *topic.good_to_know)).split()
        assert 5 <= len(words) <= 250, f"the help of {entry.key} has {len(words)} words"


def stands(page: OrganisationPage, record: str) -> bool:
    return page.card is not None and page.card.record == record


def test_row_p03_f1_on_cards_of_the_organisation_shows_their_own_help(program: Program, qtbot: QtBot) -> None:
    try_sample(program, qtbot)
    app = program.app
    assert app is not None
    visit = app.run(sites.begin_visit, str(app.read(editing.rows, "site")[0]["id"]))
    group = app.run(miner_groups.begin)
    for wanted, key in (
        ("terms", "terms"), ("directory", "directory"), ("import", "import"), ("duplicates", "duplicates"),
        (visit, "visit"), (group, "miner_group"), ("members", "organisation"),
    ):  # fmt: skip
        program.window.show_page("organisation")
        page = program.window.page()
        assert isinstance(page, OrganisationPage)
        settle(qtbot, program)
        if wanted in {visit, group}:
            page.show_record(wanted)
        elif wanted == "import":
            page.show_import()
        elif wanted == "duplicates":
            page.show_duplicates()
        else:
            page.show_overview(wanted)
        qtbot.waitUntil(partial(stands, page, wanted))
        for _again in range(2):  # once more, and the help itself asks for none
            QTest.keyClick(program.window, Qt.Key.Key_F1)
            settle(qtbot, program)
            shown = program.window.page()
            assert isinstance(shown, HelpPage)
            assert shown.topic().key == key
            assert "Go to Organisation" in [button.text() for button in shown.findChildren(SecondaryButton)]
