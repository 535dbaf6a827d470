from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget

from ui import navigation
from ui.errors import ReportDialog
from ui.first_run import CODE, LANGUAGE, NAME, PLACE, FirstRun
from ui.forms.indicator import IndicatorDialog
from ui.main_window import MainWindow
from ui.unlock import Refusal, Unlock
from wimdesk.services import metrics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from ui.desk import Desk

ENTRIES = (*navigation.SECTIONS, *navigation.MORE)
ROLE = QAccessible.Role
INTERACTIVE = frozenset(
    {
        ROLE.Button, ROLE.ButtonDropDown, ROLE.ButtonMenu, ROLE.CheckBox, ROLE.RadioButton, ROLE.ComboBox, ROLE.Dial,
        ROLE.EditableText, ROLE.Link, ROLE.List, ROLE.ListItem, ROLE.MenuItem, ROLE.PageTab, ROLE.PageTabList,
        ROLE.ProgressBar, ROLE.Slider, ROLE.SpinBox, ROLE.Table, ROLE.Tree, ROLE.TreeItem, ROLE.Cell,
    }
)  # fmt: skip
FILE = re.compile(r"\w\.(py|svg|png|qss|json|ttf|db)\b|[\w.]/\w+/\w|\\\w")


def walk(node: QAccessibleInterface, depth: int = 0) -> Iterator[QAccessibleInterface]:
    """Yield what a screen reader meets: everything that is not hidden."""
    if depth and node.state().invisible:
        return
    yield node
    for at in range(min(node.childCount(), 300)):
        child = node.child(at)
        if child is not None and child.isValid():
            yield from walk(child, depth + 1)


def complaints(root: QWidget) -> list[str]:
    """Return each thing to act on without a name, and each name that nobody would say aloud."""
    node = QAccessible.queryAccessibleInterface(root)
    assert node is not None
    found = []
    for each in walk(node):
        name = each.text(QAccessible.Text.Name)
        if each.role() in INTERACTIVE and not name.strip():
            widget = each.object()
            parents = " in ".join(type(p).__name__ for p in lineage(widget)) if isinstance(widget, QWidget) else "?"
            found.append(f"no name: {each.role().name} {parents}")
        if "&" in name.replace(" & ", ""):
            found.append(f"the mark of a key is spoken: {name!r}")
        if FILE.search(name):
            found.append(f"a file is spoken: {name!r}")
    return found


def lineage(widget: QWidget) -> Iterator[QWidget]:
    """Yield a widget and the four around it."""
    above: QWidget | None = widget
    for _step in range(5):
        if above is not None:
            yield above
            above = above.parentWidget()


def test_a_button_without_a_name_is_found(dressed: QApplication, qtbot: QtBot) -> None:
    box = QWidget()
    qtbot.addWidget(box)
    column = QVBoxLayout(box)
    button = QPushButton("")
    column.addWidget(button)
    box.show()
    assert [each for each in complaints(box) if each.startswith("no name: Button")]
    button.setAccessibleName("icons/x.svg")
    assert complaints(box) == ["a file is spoken: 'icons/x.svg'"]
    button.setAccessibleName("Close")
    assert not complaints(box)


@pytest.mark.parametrize("sample", [False, True], ids=["empty", "sample"])
def test_everything_on_every_page_has_a_name(
    desk: Desk, request: pytest.FixtureRequest, settled: Callable[[], None], qtbot: QtBot, sample: bool
) -> None:
    if sample:
        request.getfixturevalue("sample_desk")
    window = MainWindow(desk.app.settings)
    qtbot.addWidget(window)
    window.show()
    window.take(desk)
    wrong = {}
    for entry in ENTRIES:
        window.show_page(entry.key)
        for _round in range(3):
            qtbot.wait(20)
            settled()
        found = complaints(window)
        if found:
            wrong[entry.key] = found
    assert not wrong


@pytest.mark.parametrize("step", [LANGUAGE, PLACE, NAME, CODE])
def test_the_first_questions_have_names(desk: Desk, qtbot: QtBot, step: int) -> None:
    first = FirstRun(desk)
    qtbot.addWidget(first)
    first.show()
    first.show_step(step)
    assert not complaints(first)


def test_dialogs_and_locked_doors_have_names(sample_desk: Desk, settled: Callable[[], None], qtbot: QtBot) -> None:
    measure = sample_desk.app.read(metrics.measures)[0]
    doors: list[QWidget] = [
        ReportDialog("WIMDesk 0.1"),
        IndicatorDialog(measure, "All employees"),
        Unlock(True, ""),
        Unlock(False, "The passphrase is not right."),
        Refusal("Your data can't be opened", "The disk is full."),
    ]
    for door in doors:
        qtbot.addWidget(door)
        door.show()
        settled()
        assert not complaints(door), type(door).__name__
