"""The line on which attendance is taken: a name, Enter, the next name."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.widgets.buttons import QuietButton, SecondaryButton
from ui.widgets.field import FieldRow
from ui.widgets.lookup import LookUpField
from wimdesk.i18n import _


class EntryLine(QWidget):
    """A field for a person of the list or any name, and what to note about her."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = LookUpField(_("Who is here"), free=True)
        self.field.setPlaceholderText(_("Name"))
        self.here = SecondaryButton(_("Here"), "check")
        self.register = QuietButton(_("Register"), "user-plus")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(FieldRow(_("Who is here"), self.field, _("Type a name and press Enter.")), 1)
        for button in (self.here, self.register):
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
