"""Where the focus goes in the window, and what the keys do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from tests.ui.program_seat import folder as folder
from tests.ui.program_seat import program as program
from tests.ui.program_seat import settle, shown, texts
from ui.application import Program
from ui.pages.organisation import OrganisationPage
from ui.pages.settings import SettingsPage
from wimdesk.services import editing

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

CTRL = Qt.KeyboardModifier.ControlModifier


def press(program: Program, key: Qt.Key, *more: Qt.KeyboardModifier) -> None:
    modifier = more[0] if more else Qt.KeyboardModifier.NoModifier
    QTest.keyClick(program.window, key, modifier)


def test_keys_go_to_pages_and_to_their_help(program: Program, qtbot: QtBot) -> None:
    program.window.show_page("settings")
    assert isinstance(shown(program), SettingsPage)
    press(program, Qt.Key.Key_F1)
    assert shown(program).key == "help"
    settle(qtbot, program)
    assert "Each change applies at once." in texts(shown(program))
    press(program, Qt.Key.Key_1, CTRL)
    assert shown(program).key == "home"
    assert program.window.sidebar.row("home").is_current


@pytest.mark.parametrize("act", ["disabled", "hidden", "deleted", "made anew"])
def test_the_focus_stays_in_the_page_when_what_had_it_goes(program: Program, qtbot: QtBot, act: str) -> None:
    window = program.window
    window.show_page("settings")
    settings = shown(program)
    assert isinstance(settings, SettingsPage)
    settle(qtbot, program)
    buttons = [each for each in settings.findChildren(QPushButton) if each.isVisible() and each.isEnabled()]
    last = buttons[-1]  # behind it the chain begins anew, with the navigation
    name = last.accessibleName()
    last.setFocus()
    qtbot.waitUntil(last.hasFocus)
    match act:
        case "disabled":
            last.setEnabled(False)
        case "hidden":
            last.hide()
        case "deleted":
            last.deleteLater()
        case _:
            settings.retranslate()
            settle(qtbot, program)
    qtbot.waitUntil(lambda: settings.isAncestorOf(QApplication.focusWidget() or window), timeout=3_000)
    qtbot.wait(20)
    focus = QApplication.focusWidget()
    assert focus is not None
    assert focus.isVisible()
    assert settings.isAncestorOf(focus)
    assert act != "made anew" or focus.accessibleName() == name


def test_whoever_goes_to_the_navigation_stays_there(program: Program, qtbot: QtBot) -> None:
    program.window.show_page("settings")
    settings = shown(program)
    assert isinstance(settings, SettingsPage)
    settle(qtbot, program)
    settings.backup_button.setFocus()
    row = program.window.sidebar.row("home")
    row.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.wait(50)
    assert row.hasFocus()
    settings.backup_button.setFocus()
    row.setFocus(Qt.FocusReason.MouseFocusReason)
    program.window.show_page("home")  # in the same moment
    qtbot.wait(50)
    assert row.hasFocus()


def test_ctrl_s_says_that_all_is_saved(program: Program) -> None:
    press(program, Qt.Key.Key_S, CTRL)
    assert "Saved already" in texts(program.window)


def test_row_o13_takes_back_and_brings_back_from_another_page(program: Program, qtbot: QtBot) -> None:
    app = program.app
    assert app is not None
    settle(qtbot, program)
    site = app.run(editing.add, "site", {"name": "One"})
    qtbot.wait(50)
    settle(qtbot, program)
    app.run(editing.change, "site", site, {"name": "Two"})
    qtbot.wait(50)
    settle(qtbot, program)

    def name() -> object:
        return app.read(editing.values, "site", site)["name"]

    program.window.show_page("library")
    settle(qtbot, program)
    program.window.setFocus()
    press(program, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: name() == "One")
    settle(qtbot, program)
    program.window.show_page("settings")
    press(program, Qt.Key.Key_Y, CTRL)
    qtbot.waitUntil(lambda: name() == "Two")
    settle(qtbot, program)
    press(program, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: name() == "One")
    settle(qtbot, program)
    press(program, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: bool(app.read(editing.values, "site", site)["deleted"]))
    settle(qtbot, program)


def test_finds_a_person_with_ctrl_k(program: Program, qtbot: QtBot) -> None:
    press(program, Qt.Key.Key_K, CTRL)
    box = program.window.palette_box
    assert box is not None
    assert box.isVisible()
    QTest.keyClicks(box.field, "mamani")
    qtbot.waitUntil(lambda: any("Mamani" in words for words in box.words()))
    box.field.clear()
    QTest.keyClicks(box.field, "settin")
    qtbot.waitUntil(lambda: box.words()[:1] == ["Settings"])
    settle(qtbot, program)
    QTest.keyClick(box.field, Qt.Key.Key_Return)
    assert shown(program).key == "settings"
    assert not box.isVisible()


def test_a_key_that_opens_a_page_brings_the_focus_there(program: Program) -> None:
    program.window.sidebar.setFocus()
    press(program, Qt.Key.Key_Comma, CTRL)
    page = shown(program)
    assert page.key == "settings"
    QTest.keyClick(page, Qt.Key.Key_Tab)
    focus = QApplication.focusWidget()
    assert focus is not None
    assert page.isAncestorOf(focus)


def test_escape_closes_the_box_only(program: Program) -> None:
    program.window.open_palette()
    box = program.window.palette_box
    assert box is not None
    QTest.keyClick(box.field, Qt.Key.Key_Escape)
    assert not box.isVisible()
    assert program.window.isVisible()


def stops(program: Program) -> list[str]:
    """Go through the page that shows with the Tab key; return the names of where it stops."""
    page = shown(program)
    page.setFocus()
    found: list[str] = []
    for _step in range(80):
        program.window.focusNextChild()
        focus = QApplication.focusWidget()
        if focus is None or not page.isAncestorOf(focus):
            break
        found.append(focus.accessibleName() or str(focus.property("text")))
    return found


def test_tab_goes_through_a_page_as_it_is_read(program: Program, qtbot: QtBot) -> None:
    program.window.show_page("library")
    settle(qtbot, program)
    found = stops(program)
    assert (
        found.index("Search the library") < found.index("Case") < found.index("Order") < found.index("Practices found")
    )
    press(program, Qt.Key.Key_2, CTRL)
    page = shown(program)
    assert page.accessibleName() == "Organisation"
    assert isinstance(page, OrganisationPage)
    settle(qtbot, program)
    assert program.app is not None
    page.show_record(program.app.identity().organisation)
    settle(qtbot, program)
    found = stops(program)
    assert found.index("Search people, posts, sites, groups") < found.index("Short name") < found.index("History")


def test_what_tab_reaches_is_scrolled_to(program: Program, qtbot: QtBot) -> None:
    program.window.show_page("settings")
    settle(qtbot, program)
    page = shown(program)
    page.setFocus()
    for _step in range(40):
        program.window.focusNextChild()
        focus = QApplication.focusWidget()
        assert focus is not None
        if not page.isAncestorOf(focus):
            break
        assert not focus.visibleRegion().isEmpty(), focus.accessibleName()


def test_the_focus_stays_where_the_language_was_changed(program: Program, qtbot: QtBot) -> None:
    program.window.show_page("settings")
    page = shown(program)
    assert isinstance(page, SettingsPage)
    settle(qtbot, program)
    page.language.setFocus()
    page.language.set_value("fr")
    page.desk.app.settings.put("language", "fr")
    settle(qtbot, program)
    focus = QApplication.focusWidget()
    assert focus is not None
    assert focus.accessibleName() == "Langue"
