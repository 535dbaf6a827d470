"""One payment of a member as two lines that save themselves."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.binder import Binder
from ui.forms.columns import options
from ui.widgets.buttons import IconButton, LinkButton
from ui.widgets.combo import ChoiceField
from ui.widgets.date import DateField
from ui.widgets.labels import Text
from ui.widgets.money import MoneyField
from wimdesk.i18n import _
from wimdesk.records.payment import METHODS
from wimdesk.services import money
from wimdesk.services.dues import PaymentRow

_DATE, _AMOUNT, _CURRENCY = 132, 104, 88


class PaymentLine(QWidget):
    """Date, amount and way of one payment; below them what it was, the time it pays, and its receipt."""

    removed = Signal(str)
    receipt_wanted = Signal(str)

    def __init__(self, desk: Desk, row: PaymentRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = row
        self._is_corrected = False
        """Whether somebody has typed another amount here."""
        self.binder = Binder(desk, "payment", row.id, self)
        self.amount = MoneyField()
        self.currency = ChoiceField([("", "–"), *((code, code) for code, _name in money.currencies())])
        self.method = ChoiceField(options(METHODS))
        self.date = DateField()
        self.reference = QLineEdit()
        self.in_kind = QLineEdit()
        self.receipt = LinkButton("", "file-text")
        self.receipt.clicked.connect(lambda: self.receipt_wanted.emit(row.id))
        self._remark = Text("", "caption", wrap=True)
        self._remark.set_tone("warn")
        self._arrange()
        self.currency.changed.connect(lambda: self.amount.change_currency(self.currency.value() or ""))
        self.method.changed.connect(self._show_way)
        self.amount.textEdited.connect(lambda _text: self._correct())
        self.binder.loaded.connect(self._follow)
        self.show_row(row)

    def show_row(self, row: PaymentRow) -> None:
        """Show whether it has a receipt, and whether it counts for the fee."""
        self.row = row
        words = _("Receipt {number}").format(number=row.receipt_number) if row.receipt else _("Make a receipt")
        self.receipt.setText(words)
        said = []
        if not row.counts:
            said.append(_("The membership type does not take this. Say above which time it pays, and it counts."))
        if row.receipt and self._is_corrected:
            said.append(_("A receipt was given for this payment. If it was wrong, cancel it and make a new one."))
        self._remark.setText(" ".join(said))
        self._remark.setVisible(bool(said))

    def _correct(self) -> None:
        self._is_corrected = True
        self.show_row(self.row)

    def _arrange(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 6)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        top = Qt.AlignmentFlag.AlignTop
        for at, (name, editor, label, width) in enumerate((
            ("date", self.date, "", _DATE), ("amount_minor", self.amount, _("Amount"), _AMOUNT),
            ("currency", self.currency, "", _CURRENCY), ("method", self.method, "", 0),
        )):  # fmt: skip
            row = self.binder.bind(name, editor, label=label, hint="")
            if width:
                row.setFixedWidth(theme.px(width))
            grid.addWidget(row, 0, at, top)
        grid.setColumnStretch(3, 1)
        for name, editor, at, across in (
            ("period_start", DateField(), 0, 1), ("period_end", DateField(), 1, 2), ("reference", self.reference, 3, 1),
            ("in_kind", self.in_kind, 3, 1),
        ):  # fmt: skip
            row = self.binder.bind(name, editor, hint="")
            grid.addWidget(row, 1, at, 1, across, top)
            if isinstance(editor, DateField):
                editor.setPlaceholderText(_("next"))
            if at == 0:
                row.setFixedWidth(theme.px(_DATE))
        grid.addWidget(self._remark, 2, 0, 1, 4)
        bin_button = IconButton("trash-2", _("Remove the payment of {day}").format(day=self.row.date or "–"))
        bin_button.clicked.connect(lambda: self.removed.emit(self.row.id))
        foot = QHBoxLayout()
        foot.addWidget(self.receipt)
        foot.addStretch(1)
        foot.addWidget(bin_button)
        grid.addLayout(foot, 3, 0, 1, 4)

    def _follow(self, values: dict[str, object]) -> None:
        self.amount.show_currency(str(values["currency"] or ""))
        self._show_way()

    def _show_way(self) -> None:
        kind = self.method.value() == "in_kind"
        self.binder.row("in_kind").setVisible(kind)
        self.binder.row("reference").setVisible(not kind)
