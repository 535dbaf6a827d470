"""A field for an amount of money: typed as people write it, kept as a whole number of the smallest unit."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtWidgets import QWidget

from ui.widgets.number import NumberField
from wimdesk.services import money


class MoneyField(NumberField):
    """An amount in a currency that another field chooses; empty is never zero."""

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        self._currency = ""
        self._shown: Decimal | float | None = None
        super().__init__(name, parent=parent)

    def value(self) -> Decimal | None:
        """Return the amount in the smallest unit, or None when the field is empty or can't be read."""
        minor, _sentence = money.read(self.text(), self._currency)
        return None if minor is None else Decimal(minor)

    def problem(self) -> str:
        """Return a sentence if what is written is no amount of this currency, else an empty text."""
        return money.read(self.text(), self._currency)[1]

    def set_value(self, value: Decimal | float | None) -> None:
        """Show an amount given in the smallest unit; None empties the field."""
        self._shown = value
        self.setText(money.plain(None if value is None else int(value), self._currency))

    def show_currency(self, currency: str) -> None:
        """Show the amount as one of this currency; the whole number behind it stays."""
        if currency != self._currency:
            kept = self.value() if self.isModified() else self._shown
            self._currency = currency
            blocked = self.blockSignals(True)
            self.set_value(kept)
            self.blockSignals(blocked)

    def change_currency(self, currency: str) -> None:
        """Take what is written as an amount of this currency, rounded where it has fewer decimals."""
        before = self.value()
        amount = None if before is None else before.scaleb(-money.decimals(self._currency))
        self._currency = currency
        if amount is not None:
            self.set_value((amount.scaleb(money.decimals(currency)) + Decimal("0.5")) // 1)
            self.textChanged.emit(self.text())  # the number behind the same digits is another one
