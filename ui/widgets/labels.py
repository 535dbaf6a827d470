"""Plain texts, chips and hairlines, dressed by role so that no screen chooses sizes or colours itself."""

from __future__ import annotations

import html
from typing import Literal

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QStyle, QWidget

from ui import theme
from ui.sides import parted

Tone = Literal["accent", "neutral", "ok", "warn", "err", "info"]
Role = Literal[
    "body",
    "article",
    "caption",
    "figure",
    "head",
    "keyhint",
    "muted",
    "reading",
    "section",
    "snippet",
    "strong",
    "title",
]


def initials(name: str) -> str:
    """Return the one or two letters that stand for a name where its picture would be."""
    return "".join(word[:1] for word in name.split()[:2]).upper()


class Text(QLabel):
    """A text in one of the few sizes of the design; plain text only, so that data can never become markup."""

    def __init__(self, text: str = "", role: Role = "body", wrap: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        theme.mark(self, role=role)
        self._side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        self._align()
        self.setWordWrap(wrap)
        if wrap:
            policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)
        self.setText(text)

    def setText(self, text: str) -> None:
        super().setText(parted(text))

    def setAlignment(self, alignment: Qt.AlignmentFlag) -> None:
        """Stand where a line of the layout begins or ends; Qt goes by each text, so that a name would stand apart."""
        self._side = alignment
        self._align()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._align()
        super().changeEvent(event)

    def _align(self) -> None:
        shown = QStyle.visualAlignment(self.layoutDirection(), self._side)
        super().setAlignment(shown | Qt.AlignmentFlag.AlignAbsolute)

    def set_tone(self, tone: Tone | Literal[""]) -> None:
        """Colour the text by meaning; an empty tone is the colour of its role."""
        theme.mark(self, tone=tone)


class HeadText(Text):
    """A text in one line for as long as there is room, in more where there is not: titles stand beside other things."""

    def __init__(self, text: str = "", role: Role = "section", parent: QWidget | None = None) -> None:
        super().__init__(text, role, wrap=True, parent=parent)

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self.text()) + self.fontMetrics().averageCharWidth()
        return QSize(width, self.heightForWidth(width))


class Chip(QLabel):
    """A short state or subject in a rounded field, such as "Draft"; its colour never says more than its words."""

    def __init__(self, text: str = "", tone: Tone = "neutral", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        theme.mark(self, role="chip", tone=tone)
        self.setText(text)

    def show_state(self, text: str, tone: Tone = "neutral") -> None:
        """Change the words and the colour together; an empty text hides the chip."""
        theme.mark(self, tone=tone)
        self.setText(text)
        self.setVisible(bool(text))


def hairline(parent: QWidget | None = None) -> QFrame:
    """Return a horizontal line of one pixel."""
    line = QFrame(parent)
    theme.mark(line, role="hairline")
    line.setFixedHeight(1)
    return line


def tool_tip(text: str) -> str:
    """Return a text as a tool tip that shows it letter by letter. Qt takes for markup whatever looks like it, and would
    open the files that it names, on other computers too."""
    return f"<p>{html.escape(text)}</p>" if QtGui.Qt.mightBeRichText(text) else text


def plain_name(text: str) -> str:
    """Return a label without its keyboard mark: ``&Name`` becomes ``Name`` and ``&&`` becomes ``&``."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")
