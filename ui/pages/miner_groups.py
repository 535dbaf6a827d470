"""The card of a group of artisanal miners: numbers, licences, sales, trainings, and what of it is shared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt

from ui.desk import Desk
from ui.forms.action import ActionLine
from ui.forms.attachment import AttachmentsCard
from ui.forms.group_entry import GroupEntryLine
from ui.forms.licence import LicenceLine
from ui.forms.miner_group import MinerGroupForm
from ui.pages.record_card import RecordCard
from ui.widgets.banner import Banner
from ui.widgets.buttons import QuietButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.column import Column
from ui.widgets.labels import Text
from wimdesk.i18n import _, ngettext
from wimdesk.services import miner_groups, money, people
from wimdesk.services.dates import day_text
from wimdesk.services.miner_groups import Ending, GroupCard
from wimdesk.services.people import PersonRow

Line = LicenceLine | GroupEntryLine | ActionLine


class LinesCard(Card):
    """Lines that save themselves; one is added at the top with a button."""

    def __init__(self, desk: Desk, title: str, words: str, type_name: str, line: Callable[[str], Line]) -> None:
        super().__init__(title)
        self._desk, self._type, self._make = desk, type_name, line
        self.lines: dict[str, Line] = {}
        self.button = QuietButton(words, "plus")
        self.add_to_head(self.button)
        self.column = Column(8)
        self.add(self.column)
        self.open(False)

    def show_lines(self, ids: Sequence[str]) -> None:
        """Show these records; lines that stay keep what is being typed."""
        if [*ids] != [*self.lines]:
            self.flush()
            self.lines = {record: self._line(record) for record in ids}
            self.column.fill(self.lines.values())
        self.open(bool(ids))

    def flush(self) -> None:
        """Save what waits to be saved."""
        for line in self.lines.values():
            line.binder.flush()

    def _line(self, record: str) -> Line:
        line = self._make(record)
        line.removed.connect(self._remove)
        return line

    def _remove(self, record: str) -> None:
        tell, words = self._desk.notices.offer_undo, _("Line moved to the trash.")
        self._desk.tasks.write(self._desk.tasks, people.remove, self._type, record, done=lambda act: tell(words, act))


class MinerGroupPane(RecordCard):
    """One group."""

    type_name = "miner_group"

    def fill(self) -> None:
        desk, record = self.desk, self.record
        self.alert = Banner("clock", "", tone="warn")
        self.alert.hide()
        self.form = MinerGroupForm(desk, record)
        self.form.contact.asked.connect(self._look_up)
        licence, entry = miner_groups.LICENCE, miner_groups.ENTRY
        self.licences = LinesCard(desk, _("Licences"), _("New licence"), licence, lambda each: LicenceLine(desk, each))
        self.sales = LinesCard(desk, _("Sales"), _("New sale"), entry, lambda each: GroupEntryLine(desk, each, "sale"))
        self.trainings = LinesCard(
            desk, _("Training"), _("New training"), entry, lambda each: GroupEntryLine(desk, each, "training")
        )
        self.licences.button.clicked.connect(self._begin_licence)
        self.sales.button.clicked.connect(lambda: self._begin_entry("sale"))
        self.trainings.button.clicked.connect(lambda: self._begin_entry("training"))
        for part in (self.alert, self.form, self.licences, self.sales, self.trainings, self._sharing()):
            self.column.addWidget(part)
        self.column.addWidget(AttachmentsCard(desk, self.type_name, record))

    def reload(self) -> None:
        self.desk.tasks.read(self, miner_groups.card, self.record, done=self._take, key="group")

    def flush(self) -> None:
        self.form.binder.flush()
        for part in (self.licences, self.sales, self.trainings):
            part.flush()

    def begin(self) -> None:
        self.form.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _sharing(self) -> Card:
        card = Card(_("What the Alliance sees"))
        self.shared = Text("", "body", wrap=True)
        self.share_button = SecondaryButton(_("Share with the Alliance"), "share-2")
        self.share_button.clicked.connect(self._share)
        self.back_button = QuietButton(_("Take it back"), "undo-2")
        self.back_button.clicked.connect(
            lambda: self.desk.tasks.write(self, miner_groups.take_back, self.record, done=lambda _none: self.reload())
        )
        card.add(self.shared)
        for button in (self.share_button, self.back_button):
            card.content.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def _look_up(self, text: str) -> None:
        def offer(found: Mapping[str, PersonRow]) -> None:
            self.form.contact.offer(text, [(person, row.name) for person, row in found.items()])

        self.people_wanted.emit(text, offer)

    def _share(self) -> None:
        self.flush()
        self.desk.tasks.write(self, miner_groups.share, self.record, done=lambda _id: self.reload())

    def _begin_licence(self) -> None:
        self.desk.tasks.write(self, miner_groups.begin_licence, self.record)

    def _begin_entry(self, kind: str) -> None:
        self.desk.tasks.write(self, miner_groups.begin_entry, self.record, kind)

    def _take(self, card: GroupCard) -> None:
        self.show_title(card.name or _("New group"))
        self.licences.show_lines(card.licences)
        self.sales.show_lines(card.sales)
        self.trainings.show_lines(card.trainings)
        self.sales.set_right(", ".join(money.text(minor, currency) for minor, currency in card.sold))
        trained = ngettext("{count} woman took part", "{count} women took part", card.trained)
        self.trainings.set_right(trained.format(count=card.trained) if card.trained else "")
        self.alert.setVisible(bool(card.ending))
        if card.ending:
            told = " · ".join(map(_told, card.ending))
            self.alert.say("clock", _("A licence needs to be renewed."), told, "", "warn")
        self._show_shared(card)

    def _show_shared(self, card: GroupCard) -> None:
        self.back_button.setVisible(bool(card.shared))
        self.share_button.setText(_("Share it anew") if card.shared else _("Share with the Alliance"))
        if not card.shared:
            words = _(
                "Nothing yet. Shared are the name, the numbers, what is mined and a rounded place. The rest stays here."
            )
        elif card.shared_place[0] is None:
            words = _("The name, the numbers and what is mined. No place.")
        else:
            words = _("The name, the numbers, what is mined, and the place as {latitude}, {longitude}.").format(
                latitude=f"{card.shared_place[0]:g}", longitude=f"{card.shared_place[1] or 0:g}"
            )
        self.shared.setText(words)


def _told(each: Ending) -> str:
    if each.days < 0:
        return _("{licence} has ended on {day}").format(licence=each.words, day=day_text(each.expires))
    return _("{licence} ends on {day}").format(licence=each.words, day=day_text(each.expires))
