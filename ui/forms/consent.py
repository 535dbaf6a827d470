"""What a person allows: one line for each purpose, and a small form that writes down one more time."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.columns import TwoColumns
from ui.widgets.buttons import LinkButton, PrimaryButton, QuietButton
from ui.widgets.card import Card
from ui.widgets.combo import ChoiceField
from ui.widgets.date import DateField
from ui.widgets.field import FieldRow
from ui.widgets.labels import Chip, Text
from wimdesk import clock
from wimdesk.events import Changed
from wimdesk.i18n import LANGUAGES, _, language
from wimdesk.records.consent import METHODS, PURPOSES, STATES
from wimdesk.services import consents
from wimdesk.services.consents import Register, Standing, Wording
from wimdesk.services.dates import day_text


class ConsentForm(QWidget):
    """Asks for one event: what for, given or withdrawn, when, how, in which words."""

    def __init__(self, desk: Desk, person: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._person = desk, person
        self.purpose = ChoiceField([(code, _(words)) for code, words in PURPOSES.items()])
        self.state = ChoiceField([(code, _(words)) for code, words in STATES.items()])
        self.date = DateField()
        self.method = ChoiceField([("", "–"), *((code, _(words)) for code, words in METHODS.items())])
        self.words_in = ChoiceField([(code, name) for code, name in LANGUAGES.items()])
        self.by = QLineEdit()
        self.wording = Text("", "muted", wrap=True)
        self.save = PrimaryButton(_("Write down"))
        self.save.clicked.connect(self._save)
        self.stop = QuietButton(_("Cancel"))
        self.stop.clicked.connect(self.hide)
        fields = TwoColumns()
        for label, editor in (
            (_("What for"), self.purpose), (_("Given or withdrawn"), self.state), (_("Day"), self.date),
            (_("How"), self.method), (_("Words in"), self.words_in), (_("Who was there"), self.by),
        ):  # fmt: skip
            editor.setAccessibleName(label)
            fields.add(FieldRow(label, editor))
        buttons = QHBoxLayout()
        buttons.addWidget(self.save)
        buttons.addWidget(self.stop)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        column.addWidget(fields)
        column.addWidget(self.wording)
        column.addLayout(buttons)
        for choice in (self.purpose, self.words_in):
            choice.changed.connect(self._read_wording)

    def begin(self, purpose: str = "", state: str = "given") -> None:
        """Ask for a new event."""
        self.purpose.set_value(purpose or next(iter(PURPOSES)))
        self.state.set_value(state)
        self.date.set_value(clock.today().isoformat())
        self.method.set_value("")
        self.words_in.set_value(language())
        self.by.setText("")
        self.show()
        self._read_wording()
        self.purpose.setFocus(Qt.FocusReason.OtherFocusReason)

    def _read_wording(self) -> None:
        asked = str(self.purpose.value()), str(self.words_in.value())
        self._desk.tasks.read(self, consents.wording, *asked, done=self._show_wording, key="wording")

    def _show_wording(self, found: Wording) -> None:
        told = _("What is read out ({language}, version {version}):")
        named = told.format(language=LANGUAGES.get(found.language, found.language), version=found.version)
        self.wording.setText(f"{named} “{found.text}”")

    def _save(self) -> None:
        verb = partial(
            consents.note, date=self.date.value() or "", language=str(self.words_in.value()),
            method=str(self.method.value()), recorded_by=self.by.text().strip(),
        )  # fmt: skip
        asked = self._person, str(self.purpose.value()), str(self.state.value())
        self._desk.tasks.write(
            self, verb, *asked, done=lambda _id: self.hide(),
            failed=lambda problem: self._desk.notices.warn(str(problem)),
        )  # fmt: skip


class ConsentCard(Card):
    """The register of one person, and whether the Alliance sees her."""

    def __init__(self, desk: Desk, person: str, parent: QWidget | None = None) -> None:
        super().__init__(_("What this person allows"), _("Stays in your organisation"), parent=parent)
        self._desk, self._person = desk, person
        self._rows: list[QWidget] = []
        self._column = QVBoxLayout()
        self._column.setSpacing(theme.px(6))
        self.form = ConsentForm(desk, person)
        self.form.hide()
        self.button = LinkButton(_("Write down a consent"), "plus")
        self.button.clicked.connect(lambda: self.form.begin())
        self.directory = LinkButton(_("Show in the directory of the Alliance"), "users")
        self.directory.clicked.connect(self._publish)
        self.add_layout(self._column)
        self.add(self.button)
        self.add(self.directory)
        self.add(self.form)
        desk.bridge.changed.connect(self._hear)
        self.reload()

    def reload(self) -> None:
        """Read the register anew."""
        self._desk.tasks.read(self, consents.register, self._person, done=self._show, key="consents")

    def _hear(self, change: Changed) -> None:
        if change.touches("consent"):
            self.reload()

    def _show(self, found: Register) -> None:
        for row in self._rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = [self._line(standing) for standing in found.standings]
        for row in self._rows:
            self._column.addWidget(row)
        allowed = any(each.purpose == "directory" and each.is_given for each in found.standings)
        self.directory.setVisible(allowed and not found.in_directory)

    def _line(self, standing: Standing) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(Text(_(PURPOSES[standing.purpose])), 1)
        event = standing.latest
        if event is None:
            row.addWidget(Text(_("Not asked"), "muted"))
            return line
        told = " · ".join(part for part in (day_text(event.date), event.language, event.wording_version) if part)
        row.addWidget(Text(told, "muted"))
        row.addWidget(Chip(_(STATES[event.state]), "ok" if standing.is_given else "warn"))
        if standing.is_given:
            back = LinkButton(_("Take back"))
            back.setAccessibleName(_("Take back: {what}").format(what=_(PURPOSES[standing.purpose])))
            back.clicked.connect(lambda: self.form.begin(standing.purpose, "withdrawn"))
            row.addWidget(back)
        return line

    def _publish(self) -> None:
        self._desk.tasks.write(
            self, consents.show_in_directory, self._person,
            done=lambda _id: self._desk.notices.say(_("The Alliance sees it with the next sync.")),
            failed=lambda problem: self._desk.notices.warn(str(problem)),
        )  # fmt: skip
