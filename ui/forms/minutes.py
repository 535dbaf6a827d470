"""The minutes of a meeting as a form that saves itself."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.binder import Binder
from ui.forms.columns import TwoColumns
from ui.widgets.card import Card
from ui.widgets.date import DateField
from wimdesk.i18n import _


class MinutesForm(QWidget):
    """When it was, and what was said."""

    def __init__(self, desk: Desk, record: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.binder = Binder(desk, "minutes", record, self)
        self.first = QPlainTextEdit()
        self.first.setTabChangesFocus(True)
        self.first.setFixedHeight(theme.px(160))
        fields = TwoColumns()
        fields.add(self.binder.bind("title", QLineEdit()))
        fields.add(self.binder.bind("day", DateField(whole_days=True)))
        fields.add_wide(self.binder.bind("text", self.first))
        card = Card(_("Minutes of a meeting"))
        card.add(fields)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card)
