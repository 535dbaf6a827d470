"""Where a woman allows her story to be told, and until when; each time is written down and stays written down."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.columns import TwoColumns
from ui.widgets.buttons import LinkButton, PrimaryButton, QuietButton
from ui.widgets.card import Card
from ui.widgets.combo import ChoiceField
from ui.widgets.date import DateField
from ui.widgets.field import FieldRow
from ui.widgets.labels import Chip, Text, Tone
from wimdesk.events import Changed
from wimdesk.i18n import N_, _
from wimdesk.records.consent import CHANNELS, METHODS
from wimdesk.services import consents, library, library_stories
from wimdesk.services.dates import day_text
from wimdesk.services.library_stories import PURPOSE, Place, Standing

_STATES: dict[str, tuple[str, Tone]] = {
    "given": (N_("Given"), "ok"),
    "ended": (N_("Ended"), "warn"),
    "withdrawn": (N_("Withdrawn"), "warn"),
    "": (N_("Not asked"), "neutral"),
}


class StoryCard(Card):
    """What the woman of one story allows; for those who keep it, never for its readers."""

    def __init__(self, desk: Desk, item_id: str, parent: QWidget | None = None) -> None:
        super().__init__(_("Where her story may be told"), parent=parent)
        self._desk, self._id = desk, item_id
        self._person = ""
        self._shown: list[QWidget] = []
        self._lines = QVBoxLayout()
        self._lines.setSpacing(theme.px(6))
        self.add_layout(self._lines)
        self.channel = ChoiceField([(code, _(words)) for code, words in CHANNELS.items()])
        self.until = DateField(whole_days=True)
        self.method = ChoiceField([("", "–"), *((code, _(words)) for code, words in METHODS.items())])
        fields = TwoColumns()
        for label, editor in ((_("Where"), self.channel), (_("Until"), self.until), (_("How"), self.method)):
            editor.setAccessibleName(label)
            fields.add(FieldRow(label, editor))
        self.save = PrimaryButton(_("She allows it"))
        self.save.clicked.connect(self._save)
        stop = QuietButton(_("Cancel"))
        self._form = QWidget()
        column = QVBoxLayout(self._form)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(fields)
        buttons = QHBoxLayout()
        buttons.addWidget(self.save)
        buttons.addWidget(stop)
        buttons.addStretch(1)
        column.addLayout(buttons)
        stop.clicked.connect(self._form.hide)
        self.button = LinkButton(_("Write down a consent"), "plus")
        self.button.clicked.connect(self.begin)
        self.add(self.button)
        self.add(self._form)
        self._form.hide()
        self.hide()
        desk.bridge.changed.connect(self._hear)
        self.reload()

    def reload(self) -> None:
        """Read anew what she allows."""
        self._desk.tasks.read(self, library_stories.standing, self._id, done=self._take, key="story")

    def begin(self) -> None:
        """Ask for one more consent."""
        self.until.set_value("")
        self._form.show()
        self.channel.setFocus(Qt.FocusReason.OtherFocusReason)

    def _hear(self, change: Changed) -> None:
        if change.touches("consent") or self._id in change.ids.get(library.TYPE, frozenset()):
            self.reload()

    def _take(self, found: Standing) -> None:
        self._person = found.person
        for row in self._shown:
            self._lines.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._shown = [self._line(place) for place in found.places]
        for row in self._shown:
            self._lines.addWidget(row)
        self.setVisible(bool(found.person))

    def _line(self, place: Place) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(Text(_(CHANNELS[place.channel])), 1)
        if place.until:
            row.addWidget(Text(_("until {day}").format(day=day_text(place.until)), "muted"))
        words, tone = _STATES[place.state]
        row.addWidget(Chip(_(words), tone))
        if place.state == "given":
            back = LinkButton(_("Take back"))
            back.setObjectName(f"back:{place.channel}")
            back.setAccessibleName(_("Take back: {what}").format(what=_(CHANNELS[place.channel])))
            back.clicked.connect(lambda: self._note("withdrawn", channel=place.channel))
            row.addWidget(back)
        return line

    def _save(self) -> None:
        if problem := self.until.problem():
            self._desk.notices.warn(problem)
            return
        told = {"until": self.until.value() or "", "method": str(self.method.value() or "")}
        self._note("given", channel=str(self.channel.value()), **told)

    def _note(self, state: str, **told: str) -> None:
        def done(_id: str) -> None:
            self._form.hide()
            self.button.setFocus(Qt.FocusReason.OtherFocusReason)

        self._desk.tasks.write(
            self, partial(consents.note, **told), self._person, PURPOSE, state, done=done,
            failed=lambda problem: self._desk.notices.warn(str(problem)),
        )  # fmt: skip
