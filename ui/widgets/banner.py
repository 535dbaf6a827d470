"""One line above or below a page that says what happened, what it means, and what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ui import theme
from ui.icons import IconLabel
from ui.sides import margins
from ui.widgets.buttons import QuietButton
from ui.widgets.labels import Text, Tone
from wimdesk.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable

UNDO_SECONDS = 30

_ICON_TOKEN: dict[Tone, str] = {"accent": "accent_text", "neutral": "text2"}


class Banner(QFrame):
    """A coloured line with an icon, a title, a text and at most one action; emits ``acted`` when it is taken."""

    acted = Signal()

    def __init__(
        self,
        icon: str,
        title: str,
        text: str = "",
        action: str = "",
        tone: Tone = "info",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        theme.mark(self, role="banner")
        # As high as its words need, however much room there is.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        row = QHBoxLayout(self)
        row.setContentsMargins(margins(16, 10, 12, 10))
        row.setSpacing(12)
        self._icon = IconLabel(icon, size=20)
        row.addWidget(self._icon)
        words = QVBoxLayout()
        words.setSpacing(1)
        self._title = Text("", "strong", wrap=True)
        self._text = Text("", "caption", wrap=True)
        words.addWidget(self._title)
        words.addWidget(self._text)
        row.addLayout(words, 1)
        self.button = QuietButton(action)
        self.button.clicked.connect(self.acted)
        row.addWidget(self.button)
        self.say(icon, title, text, action, tone)

    def sizeHint(self) -> QSize:
        # The height at the width that it has: a layout lets nothing grow beyond its hint that may only shrink.
        hint, layout = super().sizeHint(), self.layout()
        if layout is not None and self.isVisible():
            hint.setHeight(layout.totalHeightForWidth(self.width()))
        return hint

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def say(self, icon: str, title: str, text: str = "", action: str = "", tone: Tone = "info") -> None:
        """Replace everything the banner says; an empty action hides its button."""
        theme.mark(self, tone=tone)
        self._icon.show_icon(icon, _ICON_TOKEN.get(tone, tone))
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.button.setText(action)
        self.button.setVisible(bool(action))
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)


class UndoBar(QFrame):
    """Offers to take back the last act for 30 seconds; it never takes the focus away from the user."""

    undone = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, role="undobar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(margins(16, 4, 6, 4))
        row.setSpacing(12)
        self._icon = IconLabel("circle-check", "surface", 18)
        self._text = Text("")
        self.button = QuietButton(_("Undo"))
        row.addWidget(self._icon)
        row.addWidget(self._text)
        row.addWidget(self.button)
        self._undo: Callable[[], None] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.dismiss)
        self.button.clicked.connect(self._take_back)
        self.hide()
        if parent is not None:
            parent.installEventFilter(self)

    def offer(self, text: str, undo: Callable[[], None], seconds: float = UNDO_SECONDS) -> None:
        """Show ``text`` (such as "Contact deleted.") and call ``undo`` if the user wants it back in time."""
        self._undo = undo
        self._text.setText(text)
        self.setAccessibleName(text)
        self.button.setAccessibleName(_("Undo: {what}").format(what=text))
        self._place()
        self.show()
        self.raise_()
        self._timer.start(round(seconds * 1000))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self.parent() and not self.isHidden():
            self._place()
        return super().eventFilter(watched, event)

    def dismiss(self) -> None:
        """Hide the bar and forget what could be undone."""
        self._timer.stop()
        self._undo = None
        self.hide()

    def _place(self) -> None:
        """Stand in the middle at the bottom of the parent, above everything else."""
        self.adjustSize()
        parent = self.parentWidget()
        if parent is not None:
            left = max(0, (parent.width() - self.width()) // 2)
            self.move(left, max(0, parent.height() - self.height() - 16))

    def _take_back(self) -> None:
        undo = self._undo
        self.dismiss()
        if undo is not None:
            undo()
            self.undone.emit()
