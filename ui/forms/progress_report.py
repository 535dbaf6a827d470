"""Our progress report as a form that saves itself; sending it is an act of its own."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.binder import Binder
from ui.forms.columns import TwoColumns
from ui.widgets.buttons import PrimaryButton
from ui.widgets.card import Card
from ui.widgets.number import NumberField
from wimdesk.i18n import _


class ProgressReportForm(QWidget):
    """What was done, what comes next, what is in the way, and two figures."""

    def __init__(self, desk: Desk, record: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.binder = Binder(desk, "progress_report", record, self)
        bind = self.binder.bind
        fields = TwoColumns()
        for name in ("text", "next_step", "obstacles"):
            row = bind(name)
            row.editor.setFixedHeight(theme.px(84))
            fields.add_wide(row)
        self.first = self.binder.editor("text")
        fields.add(bind("people", NumberField()))
        fields.add(bind("hours", NumberField()))
        self.button = PrimaryButton(_("Send to the Secretariat"), "send")
        self.card = Card(_("Our report"))
        self.card.add(fields)
        self.card.content.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.card)
