from __future__ import annotations

import gettext
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from tests.support import PASSPHRASE
from tests.ui.program_seat import finish, settle, shown, texts
from tests.ui.program_seat import folder as folder
from tests.ui.program_seat import program as program
from tests.ui.test_every_page import cut, sideways
from ui import theme
from ui.application import Program
from ui.errors import report
from ui.first_run import FirstRun
from ui.pages.home import HomePage
from ui.pages.settings import SettingsPage
from ui.trash import TrashPage
from ui.unlock import Refusal, Unlock
from wimdesk import clock, i18n
from wimdesk.services import editing, people

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

LATER = 1_900_000_000.0
OWN_PAGES = ("home", "settings", "help", "trash")
FIRST_PAINT = """
import sys
from PySide6.QtWidgets import QApplication
from ui.application import Program
from pathlib import Path
application = QApplication([])
program = Program(application, Path(sys.argv[1]), "four words for tests")
heavy = []
program.window.painted.disconnect()
program.window.painted.connect(lambda: heavy.append(sorted(set(sys.modules) & {"sqlalchemy", "sqlcipher3", "babel"})))
program.start()
while not heavy:
    application.processEvents()
print(heavy[0], program.window.sidebar.isVisible())
"""


def test_nothing_heavy_is_loaded_at_the_first_paint(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    environment = os.environ | {"PYTHONPATH": str(root)}
    run = subprocess.run(
        [sys.executable, "-c", FIRST_PAINT, str(tmp_path / "profile")],
        capture_output=True, text=True, check=True, env=environment, timeout=60,
    )  # fmt: skip
    assert run.stdout.strip() == "[] True"


def test_opens_with_the_names_round_the_page(program: Program, qtbot: QtBot) -> None:
    settle(qtbot, program)
    window = program.window
    assert "WIM Arequipa" in texts(window.sidebar)
    assert "All changes saved on this computer" in texts(window.status)
    assert "Sync is not set up" in texts(window.status)
    assert isinstance(shown(program), HomePage)
    assert "Next for you" in texts(shown(program))


def test_another_size_of_the_letters_makes_the_pages_anew(program: Program, qtbot: QtBot) -> None:
    window = program.window
    for key in ("organisation", "sync", "settings"):
        window.show_page(key)
        settle(qtbot, program)
    settings = shown(program)
    assert isinstance(settings, SettingsPage)
    wide = settings.text_size.width()
    settings.text_size.setFocus()
    for percent in (150, 100):
        program.settings.put("text_percent", percent)
        qtbot.waitUntil(lambda percent=percent: settings.text_size.width() == round(wide * percent / 100))
        qtbot.waitUntil(lambda: settings.text_size.hasFocus())
    for key in ("organisation", "sync", "settings"):
        window.show_page(key)
        settle(qtbot, program)
        qtbot.waitUntil(lambda: [*cut(window), *sideways(window)] == [])  # rows take their height a moment later


def test_the_settings_say_where_nothing_fits_and_how_a_copy_is_restored(program: Program, qtbot: QtBot) -> None:
    program.window.show_page("settings")
    settings = shown(program)
    assert isinstance(settings, SettingsPage)
    settle(qtbot, program)
    settings.search.setText("restore")
    assert "the start offers to restore the newest copy" in texts(settings)
    settings.search.setText("xylophone")
    assert texts(settings).splitlines()[-1] == "No setting fits these words."
    settings.search.setText("")
    assert "No setting fits" not in texts(settings)


def test_starts_where_the_person_left(program: Program, dressed: QApplication, folder: Path, qtbot: QtBot) -> None:
    program.window.show_page("settings")
    settle(qtbot, program)
    program.window.resize(1200, 700)
    program.window.close()
    program.close()
    again = Program(dressed, folder, PASSPHRASE)
    assert "WIM Arequipa" in [label.text() for label in again.window.sidebar.findChildren(QLabel)]
    with qtbot.waitSignal(again.ready, timeout=20_000):
        again.start()
    assert isinstance(shown(again), SettingsPage)
    assert again.settings.text("window") == "1200x700"
    settle(qtbot, again)
    finish(again)


def test_speaks_another_language_at_once(program: Program, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    class Bracketed(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return f"[{message}]"

    monkeypatch.setattr(i18n, "translator", lambda _code: Bracketed())
    program.window.show_page("settings")
    page = shown(program)
    assert isinstance(page, SettingsPage)
    page.language.set_value("fr")
    settle(qtbot, program)
    assert "[Language & region]" in texts(shown(program))
    assert "[Sync is not set up]" in texts(program.window.status)
    assert program.window.sidebar.row("home").text() == "[Home]"
    program.window.show_page("home")
    settle(qtbot, program)
    assert "[Next for you]" in texts(shown(program))
    assert QLocale().language() == QLocale.Language.French


def test_changes_the_look_at_once(program: Program) -> None:
    program.window.show_page("settings")
    page = shown(program)
    assert isinstance(page, SettingsPage)
    page.scheme.set_value("dark")
    assert theme.is_dark()
    page.scheme.set_value("contrast")
    assert theme.is_high_contrast()
    page.text_size.set_value("125")
    assert theme.text_scale() == 1.25
    page.scheme.set_value("light")


def test_the_undo_bar_takes_back_the_latest_act(program: Program, qtbot: QtBot) -> None:
    app = program.app
    assert app is not None
    site = app.run(editing.add, "site", {"name": "One"})
    app.run(editing.remove, "site", site)
    program.window.notices.offer_undo("Site removed.")
    QTest.mouseClick(program.window.notices.undo_bar.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not app.read(editing.values, "site", site)["deleted"])
    settle(qtbot, program)


def test_a_line_that_was_read_does_not_follow_to_another_page(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    word = next(each for each in program.window.ground.children() if type(each).__name__ == "_Word")
    assert isinstance(word, QWidget)
    monkeypatch.setattr("ui.notices._READ_AFTER", 10**9)  # a slow computer is no slow reader
    program.window.notices.say("Done.")
    program.window.show_page("settings")
    assert word.isVisible()
    monkeypatch.setattr("ui.notices._READ_AFTER", -(10**9))  # Qt's timers of seconds are some 5 % off
    program.window.show_page("home")
    assert not word.isVisible()


@pytest.mark.parametrize("key", OWN_PAGES)
def test_each_page_names_its_controls_and_fits(
    program: Program, qtbot: QtBot, key: str, nameless: Callable[[QWidget], list[str]]
) -> None:
    program.window.show_page(key)
    settle(qtbot, program)
    qtbot.wait(20)
    assert nameless(program.window) == []
    assert program.window.minimumSizeHint().width() <= 1350


def test_a_narrow_window_folds_the_sections(program: Program) -> None:
    program.window.resize(1000, 640)
    assert program.window.sidebar.width() < 80
    program.window.resize(1366, 740)
    assert program.window.sidebar.width() > 200


def test_row_o13_the_trash_brings_back_a_person_with_all_links(program: Program, qtbot: QtBot) -> None:
    app = program.app
    assert app is not None
    person = app.run(editing.add, "person", {"family_name": "Quispe"})
    post = app.run(editing.add, "post", {"label": {"en": "Treasurer"}})
    holding = app.run(editing.add, "post_holding", {"person_id": person, "post_id": post})
    phone, mail = (app.run(editing.add, "contact_detail", {"person_id": person, "value": v}) for v in ("+51 1", "a@b"))
    app.run(editing.remove, "contact_detail", phone)
    with clock.driven_by(lambda: LATER):
        app.run(people.remove, "person", person)
    program.window.show_page("trash")
    page = shown(program)
    assert isinstance(page, TrashPage)
    qtbot.waitUntil(page.restore_button.isEnabled)
    captions = [page.list.model().index(row, 0).data() for row in range(page.list.model().rowCount())]
    page.list.setCurrentIndex(page.list.model().index(captions.index("Quispe"), 0))
    QTest.mouseClick(page.restore_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not app.read(editing.values, "person", person)["deleted"])
    assert not app.read(editing.values, "contact_detail", mail)["deleted"]
    assert app.read(editing.values, "post_holding", holding)["person_id"] == person
    # What had gone to the trash before, by itself, stays there.
    assert app.read(editing.values, "contact_detail", phone)["deleted"]
    settle(qtbot, program)


def test_a_backup_is_made_and_told(program: Program, qtbot: QtBot, folder: Path) -> None:
    program.window.show_page("settings")
    page = shown(program)
    assert isinstance(page, SettingsPage)
    page.backup_button.click()
    qtbot.waitUntil(lambda: bool(list((folder / "backups").glob("*.db"))))
    settle(qtbot, program)
    assert "A copy was made on this computer, and checked." in texts(program.window)
    qtbot.waitUntil(lambda: "Last copy: today " in texts(program.window))


def test_removes_the_sample_from_home(program: Program, qtbot: QtBot) -> None:
    settle(qtbot, program)
    page = shown(program)
    assert isinstance(page, HomePage)
    page.sample.button.click()
    app = program.app
    assert app is not None
    qtbot.waitUntil(lambda: not app.identity().sample)
    settle(qtbot, program)
    assert not page.sample.isVisible()
    assert "Three first steps" in texts(page)


def test_a_second_window_says_where_the_first_is(
    program: Program, dressed: QApplication, folder: Path, qtbot: QtBot
) -> None:
    second = Program(dressed, folder, PASSPHRASE)
    second.start()
    qtbot.waitUntil(lambda: second.window.findChild(Refusal) is not None, timeout=20_000)
    assert "already open" in texts(second.window)
    finish(second)
    theme.apply(dressed, "light", contrast=False)


def test_a_wrong_passphrase_is_told_and_asked_again(dressed: QApplication, folder: Path, qtbot: QtBot) -> None:
    program = Program(dressed, folder, None)
    program.start()
    qtbot.waitUntil(lambda: program.window.findChild(Unlock) is not None, timeout=20_000)
    first = program.window.findChild(Unlock)
    assert first is not None
    first.field.setText("wrong")
    first.button.click()
    qtbot.waitUntil(lambda: "not right" in texts(program.window), timeout=20_000)
    second = program.window.findChildren(Unlock)[-1]
    second.field.setText(PASSPHRASE)
    with qtbot.waitSignal(program.ready, timeout=20_000):
        QTest.keyClick(second.field, Qt.Key.Key_Return)
    settle(qtbot, program)
    finish(program)


def test_a_new_profile_without_a_keyring_asks_for_a_passphrase(
    dressed: QApplication, tmp_path: Path, qtbot: QtBot
) -> None:
    program = Program(dressed, tmp_path / "new", None)
    program.start()
    qtbot.waitUntil(lambda: program.window.findChild(Unlock) is not None, timeout=20_000)
    unlock = program.window.findChild(Unlock)
    assert unlock is not None
    given: list[str] = []
    unlock.given.connect(given.append)
    for word, again in (("", ""), ("short", "short"), ("long enough", "not the same")):
        unlock.field.setText(word)
        unlock.again.setText(again)
        unlock.button.click()
    assert given == []
    unlock.again.setText("long enough")
    unlock.button.click()
    assert given == ["long enough"]
    qtbot.waitUntil(lambda: program.window.findChild(FirstRun) is not None, timeout=20_000)
    finish(program)


def test_a_report_holds_no_data(program: Program) -> None:
    secret = "Rosa Quispe +51 958 114 207"
    try:
        raise ValueError(secret)
    except ValueError as problem:
        text = report(problem)
    assert "ValueError" in text
    assert "test_a_report_holds_no_data" in text
    assert secret not in text
    assert str(Path.home()) not in text


@pytest.mark.expects_log
def test_a_bug_opens_a_report_to_copy(program: Program, nameless: Callable[[QWidget], list[str]]) -> None:
    program.presenter.present(ZeroDivisionError("something private"))
    dialog = program.presenter.dialog
    assert dialog is not None
    assert nameless(dialog) == []
    dialog.copy_button.click()
    copied = QApplication.clipboard().text()
    assert "ZeroDivisionError" in copied
    assert "private" not in copied
    dialog.accept()
    assert program.presenter.dialog is None
