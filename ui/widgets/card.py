"""White fields with a hairline round them that hold a part of a screen, and the plain page behind them."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QScrollArea, QVBoxLayout, QWidget

from ui import theme
from ui.widgets.labels import HeadText


class Card(QFrame):
    """A card with an optional title, a quiet text at its right, and room for content below."""

    def __init__(self, title: str = "", right: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, role="card")
        self._outer = QVBoxLayout(self)
        self._outer.setSpacing(0)
        self._head = QWidget(self)
        self._head_row = QHBoxLayout(self._head)
        self._head_row.setContentsMargins(0, 0, 0, 0)
        self._head_row.setSpacing(8)
        self._title = HeadText(title, "section", self._head)
        self._right = HeadText(right, "caption", self._head)
        self._head_row.addWidget(self._title)
        self._head_row.addStretch(1)
        self._head_row.addWidget(self._right)
        self._outer.addWidget(self._head)
        self.body = QWidget(self)
        self.content = QVBoxLayout(self.body)
        self.content.setContentsMargins(0, 0, 0, 0)
        self.content.setSpacing(8)
        self._outer.addWidget(self.body, 1)
        self._filled: list[QWidget] = []
        self._actions = 0
        self.body.hide()
        self._arrange()

    def set_title(self, title: str) -> None:
        """Change the title; an empty title without other texts hides the line."""
        self._title.setText(title)
        self._arrange()

    def set_right(self, text: str) -> None:
        """Change the quiet text at the right of the title, such as "6 of 7 filled"."""
        self._right.setText(text)
        self._arrange()

    def add_to_head(self, widget: QWidget) -> None:
        """Put a chip or a quiet button at the far right of the title line."""
        self._head_row.addWidget(widget)
        self._actions += 1
        self._arrange()

    def add(self, widget: QWidget, stretch: int = 0) -> None:
        """Put a widget below what the card already holds."""
        self.content.addWidget(widget, stretch)
        self.open()

    def fill(self, widgets: Iterable[QWidget]) -> None:
        """Show these widgets instead of those of the last time; without any the card folds down to its title."""
        for widget in self._filled:
            self.content.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._filled = list(widgets)
        for widget in self._filled:
            self.content.addWidget(widget)
        self.open(bool(self._filled))

    def add_layout(self, layout: QLayout) -> None:
        """Put a layout below what the card already holds."""
        self.content.addLayout(layout)
        self.open()

    def open(self, opened: bool = True) -> None:
        """Show the content below the title, or fold the card down to its title."""
        self.body.setVisible(opened)
        self._arrange()

    def is_open(self) -> bool:
        """Tell whether the content is shown."""
        return not self.body.isHidden()

    def _arrange(self) -> None:
        # A button in the title line is 36 high: less room round it keeps the title where it is in other cards.
        edge, gap = (6, 6) if self._actions else (16, 12)
        opened = self.is_open()
        titled = bool(self._title.text() or self._right.text() or self._actions)
        self._head.setVisible(titled)
        self._outer.setContentsMargins(20, edge if titled else 16, 20, 16 if opened else edge)
        self._head_row.setContentsMargins(0, 0, 0, gap if opened else 0)
        self._right.setVisible(bool(self._right.text()))
        self._head.setMinimumHeight(36 + gap if self._actions and opened else 36 if self._actions else 0)


def scrolling(content: QWidget, ground: str = "window", parent: QWidget | None = None) -> QScrollArea:
    """Return a frameless area that scrolls ``content`` up and down on the ``window`` or ``surface`` colour."""
    area = QScrollArea(parent)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidget(content)
    theme.mark(area, ground=ground)
    theme.mark(content, role="page" if ground == "window" else "pane")
    return area


def sliding(content: QWidget, name: str) -> QScrollArea:
    """Return an area for panes that stand side by side: it slides to the side where they need more than the window.

    With large letters on a small screen nothing may be out of reach. ``name`` is what a screen reader calls it.
    """
    area = scrolling(content)
    area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setAccessibleName(name)
    return area
