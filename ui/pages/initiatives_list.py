"""The left side of the initiatives page: themes to choose from, search, and the list in three groups."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.forms.theme import Dot
from ui.pages.record_list import Item, RecordList, heading
from ui.sides import margins
from ui.widgets.buttons import LinkButton
from ui.widgets.card import scrolling
from ui.widgets.column import Column
from ui.widgets.empty import EmptyState
from ui.widgets.labels import Text, hairline
from ui.widgets.rows import Row
from ui.widgets.search import SearchField
from wimdesk.i18n import N_, _, ngettext
from wimdesk.records.initiative import STATES
from wimdesk.records.participation import ROLES
from wimdesk.search import fold
from wimdesk.services.dates import day_text
from wimdesk.services.taking_part import GROUPS, Board, Entry, ThemeInfo

GROUP_WORDS = {"running": N_("Running"), "planned": N_("Planned"), "done": N_("Done")}


class ThemeBox(QWidget):
    """One check box with the dot of its theme, words that may take two lines, and a count."""

    def __init__(self, words: str, token: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 3, 0, 3)
        line.setSpacing(8)
        top = Qt.AlignmentFlag.AlignTop
        self.box = QCheckBox()
        self.box.setFixedWidth(theme.px(20))
        self.box.setAccessibleName(words)
        line.addWidget(self.box, 0, top)
        if token:
            holder = QVBoxLayout()
            holder.setContentsMargins(0, theme.px(7), 0, 0)
            holder.addWidget(Dot(token), 0, top)
            line.addLayout(holder)
        label = Text(words, wrap=True)
        label.setContentsMargins(0, theme.px(2), 0, 0)
        label.installEventFilter(self)
        line.addWidget(label, 1, top)
        self.count = Text("", "caption")
        self.count.setContentsMargins(0, theme.px(4), 0, 0)
        line.addWidget(self.count, 0, top)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonRelease:
            self.box.toggle()
            return True
        return super().eventFilter(watched, event)

    def show_count(self, count: int) -> None:
        """Show how many initiatives there are."""
        self.count.setText(self.locale().toString(count))
        words = ngettext("{count} initiative", "{count} initiatives", count)
        self.box.setAccessibleDescription(words.format(count=count))


class ThemesPane(QFrame):
    """Which themes are shown; none chosen means all. ``changed`` follows each choice."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, role="page")
        self.boxes: dict[str, ThemeBox] = {}
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(margins(16, 8, 12, 0))
        head.addWidget(Text(_("Themes"), "section"))
        head.addStretch(1)
        self.clear_button = LinkButton(_("Clear"))
        self.clear_button.clicked.connect(self.clear)
        head.addWidget(self.clear_button)
        outer.addLayout(head)
        content = QFrame()
        column = QVBoxLayout(content)
        column.setContentsMargins(margins(16, 8, 12, 16))
        column.setSpacing(2)
        self._themes = Column(2)
        column.addWidget(self._themes)
        column.addSpacing(12)
        column.addWidget(Text(_("Our organisation"), "head"))
        self.ours = ThemeBox(_("Takes part"))
        self.ours.box.toggled.connect(self._tell)
        column.addWidget(self.ours)
        column.addStretch(1)
        area = scrolling(content)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer.addWidget(area, 1)
        self._show_clear()

    def show_themes(self, themes: Sequence[ThemeInfo], ours: int) -> None:
        """Show the themes with their counts; choices stay."""
        if [info.id for info in themes] != list(self.boxes):
            self.boxes = {}
            for info in themes:
                box = self.boxes[info.id] = ThemeBox(info.title, info.colour)
                box.box.toggled.connect(self._tell)
            self._themes.fill(self.boxes.values())
            order = [self.clear_button, *(box.box for box in self.boxes.values()), self.ours.box]
            for before, after in pairwise(order):
                QWidget.setTabOrder(before, after)
        for info in themes:
            self.boxes[info.id].show_count(info.count)
        self.ours.show_count(ours)

    def chosen(self) -> set[str]:
        """Return the ids of the chosen themes."""
        return {record for record, box in self.boxes.items() if box.box.isChecked()}

    def only_ours(self) -> bool:
        """Tell whether only what we take part in is asked for."""
        return self.ours.box.isChecked()

    def clear(self) -> None:
        """Take every choice back, as one change."""
        for box in (*self.boxes.values(), self.ours):
            blocked = box.box.blockSignals(True)
            box.box.setChecked(False)
            box.box.blockSignals(blocked)
            box.box.update()
        self._tell()

    def _tell(self) -> None:
        self._show_clear()
        self.changed.emit()

    def _show_clear(self) -> None:
        self.clear_button.setEnabled(bool(self.chosen()) or self.only_ours())


