"""Leaving the Alliance: what happens, from which day, and everything in one file first."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.widgets.buttons import PrimaryButton, QuietButton, SecondaryButton
from ui.widgets.date import DateField
from ui.widgets.field import FieldRow
from ui.widgets.labels import Text
from wimdesk import clock
from wimdesk.i18n import _, ngettext
from wimdesk.services import leaving


class LeaveForm(QWidget):
    """Says plainly what leaving means and asks for the day; emits ``wanted`` with it, or ``saving`` for the export."""

    wanted = Signal(str)
    saving = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = Text(_words(), wrap=True)
        self.day = DateField(_("Leaves on"), whole_days=True)
        self.row = FieldRow(_("Leaves on"), self.day, _("Today or later. Until then you can take it back."))
        self.day.setMaximumWidth(theme.px(160))
        self.save = SecondaryButton(_("Save all…"), "download")
        self.save.setAccessibleName(_("Save all before you leave"))
        self.save.clicked.connect(self.saving)
        self.leave = PrimaryButton(_("Leave on this day"))
        self.leave.clicked.connect(self._leave)
        self.stop = QuietButton(_("Cancel"))
        self.stop.clicked.connect(self.hide)
        buttons = QHBoxLayout()
        for button in (self.save, self.leave, self.stop):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.px(4), 0, theme.px(8))
        column.setSpacing(theme.px(8))
        column.addWidget(self.words)
        column.addWidget(self.row)
        column.addLayout(buttons)

    def begin(self) -> None:
        """Ask, with today as the day."""
        self.row.clear_message()
        self.day.set_value(clock.today().isoformat())
        self.show()
        self.day.setFocus(Qt.FocusReason.OtherFocusReason)

    def complain(self, sentence: str) -> None:
        """Say why it was not done."""
        self.row.set_message(sentence, "err")

    def _leave(self) -> None:
        problem = self.day.problem() or ("" if self.day.value() else _("Say on which day."))
        if problem:
            self.complain(problem)
            return
        self.row.clear_message()
        self.wanted.emit(self.day.value())


def _words() -> str:
    removed = ngettext(
        "After {count} day the Secretariat removes what you shared from all other computers.",
        "After {count} days the Secretariat removes what you shared from all other computers.",
        leaving.TERM_DAYS,
    )
    return " ".join((
        _("The Alliance sees the day. On it all your computers send what is left and then stop syncing."),
        _("Each keeps all that is on it, private and shared, and works on alone."),
        removed.format(count=leaving.TERM_DAYS),
    ))  # fmt: skip
