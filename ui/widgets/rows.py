"""Paints the rows of every list: title, up to two lines with the hits marked, a quiet line, and a state at its end."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ui import icons, theme
from ui.widgets.rowtext import Marks, draw_lines

ROW_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""The role under which a model gives the ``Row`` of an index; ``AccessibleTextRole`` gives its full sentence."""

_SIDE = 16
_EDGE = 3


@dataclass(frozen=True)
class Row:
    """What one row shows; ``dot`` and ``state_tone`` are colour tokens, marks are (start, end) in the text."""

    title: str
    snippet: str = ""
    meta: str = ""
    title_marks: Marks = ()
    snippet_marks: Marks = ()
    dot: str = ""
    state: str = ""
    state_icon: str = ""
    state_tone: str = "ok"
    icon: str = ""
    initials: str = ""


class RowDelegate(QStyledItemDelegate):
    """Paints ``Row`` objects; ``lines`` is the number of snippet lines kept free in the comfortable density."""

    def __init__(self, parent: QWidget | None = None, lines: int = 2, density: theme.Density | None = None) -> None:
        super().__init__(parent)
        self._lines = lines
        self._density = density

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        lines = self._shown_lines()
        return QSize(240, theme.px(64 + (8 + 16 * lines if lines else 0)))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row = index.data(ROW_ROLE)
        if not isinstance(row, Row):
            super().paint(painter, option, index)
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint_ground(painter, option)
        inner = option.rect.adjusted(theme.px(_SIDE), theme.px(10), -theme.px(_SIDE), -theme.px(10))
        inner = self._lead(painter, option, inner, row)
        self._words(painter, option, inner, row)
        painter.restore()

    def _shown_lines(self) -> int:
        return self._lines if (self._density or theme.density()) == "comfortable" else 0

    def paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        """Paint what says that a row is chosen, pointed at or current."""
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        rect, rtl = option.rect, option.direction
        if selected:
            painter.fillRect(rect, theme.token("accent_soft"))
            edge = QRect(rect.left(), rect.top(), _EDGE, rect.height())
            painter.fillRect(QStyle.visualRect(rtl, rect, edge), theme.token("accent"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.token("window"))
        if not selected:
            line = QRect(rect.left() + theme.px(_SIDE), rect.bottom(), rect.width() - 2 * theme.px(_SIDE), 1)
            painter.fillRect(line, theme.token("border"))
        if selected and theme.is_high_contrast():
            _outline(painter, rect, theme.token("accent"), 2)
        if option.state & QStyle.StateFlag.State_HasFocus and option.state & QStyle.StateFlag.State_KeyboardFocusChange:
            _outline(painter, rect, theme.token("accent"), 2)

    def _lead(self, painter: QPainter, option: QStyleOptionViewItem, inner: QRect, row: Row) -> QRect:
        """Draw the icon or the initials before the words and return what room is left."""
        if not row.icon and not row.initials:
            return inner
        side = theme.px(36 if row.initials else 18)
        place = QRect(inner.left(), inner.top() + (inner.height() - side) // 2, side, side)
        place = QStyle.visualRect(option.direction, inner, place)
        if row.initials:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.token("sunken"))
            painter.drawEllipse(place)
            painter.setPen(theme.token("text2"))
            painter.setFont(theme.font(13, 600))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, row.initials)
        else:
            painter.drawPixmap(place, _pixmap(painter, row.icon, "text2", 18))
        rest = inner.adjusted(side + theme.px(12), 0, 0, 0)
        return QStyle.visualRect(option.direction, inner, rest)

    def _words(self, painter: QPainter, option: QStyleOptionViewItem, inner: QRect, row: Row) -> None:
        lines = self._shown_lines()
        title_height, meta_height, step = theme.px(22), theme.px(20), theme.px(16)
        title = QRect(inner.left(), inner.top(), inner.width(), title_height)
        if not (row.snippet or row.meta or row.dot):
            title.moveTop(inner.top() + (inner.height() - title_height) // 2)
        meta = QRect(inner.left(), inner.bottom() - meta_height + 1, inner.width(), meta_height)
        below = lines > 0 or fits_below(title.width(), row)
        if row.state and not below:
            title = self._state(painter, option, title, row)
        draw_lines(
            painter,
            title,
            row.title,
            text_font=theme.font(14, 600),
            colour=theme.token("text"),
            marks=row.title_marks,
            leading=title_height,
            direction=option.direction,
        )
        if lines and row.snippet:
            snippet = QRect(inner.left(), title.bottom() + theme.px(3), inner.width(), step * lines)
            draw_lines(
                painter,
                snippet,
                row.snippet,
                text_font=theme.font(13),
                colour=theme.token("text2"),
                marks=row.snippet_marks,
                lines=lines,
                leading=step,
                direction=option.direction,
            )
        if row.state and below:
            meta = self._state(painter, option, meta, row)
        self._meta(painter, option, meta, row)

    def _state(self, painter: QPainter, option: QStyleOptionViewItem, line: QRect, row: Row) -> QRect:
        """Draw the state at the end of a line and return the room before it."""
        font = theme.font(12, 600)
        painter.setFont(font)
        width = painter.fontMetrics().horizontalAdvance(row.state) + 2
        room = theme.px(20) if row.state_icon else 0
        place = QRect(line.right() + 1 - width, line.top(), width, line.height())
        painter.setPen(theme.token(row.state_tone))
        painter.drawText(QStyle.visualRect(option.direction, line, place), Qt.AlignmentFlag.AlignCenter, row.state)
        if row.state_icon:
            side = theme.px(15)
            spot = QRect(place.left() - room, line.top() + (line.height() - side) // 2, side, side)
            spot = QStyle.visualRect(option.direction, line, spot)
            painter.drawPixmap(spot, _pixmap(painter, row.state_icon, row.state_tone, 15))
        rest = line.adjusted(0, 0, -(width + room + theme.px(12)), 0)
        return QStyle.visualRect(option.direction, line, rest)

    def _meta(self, painter: QPainter, option: QStyleOptionViewItem, line: QRect, row: Row) -> None:
        words = line
        if row.dot:
            side = theme.px(8)
            spot = QRect(line.left(), line.top() + (line.height() - side) // 2, side, side)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.token(row.dot))
            painter.drawEllipse(QRectF(QStyle.visualRect(option.direction, line, spot)))
            words = QStyle.visualRect(option.direction, line, line.adjusted(side + theme.px(6), 0, 0, 0))
        draw_lines(
            painter,
            words,
            row.meta,
            text_font=theme.font(12, 500),
            colour=theme.token("text2"),
            leading=line.height(),
            direction=option.direction,
        )


def fits_below(width: int, row: Row) -> bool:
    """Tell whether the title would be cut beside the state while the quiet line has room for it.

    A title that keeps less than half of the line matters more than the quiet words: then these are cut.
    """
    title, small = QFontMetrics(theme.font(14, 600)), QFontMetrics(theme.font(12, 600))
    state = small.horizontalAdvance(row.state) + theme.px(32 if row.state_icon else 12)
    dot = theme.px(14) if row.dot else 0
    cut = title.horizontalAdvance(row.title) + state > width
    return cut and (width >= small.horizontalAdvance(row.meta) + dot + state or width - state < width / 2)


def row_list(name: str, delegate: RowDelegate | None = None, parent: QWidget | None = None) -> QListView:
    """Return a list view for ``Row`` models with the spoken ``name``; a row is current as soon as it is entered."""
    view = QListView(parent)
    view.setAccessibleName(name)
    view.setItemDelegate(delegate or RowDelegate(view))
    view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setMouseTracking(True)
    view.setUniformItemSizes(True)
    return view


def _pixmap(painter: QPainter, name: str, token: str, size: int) -> QPixmap:
    return icons.pixmap(name, token, size, painter.device().devicePixelRatio())


def _outline(painter: QPainter, rect: QRect, colour: QColor, width: int) -> None:
    painter.setPen(QPen(colour, width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    half = width / 2
    painter.drawRect(QRectF(rect).adjusted(half, half, -half, -half))
