"""A field for a day, a month or a year, as much as is known; it is typed freely and read when it can be."""

from __future__ import annotations

import datetime
import re

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from ui import theme
from wimdesk.i18n import _, plain_digits, year_first

_PARTS = re.compile(r"(\d{4})(?:[-/. ](\d{1,2})(?:[-/. ](\d{1,2}))?)?")
_DAY_FIRST = re.compile(r"\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2,4}")


class DateField(QLineEdit):
    """Holds an ISO 8601 date that may stop at the month or the year; ``changed`` follows each edit of the value."""

    changed = Signal()

    def __init__(self, name: str = "", whole_days: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._whole_days = whole_days
        self.setPlaceholderText(_("2026-10-31") if whole_days else _("2026, 2026-10 or 2026-10-31"))
        theme.mark(self, state="normal")
        self._last: tuple[str | None, str] = (None, "")
        self.textChanged.connect(self._compare)
        self.editingFinished.connect(self._tidy)

    def value(self) -> str | None:
        """Return the date in ISO form, or None when the field is empty or cannot be read (see ``problem``)."""
        return read_date(self.text(), self._whole_days)[0]

    def problem(self) -> str:
        """Return a sentence that says what is wrong with the date, or an empty text."""
        return read_date(self.text(), self._whole_days)[1]

    def set_value(self, value: str | None) -> None:
        """Show a date given in ISO form; None empties the field."""
        self.setText(value or "")

    def _compare(self) -> None:
        now = read_date(self.text(), self._whole_days)
        if now != self._last:
            self._last = now
            self.changed.emit()

    def _tidy(self) -> None:
        value = self.value()
        if value is not None and value != self.text():
            self.setText(value)


def read_date(text: str, whole_days: bool = False) -> tuple[str | None, str]:
    """Return ``(ISO date or None, sentence on what is wrong or "")``; an empty text is neither."""
    text = year_first(plain_digits(text).strip())
    if not text:
        return None, ""
    if _DAY_FIRST.fullmatch(text):
        return None, _("Write the year first, like 2026-10-31.")
    found = _PARTS.fullmatch(text)
    if found is None:
        return None, _("This is not a date. Write it like 2026-10-31.")
    year, month, day = (int(part) if part else None for part in found.groups())
    return _checked(year or 0, month, day, whole_days)


def _checked(year: int, month: int | None, day: int | None, whole_days: bool) -> tuple[str | None, str]:
    if year == 0:
        return None, _("There is no year 0000. Check the year.")
    if whole_days and day is None:
        return None, _("Add the month and the day, like 2026-10-31.")
    if month is None:
        return f"{year:04}", ""
    if not 1 <= month <= 12:
        return None, _("There is no month {month}. Use 01 to 12.").format(month=month)
    if day is None:
        return f"{year:04}-{month:02}", ""
    try:
        return datetime.date(year, month, day).isoformat(), ""
    except ValueError:
        return None, _("This month has no day {day}. Check the day.").format(day=day)
