"""The organisation's profile as a form that saves itself, with a meter of what is still missing."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from ui.desk import Desk
from ui.forms.binder import Binder
from ui.forms.columns import TwoColumns, options, texts
from ui.forms.logo import LogoLine
from ui.widgets.buttons import LinkButton
from ui.widgets.card import Card
from ui.widgets.combo import ChoiceField
from ui.widgets.date import DateField
from ui.widgets.field import FieldRow
from ui.widgets.flow import Flow
from ui.widgets.labels import Text
from ui.widgets.lookup import LookUpField
from ui.widgets.number import NumberField
from ui.widgets.tags import TagsField
from wimdesk.i18n import _
from wimdesk.records.organization import CLASSIFICATIONS, COVERS, LEGAL, SCOPES, region_name
from wimdesk.services import branches, people
from wimdesk.services.people import Profile


class Completeness(QWidget):
    """How much of the profile is there; each missing part is a link to its field."""

    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self._words = Text("", "strong", wrap=True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(_("How complete the profile is"))
        self._links = Flow(4)
        column.addWidget(self._words)
        column.addWidget(self._bar)
        column.addWidget(self._links)
        self._missing: tuple[tuple[str, str], ...] = ()

    def show_profile(self, profile: Profile) -> None:
        """Show how many parts are there and name the others."""
        words = _("{filled} of {asked} parts of the profile are filled in")
        whole = profile.filled == profile.asked
        counted = words.format(filled=profile.filled, asked=profile.asked)
        self._words.setText(_("The profile is complete.") if whole else counted)
        self._bar.setVisible(not whole)
        self._bar.setRange(0, profile.asked)
        self._bar.setValue(profile.filled)
        self._links.setVisible(bool(profile.missing))
        if profile.missing != self._missing:
            self._missing = profile.missing
            self._rebuild()

    def missing(self) -> list[str]:
        """Return the names of the missing fields."""
        return [name for name, _label in self._missing]

    def _rebuild(self) -> None:
        links = []
        for name, label in self._missing:
            link = LinkButton(label, "plus")
            link.set_slim()
            link.setAccessibleName(_("Fill in: {field}").format(field=label))
            link.clicked.connect(lambda _checked=False, name=name: self.wanted.emit(name))
            links.append(link)
        self._links.fill(links)


class OrganizationForm(QWidget):
    """Names, place, members and about; every field saves itself."""

    def __init__(self, desk: Desk, record: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._record = desk, record
        self.binder = Binder(desk, "organization", record, self)
        self.editors: dict[str, QWidget] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self.meter = Completeness()
        self.meter.wanted.connect(self.go_to)
        card = Card()
        card.add(self.meter)
        column.addWidget(card)
        column.addWidget(self._names())
        column.addWidget(self._place())
        column.addWidget(self._members())
        column.addWidget(self._about())

    def show_profile(self, profile: Profile) -> None:
        """Show how complete the profile is."""
        self.meter.show_profile(profile)

    def go_to(self, name: str) -> None:
        """Put the cursor into a field."""
        self.editors[name].setFocus(Qt.FocusReason.OtherFocusReason)

    def _names(self) -> Card:
        fields = TwoColumns()
        fields.add_wide(self._bound("name", texts()))
        fields.add(self._bound("acronym", QLineEdit()))
        fields.add(self._bound("classification", ChoiceField(options(CLASSIFICATIONS))))
        self.above = LookUpField()
        self.above.asked.connect(self._look_up)
        self.binder.loaded.connect(lambda values: self._name_parent(str(values["parent_id"] or "")))
        fields.add_wide(self._bound("parent_id", self.above, _("An organisation of which this one is a branch.")))
        self.logo = LogoLine(self._desk, self._record)
        self.binder.loaded.connect(lambda values: self.logo.show_logo(str(values["logo_id"] or "")))
        fields.add_wide(self.logo)
        return _card(_("Names"), fields)

    def _look_up(self, text: str) -> None:
        def offer(found: list[tuple[str, str]]) -> None:
            self.above.offer(text, found)

        self._desk.tasks.read(self, branches.find, text, self._record, done=offer, key="parents")

    def _name_parent(self, record: str) -> None:
        def name(found: str) -> None:
            self.above.set_label(record, found or _("Something that is not here"))

        if record:
            self._desk.tasks.read(self, branches.name_of, record, done=name, key="parent")

    def _place(self) -> Card:
        fields = TwoColumns()
        country = ChoiceField([("", "–"), *people.countries()])
        fields.add(self._bound("country_code", country, _("Type the first letters of its name.")))
        self.region = QLineEdit()
        self.region.setReadOnly(True)
        fields.add(FieldRow(_("Region"), self.region, _("By the United Nations, from the country")))
        country.changed.connect(lambda: self._show_region(country.value() or ""))
        self.binder.loaded.connect(lambda values: self._show_region(str(values["country_code"] or "")))
        fields.add(self._bound("scope", ChoiceField(options(SCOPES))))
        fields.add(self._bound("legal_status", ChoiceField(options(LEGAL))))
        fields.add(self._bound("identifiers", QLineEdit()))
        fields.add(self._bound("founding_date", DateField()))
        fields.add_wide(self._bound("languages", TagsField(people.languages())))
        return _card(_("Place and status"), fields)

    def _show_region(self, country_code: str) -> None:
        self.region.setText(region_name(country_code))

    def _members(self) -> Card:
        fields = TwoColumns()
        fields.add(self._bound("member_count", NumberField()))
        fields.add(self._bound("member_count_as_of", DateField()))
        fields.add(self._bound("member_count_source", QLineEdit()))
        fields.add(self._bound("member_count_covers", ChoiceField(options(COVERS))))
        founding = self._bound("founding_member", QCheckBox(_("Founding member of the Alliance")))
        founding.label.hide()
        fields.add_wide(founding)
        return _card(_("Members"), fields)

    def _about(self) -> Card:
        fields = TwoColumns()
        fields.add_wide(self._bound("summary", texts(multiline=True)))
        fields.add_wide(self._bound("tags", TagsField(free=True)))
        fields.add_wide(self._bound("website", QLineEdit()))
        return _card(_("About"), fields)

    def _bound(self, name: str, editor: QWidget, hint: str | None = None) -> FieldRow:
        self.editors[name] = editor
        return self.binder.bind(name, editor, hint=hint)


def _card(title: str, fields: QWidget) -> Card:
    card = Card(title)
    card.add(fields)
    return card
