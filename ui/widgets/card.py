"""White fields with a hairline round them that hold a part of a screen, and the plain page behind them."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QScrollArea, QVBoxLayout, QWidget

from ui import theme
from ui.widgets.labels import Text


class Card(QFrame):
    """A card with an optional title, a quiet text at its right, and room for content below."""

    def __init__(self, title: str = "", right: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, role="card")
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(20, 16, 20, 16)
        self._outer.setSpacing(12)
        self._head = QWidget(self)
        self._head_row = QHBoxLayout(self._head)
        self._head_row.setContentsMargins(0, 0, 0, 0)
        self._head_row.setSpacing(8)
        self._title = Text(title, "section", parent=self._head)
        self._right = Text(right, "caption", parent=self._head)
        self._head_row.addWidget(self._title)
        self._head_row.addStretch(1)
        self._head_row.addWidget(self._right)
        self._outer.addWidget(self._head)
        self._head.setVisible(bool(title or right))
        self.content = QVBoxLayout()
        self.content.setSpacing(8)
        self._outer.addLayout(self.content, 1)

    def set_title(self, title: str) -> None:
        """Change the title; an empty title without other texts hides the line."""
        self._title.setText(title)
        self._head.setVisible(bool(title or self._right.text()))

    def set_right(self, text: str) -> None:
        """Change the quiet text at the right of the title, such as "6 of 7 filled"."""
        self._right.setText(text)
        self._head.setVisible(bool(text or self._title.text()))

    def add_to_head(self, widget: QWidget) -> None:
        """Put a chip or a quiet button at the far right of the title line."""
        self._head_row.addWidget(widget)
        self._head.show()

    def add(self, widget: QWidget) -> None:
        """Put a widget below what the card already holds."""
        self.content.addWidget(widget)

    def add_layout(self, layout: QLayout) -> None:
        """Put a layout below what the card already holds."""
        self.content.addLayout(layout)


def scrolling(content: QWidget, ground: str = "window", parent: QWidget | None = None) -> QScrollArea:
    """Return a frameless area that scrolls ``content`` up and down on the ``window`` or ``surface`` colour."""
    area = QScrollArea(parent)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidget(content)
    theme.mark(area, ground=ground)
    theme.mark(content, role="page" if ground == "window" else "pane")
    return area
