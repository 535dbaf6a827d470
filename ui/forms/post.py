"""A post as a form that saves itself."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ui.desk import Desk
from ui.forms.binder import Binder
from ui.forms.columns import TwoColumns, texts
from ui.widgets.card import Card
from ui.widgets.tags import TagsField
from wimdesk.i18n import _


class PostForm(QWidget):
    """The name of a post in each language, and its task."""

    def __init__(self, desk: Desk, record: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.binder = Binder(desk, "post", record, self)
        self.first = texts()
        fields = TwoColumns()
        fields.add_wide(self.binder.bind("label", self.first))
        fields.add_wide(self.binder.bind("role", QLineEdit()))
        fields.add_wide(self.binder.bind("handover", TagsField(free=True)))
        card = Card(_("About this post"))
        card.add(fields)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card)
