"""A call for progress reports as a form that saves itself."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ui.desk import Desk
from ui.forms.binder import Binder
from ui.forms.columns import TwoColumns, texts
from ui.widgets.card import Card
from ui.widgets.date import DateField
from wimdesk.i18n import _


class ReportRoundForm(QWidget):
    """What is asked, about which time, until when; and what the reports say."""

    def __init__(self, desk: Desk, record: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.binder = Binder(desk, "report_round", record, self)
        self.first = texts()
        bind = self.binder.bind
        fields = TwoColumns()
        fields.add_wide(bind("title", self.first))
        fields.add(bind("period", QLineEdit()))
        fields.add(bind("due", DateField(whole_days=True)))
        fields.add_wide(bind("questions", texts(multiline=True)))
        fields.add_wide(bind("summary", texts(multiline=True)))
        card = Card(_("Call for reports"), _("Everybody in the Alliance sees it"))
        card.add(fields)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card)
