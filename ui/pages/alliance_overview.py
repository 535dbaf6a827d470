"""Where each organisation stands on a version: in groups by what it has answered, those without an answer first."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ui import theme
from ui.desk import Desk
from ui.pages.record_list import Item, RecordList, heading
from ui.widgets.card import Card
from ui.widgets.labels import Text
from ui.widgets.rows import ROW_ROLE, Row
from wimdesk.i18n import _
from wimdesk.services import commitments
from wimdesk.services.commitments import ANSWER_OF, Standing
from wimdesk.services.dates import day_text

_ROW, _HEADING = 64, 36
_MOST = 420


class OverviewCard(Card):
    """One list; the counts stand in its headings."""

    def __init__(self, desk: Desk, text: str, parent: QWidget | None = None) -> None:
        super().__init__(_("Where the organisations stand"), parent=parent)
        self._desk, self._text = desk, text
        self._kind = ""
        self.counts = Text("", "muted", wrap=True)
        self.list = RecordList(_("Where the organisations stand"), lines=0)
        self.add(self.counts)
        self.add(self.list)

    def reload(self, kind: str) -> None:
        """Read anew who has answered to a text of this kind."""
        self._kind = kind
        self._desk.tasks.read(
            self, commitments.overview, self._text, done=self._take, failed=lambda _problem: None, key="overview"
        )

    def said_of(self, organisation: str) -> str:
        """Return what the list says of an organisation."""
        row = self.list.model.find(organisation)
        found = self.list.model.index(row, 0).data(ROW_ROLE) if row >= 0 else None
        return found.state if isinstance(found, Row) else ""

    def _take(self, found: list[Standing]) -> None:
        self.setVisible(bool(found))
        items: list[Item] = []
        told, height = [], 0
        for answer in ("", *ANSWER_OF[self._kind]):
            inside = [each for each in found if (each.word.answer if each.word else "") == answer]
            if not inside:
                continue
            words = commitments.answer_words(self._kind, inside[0].word)
            items += [heading(words, len(inside)), *(_item(self._kind, each) for each in inside)]
            told.append(f"{words} {len(inside)}")
            height += _HEADING + _ROW * len(inside)
        self.counts.setText(" · ".join(told))
        self.list.show_items(items)
        self.list.setFixedHeight(theme.px(min(height, _MOST)))


def _item(kind: str, each: Standing) -> Item:
    state = commitments.answer_words(kind, each.word)
    parts = [each.country]
    if each.word is not None:
        parts += [day_text(each.word.signed_on, "medium"), each.word.reservation]
    meta = " · ".join(part for part in parts if part)
    tone = "warn" if each.word is None else "info" if each.word.answer == "reserved" else "ok"
    row = Row(each.organisation, meta=meta, state=state, state_tone=tone, icon="building-2")
    return Item(each.organisation_id, row, ". ".join(part for part in (each.organisation, state, meta) if part))
