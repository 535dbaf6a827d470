"""A person as a form that saves itself; everything in it stays on the organisation's own computers."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.binder import Binder
from ui.forms.columns import TwoColumns
from ui.widgets.card import Card
from ui.widgets.combo import ChoiceField
from ui.widgets.tags import TagsField
from wimdesk.i18n import _
from wimdesk.services import people


class PersonForm(QWidget):
    """Names, role, languages and notes."""

    def __init__(self, desk: Desk, record: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.binder = Binder(desk, "person", record, self)
        self.first = QLineEdit()
        notes = QPlainTextEdit()
        notes.setTabChangesFocus(True)
        notes.setFixedHeight(theme.px(72))
        fields = TwoColumns()
        fields.add(self.binder.bind("given_name", self.first))
        fields.add(self.binder.bind("family_name", QLineEdit()))
        fields.add(self.binder.bind("role", QLineEdit()))
        fields.add(self.binder.bind("pronouns", QLineEdit()))
        fields.add(self.binder.bind("country_code", ChoiceField([("", "–"), *people.countries()]), hint=""))
        fields.add(self.binder.bind("languages", TagsField(people.languages())))
        spoken = ChoiceField([("", "–"), *people.languages()])
        fields.add(self.binder.bind("preferred_language", spoken))
        fields.add_wide(self.binder.bind("skills", TagsField(free=True)))
        fields.add_wide(self.binder.bind("tags", TagsField(free=True)))
        fields.add_wide(self.binder.bind("summary", notes))
        card = Card(_("About this person"), _("Stays in your organisation"))
        card.add(fields)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card)
