"""A list of painted rows for very many records, of which several can be chosen.

A `QListView` lays out each of its rows after every change, which holds the window up when there are 100,000. A table of
one column with rows of one height does not.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from ui import theme
from ui.lists.id_rows import IdRows
from ui.widgets.rows import RowDelegate

_TAB = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
_HEIGHT = 64
_ONLY = QItemSelectionModel.SelectionFlag.ClearAndSelect


class LongList(QTableView):
    """``entered`` tells the id of the row that the person went to, ``chosen`` how many are chosen.

    ``typed`` tells letters that were typed here: they belong into a search.
    """

    entered = Signal(str)
    chosen = Signal(int)
    typed = Signal(str)

    def __init__(self, name: str, model: IdRows, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = model
        self._quiet = False
        self.setAccessibleName(name)
        self.setModel(model)
        self.setItemDelegate(RowDelegate(self, lines=0))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setCornerButtonEnabled(False)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._fit()
        self.selectionModel().currentRowChanged.connect(self._tell_entered)
        self.selectionModel().selectionChanged.connect(self._tell_chosen)

    def show_ids(self, ids: list[str], rows: dict[str, object]) -> None:
        """Show these records; who was chosen and is still there stays chosen, and the list stays where it was."""
        current, before, top = self.current(), self.chosen_ids(), self.verticalScrollBar().value()
        self._quiet = True
        if self._rows.show_ids(ids, rows):
            self.choose(current)
            if len(before) > 1:
                self._choose_all(before)
            self.verticalScrollBar().setValue(top)
        self._quiet = False
        self._tell_chosen()

    def current(self) -> str:
        """Return the id of the row where the person is, or an empty text."""
        return self._rows.record_at(self.currentIndex().row())

    def choose(self, record: str) -> bool:
        """Go to one record without telling of it; an unknown one leaves nothing chosen."""
        row = self._rows.find(record) if record else -1
        before, self._quiet = self._quiet, True
        if row < 0:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
        elif record != self.current() or self.count_chosen() != 1:
            self.selectionModel().setCurrentIndex(self._rows.index(row), _ONLY)
            self.scrollTo(self._rows.index(row))
        self._quiet = before
        self._tell_chosen()
        return row >= 0

    def choose_only_current(self) -> None:
        """Leave only the row chosen where the person is."""
        current = self.current()
        self.clearSelection()
        self.choose(current)

    def count_chosen(self) -> int:
        """Return how many rows are chosen."""
        return sum(bottom - top + 1 for top, bottom in self._parts())

    def chosen_ids(self) -> list[str]:
        """Return the ids that are chosen, from top to bottom."""
        ids = self._rows.ids()
        return [record for top, bottom in sorted(self._parts()) for record in ids[top : bottom + 1]]

    def _parts(self) -> list[tuple[int, int]]:
        selection = self.selectionModel().selection()
        return [(selection.at(place).top(), selection.at(place).bottom()) for place in range(selection.count())]

    def top(self) -> int:
        """Return the row that stands first in view."""
        return max(0, self.rowAt(0))

    def keyboardSearch(self, search: str) -> None:
        self.typed.emit(search)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.count_chosen() > 1:
            self.choose_only_current()
            return
        super().keyPressEvent(event)

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        last = self._rows.rowCount() - 1
        if action == QAbstractItemView.CursorAction.MoveHome:
            return self._rows.index(0)
        if action == QAbstractItemView.CursorAction.MoveEnd:
            return self._rows.index(last)
        return super().moveCursor(action, modifiers)

    def focusInEvent(self, event: QFocusEvent) -> None:
        by_tab = event.reason() in _TAB and not self.currentIndex().isValid()
        if by_tab:
            # The list goes to its first row by itself: who only passes by with Tab keeps what is shown.
            self._quiet = True
            QTimer.singleShot(0, self, self._speak_again)
        super().focusInEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.StyleChange:
            self._fit()
        super().changeEvent(event)

    def _speak_again(self) -> None:
        self._quiet = False

    def _fit(self) -> None:
        self.verticalHeader().setMinimumSectionSize(1)
        self.verticalHeader().setDefaultSectionSize(theme.px(_HEIGHT))

    def _choose_all(self, wanted: Collection[str]) -> None:
        inside = set(wanted)
        ids: Sequence[str] = self._rows.ids()
        rows = [row for row, record in enumerate(ids) if record in inside]
        selection = QItemSelection()
        start = 0
        for at, row in enumerate(rows):
            if at + 1 == len(rows) or rows[at + 1] != row + 1:
                selection.select(self._rows.index(rows[start]), self._rows.index(row))
                start = at + 1
        self.selectionModel().select(selection, _ONLY)

    def _tell_entered(self, current: QModelIndex) -> None:
        record = self._rows.record_at(current.row())
        if record and not self._quiet:
            self.entered.emit(record)

    def _tell_chosen(self) -> None:
        if not self._quiet:
            self.chosen.emit(self.count_chosen())
