"""At most one line at a time that tells what was done, offers to take it back, or says what went wrong."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.icons import IconLabel
from ui.widgets.banner import Banner, UndoBar
from ui.widgets.buttons import IconButton
from ui.widgets.labels import Text
from wimdesk.i18n import _

_SECONDS = 4
_READ_AFTER = 1500
"""Milliseconds after which a line was surely seen, so that it need not follow to another page."""


class _Word(QFrame):
    """A line at the bottom that goes by itself and never takes the focus."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        theme.mark(self, role="undobar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 16, 10)
        row.setSpacing(12)
        row.addWidget(IconLabel("circle-check", "surface", 18))
        self.text = Text("")
        row.addWidget(self.text)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        parent.installEventFilter(self)
        self.hide()

    def say(self, text: str) -> None:
        """Show the text for some seconds."""
        self.text.setText(text)
        self.setAccessibleName(text)
        self._place()
        self.show()
        self.raise_()
        self._timer.start(_SECONDS * 1000)

    def page_left(self) -> None:
        """Go away with the page it was said on, unless it was said just now."""
        if self._timer.remainingTime() < _SECONDS * 1000 - _READ_AFTER:
            self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        self.adjustSize()
        parent = self.parentWidget()
        if parent is not None:
            left = max(0, (parent.width() - self.width()) // 2)
            self.move(left, max(0, parent.height() - self.height() - 16))


class Notices(QWidget):
    """A place above the page for one banner that stays, and a line over its bottom that goes by itself.

    ``ground`` is the widget over whose bottom the lines stand; the banner is where this widget is laid out.
    """

    def __init__(self, ground: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.take_back: Callable[[int], object] = lambda act: None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._holder = QWidget()
        row = QHBoxLayout(self._holder)
        row.setContentsMargins(24, 8, 24, 8)
        row.setSpacing(4)
        self.banner = Banner("triangle-alert", "", tone="warn")
        row.addWidget(self.banner, 1)
        self._close = IconButton("x", _("Close this message"))
        self._close.clicked.connect(self.clear)
        row.addWidget(self._close)
        column.addWidget(self._holder)
        self._word = _Word(ground)
        self.undo_bar = UndoBar(ground)
        self.clear()

    def say(self, text: str) -> None:
        """Show one short sentence for a few seconds, such as "The PDF is made."."""
        self.undo_bar.dismiss()
        self._word.say(text)

    def page_left(self) -> None:
        """Another page is shown: a line that was read goes; an offer to undo and a problem stay."""
        self._word.page_left()

    def offer_undo(self, text: str, act: int | Callable[[], object] = 0) -> None:
        """Offer for 30 seconds to take back an act: a number of the journal (0: the latest), or what undoes it."""
        self._word.hide()
        if callable(act):
            undo: Callable[[], object] = act
        else:
            number = act

            def undo() -> object:
                return self.take_back(number)

        self.undo_bar.offer(text, lambda: _call(undo))

    def withdraw(self, text: str) -> None:
        """Take an offer to undo away, if it is still the one that says this: it can't be kept any more."""
        if self.undo_bar.accessibleName() == text:
            self.undo_bar.dismiss()

    def warn(self, title: str, text: str = "") -> None:
        """Show a problem above the page until it is closed."""
        self.banner.say("triangle-alert", title, text, tone="warn")
        self._holder.show()
        self.show()

    def clear(self) -> None:
        """Take the banner away."""
        self._holder.hide()
        self.hide()

    def retranslate(self) -> None:
        """Renew the words that stay."""
        self._close.set_name(_("Close this message"))
        self.undo_bar.button.setText(_("Undo"))


def _call(undo: Callable[[], object]) -> None:
    undo()
