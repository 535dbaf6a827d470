"""A sale or a training of a group as a line of fields that save themselves."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.binder import Binder
from ui.forms.columns import two_lines
from ui.widgets.buttons import IconButton
from ui.widgets.combo import ChoiceField
from ui.widgets.date import DateField
from ui.widgets.money import MoneyField
from ui.widgets.number import NumberField
from wimdesk.i18n import _
from wimdesk.services import money

_WIDTHS = {"date": 120, "quantity": 88, "unit": 72, "amount_minor": 112, "currency": 88, "women": 128}


class GroupEntryLine(QWidget):
    """What was sold, how much of it and for what; or what was learnt, and by how many."""

    removed = Signal(str)

    def __init__(self, desk: Desk, record: str, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.binder = Binder(desk, "group_entry", record, self)
        self.first = QLineEdit()
        self.amount = MoneyField()
        self.currency = ChoiceField([("", "–"), *((code, code) for code, _name in money.currencies())])
        self.currency.changed.connect(lambda: self.amount.change_currency(self.currency.value() or ""))
        self.binder.loaded.connect(lambda values: self.amount.show_currency(str(values["currency"] or "")))
        sale: tuple[tuple[str, QWidget], ...] = (
            ("quantity", NumberField()), ("unit", QLineEdit()), ("amount_minor", self.amount),
            ("currency", self.currency),
        )  # fmt: skip
        training: tuple[tuple[str, QWidget], ...] = (("women", NumberField()),)
        lines = two_lines(self)
        common: tuple[tuple[str, QWidget], ...] = (("date", DateField()), ("text", self.first))
        for name, editor in (*common, *(training if kind == "training" else sale)):
            row = self.binder.bind(name, editor, hint="")
            if name in _WIDTHS:
                row.setFixedWidth(theme.px(_WIDTHS[name]))
            line = lines[0 if name in {"date", "text", "women"} else 1]
            line.addWidget(row, 0 if name in _WIDTHS else 1, Qt.AlignmentFlag.AlignTop)
        lines[1].addStretch(1)
        remove = IconButton("trash-2", _("Remove this training") if kind == "training" else _("Remove this sale"))
        remove.clicked.connect(lambda: self.removed.emit(record))
        lines[0].addWidget(remove, 0, Qt.AlignmentFlag.AlignBottom)
