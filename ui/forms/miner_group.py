"""A group of artisanal miners as a form that saves itself."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.binder import Binder
from ui.forms.columns import TwoColumns, options
from ui.forms.site import COMMODITIES
from ui.widgets.card import Card
from ui.widgets.combo import ChoiceField
from ui.widgets.date import DateField
from ui.widgets.lookup import LookUpField
from ui.widgets.number import NumberField
from ui.widgets.tags import TagsField
from wimdesk.i18n import _
from wimdesk.records.miner_group import GRIDS, KINDS, ROLES, USUAL_GRID
from wimdesk.services import editing, people


class MinerGroupForm(QWidget):
    """Numbers without names, what is mined, who does what, and the place with how exactly others see it."""

    def __init__(self, desk: Desk, record: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.binder = Binder(desk, "miner_group", record, self)
        self.first = QLineEdit()
        self.women = NumberField()
        note = QPlainTextEdit()
        note.setTabChangesFocus(True)
        note.setFixedHeight(theme.px(72))
        about, place = TwoColumns(), TwoColumns()
        about.add(self.binder.bind("name", self.first))
        about.add(self.binder.bind("kind", ChoiceField(options(KINDS))))
        about.add(self.binder.bind("women", self.women))
        about.add(self.binder.bind("men", NumberField()))
        about.add(self.binder.bind("counted_on", DateField()))
        about.add(self.binder.bind("count_source", QLineEdit()))
        mined = [(code, _(words)) for code, words in COMMODITIES.items()]
        about.add_wide(self.binder.bind("commodity", TagsField(mined, free=True)))
        about.add_wide(
            self.binder.bind("roles", TagsField([(code, _(words)) for code, words in ROLES.items()], free=True))
        )
        self.contact = LookUpField()
        self.binder.loaded.connect(lambda values: self._name_contact(str(values["contact_id"] or "")))
        about.add_wide(self.binder.bind("contact_id", self.contact))
        about.add_wide(self.binder.bind("note", note))
        place.add(self.binder.bind("country_code", ChoiceField([("", "–"), *people.countries()]), hint=""))
        grid = ChoiceField(options(GRIDS))
        grid.setItemText(0, _("The usual: {words}").format(words=dict(options(GRIDS))[USUAL_GRID]))
        place.add(self.binder.bind("grid", grid, hint=_("Rounded before it leaves your organisation.")))
        place.add(self.binder.bind("latitude", NumberField()))
        place.add(self.binder.bind("longitude", NumberField()))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        titles = (
            (_("About this group"), _("Nobody needs to be named"), about),
            (_("Place"), _("In decimal degrees"), place),
        )
        for title, right, fields in titles:
            card = Card(title, right)
            card.add(fields)
            column.addWidget(card)

    def _name_contact(self, person: str) -> None:
        def name(found: str) -> None:
            self.contact.set_label(person, found)

        if person:
            self._desk.tasks.read(self, editing.caption, "person", person, done=name, key="contact")
