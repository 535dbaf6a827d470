"""Long lists and the search as a person meets them: offscreen, from the key to the painting."""

from __future__ import annotations

import random
from functools import partial

from PySide6.QtCore import QAbstractTableModel, QEventLoop, QModelIndex, QPersistentModelIndex, Qt, QTimer
from PySide6.QtWidgets import QTableView, QWidget

from ui.bench.measure import Figure, median, memory, milliseconds, p95
from ui.bridge import Bridge
from ui.desk import Desk
from ui.models.record_table import Column, RecordTable
from ui.notices import Notices
from ui.pages.library import LibraryPage
from ui.tasks import Tasks
from ui.tour import hands
from wimdesk.app import App

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_SIZE = (1150, 680)
_PATIENCE_MS = 20_000
_TYPED = ("mentora", "women in", "securite", "formacion")
_COLUMNS = (Column("caption", "Title"), Column("issued", "Date"), Column("language", "Language"))


class _Bare(QAbstractTableModel):
    """As many rows as wanted, with nothing behind them."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self._rows = rows

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else self._rows

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(_COLUMNS)

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        return f"row {index.row()}" if role == int(Qt.ItemDataRole.DisplayRole) else None


class _Screen:
    """A desk without a window round it."""

    def __init__(self, app: App) -> None:
        self.ground = QWidget()
        self.tasks = Tasks(app, self._raise)
        self.bridge = Bridge(app)
        self.desk = Desk(app, None, self.tasks, self.bridge, Notices(self.ground, self.ground))

    @staticmethod
    def _raise(problem: BaseException) -> None:
        raise problem

    def idle(self) -> None:
        hands.wait(lambda: not self.tasks.busy(), "work in the background never ended", 120)

    def close(self) -> None:
        self.bridge.close()
        self.tasks.close()


def run(app: App, count: int, rounds: int) -> list[Figure]:
    """Measure the long table and the library page on a profile that holds so many practices."""
    screen = _Screen(app)
    try:
        return [*_table(screen, count, rounds), *_library(screen, rounds)]
    finally:
        screen.close()


def _table(screen: _Screen, count: int, rounds: int) -> list[Figure]:
    before = memory()
    model = RecordTable(screen.desk, "library_item", _COLUMNS)
    view, bare = _view(model), _view(_Bare(count))

    def read() -> None:
        model.load()
        screen.idle()
        view.viewport().repaint()

    reset = milliseconds(read)
    held = memory() - before
    dice = random.Random(7)
    places = [dice.randrange(count) for _jump in range(rounds * 5)]
    jumps = [milliseconds(partial(_jump, view, place)) for place in places]
    floors = [milliseconds(partial(_jump, bare, place)) for place in places]
    for each in (view, bare):
        each.hide()
        each.deleteLater()
    return [
        Figure(f"{count:,} rows: read and show", reset),
        Figure(f"{count:,} rows: jump anywhere / bare table", median(jumps), floor=median(floors)),
        Figure(f"{count:,} rows: memory", held, "MB"),
    ]


def _view(model: QAbstractTableModel) -> QTableView:
    view = QTableView()
    view.setModel(model)
    view.resize(*_SIZE)
    view.show()
    return view


def _jump(view: QTableView, row: int) -> None:
    view.scrollTo(view.model().index(row, 0), QTableView.ScrollHint.PositionAtCenter)
    view.viewport().repaint()


def _library(screen: _Screen, rounds: int) -> list[Figure]:
    page = LibraryPage(screen.desk)
    page.resize(*_SIZE)
    page.show()
    screen.idle()
    taken: list[float] = []
    for _round in range(rounds):
        for question in _TYPED:
            page.search.clear()
            screen.idle()
            taken += [milliseconds(partial(_type, page, letter)) for letter in question]
    page.hide()
    page.deleteLater()
    return [
        Figure("search: from the key to the painted list, p95", p95(taken), goal=80),
        Figure("search: from the key to the painted list, median", median(taken)),
    ]


def _type(page: LibraryPage, letter: str) -> None:
    """Type one letter and paint the list of what it finds."""
    loop = QEventLoop()
    page.model.modelReset.connect(loop.quit)
    QTimer.singleShot(_PATIENCE_MS, loop, loop.quit)
    hands.write_letter(page.search, letter)
    loop.exec()
    page.view.viewport().repaint()
    page.model.modelReset.disconnect(loop.quit)
