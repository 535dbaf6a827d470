"""One of two or more values to choose between, shown in full as a card with a round mark."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QRadioButton, QSizePolicy, QStyle, QStyleOptionButton, QWidget

from ui import theme

_PAD = 12
_MARK = 18


class RadioCard(QRadioButton):
    """A radio button as a card; long texts wrap, an empty text shows ``empty_text`` in a quiet colour."""

    def __init__(self, text: str, empty_text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._empty_text = empty_text
        self.setAccessibleName(text or empty_text)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_value(self, text: str) -> None:
        """Change the value shown on the card."""
        self.setText(text)
        self.setAccessibleName(text or self._empty_text)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        # The same for every card, so that two values side by side get the same room.
        width = theme.px(220)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(120), theme.px(38))

    def heightForWidth(self, width: int) -> int:
        room = QRect(0, 0, max(1, width - self._text_left() - theme.px(_PAD)), 10_000)
        font_metrics = self.fontMetrics()
        words = font_metrics.boundingRect(room, int(Qt.TextFlag.TextWordWrap), self._shown())
        return max(theme.px(38), words.height() + 2 * theme.px(9))

    def hitButton(self, position: QPoint) -> bool:
        return self.rect().contains(position)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        chosen = self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        self._paint_card(painter, chosen, hovered)
        self._paint_mark(painter, chosen)
        place = self.rect().adjusted(self._text_left(), 0, -theme.px(_PAD), 0)
        place = QStyle.visualRect(self.layoutDirection(), self.rect(), place)
        painter.setFont(theme.font(14, 600 if chosen else 400))
        painter.setPen(theme.token("text" if self.text() and self.isEnabled() else "text3"))
        flags = QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeft)
        painter.drawText(
            place, int(flags | Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextWordWrap), self._shown()
        )
        painter.end()

    def _shown(self) -> str:
        return self.text() or self._empty_text

    def _first_line(self) -> int:
        """Return the middle of the first line of the value, from the top of the card."""
        metrics = QFontMetrics(theme.font(14, 600 if self.isChecked() else 400))
        room = QRect(0, 0, max(1, self.width() - self._text_left() - theme.px(_PAD)), 10_000)
        words = metrics.boundingRect(room, int(Qt.TextFlag.TextWordWrap), self._shown())
        if words.height() < 2 * metrics.height():  # one line, perhaps of letters that stand higher
            return self.height() // 2
        return (self.height() - words.height() + metrics.height()) // 2

    def _text_left(self) -> int:
        return theme.px(_PAD) + theme.px(_MARK) + theme.px(10)

    def _paint_card(self, painter: QPainter, chosen: bool, hovered: bool) -> None:
        width = 2 if chosen or self.hasFocus() else 1
        ground = "accent_soft" if chosen else "window" if hovered else "surface"
        edge = "accent" if chosen or self.hasFocus() else "border"
        painter.setPen(QPen(theme.token(edge), width))
        painter.setBrush(theme.token(ground))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(width / 2, width / 2, -width / 2, -width / 2), 6, 6)
        if chosen and self.hasFocus():
            painter.setPen(QPen(theme.token("accent_text"), 1, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(4.5, 4.5, -4.5, -4.5), 4, 4)

    def _paint_mark(self, painter: QPainter, chosen: bool) -> None:
        side = theme.px(_MARK)
        spot = QRect(theme.px(_PAD), self._first_line() - side // 2, side, side)
        round_mark = QRectF(QStyle.visualRect(self.layoutDirection(), self.rect(), spot)).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(theme.token("accent" if chosen else "border_strong"), 2))
        painter.setBrush(theme.token("surface"))
        painter.drawEllipse(round_mark)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.token("accent"))
            inset = round_mark.width() * 0.25
            painter.drawEllipse(round_mark.adjusted(inset, inset, -inset, -inset))
