"""A field to choose one of a few codes by their words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QElapsedTimer, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionComboBox,
    QStylePainter,
    QWidget,
)

from ui import theme


class ChoiceField(QComboBox):
    """Offers (code, label) pairs and holds a code; the mouse wheel scrolls the page and never changes the value."""

    changed = Signal()

    def __init__(
        self,
        options: Sequence[tuple[str, str]] = (),
        name: str = "",
        quiet: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._typed = QElapsedTimer()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # The delegate Qt gives to these lists does not know the style sheet.
        self.setItemDelegate(QStyledItemDelegate(self))
        if quiet:
            theme.mark(self, role="quiet")
        self.set_options(options)
        self.currentIndexChanged.connect(self.changed)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.view().setAccessibleName(name)

    def set_options(self, options: Sequence[tuple[str, str]]) -> None:
        """Replace the choices and keep the chosen code if it is still there."""
        before = self.value()
        blocked = self.blockSignals(True)
        self.clear()
        for code, label in options:
            self.addItem(label, code)
        self.blockSignals(blocked)
        self.set_value(before if before is not None else (options[0][0] if options else None))

    def value(self) -> str | None:
        """Return the code chosen, or None when nothing is."""
        code = self.currentData()
        return code if isinstance(code, str) else None

    def set_value(self, code: str | None) -> None:
        """Choose a code; a code that is not offered is added under its own name, so that no data is lost."""
        if code is None:
            self.setCurrentIndex(-1)
            return
        at = self.findData(code)
        if at < 0:
            self.addItem(code, code)
            at = self.count() - 1
        self.setCurrentIndex(at)

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()  # its own cuts the longest choice within the last letter
        return QSize(hint.width() + theme.px(4), hint.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(96), super().minimumSizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        going_on = self._typed.isValid() and self._typed.elapsed() < QApplication.keyboardInputInterval()
        if event.text().isprintable() and event.text().strip():
            self._typed.start()
        elif event.key() == Qt.Key.Key_Space and going_on:
            self._typed.start()
            self._search_on(" ")  # a space within a name, as in "Costa Rica", and not the wish to open the list
            return
        super().keyPressEvent(event)

    def _search_on(self, text: str) -> None:
        view = self.view()
        view.setCurrentIndex(self.model().index(self.currentIndex(), self.modelColumn(), self.rootModelIndex()))
        view.keyboardSearch(text)
        if view.currentIndex().isValid():
            self.setCurrentIndex(view.currentIndex().row())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it as Qt does, but words that find no room end in three dots and not within a letter."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self)
        option.currentText = self.fontMetrics().elidedText(
            self.currentText(), Qt.TextElideMode.ElideRight, room.width() - theme.px(2)
        )
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
