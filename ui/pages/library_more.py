"""What else can be done with a practice, behind one button."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QWidget

from ui.widgets.buttons import IconButton
from wimdesk.i18n import _

Acts = Sequence[tuple[str, Callable[[], object]]]


class MoreButton(IconButton):
    """Opens a menu of acts, each given as (words, what it does); without any it is not seen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("ellipsis", _("More"), parent=parent)
        self._menu = QMenu(self)
        self.clicked.connect(self._open)

    def set_acts(self, acts: Acts) -> None:
        """Replace what the menu offers."""
        self._menu.clear()
        for words, act in acts:
            self._menu.addAction(words).triggered.connect(lambda _on=False, act=act: act())
        self.setVisible(bool(acts))

    def words(self) -> list[str]:
        """Return what the menu offers."""
        return [action.text() for action in self._menu.actions()]

    def choose(self, words: str) -> None:
        """Do what the menu offers under these words; StopIteration where it does not."""
        next(action for action in self._menu.actions() if action.text() == words).trigger()

    def _open(self) -> None:
        self._menu.popup(self.mapToGlobal(QPoint(0, self.height())))
