"""P02: an automatic walk over every page, dialog and box: everything has a name, and Tab reaches it."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QWidget,
)

import ui
from tests.ui.test_accessible_tree import complaints
from tests.ui.test_theme import contrast
from ui import navigation, tokens
from ui.errors import ReportDialog
from ui.forms.indicator import IndicatorDialog
from ui.forms.task import TaskForm
from ui.lists.bulk_boxes import SetBox, TagBox
from ui.lists.facets import FacetBox
from ui.main_window import MainWindow
from ui.pages import people_kind
from ui.unlock import Refusal, Unlock
from ui.widgets.popup import Popup
from wimdesk.services import metrics, todo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from ui.desk import Desk

KINDS = (QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox, QAbstractItemView)
MOST_STOPS = 400
LOOKED_AT = {ReportDialog, IndicatorDialog, FacetBox, TagBox, SetBox}
"""Each dialog and box there is: a new one is to be looked at here."""


def controls(root: QWidget) -> Iterator[QWidget]:
    """Yield what a person can act on now, but for parts that their owner answers for."""
    for kind in KINDS:
        for widget in root.findChildren(kind):
            if (
                widget.isVisible()
                and widget.isEnabled()
                and not isinstance(widget.parentWidget(), QLineEdit | QComboBox)
            ):
                yield widget


def unreached(root: QWidget) -> list[str]:
    """Walk round once with Tab; return what it never reached. Of buttons of which one is chosen, one is enough."""
    met: set[QWidget] = set()
    for _stop in range(MOST_STOPS):
        focus = QApplication.focusWidget()
        if focus is None:
            root.setFocus()
            focus = root
        if focus in met and len(met) > 1:
            break
        met.add(focus)
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    reached = met | {each.focusProxy() for each in met if each.focusProxy()}
    groups = {each.parentWidget() for each in reached if _is_one_of_several(each)}
    return [
        f"{type(each).__name__} {each.accessibleName() or getattr(each, 'text', str)()!r}"
        for each in controls(root)
        if each not in reached
        and each.focusProxy() not in reached
        and not (_is_one_of_several(each) and each.parentWidget() in groups)
        and not _within(each, reached)
    ]


def _is_one_of_several(widget: QWidget) -> bool:
    """Whether the arrow keys go on from here to others of which one only is chosen."""
    if not isinstance(widget, QAbstractButton):
        return False
    group = widget.group()
    return widget.autoExclusive() or (group is not None and group.exclusive())


def _within(widget: QWidget, reached: set[QWidget]) -> bool:
    """Whether it is a part of a list or a field that was reached, as the line of a combo box is."""
    above = widget.parentWidget()
    while above is not None and not above.isWindow():
        if above in reached and isinstance(above, QAbstractItemView | QComboBox):
            return True
        above = above.parentWidget()
    return False


@pytest.fixture
def window(sample_desk: Desk, qtbot: QtBot, settled: Callable[[], None]) -> MainWindow:
    window = MainWindow(sample_desk.app.settings)
    qtbot.addWidget(window)
    window.resize(1366, 740)
    window.show()
    window.take(sample_desk)
    with qtbot.waitActive(window):
        window.activateWindow()
    settled()
    return window


def test_what_tab_does_not_reach_is_found(dressed: QApplication, qtbot: QtBot, window: MainWindow) -> None:
    window.show_page("trash")
    qtbot.wait(30)
    lost = QLineEdit(window.page())
    lost.setAccessibleName("lost")
    lost.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    lost.show()
    assert [each for each in unreached(window) if "lost" in each]


@pytest.mark.parametrize("key", [entry.key for entry in (*navigation.SECTIONS, *navigation.MORE)])
def test_row_p02_every_page_is_named_and_reached_by_tab(
    window: MainWindow, qtbot: QtBot, settled: Callable[[], None], key: str
) -> None:
    window.show_page(key)
    for _round in range(3):
        qtbot.wait(30)
        settled()
    assert complaints(window) == []
    assert unreached(window) == []


def doors(desk: Desk) -> list[QWidget]:
    app = desk.app
    task = app.run(todo.add, "Call the mine")
    measure = app.read(metrics.measures)[0]
    return [
        ReportDialog("WIMDesk 0.1"),
        IndicatorDialog(measure, "All employees"),
        Unlock(True, ""),
        Refusal("Your data can't be opened", "The disk is full."),
        TaskForm(desk, task),
    ]


def test_row_p02_every_dialog_is_named_and_reached_by_tab(
    sample_desk: Desk, qtbot: QtBot, settled: Callable[[], None]
) -> None:
    for door in doors(sample_desk):
        qtbot.addWidget(door)
        with qtbot.waitActive(door):
            door.show()
            door.activateWindow()
        settled()
        assert complaints(door) == [], type(door).__name__
        assert unreached(door) == [], type(door).__name__


def test_row_p02_every_box_is_named_and_reached_by_tab(
    window: MainWindow, qtbot: QtBot, settled: Callable[[], None]
) -> None:
    people = people_kind.kind()
    boxes: list[Popup] = [
        TagBox(3, {"mentor": 2}, ["mentor", "board"], window),
        SetBox(3, people.fields, window),
        FacetBox("Country", "country_code", str, window),
    ]
    for box in boxes:
        box.open_at(window.sidebar)
        settled()
        assert complaints(box) == [], type(box).__name__
        assert unreached(box) == [], type(box).__name__
        box.close()


def test_row_p02_no_dialog_is_left_out() -> None:
    for module in pkgutil.walk_packages(ui.__path__, "ui."):
        importlib.import_module(module.name)
    kinds = {each for base in (QDialog, Popup) for each in _below(base) if each.__module__.startswith("ui.")}
    assert kinds == LOOKED_AT
    assert not {each for each in _below(QMenu) if each.__module__.startswith("ui.")}


def _below(base: type) -> Iterator[type]:
    for each in base.__subclasses__():
        yield each
        yield from _below(each)


def test_row_p02_every_pair_of_colours_has_enough_contrast() -> None:
    for name, colours in tokens.THEMES.items():
        low = [f"{fg} on {bg}" for fg, bg, least in tokens.PAIRS if contrast(colours[fg], colours[bg]) < least]
        assert low == [], name
