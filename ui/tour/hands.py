"""Hands and eyes of the tour: find a widget by what it is called, type into it, press it, wait for what follows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QMenu, QPlainTextEdit, QTextEdit, QWidget

from ui.tour.expectations import StepFailed, expect

W = TypeVar("W", bound=QWidget)
_PATIENCE = 30.0


def pump(milliseconds: int = 20) -> None:
    """Let events happen, and other threads work (QTest.qWait would keep them from it)."""
    QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, milliseconds)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    time.sleep(0.002)


def settle(seconds: float = 0.15) -> None:
    """Let events happen for a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pump()


def wait(condition: Callable[[], object], sentence: str, seconds: float = _PATIENCE) -> None:
    """Let events happen until the condition holds; raises StepFailed with the sentence after so many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise StepFailed(f"waited {seconds:g} s in vain: {sentence}")
        pump()


def plain(text: str) -> str:
    """Return a label without the mark of its key and without the star of a required field."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&").rstrip(" *")


def called(widget: QWidget) -> set[str]:
    """Return what a widget is called: its accessible name, its text, its object name."""
    names = {widget.accessibleName(), widget.objectName()}
    if isinstance(widget, QAbstractButton):
        names.add(widget.text())
    return {plain(name) for name in names if name}


def all_of(root: QWidget, kind: type[W], name: str = "") -> Iterator[W]:
    """Yield the visible widgets of a kind, those of a name where one is given."""
    for widget in root.findChildren(kind):
        if widget.isVisible() and (not name or name in called(widget)):
            yield widget


def find(root: QWidget, kind: type[W], name: str = "") -> W:
    """Return the first visible widget of the kind and name; raises StepFailed with the names that are there."""
    found = next(all_of(root, kind, name), None)
    if found is None:
        there = sorted(word for widget in all_of(root, kind) for word in called(widget))
        raise StepFailed(f"there is no {kind.__name__} “{name}” to be seen; there are: {there}")
    return found


def press(root: QWidget, name: str) -> None:
    """Click the button of this name with the mouse."""
    button = find(root, QAbstractButton, name)
    expect(button.isEnabled(), f"the button “{name}” is switched off")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    pump()


def key(widget: QWidget, code: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press one key."""
    QTest.keyClick(widget, code, modifier)
    pump()


def write(widget: QWidget, text: str) -> None:
    """Type a text key by key, whatever alphabet it has (QTest.keyClicks knows only Latin letters)."""
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    for letter in text:
        write_letter(widget, letter)
    pump()


def write_letter(widget: QWidget, letter: str) -> None:
    """Press and let go the key of one letter; nothing else happens meanwhile."""
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        code = Qt.Key.Key_Return if letter == "\n" else Qt.Key(ord(letter.upper()) if letter.isascii() else 0)
        QApplication.sendEvent(widget, QKeyEvent(kind, code, Qt.KeyboardModifier.NoModifier, letter))


def rewrite(widget: QLineEdit | QTextEdit | QPlainTextEdit, text: str) -> None:
    """Mark what is there and type over it."""
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    widget.selectAll()
    key(widget, Qt.Key.Key_Delete)
    write(widget, text)


def press_and_choose(root: QWidget, name: str, choice: str) -> None:
    """Click the button of this name and choose from the menu that it opens."""
    offered: list[str] = []

    def choose() -> None:
        menu = QApplication.activePopupWidget()
        if not isinstance(menu, QMenu):
            return
        offered.extend(plain(action.text()) for action in menu.actions())
        for action in menu.actions():
            if plain(action.text()) == choice:
                QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
        menu.close()

    QTimer.singleShot(60, choose)
    press(root, name)
    wait(lambda: offered, f"“{name}” opened no menu", 5)
    expect(choice in offered, f"“{name}” offers {offered}, not “{choice}”")


def write_date(field: QWidget, text: str) -> None:
    """Type a date and leave the field with Tab."""
    write(field, text)
    key(field, Qt.Key.Key_Tab)
