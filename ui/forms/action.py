"""An action or a decision of minutes, as a line of fields that save themselves."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.binder import Binder
from ui.forms.columns import two_lines
from ui.widgets.buttons import IconButton
from ui.widgets.combo import ChoiceField
from ui.widgets.date import DateField
from wimdesk.i18n import _
from wimdesk.records.action import KINDS

_DATE, _KIND = 120, 120


class ActionLine(QWidget):
    """What, who owes it, and until when."""

    removed = Signal(str)

    def __init__(
        self, desk: Desk, record: str, organisations: Sequence[tuple[str, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.binder = Binder(desk, "action", record, self)
        self.kind = ChoiceField([(code, _(words)) for code, words in KINDS.items()])
        self.first = QLineEdit()
        self.organisation = ChoiceField([("", "–"), *organisations])
        self.due = DateField(whole_days=True)
        lines = two_lines(self)
        for name, editor, line, width in (
            ("kind", self.kind, 0, _KIND), ("text", self.first, 0, 0),
            ("organization_id", self.organisation, 1, 0), ("due", self.due, 1, _DATE),
        ):  # fmt: skip
            row = self.binder.bind(name, editor)
            if width:
                row.setFixedWidth(theme.px(width))
            lines[line].addWidget(row, 0 if width else 1, Qt.AlignmentFlag.AlignTop)
        remove = IconButton("trash-2", _("Remove this line"))
        remove.clicked.connect(lambda: self.removed.emit(record))
        lines[0].addWidget(remove, 0, Qt.AlignmentFlag.AlignBottom)
