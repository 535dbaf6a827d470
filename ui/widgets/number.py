"""A field for one number, written the way the reader's country writes it; empty is never zero."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from ui import theme
from wimdesk.i18n import _, plain_digits

FieldState = Literal["normal", "warn", "err"]

_SIGNS = "0123456789+-.,'’ \u00a0\u202f\u2009\u066b\u066c\u2212"


class NumberField(QLineEdit):
    """A number or nothing; ``changed`` is emitted with each edit that changes the value or its readability."""

    changed = Signal()

    def __init__(self, name: str = "", locale: QLocale | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setInputMethodHints(Qt.InputMethodHint.ImhFormattedNumbersOnly)
        theme.mark(self, state="normal")
        self.setLocale(locale or QLocale())
        self._last: tuple[Decimal | None, bool] = (None, True)
        self.textChanged.connect(self._compare)
        self.editingFinished.connect(self._tidy)

    def value(self) -> Decimal | None:
        """Return the number, or None when the field is empty or cannot be read (see ``is_readable``)."""
        return parse_number(self.text(), self.locale())

    def is_empty(self) -> bool:
        """Tell whether nothing is written: the figure is missing, it is not zero."""
        return not self.text().strip()

    def is_readable(self) -> bool:
        """Tell whether the field is empty or holds a number."""
        return self.is_empty() or self.value() is not None

    def problem(self) -> str:
        """Return a sentence if what is written is not a number, else an empty text."""
        if self.is_readable():
            return ""
        example = self.locale().toString(412.5, "f", 1)
        return _("This is not a number. Write it like {example}.").format(example=example)

    def set_value(self, value: Decimal | float | None) -> None:
        """Show a number in the country's way; None empties the field."""
        self.setText("" if value is None else format_number(value, self.locale()))

    def set_state(self, state: FieldState, message: str = "") -> None:
        """Show the field as normal, doubtful or wrong; the message is spoken as its description."""
        theme.mark(self, state=state)
        self.setAccessibleDescription(message)

    def _compare(self) -> None:
        now = (self.value(), self.is_readable())
        if now != self._last:
            self._last = now
            self.changed.emit()

    def _tidy(self) -> None:
        value = self.value()
        if value is not None:
            self.set_value(value)


def parse_number(text: str, locale: QLocale) -> Decimal | None:
    """Read a number in the manner of ``locale``; None for an empty text and for anything that is not a number.

    Spaces between digits are ignored, and a point is accepted as decimal sign where it cannot group thousands.
    """
    compact = "".join(plain_digits(text).split())
    if not compact or any(sign not in _SIGNS and not sign.isdigit() for sign in compact):
        return None
    compact = compact.replace("\u2212", "-")
    group, decimal = locale.groupSeparator(), locale.decimalPoint()
    compact = compact.replace("’", "'") if group != "’" else compact
    for candidate, reader in _readings(compact, group, decimal, locale):
        number, good = reader.toDouble(candidate)
        if good:
            return Decimal(repr(number)).normalize() + 0
    return None


def format_number(value: Decimal | float, locale: QLocale) -> str:
    """Write a number in the manner of ``locale`` with as many decimals as it has."""
    exact = Decimal(str(value)).normalize()
    exponent = exact.as_tuple().exponent
    decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    return locale.toString(float(exact), "f", decimals)


def _readings(text: str, group: str, decimal: str, locale: QLocale) -> list[tuple[str, QLocale]]:
    readings = [(text, locale)]
    if group.isspace() or group in {"'", "’"}:
        # French writes 1 386,5: the spaces are gone by now, and no locale minds missing groups.
        readings.append((text.replace("'", ""), locale))
    if decimal != "." and group != ".":
        readings.append((text.replace(".", decimal), locale))
    if not locale.zeroDigit().isascii():
        readings.append((text, QLocale.c()))
    return readings
