"""One breach as a form that saves itself."""

from __future__ import annotations

from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms import editors
from ui.forms.binder import Binder
from ui.forms.columns import TwoColumns
from wimdesk.store.record import fields, types

_SHORT = ("kind", "people", "happened_on", "noticed_on", "authority_on", "people_on")
_LONG = ("description", "measures")


class BreachForm(QWidget):
    """What happened, when it was noticed, whom it touches, and who was told."""

    def __init__(self, desk: Desk, record: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.binder = Binder(desk, "breach", record, self)
        described = fields(types()["breach"])
        columns = TwoColumns()
        for name in _SHORT:
            columns.add(self.binder.bind(name, editors.make(described[name])))
        for name in _LONG:
            edit = QPlainTextEdit()
            edit.setTabChangesFocus(True)
            edit.setFixedHeight(theme.px(72))
            columns.add_wide(self.binder.bind(name, edit))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(columns)
