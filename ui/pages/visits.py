"""The visits to a site, and the card of one visit."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.attachment import AttachmentsCard
from ui.forms.visit import VisitForm
from ui.forms.visit_contact import MetCard
from ui.pages.record_card import RecordCard
from ui.pages.record_list import Item, RecordList
from ui.widgets.buttons import LinkButton, QuietButton
from ui.widgets.card import Card
from ui.widgets.rows import Row
from wimdesk.i18n import _
from wimdesk.services import sites
from wimdesk.services.dates import day_text
from wimdesk.services.people import PersonRow
from wimdesk.services.sites import VisitCard, VisitRow

_ROW = 64
_MOST_ROWS = 5


class VisitsCard(Card):
    """The visits to one site, the latest first. ``chosen`` tells which should be shown."""

    chosen = Signal(str)

    def __init__(self, desk: Desk, site: str, parent: QWidget | None = None) -> None:
        super().__init__(_("Visits"), parent=parent)
        self._desk, self._site = desk, site
        self.new_button = QuietButton(_("New visit"), "plus")
        self.new_button.clicked.connect(self.begin)
        self.add_to_head(self.new_button)
        self.list = RecordList(_("Visits"))
        self.list.chosen.connect(self.chosen)
        self.add(self.list)
        self.open(False)
        self.reload()

    def reload(self) -> None:
        """Read the visits anew."""
        self._desk.tasks.read(self, sites.visits, self._site, done=self._take, key="visits")

    def begin(self) -> None:
        """Make a visit of today and show it."""
        self._desk.tasks.write(self, sites.begin_visit, self._site, done=self.chosen.emit)

    def _take(self, found: list[VisitRow]) -> None:
        self.list.show_items([_item(row) for row in found])
        self.list.setFixedHeight(theme.px(_ROW) * min(len(found), _MOST_ROWS))
        self.open(bool(found))


def _item(row: VisitRow) -> Item:
    day = day_text(row.date) if row.date else _("No dates yet")
    title = row.purpose or day
    meta = " · ".join(part for part in (day if row.purpose else "", ", ".join(row.met)) if part)
    return Item(row.id, Row(title, meta=meta, icon="calendar"), f"{title}. {meta}")


class VisitPane(RecordCard):
    """One visit: the form, who was met, photos."""

    type_name = "visit"

    def fill(self) -> None:
        self._site = ""
        self.back = LinkButton("", "arrow-left")
        self.back.clicked.connect(lambda: self.wanted.emit(self._site))
        self.column.addWidget(self.back, 0, Qt.AlignmentFlag.AlignLeft)
        self.form = VisitForm(self.desk, self.record)
        self.met = MetCard(self.desk, self.record)
        self.met.person.asked.connect(self._look_up)
        self.photos = AttachmentsCard(self.desk, self.type_name, self.record)
        for part in (self.form, self.met, self.photos):
            self.column.addWidget(part)

    def reload(self) -> None:
        self.desk.tasks.read(self, sites.visit_card, self.record, done=self._take, key="visit")

    def flush(self) -> None:
        self.form.binder.flush()
        self.met.flush()

    def remove(self) -> None:
        super().remove()
        self.wanted.emit(self._site)

    def begin(self) -> None:
        self.form.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _look_up(self, text: str) -> None:
        def offer(found: Mapping[str, PersonRow]) -> None:
            self.met.offer(text, found)

        self.people_wanted.emit(text, offer)

    def _take(self, card: VisitCard) -> None:
        self._site = card.site_id
        self.show_title(card.purpose or _("Visit of {day}").format(day=day_text(card.date)))
        self.back.setText(card.site or _("Site"))
        self.back.setVisible(bool(card.site_id))
        self.met.show_met(card.met)
        self.history.show_records([self.record, *(each.id for each in card.met)])
