"""The language of a first start: the computer's, then the one that a person chooses by keys."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui.test_newcomer import program as program
from ui.first_run import PLACE, FirstRun
from ui.widgets.choice import RadioCard
from wimdesk.i18n import LANGUAGES, nearest

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from ui.application import Program

START = """
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from ui.application import Program
from wimdesk.i18n import language

program = Program(QApplication([]), Path(sys.argv[1]), "four words for tests")
print(language(), program.settings.text("language"))
program.close()
"""


def start(folder: Path, computer: str) -> str:
    """Start the program in a process whose computer speaks a language; return what it speaks, and its setting."""
    environment = os.environ | {"LANG": computer, "LC_ALL": computer, "LANGUAGE": "", "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", START, str(folder)], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_the_first_start_speaks_as_the_computer_does(tmp_path: Path) -> None:
    assert start(tmp_path / "new", "es_PE.UTF-8") == "es es"


def test_who_started_before_keeps_the_language(tmp_path: Path) -> None:
    tmp_path.joinpath("settings.json").write_text('{"first_run_done": true}')
    assert start(tmp_path, "es_PE.UTF-8") == "en en"


def test_what_was_chosen_before_the_first_questions_were_answered_stays(tmp_path: Path) -> None:
    tmp_path.joinpath("settings.json").write_text('{"language": "en"}')
    assert start(tmp_path, "es_PE.UTF-8") == "en en"


@pytest.mark.parametrize(
    ("spoken", "ours"),
    [
        (("es-Latn-PE", "es-PE", "es"), "es"),
        (("pt-Latn-PT", "pt-PT", "pt"), "pt-BR"),
        (("qu-PE", "ar-EG"), "ar"),
        (("C",), "en"),
        ((), "en"),
        (("de-DE", "de"), "en"),
    ],
)
def test_the_first_language_that_is_there_is_taken(spoken: tuple[str, ...], ours: str) -> None:
    assert nearest(spoken) == ours


def test_a_language_chosen_by_key_keeps_the_focus(program: Program, qtbot: QtBot) -> None:
    first = program.window.findChild(FirstRun)
    assert first is not None
    qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), RadioCard))
    for code in ("fr", "es"):
        focus = QApplication.focusWidget()
        assert isinstance(focus, RadioCard)
        QTest.keyClick(focus, Qt.Key.Key_Down)

        def stands(name: str = LANGUAGES[code]) -> bool:
            now = QApplication.focusWidget()
            return isinstance(now, RadioCard) and (now.text(), now.isChecked(), now.isVisible()) == (name, True, True)

        qtbot.waitUntil(stands, timeout=3_000)
        assert program.settings.text("language") == code
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, Qt.Key.Key_Return)
    assert first.step == PLACE
