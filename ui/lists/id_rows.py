"""A list that holds ids and nothing else: the rows of one screenful are read when they are painted, in the background.

What stands at the painted place is asked for at once; until it comes the row is empty. Whoever brings new ids may bring
the first rows along, so that nothing flickers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer

from ui.widgets.labels import tool_tip
from ui.widgets.rows import ROW_ROLE, Row

if TYPE_CHECKING:
    from ui.desk import Desk

PAGE = 32
_KEPT = 2048
_WAITING = 3
"""Pages that are asked for at most: whoever scrolls fast needs only the last ones."""
_BLANK = Row("")
_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


@dataclass(frozen=True)
class Shown:
    """What is painted of a record, and the sentence that is spoken."""

    row: Row
    spoken: str


class IdRows(QAbstractListModel):
    """`read` is a query of the core that returns `Shown` or what `show` makes one of, by id."""

    def __init__(
        self,
        desk: Desk,
        read: Callable[..., Mapping[str, object]],
        show: Callable[[object], Shown],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._read = read
        self._show = show
        self._ids: list[str] = []
        self._rows: dict[str, Shown] = {}
        self._wanted: list[int] = []
        self._reading = False
        self._answers = 0
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._fetch)

    def show_ids(self, ids: list[str], rows: Mapping[str, object]) -> bool:
        """Show these records, with rows that are here already; say whether they are others than before."""
        self._rows = {record: self._show(found) for record, found in rows.items()}
        self._wanted.clear()
        self._answers += 1
        if ids == self._ids:
            self._ids = ids
            if ids:
                self.dataChanged.emit(self.index(0), self.index(len(ids) - 1))
            return False
        self.beginResetModel()
        self._ids = ids
        self.endResetModel()
        return True

    def ids(self) -> list[str]:
        """Return the ids in order; the list belongs to the model."""
        return self._ids

    def record_at(self, row: int) -> str:
        """Return the id of a row; empty outside."""
        return self._ids[row] if 0 <= row < len(self._ids) else ""

    def find(self, record: str) -> int:
        """Return the row of a record, or -1."""
        try:
            return self._ids.index(record)
        except ValueError:
            return -1

    def is_here(self, row: int) -> bool:
        """Say whether a row can be painted."""
        return self.record_at(row) in self._rows

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._ids)

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        record = self.record_at(index.row())
        if not record:
            return None
        if role == ROW_ROLE:
            found = self._rows.get(record)
            if found is None:
                self._want(index.row())
            return _BLANK if found is None else found.row
        if role == Qt.ItemDataRole.DisplayRole:
            return self._now(index.row()).row.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(self._now(index.row()).row.title)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._now(index.row()).spoken
        return None

    def _now(self, row: int) -> Shown:
        """Return a row that is spoken, which can't wait for its turn."""
        record = self._ids[row]
        if record not in self._rows:
            self._take(self._desk.app.read(self._read, self._page(row // PAGE)))
        return self._rows.get(record, Shown(_BLANK, ""))

    def _page(self, number: int) -> Sequence[str]:
        return self._ids[number * PAGE : (number + 1) * PAGE]

    def _want(self, row: int) -> None:
        number = row // PAGE
        if number not in self._wanted:
            self._wanted.append(number)
            del self._wanted[:-_WAITING]
            if not self._reading:
                self._soon.start(0)

    def _fetch(self) -> None:
        if not self._wanted:
            return
        self._reading = True
        page, answers = self._page(self._wanted.pop()), self._answers

        def come(found: Mapping[str, object]) -> None:
            self._come(found if answers == self._answers else {})  # since then all was read anew: these may be older

        self._desk.tasks.read(self, self._read, page, done=come, failed=lambda _problem: self._go_on())

    def _come(self, found: Mapping[str, object]) -> None:
        self._take(found)
        if self._ids:
            self.dataChanged.emit(self.index(0), self.index(len(self._ids) - 1), [ROW_ROLE])
        self._go_on()

    def _go_on(self) -> None:
        self._reading = False
        if self._wanted:
            self._soon.start(0)

    def _take(self, found: Mapping[str, object]) -> None:
        if len(self._rows) > _KEPT:
            self._rows.clear()
        self._rows.update((record, self._show(each)) for record, each in found.items())
