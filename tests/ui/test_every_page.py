from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pytest
from PySide6.QtCore import QLocale, QPoint
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QStyle,
    QStyleOptionComboBox,
    QWidget,
)

from ui import moments, navigation, theme
from ui.main_window import MainWindow
from ui.tour.stage import Watch
from ui.widgets.pdf_view import PdfView
from wimdesk.i18n import LANGUAGES, set_language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from ui.desk import Desk

W = TypeVar("W", bound=QWidget)
SIZE = (1366, 740)
ENTRIES = (*navigation.SECTIONS, *navigation.MORE)


def cut(root: QWidget) -> Iterator[str]:
    """Yield what a reader could not read: labels, buttons, choices and placeholders wider than their room."""
    for label in shown(root, QLabel):
        yield from cut_label(label)
    for button in shown(root, QPushButton):
        if button.sizeHint().width() > button.width() + 1:
            yield f"too narrow: {button.text()!r}"
    for box in shown(root, QComboBox):
        if box.fontMetrics().horizontalAdvance(box.currentText()) > room_in(box) + 1:
            yield f"too narrow: {box.currentText()!r} {room_in(box)}"
    for line in shown(root, QLineEdit):
        width = line.fontMetrics().horizontalAdvance(line.placeholderText())
        if not line.text() and width > line.width() - 16:
            yield f"too narrow: {line.placeholderText()!r}"


def shown(root: QWidget, kind: type[W]) -> Iterator[W]:
    return (widget for widget in root.findChildren(kind) if widget.isVisible())


def cut_label(label: QLabel) -> Iterator[str]:
    if not label.text() or not label.pixmap().isNull():
        return
    if label.wordWrap():
        if label.heightForWidth(label.width()) > label.height() + 1:
            yield f"too low: {label.text()!r}"
    elif label.sizeHint().width() > label.width() + 1:
        yield f"too narrow: {label.text()!r} {label.width()} of {label.sizeHint().width()}"


def room_in(box: QComboBox) -> int:
    option = QStyleOptionComboBox()
    box.initStyleOption(option)
    part = QStyle.SubControl.SC_ComboBoxEditField
    return box.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, box).width()


def sideways(root: QWidget) -> Iterator[str]:
    """Yield what has to be scrolled to the right, or hangs over the right edge of the window."""
    for area in root.findChildren(QScrollArea):
        if area.isVisible() and not isinstance(area, PdfView) and area.horizontalScrollBar().maximum() > 0:
            yield f"scrolls sideways: {area.accessibleName() or type(area.parentWidget()).__name__}"
    for child in root.findChildren(QWidget):
        left = child.mapTo(root, QPoint(0, 0)).x()
        if child.isVisible() and (left < -1 or left + child.width() > root.width() + 1):
            yield f"beyond the edge: {type(child).__name__} {child.accessibleName()!r}"


def test_what_is_cut_is_found(dressed: QApplication, qtbot: QtBot) -> None:
    box = QWidget()
    qtbot.addWidget(box)
    label = QLabel("A sentence that has far more words than there is room", box)
    label.setFixedWidth(60)
    box.show()
    assert list(cut(box))
    label.setFixedWidth(600)
    assert not list(cut(box))


# Colours move nothing: the dark look is walked through once.
@pytest.mark.parametrize(("language", "scheme"), [*((each, "light") for each in LANGUAGES), ("en", "dark")])
def test_every_page_shows_whole_at_1366_by_740(
    sample_desk: Desk,
    settled: Callable[[], None],
    qtbot: QtBot,
    qapp: QApplication,
    language: str,
    scheme: theme.Scheme,
) -> None:
    qapp = QApplication.instance()
    assert isinstance(qapp, QApplication)
    set_language(language)
    QLocale.setDefault(moments.locale(language))
    qapp.setLayoutDirection(QLocale().textDirection())
    theme.apply(qapp, scheme, contrast=False)
    heard: list[str] = []
    watch = Watch(heard)
    qapp.installEventFilter(watch)
    window = MainWindow(sample_desk.app.settings)
    qtbot.addWidget(window)
    window.resize(*SIZE)
    window.show()
    window.take(sample_desk)
    wrong = {}
    for entry in ENTRIES:
        window.show_page(entry.key)
        for _round in range(3):
            qtbot.wait(30)
            settled()
        page = window.page()
        assert page is not None
        found = [*cut(window), *sideways(window)]
        if window.minimumSizeHint().width() > SIZE[0]:
            found.append(f"wants {window.minimumSizeHint().width()} px")
        if found:
            wrong[entry.key] = found
    qapp.removeEventFilter(watch)
    assert not wrong
    assert not heard


def test_with_the_largest_letters_nothing_is_out_of_reach(
    sample_desk: Desk, settled: Callable[[], None], qtbot: QtBot, qapp: QApplication
) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    set_language("fr")
    QLocale.setDefault(moments.locale("fr"))
    theme.apply(application, "light", text_scale=1.5, contrast=False)
    window = MainWindow(sample_desk.app.settings)
    qtbot.addWidget(window)
    window.show()
    window.take(sample_desk)
    wrong = {}
    for width in (1366, 1024):
        window.resize(width, SIZE[1])
        for entry in ENTRIES:
            window.show_page(entry.key)
            qtbot.wait(50)
            settled()
            found = [each for each in beyond(window) if not slides(each)] if width < SIZE[0] else [*sideways(window)]
            if found:
                wrong[entry.key, width] = found[:3]
    assert not wrong


def beyond(root: QWidget) -> Iterator[QWidget]:
    for child in root.findChildren(QWidget):
        if child.isVisible() and child.mapTo(root, QPoint(child.width(), 0)).x() > root.width() + 1:
            yield child


def slides(widget: QWidget) -> bool:
    """Whether it stands in something that can be scrolled to the side."""
    above: QWidget | None = widget
    while above is not None:
        if isinstance(above, QScrollArea) and above.horizontalScrollBar().isVisible():
            return True
        above = above.parentWidget()
    return False
