"""The words with which a consent is asked for, in several languages."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.desk import Desk
from ui.forms.binder import Binder
from ui.widgets.languagemap import LanguageMapField


class ConsentWordingForm(QWidget):
    """The text only: what it is for and its version never change."""

    def __init__(self, desk: Desk, record: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.binder = Binder(desk, "consent_wording", record, self)
        self.text = LanguageMapField(multiline=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.binder.bind("text", self.text))
