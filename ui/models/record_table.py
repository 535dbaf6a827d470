"""Long lists and tables: the ids are read first, off the GUI thread; rows are fetched in pages when painted."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from ui.widgets.rows import ROW_ROLE, Row
from wimdesk.events import Changed
from wimdesk.i18n import _
from wimdesk.services import listing

if TYPE_CHECKING:
    from ui.desk import Desk

PAGE_ROWS = 128
PAGES_KEPT = 32
ID_ROLE = int(Qt.ItemDataRole.UserRole)
_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
Values = Mapping[str, object]


def _plain(found: object) -> str:
    return "" if found is None else str(found)


@dataclass(frozen=True)
class Column:
    """One column: the field it shows, its heading in English (marked), and how a value is written."""

    field: str
    label: str
    show: Callable[[object], str] = _plain
    number: bool = False


class RecordTable(QAbstractTableModel):
    """Feeds a table, or a list of painted rows where `row_of` is given. Emits ``counted(int)`` after each reading.

    `types` are the record types whose changes concern the list (the type itself where none are given).
    """

    counted = Signal(int)

    def __init__(
        self,
        desk: Desk,
        type_name: str,
        columns: Sequence[Column],
        *,
        where: Mapping[str, object] | None = None,
        order: Sequence[str] = (),
        types: Sequence[str] = (),
        row_of: Callable[[Values], Row] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._type = type_name
        self._columns = tuple(columns)
        self._where = dict(where or {})
        self._order = tuple(order)
        self._types = tuple(types) or (type_name,)
        self._row_of = row_of
        self._ids: list[str] = []
        self._places: dict[str, int] = {}
        self._pages: OrderedDict[int, dict[str, dict[str, object]]] = OrderedDict()
        desk.bridge.changed.connect(self._hear)

    def load(self, where: Mapping[str, object] | None = None, order: Sequence[str] | None = None) -> None:
        """Read the ids anew, with another filter or order where one is given."""
        self._where = self._where if where is None else dict(where)
        self._order = self._order if order is None else tuple(order)
        self._desk.tasks.read(self, listing.ids, self._type, self._where, self._order, done=self._take, key="ids")

    def id_at(self, row: int) -> str:
        """Return the id of a row; empty outside."""
        return self._ids[row] if 0 <= row < len(self._ids) else ""

    def row_of(self, record_id: str) -> int:
        """Return the row of a record, or -1."""
        return self._places.get(record_id, -1)

    def values_at(self, row: int) -> Values:
        """Return the values of a row, reading its page where it is not here yet; empty for one that is gone."""
        number = row // PAGE_ROWS
        page = self._pages.get(number)
        if page is None:
            wanted = self._ids[number * PAGE_ROWS : (number + 1) * PAGE_ROWS]
            page = self._desk.app.read(listing.page, self._type, wanted)
            self._pages[number] = page
            if len(self._pages) > PAGES_KEPT:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(number)
        return page.get(self._ids[row], {})

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else max(1, len(self._columns))

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid() or index.row() >= len(self._ids):
            return None
        if role == ID_ROLE:
            return self._ids[index.row()]
        if role == int(Qt.ItemDataRole.DisplayRole) and self._columns:
            column = self._columns[index.column()]
            return column.show(self.values_at(index.row()).get(column.field))
        if role == int(Qt.ItemDataRole.TextAlignmentRole) and self._columns and self._columns[index.column()].number:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if self._row_of is not None and role in {ROW_ROLE, int(Qt.ItemDataRole.AccessibleTextRole)}:
            row = self._row_of(self.values_at(index.row()))
            return row if role == ROW_ROLE else ", ".join(t for t in (row.title, row.snippet, row.meta, row.state) if t)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> object:
        if orientation == Qt.Orientation.Horizontal and role == int(Qt.ItemDataRole.DisplayRole) and self._columns:
            return _(self._columns[section].label)
        return None

    def _hear(self, change: Changed) -> None:
        if change.touches(*self._types):
            self._pages.clear()
            self.load()

    def _take(self, found: list[str]) -> None:
        self._pages.clear()
        if found == self._ids:
            if found:
                last = self.index(len(found) - 1, self.columnCount() - 1)
                self.dataChanged.emit(self.index(0, 0), last)
        else:
            self._move_to(found)
        self.counted.emit(len(found))

    def _move_to(self, found: list[str]) -> None:
        """Change to other ids; what is chosen stays chosen by its id."""
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        kept = [(self.id_at(index.row()), index.column()) for index in before]
        self._ids = found
        self._places = {record: row for row, record in enumerate(found)}
        after = [
            self.index(self._places[record], column) if record in self._places else QModelIndex()
            for record, column in kept
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()
