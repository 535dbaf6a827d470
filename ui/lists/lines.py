"""Short rows of one line: an icon, a name, and a number at the end."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from ui import icons, theme
from ui.widgets.rows import ROW_ROLE, Row, RowDelegate
from ui.widgets.rowtext import draw_lines

HEIGHT = 32
_FOCUSED = QStyle.StateFlag.State_KeyboardFocusChange


class LineDelegate(RowDelegate):
    """Paints the icon, the title and the meta text of a ``Row`` on one line."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(theme.px(200), theme.px(HEIGHT))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row = index.data(ROW_ROLE)
        if not isinstance(row, Row):
            super().paint(painter, option, index)
            return
        painter.save()
        if option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver | _FOCUSED):
            self.paint_ground(painter, option)
        inner = option.rect.adjusted(theme.px(16), 0, -theme.px(16), 0)
        side = theme.px(16)
        spot = QRect(inner.left(), inner.top() + (inner.height() - side) // 2, side, side)
        spot = QStyle.visualRect(option.direction, inner, spot)
        painter.drawPixmap(spot, icons.pixmap(row.icon, "text2", 16, painter.device().devicePixelRatio()))
        painter.setFont(theme.font(12, 600))
        painter.setPen(theme.token("text2"))
        width = painter.fontMetrics().horizontalAdvance(row.meta)
        end = QRect(inner.right() + 1 - width, inner.top(), width, inner.height())
        painter.drawText(QStyle.visualRect(option.direction, inner, end), Qt.AlignmentFlag.AlignCenter, row.meta)
        words = inner.adjusted(side + theme.px(10), 0, -(width + theme.px(12)), 0)
        draw_lines(
            painter, QStyle.visualRect(option.direction, inner, words), row.title, text_font=theme.font(13, 500),
            colour=theme.token("text"), leading=inner.height(), direction=option.direction,
        )  # fmt: skip
        painter.restore()
