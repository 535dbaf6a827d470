"""A list of records with headings between groups: painted rows that a screen reader hears as whole sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyleOptionViewItem, QVBoxLayout, QWidget

from ui import theme
from ui.widgets.rows import ROW_ROLE, Row, RowDelegate, row_list

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_HEADING = 36
_TAB = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)


@dataclass(frozen=True)
class Item:
    """One row: the record's id (empty for a heading), what is painted, and what is spoken."""

    id: str
    row: Row
    spoken: str = ""


def heading(text: str, count: int) -> Item:
    """Return a heading with how many rows it has."""
    return Item("", Row(text, meta=str(count)), f"{text}, {count}")


class RecordModel(QAbstractListModel):
    """Holds items as they are; headings can't be chosen."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: list[Item] = []

    def show_items(self, items: Sequence[Item]) -> None:
        """Replace everything, unless nothing differs."""
        if list(items) == self._items:
            return
        self.beginResetModel()
        self._items = list(items)
        self.endResetModel()

    def record_at(self, row: int) -> str:
        """Return the id of a row; empty for a heading and outside."""
        return self._items[row].id if 0 <= row < len(self._items) else ""

    def find(self, record: str) -> int:
        """Return the row of a record, or -1."""
        return next((row for row, item in enumerate(self._items) if item.id == record), -1) if record else -1

    def records(self) -> list[str]:
        """Return the ids from top to bottom."""
        return [item.id for item in self._items if item.id]

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._items)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not self.record_at(index.row()):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not 0 <= index.row() < len(self._items):
            return None
        item = self._items[index.row()]
        if role == ROW_ROLE:
            return item.row
        if role == Qt.ItemDataRole.DisplayRole:
            return item.row.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return item.spoken or ". ".join(
                part for part in (item.row.title, item.row.snippet, item.row.meta, item.row.state) if part
            )
        return None


class GroupDelegate(RowDelegate):
    """Paints headings as one low line, and every other row as usual."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        if _is_heading(index):
            return QSize(theme.px(240), theme.px(_HEADING))
        return super().sizeHint(option, index)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row = index.data(ROW_ROLE)
        if not _is_heading(index) or not isinstance(row, Row):
            super().paint(painter, option, index)
            return
        painter.save()
        painter.fillRect(option.rect, theme.token("window"))
        painter.setFont(theme.font(12, 600))
        painter.setPen(theme.token("text2"))
        place = option.rect.adjusted(theme.px(16), 0, -theme.px(16), 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        start = QStyle.visualAlignment(option.direction, Qt.AlignmentFlag.AlignLeft) | middle
        end = QStyle.visualAlignment(option.direction, Qt.AlignmentFlag.AlignRight) | middle
        painter.drawText(place, start, row.title)
        painter.setFont(theme.font(12, 500))
        painter.drawText(place, end, row.meta)
        line = QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1)
        painter.fillRect(line, theme.token("border"))
        painter.restore()


def _is_heading(index: _Index) -> bool:
    return not index.flags() & Qt.ItemFlag.ItemIsSelectable


class RecordList(QWidget):
    """The list with its model. ``chosen`` tells the id of the row that the person went to."""

    chosen = Signal(str)

    def __init__(self, name: str, lines: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = RecordModel(self)
        self.view: QListView = row_list(name)
        self.view.setItemDelegate(GroupDelegate(self.view, lines=lines))
        self.view.setUniformItemSizes(False)
        self.view.setModel(self.model)
        self._told = ""
        self.view.selectionModel().currentChanged.connect(self._tell)
        self.view.activated.connect(self._tell)
        self.view.installEventFilter(self)
        self._entering = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        self.setFocusProxy(self.view)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        by_tab = isinstance(event, QFocusEvent) and event.gotFocus() and event.reason() in _TAB
        if by_tab and not self.view.currentIndex().isValid():
            # The list goes to its first row by itself: who only passes by with Tab keeps what is shown.
            self._entering = True
            QTimer.singleShot(0, self, self._entered)
        return super().eventFilter(watched, event)

    def _entered(self) -> None:
        self._entering = False

    def show_items(self, items: Sequence[Item]) -> None:
        """Replace the rows and stay on the record that was chosen, if it is still there."""
        before = self.current()
        self.model.show_items(items)
        self.choose(before)

    def current(self) -> str:
        """Return the id of the chosen record, or an empty text."""
        return self.model.record_at(self.view.currentIndex().row())

    def choose(self, record: str) -> bool:
        """Go to a record without telling of it; an unknown one leaves nothing chosen."""
        row = self.model.find(record)
        selection = self.view.selectionModel()
        blocked = selection.blockSignals(True)
        if row < 0:
            selection.clear()
        else:
            self.view.setCurrentIndex(self.model.index(row, 0))
        selection.blockSignals(blocked)
        self.view.viewport().update()
        return row >= 0

    def _tell(self, current: QModelIndex) -> None:
        record = self.model.record_at(current.row())
        if record and not self._entering:
            self.chosen.emit(record)
