"""What stands before the frame while the data on the disk is damaged: it offers the newest backup that is whole."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ui import moments
from ui.unlock import Calm
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.labels import Text
from wimdesk.i18n import _


class Rescue(Calm):
    """Says that the data is damaged and what can be done; emits ``restore``, ``again`` or ``leave``."""

    restore = Signal()
    again = Signal()
    leave = Signal()

    def __init__(self, sentence: str, backup_at: str, parent: QWidget | None = None) -> None:
        super().__init__("hard-drive", _("Your data is damaged"), sentence, parent)
        self.close_button = SecondaryButton(_("Close WIMDesk"))
        self.close_button.clicked.connect(self.leave)
        self.buttons.addWidget(self.close_button)
        if backup_at:
            day = moments.moment(backup_at)
            self.card.add(Text(_("A whole backup can take its place: {day}.").format(day=day), wrap=True))
            promise = _("The damaged files are kept. Newer changes that can be read come back too.")
            self.promise = Text(promise, "muted", wrap=True)
            self.card.add(self.promise)
            button = PrimaryButton(_("Restore the backup"), "history")
            button.clicked.connect(self._restore)
        else:
            words = _("There is no whole backup on this computer. Your files stay as they are.")
            self.card.add(Text(words, wrap=True))
            button = PrimaryButton(_("Try again"), "refresh-cw")
            button.clicked.connect(self.again)
        self.button = button
        self.buttons.addWidget(button)
        self.finish()

    def _restore(self) -> None:
        """Say that it goes on: a large profile on a slow disk takes its time, and closing now would begin anew."""
        for button in (self.button, self.close_button):
            button.setEnabled(False)
        self.button.setText(_("Restoring…"))
        self.promise.setText(_("This may take some minutes. Leave the computer on. The damaged files are kept."))
        self.restore.emit()
