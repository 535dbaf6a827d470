"""A licence of a group as a line of fields that save themselves."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.binder import Binder
from ui.forms.columns import two_lines
from ui.widgets.buttons import IconButton
from ui.widgets.date import DateField
from wimdesk.i18n import _

_DATE = 120


class LicenceLine(QWidget):
    """Kind, number, by whom, and its two days."""

    removed = Signal(str)

    def __init__(self, desk: Desk, record: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.binder = Binder(desk, "licence", record, self)
        self.first = QLineEdit()
        self.expires = DateField()
        lines = two_lines(self)
        for name, editor in (
            ("kind", self.first), ("number", QLineEdit()), ("authority", QLineEdit()), ("issued", DateField()),
            ("expires", self.expires),
        ):  # fmt: skip
            row = self.binder.bind(name, editor)
            if isinstance(editor, DateField):
                row.setFixedWidth(theme.px(_DATE))
            line = lines[0 if name in {"kind", "number"} else 1]
            line.addWidget(row, 0 if isinstance(editor, DateField) else 1, Qt.AlignmentFlag.AlignTop)
        remove = IconButton("trash-2", _("Remove this licence"))
        remove.clicked.connect(lambda: self.removed.emit(record))
        lines[0].addWidget(remove, 0, Qt.AlignmentFlag.AlignBottom)
