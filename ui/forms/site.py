"""A site as a form that saves itself."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ui.desk import Desk
from ui.forms.binder import Binder
from ui.forms.columns import TwoColumns, options
from ui.forms.places import PlacesLine
from ui.widgets.card import Card
from ui.widgets.combo import ChoiceField
from ui.widgets.field import FieldRow
from ui.widgets.lookup import LookUpField
from ui.widgets.number import NumberField
from ui.widgets.tags import TagsField
from wimdesk.i18n import N_, _
from wimdesk.records.site import KINDS, STATES
from wimdesk.services import people, sites

COMMODITIES = {
    "bauxite": N_("Bauxite"), "coal": N_("Coal"), "cobalt": N_("Cobalt"), "copper": N_("Copper"),
    "diamonds": N_("Diamonds"), "gemstones": N_("Gemstones"), "gold": N_("Gold"), "graphite": N_("Graphite"),
    "iron": N_("Iron ore"), "lithium": N_("Lithium"), "manganese": N_("Manganese"), "molybdenum": N_("Molybdenum"),
    "nickel": N_("Nickel"), "phosphate": N_("Phosphate"), "platinum": N_("Platinum"), "rare_earths": N_("Rare earths"),
    "salt": N_("Salt"), "sand": N_("Sand and gravel"), "silver": N_("Silver"), "stone": N_("Stone"),
    "tantalum": N_("Tantalum"), "tin": N_("Tin"), "titanium": N_("Titanium"), "tungsten": N_("Tungsten"),
    "uranium": N_("Uranium"), "zinc": N_("Zinc"),
}  # fmt: skip
"""What is often mined; anything else can be typed."""


class SiteForm(QWidget):
    """Name, kind, what is mined, place and target. A site without a name may be taken from the list of known mines."""

    def __init__(self, desk: Desk, record: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._record = desk, record
        self.binder = Binder(desk, "site", record, self)
        self.first = QLineEdit()
        self.known = LookUpField()
        self.known.asked.connect(
            lambda text: self.known.offer(text, [(m["key"], sites.label_of(m)) for m in sites.known(text)])
        )
        self.known.changed.connect(self._fill)
        self._known_row = FieldRow(_("Choose from the list of known mines"), self.known, _("Or write its name below."))
        self._known_row.hide()
        self.binder.loaded.connect(lambda values: self._known_row.setVisible(not values["name"]))
        about, place, aim = TwoColumns(), TwoColumns(), TwoColumns()
        about.add_wide(self._known_row)
        about.add_wide(self.binder.bind("name", self.first))
        about.add(self.binder.bind("kind", ChoiceField(options(KINDS))))
        about.add(self.binder.bind("status", ChoiceField(options(STATES))))
        mined = [(code, _(words)) for code, words in COMMODITIES.items()]
        about.add_wide(self.binder.bind("commodity", TagsField(mined, free=True)))
        about.add_wide(self.binder.bind("tags", TagsField(free=True)))
        about.add_wide(self.binder.bind("operator", QLineEdit()))
        place.add_wide(self.binder.bind("country_code", ChoiceField([("", "–"), *people.countries()]), hint=""))
        place.add(self.binder.bind("latitude", NumberField()))
        place.add(self.binder.bind("longitude", NumberField()))
        place.add_wide(self.binder.bind("place_source", QLineEdit()))
        self.places = PlacesLine(desk, record)
        place.add_wide(self.places)
        aim.add(self.binder.bind("target_share", NumberField()))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for title, right, fields in (
            (_("About this site"), "", about),
            (_("Place"), _("In decimal degrees"), place),
            (_("Aim"), "", aim),
        ):
            card = Card(title, right)
            card.add(fields)
            column.addWidget(card)

    def _fill(self) -> None:
        if self.known.value():
            self._desk.tasks.write(
                self, sites.fill, self._record, self.known.value(), done=lambda _none: self.first.setFocus()
            )
