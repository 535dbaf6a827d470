"""A visit as a form that saves itself."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.binder import Binder
from ui.forms.columns import TwoColumns
from ui.widgets.card import Card
from ui.widgets.date import DateField
from wimdesk.i18n import _


class VisitForm(QWidget):
    """When, what for, what was seen, what comes next."""

    def __init__(self, desk: Desk, record: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.binder = Binder(desk, "visit", record, self)
        self.first = QLineEdit()
        seen = QPlainTextEdit()
        seen.setTabChangesFocus(True)
        seen.setFixedHeight(theme.px(120))
        fields = TwoColumns()
        fields.add(self.binder.bind("date", DateField()))
        fields.add(self.binder.bind("purpose", self.first))
        fields.add_wide(self.binder.bind("text", seen))
        fields.add_wide(self.binder.bind("next_step", QLineEdit()))
        card = Card(_("About this visit"), _("Stays in your organisation"))
        card.add(fields)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card)
