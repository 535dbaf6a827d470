"""What a person may ask for: a copy of everything that is held about her, and to be erased on every computer."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.widgets.buttons import LinkButton, PrimaryButton, QuietButton
from ui.widgets.card import Card
from ui.widgets.field import FieldRow
from ui.widgets.labels import Text
from wimdesk.i18n import _, ngettext
from wimdesk.services import access, erasing
from wimdesk.services.access import Written
from wimdesk.services.erasing import Part
from wimdesk.store.record import types


class EraseForm(QWidget):
    """Says what goes and what stays, and asks for the name, so that nobody is erased by a slip of the hand."""

    erased = Signal()

    def __init__(self, desk: Desk, record: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._record, self._name = desk, record, ""
        self._shown = 0
        self.told = Text("", wrap=True)
        self.everything = QCheckBox(_("Also what the law asks to keep, such as receipts"))
        self.everything.toggled.connect(self._read)
        self.name = QLineEdit()
        self.row = FieldRow(_("Type the name to confirm"), self.name)
        self.name.setAccessibleName(_("Type the name to confirm"))
        self.button = PrimaryButton(_("Erase for ever"), "trash-2")
        self.button.clicked.connect(self._erase)
        self.stop = QuietButton(_("Cancel"))
        self.stop.clicked.connect(self.hide)
        buttons = QHBoxLayout()
        buttons.addWidget(self.button)
        buttons.addWidget(self.stop)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        for part in (self.told, self.everything, self.row):
            column.addWidget(part)
        column.addLayout(buttons)

    def begin(self) -> None:
        """Say what would go."""
        self.name.setText("")
        self.row.set_message("", "neutral")
        self.show()
        self._read()
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def _read(self) -> None:
        query = partial(erasing.scope, everything=self.everything.isChecked())
        self._desk.tasks.read(self, query, "person", self._record, done=self._show, key="scope")

    def _show(self, parts: list[Part]) -> None:
        self._name = parts[0].caption
        going, kept = [part for part in parts if not part.kept], [part for part in parts if part.kept]
        count = ngettext("{count} record goes: {names}.", "{count} records go: {names}.", len(going))
        sentences = [
            _("This erases the person on every computer and at the Secretariat. It can't be undone."),
            count.format(count=len(going), names=_names(going)),
        ]
        if kept:
            stays = ngettext("{count} record stays, for the law asks for it.", "{count} records stay, for the law asks "
                             "for it.", len(kept))  # fmt: skip
            sentences.append(stays.format(count=len(kept)))
        self.told.setText(" ".join(sentences))
        self.everything.setVisible(bool(kept) or self.everything.isChecked())

    def _erase(self) -> None:
        if " ".join(self.name.text().split()).casefold() != self._name.casefold():
            self.row.set_message(_("This is not the name. Nothing was erased."), "err")
            return
        verb = partial(erasing.erase, everything=self.everything.isChecked())
        self._desk.tasks.write(
            self._desk.tasks, verb, "person", self._record, done=self._sweep,
            failed=lambda problem: self._desk.notices.warn(str(problem)),
        )  # fmt: skip
        self.hide()

    def _sweep(self, _parts: object) -> None:
        app, notices = self._desk.app, self._desk.notices
        self._desk.tasks.work(
            self._desk.tasks,
            lambda _progress: app.sweep(),
            done=lambda _count: notices.say(_("Erased here. The other computers follow with their next sync.")),
            failed=lambda problem: notices.warn(str(problem)),
        )


def _names(parts: list[Part]) -> str:
    kinds = dict.fromkeys(part.type for part in parts)
    return ", ".join(_(types()[kind].type_label) for kind in kinds)


class RightsCard(Card):
    """Two buttons, and the form behind the second."""

    def __init__(self, desk: Desk, person: str, parent: QWidget | None = None) -> None:
        super().__init__(_("Rights of this person"), parent=parent)
        self._desk, self._person = desk, person
        self.copy = LinkButton(_("A copy of everything that is held…"), "download")
        self.copy.clicked.connect(self._ask)
        self.erase = LinkButton(_("Erase on every computer…"), "trash-2")
        self.form = EraseForm(desk, person)
        self.form.hide()
        self.erase.clicked.connect(self.form.begin)
        for part in (self.copy, self.erase, self.form):
            self.add(part)

    def _ask(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, _("Choose a folder for the copy"))
        if chosen:
            self.write_to(Path(chosen))

    def write_to(self, folder: Path) -> None:
        """Write all that is held about her into a folder."""
        app, key = self._desk.app, ("person", self._person)
        self._desk.tasks.work(
            self,
            lambda _progress: app.read(access.write, app.contents, app.searcher().ask, key, folder),
            done=self._tell,
            failed=lambda problem: self._desk.notices.warn(str(problem)),
        )

    def _tell(self, written: Written) -> None:
        said = _("Saved: {name}").format(name=access.DOCUMENT)
        if written.missing:
            said += " " + _("Some files are not on this computer: download them first.")
        self._desk.notices.say(said)
