"""The line at the bottom of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ui.statusbar import StatusBar
from ui.widgets.labels import Text

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def shown_words(bar: StatusBar) -> str:
    return " ".join(label.text() for label in bar.findChildren(QWidget) if hasattr(label, "text"))


def test_the_status_bar_says_what_is_saved_and_what_waits(qtbot: QtBot) -> None:
    bar = StatusBar()
    qtbot.addWidget(bar)
    bar.resize(1024, bar.height())
    bar.set_waiting(3)
    bar.set_last_sync("today 09:14")
    words = shown_words(bar)
    assert "All changes saved on this computer" in words
    assert "Offline" in words
    assert "3 changes waiting to send · last sync today 09:14" in words
    bar.set_waiting(1)
    assert "1 change waiting" in shown_words(bar)
    bar.set_saved("not_saved", "disk full")
    assert "Not saved: disk full" in shown_words(bar)


def test_the_status_bar_says_what_there_is_room_for_and_all_of_it_to_a_screen_reader(qtbot: QtBot) -> None:
    bar = StatusBar()
    qtbot.addWidget(bar)
    bar.set_waiting(3)
    bar.set_last_sync("today 09:14")
    bar.show()
    for width, told, left_out in (
        (1000, "last sync today", "…"),
        (680, "3 changes waiting", "last sync"),
        (500, "", "3 ch"),
    ):
        bar.resize(width, bar.height())
        words = shown_words(bar)
        assert told in words
        assert left_out not in words
        assert "All changes saved on this computer" in words
        right = max(label.geometry().right() for label in bar.findChildren(QWidget) if label.isVisible())
        assert right < bar.width()
        names = [label.accessibleName() for label in bar.findChildren(Text)]
        assert "· 3 changes waiting to send · last sync today 09:14" in names
    bar.set_saved("not_saved", "the disk is full, and nothing can be done about it but to free some room on it")
    assert "Not saved: the" in shown_words(bar)
    assert bar.minimumSizeHint().width() <= bar.width()


def test_sync_can_be_asked_for_unless_it_runs(qtbot: QtBot) -> None:
    bar = StatusBar()
    qtbot.addWidget(bar)
    with qtbot.waitSignal(bar.sync_requested):
        qtbot.mouseClick(bar.sync_button, Qt.MouseButton.LeftButton)
    bar.set_connection("syncing")
    assert not bar.sync_button.isEnabled()
    bar.set_connection("online")
    assert bar.sync_button.isEnabled()