class InitiativeList(QFrame):
    """Search, what stands before it, and the list. ``chosen`` tells the id; ``wanted_new`` asks for a new one."""

    chosen = Signal(str)
    wanted_new = Signal()

    def __init__(self, before: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, role="pane")
        self.search = SearchField(_("Search the initiatives"))
        self.list = RecordList(_("Initiatives"), lines=1)
        self.list.chosen.connect(self.chosen)
        self.empty = EmptyState("handshake", "")
        self.empty.started.connect(self.wanted_new)
        self.empty.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        top = QWidget()
        room = QHBoxLayout(top)
        room.setContentsMargins(16, 14, 16, 12)
        room.addWidget(before)
        room.addWidget(self.search)
        for part in (top, hairline()):
            column.addWidget(part)
        column.addWidget(self.list, 1)
        column.addWidget(self.empty, 1)

    def show_board(self, board: Board, themes: set[str], only_ours: bool) -> None:
        """Show what the search and the filters leave, in groups."""
        wanted = [fold(word) for word in self.search.text().split()]
        entries = [entry for entry in board.entries if _passes(entry, wanted, themes, only_ours)]
        items: list[Item] = []
        for group in GROUPS:
            inside = [_item(entry) for entry in entries if entry.group == group]
            if inside:
                items += [heading(_(GROUP_WORDS[group]), len(inside)), *inside]
        self.list.show_items(items)
        self.list.setVisible(bool(items))
        self.empty.setVisible(not items)
        if board.entries:
            self.empty.say(_("Nothing fits. Try fewer words or other themes."), "", "search")
        else:
            action = _("Begin our own") if "begin" in board.can else ""
            self.empty.say(_("Joint initiatives appear here after the first sync."), action, "handshake")


def _passes(entry: Entry, wanted: list[str], themes: set[str], only_ours: bool) -> bool:
    if (themes and entry.theme_id not in themes) or (only_ours and not entry.role):
        return False
    text = fold(f"{entry.title} {entry.summary} {entry.theme} {entry.lead}")
    return all(word in text for word in wanted)


def _item(entry: Entry) -> Item:
    parts = [_dates(entry)]
    if entry.count > bool(entry.role):
        words = ngettext("{count} organisation", "{count} organisations", entry.count)
        parts.append(words.format(count=entry.count))
    state = _("We take part") if entry.role else ""
    meta = " · ".join(part for part in parts if part)
    row = Row(
        entry.title, entry.summary, meta, dot=entry.colour or "text3",
        state=state, state_icon="circle-check" if state else "",
    )  # fmt: skip
    role = _(ROLES.get(entry.role, entry.role)) if entry.role else ""
    spoken = [entry.title, entry.theme, _(GROUP_WORDS[entry.group]), meta]
    if state:
        spoken.append(f"{state}, {role}")
    return Item(entry.id, row, ". ".join(part for part in spoken if part))


def _dates(entry: Entry) -> str:
    if entry.group == "planned":
        return (
            _("from {day}").format(day=day_text(entry.start, "medium"))
            if entry.start
            else _(STATES.get(entry.state, ""))
        )
    return _("until {day}").format(day=day_text(entry.end, "medium")) if entry.end else _(STATES.get(entry.state, ""))
