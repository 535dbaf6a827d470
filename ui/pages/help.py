"""Help: one short page for each screen, opened by F1 at the screen that shows."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.icons import IconLabel
from ui.page import Page
from ui.pages.help_texts import KEYS, TOPICS, Topic
from ui.widgets.buttons import SecondaryButton
from ui.widgets.card import scrolling
from ui.widgets.column import Column
from ui.widgets.labels import Chip, Text, hairline
from ui.widgets.rows import ROW_ROLE, Row, RowDelegate, row_list
from wimdesk.events import Changed
from wimdesk.i18n import _

_LIST, _READING = 340, 680
_MARGIN = 32


class HelpPage(Page):
    """Topics at the left, the text of one at the right."""

    key = "help"

    def build(self) -> None:
        """Make the list and the place to read."""
        self.header.set_title(_("Help & training"))
        self._topic = TOPICS[0]
        self._model = QStandardItemModel(self)
        for topic in TOPICS:
            item = QStandardItem(_(topic.title))
            item.setEditable(False)
            item.setData(Row(_(topic.title), meta=_(topic.about), icon=topic.icon), ROW_ROLE)
            item.setData(_(topic.title), int(Qt.ItemDataRole.AccessibleTextRole))
            self._model.appendRow(item)
        self.list = row_list(_("Topics"), RowDelegate(self, density="compact"))
        self.list.setFixedWidth(theme.px(_LIST))
        self.list.setModel(self._model)
        self.list.selectionModel().currentChanged.connect(self._choose)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.list)
        edge = QFrame()
        theme.mark(edge, role="hairline")
        edge.setFixedWidth(1)
        edge.setMaximumHeight(16_777_215)
        row.addWidget(edge)
        self._place = Column()
        row.addWidget(self._place, 1)
        self.body.addLayout(row, 1)
        self.list.setCurrentIndex(self._model.index(0, 0))

    def changed(self, change: Changed) -> None:
        """Help says the same whatever changes."""

    def show_record(self, record_id: str) -> None:
        """Show the text of a page, by the page's key."""
        number = next((n for n, topic in enumerate(TOPICS) if topic.key == record_id), 0)
        self.list.setCurrentIndex(self._model.index(number, 0))

    def help_topic(self) -> str:
        """Stay at what is read."""
        return self._topic.key

    def topic(self) -> Topic:
        """Return what is shown."""
        return self._topic

    def retranslate(self) -> None:
        """Stay at the same topic."""
        key = self._topic.key
        super().retranslate()
        self.show_record(key)

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self._topic = TOPICS[index.row()]
            self._place.fill([self._article(self._topic)])

    def _article(self, topic: Topic) -> QWidget:
        content = QFrame()
        outer = QHBoxLayout(content)
        outer.setContentsMargins(_MARGIN, 24, _MARGIN, 24)
        inner = QWidget()
        inner.setMaximumWidth(theme.px(_READING))
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(Text(_(topic.title), "article", wrap=True))
        column.addWidget(Text(_(topic.about), "reading", wrap=True))
        column.addSpacing(8)
        column.addWidget(Text(_("Step by step"), "section"))
        for number, step in enumerate(topic.steps, start=1):
            column.addLayout(_numbered(number, _(step)))
        if topic.good_to_know:
            column.addSpacing(8)
            column.addWidget(Text(_("Good to know"), "section"))
            for each in topic.good_to_know:
                column.addLayout(_marked(_(each)))
        if topic.key != self.key:
            where = next(each for each in TOPICS if each.key == (topic.page or topic.key))
            go = SecondaryButton(_("Go to {page}").format(page=_(where.title)), where.icon)
            go.clicked.connect(lambda: self.desk.navigate(where.key))
            column.addSpacing(8)
            column.addWidget(go, 0, Qt.AlignmentFlag.AlignLeft)
        column.addSpacing(12)
        column.addWidget(hairline())
        column.addSpacing(4)
        column.addWidget(Text(_("Keys"), "section"))
        column.addLayout(_keys())
        column.addStretch(1)
        outer.addWidget(inner, 1)
        outer.addStretch(0)
        area = scrolling(content, "surface")
        area.setAccessibleName(_(topic.title))
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return area


def _numbered(number: int, text: str) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(12)
    chip = Chip(str(number), "accent")
    row.addWidget(chip, 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(Text(text, "reading", wrap=True), 1)
    return row


def _marked(text: str) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(12)
    row.addWidget(IconLabel("info", "info", 18), 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(Text(text, "reading", wrap=True), 1)
    return row


def _keys() -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(1, 1)
    for number, (keys, words) in enumerate(KEYS):
        grid.addWidget(Chip(keys, "neutral"), number, 0, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(Text(_(words), "muted", wrap=True), number, 1)
    return grid
