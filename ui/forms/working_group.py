"""A working group as a form that saves itself."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.desk import Desk
from ui.forms.binder import Binder
from ui.forms.columns import TwoColumns, options, texts
from ui.widgets.card import Card
from ui.widgets.combo import ChoiceField
from ui.widgets.date import DateField
from ui.widgets.tags import TagsField
from wimdesk.i18n import _
from wimdesk.records.working_group import STATES
from wimdesk.services import zones

Names = Sequence[tuple[str, str]]


def zone_options() -> list[tuple[str, str]]:
    """Return every time zone, the empty choice first."""
    return [("", "–"), *((name, zones.label(name)) for name in zones.names())]


class WorkingGroupForm(QWidget):
    """What the group works on, who coordinates, its time zone and its programme."""

    def __init__(
        self, desk: Desk, record: str, themes: Names, organisations: Names, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.binder = Binder(desk, "working_group", record, self)
        self.first = texts()
        bind = self.binder.bind
        fields = TwoColumns()
        fields.add_wide(bind("title", self.first))
        fields.add_wide(bind("summary", texts(multiline=True)))
        fields.add(bind("theme_id", ChoiceField([("", "–"), *themes])))
        fields.add(bind("zone", ChoiceField(zone_options())))
        fields.add_wide(bind("coordinators", TagsField(organisations, free=True)))
        fields.add_wide(bind("programme", texts(multiline=True)))
        fields.add(bind("state", ChoiceField(options(STATES))))
        fields.add(bind("start", DateField()))
        card = Card(_("About this group"), _("Everybody in the Alliance sees it"))
        card.add(fields)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card)
