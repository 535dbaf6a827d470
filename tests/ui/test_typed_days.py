"""Days as people write them, with the day first, and how they are shown back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from ui.widgets.date import DateField, read_date
from ui.widgets.walltime import WallTimeField
from wimdesk.i18n import set_language

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

FIRST = "Write the year first, like 2026-10-31."


@pytest.mark.parametrize("language", ["fr", "es", "pt-BR", "ar"])
@pytest.mark.parametrize("text", ["1/11/2026", "1.11.2026", "01-11-2026", " 01/11/2026 ", "١/١١/٢٠٢٦"])
def test_a_day_may_stand_first(language: str, text: str) -> None:
    set_language(language)
    assert read_date(text) == ("2026-11-01", "")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("30/11/2026", ("2026-11-30", "")),
        ("11/30/2026", ("2026-11-30", "")),
        ("5.5.2026", ("2026-05-05", "")),
        ("1/11/2026", (None, FIRST)),
        ("1.11.2026", (None, FIRST)),
        ("13/14/2026", (None, FIRST)),
        ("30/11/26", (None, FIRST)),
        ("30/02/2026", (None, "This month has no day 30. Check the day.")),
    ],
)
def test_english_reads_only_what_can_mean_one_day(text: str, read: tuple[str | None, str]) -> None:
    assert read_date(text) == read


def test_what_was_understood_is_shown_as_usual(qtbot: QtBot) -> None:
    set_language("es")
    day, moment = DateField("Vence"), WallTimeField("Empieza")
    for field, text in ((day, "1/11/2026"), (moment, "30.11.2026 15:00")):
        qtbot.addWidget(field)
        qtbot.keyClicks(field, text)
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert (day.value(), day.text()) == ("2026-11-01", "2026-11-01")
    assert (moment.value(), moment.text()) == ("2026-11-30T15:00", "2026-11-30 15:00")


def test_a_time_that_can_not_be_read_stays_as_it_was_typed(qtbot: QtBot) -> None:
    field = WallTimeField("Starts")
    qtbot.addWidget(field)
    qtbot.keyClicks(field, "Monday at noon")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.text() == "Monday at noon"
