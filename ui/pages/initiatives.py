"""Joint initiatives by theme: what they are for, who takes part, our own part, and what was done."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.page import Page
from ui.pages.initiatives_detail import InitiativePane
from ui.pages.initiatives_list import InitiativeList, ThemesPane
from ui.widgets.buttons import SecondaryButton
from ui.widgets.card import sliding
from ui.widgets.empty import EmptyState
from ui.widgets.folding import FilterButton
from ui.widgets.labels import tool_tip
from ui.widgets.panes import beside, least
from wimdesk.events import Changed
from wimdesk.i18n import _
from wimdesk.services import taking_part
from wimdesk.services.taking_part import Board

_LEAST_LIST = 240
"""Pixels, whatever the size of the letters: names are cut there, so that the text beside it has its room."""
_THREE_PANES = 1000
"""Pixels that themes, list and text take side by side; they grow with the letters."""
_TYPES = ("initiative", "participation", "theme", "activity", "organization", "milestone")


class InitiativesPage(Page):
    """Themes at the left, the list in the middle, the initiative at the right."""

    key = "initiatives"

    def build(self) -> None:
        """Make the header and the three panes."""
        self._board: Board | None = None
        self._wanted = ""
        self._begun = ""
        self.pane: InitiativePane | None = None
        self.header.set_title(_("Initiatives"))
        self.new_button = SecondaryButton(_("Our own initiative"), "plus")
        self.new_button.clicked.connect(self.begin)
        self.new_button.hide()
        self.header.add_action(self.new_button)
        self.add_shortcut("Ctrl+N", self.begin)
        self.add_shortcut("Ctrl+F", self._search)
        self.themes = ThemesPane()
        self.themes.setFixedWidth(theme.px(214))
        self.themes.changed.connect(self._filter)
        self.filter_button = FilterButton(self.themes, _THREE_PANES)
        self.list = InitiativeList(self.filter_button)
        self.list.search.textChanged.connect(self._filter)
        self.list.chosen.connect(self._open)
        self.list.wanted_new.connect(self.begin)
        self.list.setMinimumWidth(_LEAST_LIST)
        split = beside(self.list, self._right(), (theme.px(340), theme.px(600)))
        inside = QWidget()
        panes = QHBoxLayout(inside)
        panes.setContentsMargins(0, 0, 0, 0)
        panes.setSpacing(0)
        panes.addWidget(self.themes)
        panes.addWidget(split, 1)
        self.body.addWidget(sliding(inside, _("Initiatives")), 1)
        self.filter_button.fit(self.width())  # built anew at its size, the page hears of no other

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.filter_button.fit(self.width())

    def refresh(self) -> None:
        """Read themes and initiatives anew."""
        self.desk.tasks.read(self, taking_part.load, done=self._take, key="board")

    def changed(self, change: Changed) -> None:
        """Follow what changed here or elsewhere."""
        if change.touches(*_TYPES):
            self.refresh()
            if self.pane is not None:
                self.pane.reload()

    def show_record(self, record_id: str) -> None:
        """Open an initiative as soon as the list is there."""
        self._wanted = record_id
        if self._board is not None:
            self.refresh()

    def flush(self) -> None:
        """Save what waits to be saved."""
        if self.pane is not None:
            self.pane.flush()

    def begin(self) -> None:
        """Begin an initiative in the chosen theme and put the cursor into its title."""
        if self._board is None or "begin" not in self._board.can:
            return
        self.flush()
        chosen = self.themes.chosen()
        first = next(iter(chosen)) if len(chosen) == 1 else ""
        self.desk.tasks.write(self, taking_part.begin, first, done=self._begun_one)

    def _begun_one(self, record: str) -> None:
        self._wanted = self._begun = record
        self.refresh()

    def _right(self) -> QWidget:
        right = QWidget()
        least(right, 470)
        self._column = QVBoxLayout(right)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.empty = EmptyState("handshake", _("Choose an initiative to read about it."))
        self._column.addWidget(self.empty, 1)
        return right

    def _search(self) -> None:
        self.list.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.list.search.selectAll()

    def _take(self, board: Board) -> None:
        self._board = board
        joint = "lead" in board.can
        self.new_button.setText(_("New initiative") if joint else _("Our own initiative"))
        self.new_button.setToolTip(tool_tip(f"{self.new_button.text()} (Ctrl+N)"))
        self.new_button.setVisible("begin" in board.can and bool(board.entries))
        self.themes.show_themes(board.themes, sum(bool(entry.role) for entry in board.entries))
        known = [entry.id for entry in board.entries]
        wanted, self._wanted = self._wanted, ""
        if wanted in known:
            self._unfilter(wanted)
        else:
            wanted = self.pane.record if self.pane and self.pane.record in known else ""
        self._filter()
        visible = self.list.list.model.records()
        self._open(wanted or (visible[0] if visible else ""))

    def _unfilter(self, wanted: str) -> None:
        """A record that was asked for is shown, whatever was searched before."""
        self._filter()
        if wanted not in self.list.list.model.records():
            self.list.search.clear()
            self.themes.clear()

    def _filter(self) -> None:
        self.filter_button.show_chosen(len(self.themes.chosen()) + self.themes.only_ours())
        if self._board is not None:
            self.list.show_board(self._board, self.themes.chosen(), self.themes.only_ours())
            if self.pane is not None:
                self.list.list.choose(self.pane.record)

    def _open(self, record: str) -> None:
        self.list.list.choose(record)
        if self.pane is not None and self.pane.record == record:
            if record and record == self._begun:  # the announcement of the new record was faster than its answer
                self._begun = ""
                self.pane.edit(True)
            return
        self._close_pane()
        self.empty.setVisible(not record and bool(self._board and self._board.entries))
        if record and self._board is not None:
            self.pane = InitiativePane(self.desk, record, self._board.themes)
            self.pane.moved.connect(self.show_record)
            self._column.addWidget(self.pane, 1)
            if record == self._begun:
                self._begun = ""
                self.pane.edit(True)

    def _close_pane(self) -> None:
        if self.pane is not None:
            self.pane.flush()
            self._column.removeWidget(self.pane)
            self.pane.hide()
            self.pane.deleteLater()
            self.pane = None
