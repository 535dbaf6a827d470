"""Many records that others removed: how many, which kinds, by whom, and the choice whether they go or stay."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget
from shiboken6 import isValid

from ui.pages.sync_centre_parts import lines_grid
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.labels import Chip, Text
from wimdesk.i18n import _, ngettext
from wimdesk.services import removals
from wimdesk.services.removals import Kept, Removal

if TYPE_CHECKING:
    from ui.desk import Desk

T = TypeVar("T")


class RemovalCard(Card):
    """Shows one question and takes the answer. Emits ``answered`` once it is saved, or could not be."""

    answered = Signal()

    def __init__(self, desk: Desk, removal: Removal, parent: QWidget | None = None) -> None:
        super().__init__(removal.title, parent=parent)
        self.removal = removal
        self._desk = desk
        self.add_to_head(Chip(_("Removed?"), "warn"))
        self.content.setSpacing(12)
        self.add(Text(_("They still show on this computer. Nothing is lost, whatever you choose."), wrap=True))
        self.content.addLayout(lines_grid(_lines(removal)))
        self.add(Text(_about(removal), "muted", wrap=True))
        self.remove_button = SecondaryButton(_("Remove them"), "trash-2")
        self.remove_button.clicked.connect(self._remove)
        self.keep_button = PrimaryButton(_("Keep them"), "undo-2")
        self.keep_button.clicked.connect(self._keep)
        # Where none may be put back, keeping would keep nothing.
        self.keep_button.setEnabled(removal.not_ours < removal.count)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(self.remove_button)
        row.addWidget(self.keep_button)
        self.content.addLayout(row)

    def _remove(self) -> None:
        self._save(removals.remove, self._say_removed)

    def _keep(self) -> None:
        self._save(removals.keep, self._say_kept)

    def _save(self, verb: Callable[..., T], done: Callable[[T], None]) -> None:
        for button in (self.remove_button, self.keep_button):
            button.setEnabled(False)  # a second press would find everything answered
        # The card may be gone when the answer is saved: what came of it is said all the same.
        self._desk.tasks.write(self._desk.tasks, verb, self.removal.space, done=done)

    def _say_removed(self, count: int) -> None:
        words = ngettext("{count} record moved to the trash.", "{count} records moved to the trash.", count)
        self._desk.notices.say(words.format(count=count))
        self._tell()

    def _say_kept(self, kept: Kept) -> None:
        words = ngettext("{count} record is put back.", "{count} records are put back.", kept.back)
        self._desk.notices.offer_undo(words.format(count=kept.back))
        self._tell()

    def _tell(self) -> None:
        if isValid(self):
            self.answered.emit()


def _lines(removal: Removal) -> list[tuple[str, str]]:
    kinds = "\n".join(f"{label}: {count}" for label, count in removal.kinds)
    more = removal.count - len(removal.names)
    names = ", ".join(removal.names)
    if more and names:
        names = _("{names} and {count} more").format(names=names, count=more)
    lines = [(_("Kinds"), kinds), (_("Removed by"), "\n".join(removal.authors)), (_("Among them"), names)]
    return [line for line in lines if line[1]]


def _about(removal: Removal) -> str:
    words = [_("“Remove them” moves them to the trash here too."), _("“Keep them” puts them back for everybody.")]
    if removal.not_ours:
        sentence = ngettext(
            "{count} belongs to others: it goes to the trash, where you can still read it.",
            "{count} belong to others: they go to the trash, where you can still read them.",
            removal.not_ours,
        )
        words.append(sentence.format(count=removal.not_ours))
    return " ".join(words)
