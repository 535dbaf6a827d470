"""What is beside a practice: perhaps the same, linked, about the same; each opens where it is clicked."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.desk import Desk
from ui.widgets.buttons import IconButton, TitleLink
from ui.widgets.card import Card
from ui.widgets.column import Column
from ui.widgets.labels import Text
from wimdesk.errors import WimdeskError
from wimdesk.i18n import _
from wimdesk.services import library_duplicates, reading_lists
from wimdesk.services.reading_lists import Related

_AFTER = 600
"""Milliseconds for which an article is shown before anybody looks what is related: whoever types on goes first."""


class RelatedCard(Card):
    """Read behind the article, and not there at all where nothing is related."""

    def __init__(self, desk: Desk, item_id: str, parent: QWidget | None = None) -> None:
        super().__init__(_("Related practices"), parent=parent)
        self._desk, self._item = desk, item_id
        self.list = Column(4)
        self.add(self.list)
        self.hide()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.reload)
        self._soon.start(_AFTER)

    def reload(self) -> None:
        """Read anew what is related."""
        searcher = self._desk.app.searcher("related")
        self._desk.tasks.read(
            self, reading_lists.related, searcher, self._item, done=self._take, failed=_gone, key="related"
        )

    def _take(self, found: list[Related]) -> None:
        self.list.fill(self._row(each) for each in found)
        self.setVisible(bool(found))

    def _row(self, related: Related) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        button = TitleLink(related.title)
        button.setObjectName(f"open:{related.id}")
        button.clicked.connect(partial(self._desk.navigate, "library", related.id))
        line.addWidget(button)
        line.addWidget(Text(related.why, "caption", wrap=True), 1)
        if related.is_twin:
            tie = IconButton("share-2", _("Link with {title}").format(title=related.title))
            tie.setObjectName(f"link:{related.id}")
            tie.clicked.connect(partial(self._link, related.id))
            line.addWidget(tie)
        return row

    def _link(self, other: str) -> None:
        def done(act: int) -> None:
            self._desk.notices.offer_undo(_("Linked: each is shown beside the other."), act)
            self.reload()

        self._desk.tasks.write(self, library_duplicates.link, self._item, other, done=done)


def _gone(_problem: WimdeskError) -> None:
    """The practice went away meanwhile: the page hears of that by itself."""
