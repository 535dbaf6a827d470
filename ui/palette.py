"""The box of Ctrl+K: go to a page, do one of a few things, or find a record by its words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QFrame, QListView, QVBoxLayout, QWidget

from ui import navigation, theme
from ui.places import PLACES
from ui.sides import led
from ui.widgets.labels import Text
from ui.widgets.rows import ROW_ROLE, Row, RowDelegate, row_list
from ui.widgets.search import SearchField
from wimdesk.i18n import _

if TYPE_CHECKING:
    from ui.desk import Desk
    from ui.tasks import Progress
    from wimdesk.services.listing import Found

WIDTH = 560
_ACTION = int(Qt.ItemDataRole.UserRole) + 40


@dataclass(frozen=True)
class Command:
    """Something that can be done from anywhere: its words, its icon, its keys, and what it does."""

    words: str
    icon: str
    keys: str
    act: Callable[[], object]


class Palette(QFrame):
    """Stands over the page while it is used; Esc or a click elsewhere closes it."""

    def __init__(self, desk: Desk, commands: Callable[[], Sequence[Command]], parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._commands = commands
        self._records: list[Found] = []
        self._opens = False
        self.answered = ""
        """The question to which the records in the list are the answer."""
        theme.mark(self, role="card")
        self.setAccessibleName(_("Search everything"))
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        self.field = SearchField(_("Search people, practices, pages…"))
        self.field.textChanged.connect(self._typed)
        self.field.installEventFilter(self)
        column.addWidget(self.field)
        self._model = QStandardItemModel(self)
        self.list: QListView = row_list(_("What was found"), RowDelegate(self, density="compact"))
        self.list.setModel(self._model)
        self.list.clicked.connect(self._choose)
        self.list.installEventFilter(self)
        column.addWidget(self.list, 1)
        self._hint = Text(led(_("Enter opens. Esc closes.")), "caption")
        column.addWidget(self._hint)
        parent.installEventFilter(self)
        self.hide()

    def open(self) -> None:
        """Show the box, ready to type."""
        self._records, self.answered, self._opens = [], "", False
        self.field.clear()
        self._fill()
        self._place()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and watched is not self.parent():
            if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                self._open_current()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.hide()
                return True
            if watched is self.field and event.key() in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
                self._step(1 if event.key() == Qt.Key.Key_Down else -1)
                return True
        if watched is self.parent() and not self.isHidden():
            if event.type() == QEvent.Type.Resize:
                self._place()
        elif event.type() == QEvent.Type.FocusOut and watched in {self.field, self.list}:
            QTimer.singleShot(0, self, self._close_if_left)
        return super().eventFilter(watched, event)

    def records(self) -> list[Found]:
        """Return the records among the rows."""
        return list(self._records)

    def words(self) -> list[str]:
        """Return the titles of the rows from top to bottom."""
        return [self._model.item(row).text() for row in range(self._model.rowCount())]

    def _close_if_left(self) -> None:
        focus = QApplication.focusWidget()
        if focus is None or not self.isAncestorOf(focus):
            self.hide()

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            width = min(theme.px(WIDTH), parent.width() - 32)
            height = min(theme.px(440), parent.height() - 96)
            self.setGeometry((parent.width() - width) // 2, 56, width, height)

    def _typed(self) -> None:
        question = self.field.text().strip()
        app = self._desk.app
        if not question:
            self._take(question, [])
            return
        searcher = app.searcher()
        wanted = tuple(PLACES)

        def find(_progress: Progress) -> list[Found] | None:
            from wimdesk.services import finding

            hits = finding.ask(searcher, question, wanted)
            return None if hits is None else app.read(finding.told, hits, wanted)

        # Each key asks at once: a newer question stops the one before it, here and in the database.
        self._desk.tasks.work(self, find, done=partial(self._take, question), key="palette")
        if not self._records:
            self._fill()

    def _take(self, question: str, found: list[Found] | None) -> None:
        if found is not None:
            self._records, self.answered = found, question
            self._fill()
            if self._opens and question == self.field.text().strip():
                self._choose(self.list.currentIndex())

    def _fill(self) -> None:
        from wimdesk.search import fold

        wanted = fold(self.field.text()).split()

        def fits(words: str) -> bool:
            return all(each in fold(words) for each in wanted)

        self._model.clear()
        if wanted:
            for record in self._records:
                self._add_record(record)
        for entry in (*navigation.SECTIONS, *navigation.MORE):
            if fits(_(entry.label)):
                self._add(_(entry.label), _("Page"), entry.icon, partial(self._desk.navigate, entry.key))
        for command in self._commands():
            if fits(command.words):
                self._add(command.words, command.keys, command.icon, command.act)
        if not self._model.rowCount():
            self._add(_("Nothing found yet"), _("Try another word"), "search", lambda: None)
        self.list.setCurrentIndex(self._model.index(0, 0))

    def _add_record(self, record: Found) -> None:
        place = PLACES[record.type]
        self._add(record.caption, record.type_label, place.icon, partial(self._desk.navigate, place.page, record.opens))

    def _add(self, title: str, meta: str, icon: str, act: Callable[[], object]) -> None:
        item = QStandardItem(title)
        item.setEditable(False)
        item.setData(Row(title, meta=meta, icon=icon), ROW_ROLE)
        item.setData(f"{title}, {meta}", int(Qt.ItemDataRole.AccessibleTextRole))
        item.setData(act, _ACTION)
        self._model.appendRow(item)

    def _step(self, by: int) -> None:
        row = (self.list.currentIndex().row() + by) % max(1, self._model.rowCount())
        self.list.setCurrentIndex(self._model.index(row, 0))

    def _open_current(self) -> None:
        """Open what is chosen; who types faster than the answer comes gets what belongs to the last letter."""
        self._opens = self.field.text().strip() != self.answered
        if not self._opens:
            self._choose(self.list.currentIndex())

    def _choose(self, index: QModelIndex) -> None:
        act = index.data(_ACTION) if index.isValid() else None
        self._opens = False
        self.hide()
        if callable(act):
            act()
