"""A spare key: a file and six words on paper, for the day when every computer of the organisation is lost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit

from ui import theme
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.field import FieldRow
from ui.widgets.labels import Text
from wimdesk.i18n import _, ngettext
from wimdesk.services import spare_key

if TYPE_CHECKING:
    from ui.desk import Desk
    from wimdesk.errors import WimdeskError


class SpareKeyCard(Card):
    """Saves the organisation's key, or takes it out of a file. Emits ``loaded``."""

    loaded = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(_("Spare key"))
        self._desk = desk
        self._path = Path()
        about = _("If every computer is lost, nobody can read what is private. A spare key prevents that.")
        self.add(Text(about, wrap=True))
        self.save_button = SecondaryButton(_("Save a spare key…"), "download")
        self.save_button.clicked.connect(self._choose_place)
        self.load_button = SecondaryButton(_("Load a spare key…"), "folder-open")
        self.load_button.clicked.connect(self._choose_file)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.px(8))
        buttons.addWidget(self.save_button)
        buttons.addWidget(self.load_button)
        buttons.addStretch(1)
        self.content.addLayout(buttons)
        self.words = QLineEdit()
        self.words.setAccessibleName(_("Six words of the spare key"))
        self.words.returnPressed.connect(self._open)
        self.open_button = PrimaryButton(_("Open"))
        hint = _("They stand on the paper that belongs to it.")
        self.row = FieldRow(_("Six words of the spare key"), self.words, hint, button=self.open_button)
        self.open_button.setAccessibleName(_("Open the spare key"))
        self.open_button.clicked.connect(self._open)
        self._asking = [self.row, self.open_button]
        self.add(self.row)
        self.shown = Text("", "figure", wrap=True)
        self.shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.told = Text("", wrap=True)
        self.add(self.shown)
        self.add(self.told)
        self._say("")
        self._ask(False)

    def show_for(self, *, has_key: bool) -> None:
        """Offer what can be done on a computer that has the key, or waits for it."""
        self.save_button.setVisible(has_key)
        self.load_button.setVisible(not has_key)

    def save_to(self, path: Path) -> None:
        """Save the keys; show the words."""
        organisation = self._desk.app.identity().organisation

        def saved(words: str) -> None:
            self._say(
                _("Saved: {name}. Write these six words on paper and keep them apart from the file.").format(
                    name=path.name
                ),
                words,
            )

        def save(keys: list[bytes]) -> None:
            self._desk.tasks.work(
                self, lambda _progress: spare_key.save(organisation, keys, path), done=saved, failed=self._fail
            )

        self._desk.tasks.read(self, spare_key.keys_here, done=save, key="keys")

    def take(self, path: Path) -> None:
        """Ask for the words of a file."""
        self._path = path
        self._say(_("File: {name}").format(name=path.name))
        self._ask(True)
        self.words.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open(self) -> None:
        path, typed = self._path, self.words.text()
        self.row.clear_message()

        def opened(content: spare_key.Content) -> None:
            self._desk.tasks.write(self, spare_key.take, content, done=self._after_taking, failed=self._fail)

        self._desk.tasks.work(self, lambda _progress: spare_key.unlock(path, typed), done=opened, failed=self._fail)

    def _after_taking(self, count: int) -> None:
        self._ask(False)
        self.words.clear()
        text = ngettext("{count} key was loaded.", "{count} keys were loaded.", count).format(count=count)
        self._say(text + " " + _("What is private comes with the next sync."))
        self.loaded.emit()

    def _fail(self, problem: WimdeskError) -> None:
        if self.row.isHidden():
            self._say(str(problem))
        else:
            self.row.set_message(str(problem), "err")

    def _ask(self, asking: bool) -> None:
        for each in self._asking:
            each.setVisible(asking)

    def _say(self, sentence: str, words: str = "") -> None:
        for label, text in ((self.told, sentence), (self.shown, words)):
            label.setText(text)
            label.setVisible(bool(text))
        self.shown.setAccessibleName(_("Six words: {words}").format(words=words))

    def _choose_place(self) -> None:
        name = f"wimdesk{spare_key.SUFFIX}"
        chosen, _filter = QFileDialog.getSaveFileName(self, _("Save a spare key"), name, _kinds())
        if chosen:
            path = Path(chosen)
            self.save_to(path if path.suffix else path.with_suffix(spare_key.SUFFIX))

    def _choose_file(self) -> None:
        chosen, _filter = QFileDialog.getOpenFileName(self, _("Load a spare key"), "", _kinds())
        if chosen:
            self.take(Path(chosen))


def _kinds() -> str:
    return _("Spare keys") + f" (*{spare_key.SUFFIX})"
