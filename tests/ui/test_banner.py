"""A banner takes the room that its words need, and no more."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ui.widgets.banner import Banner
from ui.widgets.labels import Text


def test_a_banner_is_no_higher_than_its_words(qtbot: QtBot) -> None:
    root = QWidget()
    root.resize(700, 600)
    column = QVBoxLayout(root)
    banner = Banner("clock", "Two terms end soon", "Secretary, until 15 December", "Show")
    column.addWidget(banner)
    qtbot.addWidget(root)
    root.show()
    assert banner.height() < 100


def test_a_banner_is_as_high_as_its_words_at_any_width(qtbot: QtBot) -> None:
    root = QWidget()
    column = QVBoxLayout(root)
    banner = Banner("clock", "Soon", "", "Show")
    column.addWidget(banner)
    column.addStretch(1)
    qtbot.addWidget(root)
    root.resize(900, 600)
    root.show()
    for width, words in ((300, 6), (700, 6), (320, 10), (320, 2), (400, 10)):
        root.resize(width, 900)
        banner.say("clock", "This computer waits " * (words // 2), "Read its six words " * words, "Show the words")
        texts = [label for label in banner.findChildren(Text) if label.isVisible()]
        qtbot.waitUntil(lambda texts=texts: all(each.heightForWidth(each.width()) <= each.height() for each in texts))
        qtbot.waitUntil(lambda: banner.height() <= banner.layout().totalHeightForWidth(banner.width()))
