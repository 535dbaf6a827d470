"""The top of every page: its name, its state, and at the far right what can be done."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from ui import theme
from ui.widgets.buttons import ActionButton
from ui.widgets.labels import Chip, Text, Tone


class PageHeader(QFrame):
    """A header 64 pixels high with a title, a chip for the state, and widgets at the right (the primary one last)."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pageheader")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(24, 0, 24, 0)
        self._row.setSpacing(8)
        self._title = Text(title, "title")
        self._chip = Chip()
        self._chip.hide()
        self._row.addWidget(self._title)
        self._row.addWidget(self._chip)
        self._row.addStretch(1)
        self._actions: list[ActionButton] = []
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
        self._row.addWidget(widget)
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
        now = (self.width(), self._title.text(), self._chip.isVisibleTo(self), self.fontMetrics().height(), shown)
        if now == self._fitted:
            return
        self._fitted = now
        for each in self._actions:
            each.fold(False)
        for each in self._actions:
            if self._row.sizeHint().width() <= self.width():
                break
            each.fold()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.StyleChange:
            self._resize()
        super().changeEvent(event)

    def _resize(self) -> None:
        self.setFixedHeight(max(theme.px(64), 64))
