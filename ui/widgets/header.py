"""The top of every page: its name, its state, and at the far right what can be done."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.widgets.buttons import ActionButton
from ui.widgets.labels import Chip, Text, Tone


class PageHeader(QFrame):
    """A header 64 pixels high with a title, a chip for the state, and widgets at the right (the primary one last).

    Where title and widgets can't stand beside each other, the widgets get a line of their own below the title.
    """

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pageheader")
        column = self._lines = QVBoxLayout(self)
        column.setContentsMargins(24, 0, 24, 0)
        column.setSpacing(0)
        self._row, self._below = QHBoxLayout(), QHBoxLayout()
        for line in (self._row, self._below):
            line.setSpacing(8)
            column.addLayout(line)
        self._below.addStretch(1)
        self._title = Text(title, "title")
        self._chip = Chip()
        self._chip.hide()
        self._row.addWidget(self._title)
        self._row.addWidget(self._chip)
        self._row.addStretch(1)
        self._widgets: list[QWidget] = []
        self._actions: list[ActionButton] = []
        self._two_lines = False
        self._fitted: tuple[object, ...] = ()
        self._resize()

    def set_title(self, title: str) -> None:
        """Change the name of the page."""
        self._title.setText(title)
        page = self.parentWidget()
        if page is not None:
            page.setAccessibleName(title)

    def set_chip(self, text: str, tone: Tone = "neutral") -> None:
        """Show the state of the page, such as "Draft"; an empty text hides it."""
        self._chip.show_state(text, tone)

    def add_action(self, widget: QWidget) -> None:
        """Put a button or a field at the far right, after those already there."""
        (self._below if self._two_lines else self._row).addWidget(widget)
        self._widgets.append(widget)
        if isinstance(widget, ActionButton):
            self._actions.append(widget)

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() in {QEvent.Type.Resize, QEvent.Type.LayoutRequest, QEvent.Type.Show} and self.isVisible():
            self._fit()
        return done

    def _fit(self) -> None:
        """Where there is no room for all words, buttons show their icons only, from the left until the rest fits."""
        shown = tuple((each.words(), each.isVisibleTo(self)) for each in self._actions)
        shown += tuple((str(each.minimumWidth()), each.isVisibleTo(self)) for each in self._widgets)
        now = (self.width(), self._title.text(), self._chip.isVisibleTo(self), self.fontMetrics().height(), shown)
        if now == self._fitted:
            return
        self._fitted = now
        self._place(two_lines=False)
        if self._fold(self._row) < 0:
            self._place(two_lines=True)
            self._fold(self._below)

    def _fold(self, line: QHBoxLayout) -> int:
        """Fold what has to be folded in this line, and return how much room its widgets leave at their smallest."""
        room = self.width() - 48
        for each in self._actions:
            each.fold(False)
        for each in self._actions:
            line.invalidate()  # a layout within another does not hear of new texts before it is laid out
            if line.sizeHint().width() <= room:
                break
            each.fold()
        line.invalidate()
        return room - line.minimumSize().width()

    def _place(self, *, two_lines: bool) -> None:
        if two_lines == self._two_lines:
            return
        self._two_lines = two_lines
        before, after = (self._row, self._below) if two_lines else (self._below, self._row)
        for each in self._widgets:
            before.removeWidget(each)
            after.addWidget(each)
        self._resize()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.StyleChange:
            self._resize()
        super().changeEvent(event)

    def _resize(self) -> None:
        line = max(theme.px(64), 64)
        self._lines.setStretch(0, 1)
        self._lines.setStretch(1, int(self._two_lines))
        self.setFixedHeight(2 * line if self._two_lines else line)
