"""A milestone or a deliverable as a line of fields that save themselves."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.binder import Binder
from ui.forms.columns import options, texts, two_lines
from ui.widgets.buttons import IconButton
from ui.widgets.combo import ChoiceField
from ui.widgets.date import DateField
from wimdesk.i18n import _
from wimdesk.records.milestone import KINDS

_DATE = 150


class MilestoneLine(QWidget):
    """What it is, of which kind, and its two days."""

    removed = Signal(str)

    def __init__(self, desk: Desk, record: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.binder = Binder(desk, "milestone", record, self)
        self.first = texts()
        lines = two_lines(self)
        top = Qt.AlignmentFlag.AlignTop
        lines[0].addWidget(self.binder.bind("title", self.first), 1, top)
        lines[1].addWidget(self.binder.bind("kind", ChoiceField(options(KINDS))), 1, top)
        for name in ("due", "done_on"):
            day = DateField()
            day.setPlaceholderText(_("2026-10-31"))
            row = self.binder.bind(name, day)
            row.setFixedWidth(theme.px(_DATE))
            lines[1].addWidget(row, 0, top)
        remove = IconButton("trash-2", _("Remove this milestone"))
        remove.clicked.connect(lambda: self.removed.emit(record))
        lines[1].addWidget(remove, 0, Qt.AlignmentFlag.AlignBottom)
