"""A version of a text of the Alliance being written: a draft, or a proposal of ours. It saves itself."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ui.desk import Desk
from ui.forms.binder import Binder
from ui.forms.columns import TwoColumns, texts
from ui.widgets.card import Card
from ui.widgets.date import DateField
from wimdesk.i18n import _


class AllianceTextForm(QWidget):
    """Title and text in several languages, version, and when and where it was decided."""

    def __init__(self, desk: Desk, record: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.binder = Binder(desk, "alliance_text", record, self)
        self.first = texts()
        fields = TwoColumns()
        fields.add_wide(self.binder.bind("title", self.first))
        fields.add(self.binder.bind("version", QLineEdit()))
        fields.add(self.binder.bind("issued", DateField()))
        fields.add_wide(self.binder.bind("decision", QLineEdit()))
        fields.add_wide(self.binder.bind("body", texts(multiline=True)))
        card = Card(_("Write this version"))
        card.add(fields)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card)
