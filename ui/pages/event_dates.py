"""Dates in the reader's zone and in that of the event, together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.widgets.buttons import IconButton
from ui.widgets.card import Card
from ui.widgets.column import Column
from ui.widgets.labels import Text, hairline
from wimdesk.i18n import _
from wimdesk.services import zones


@dataclass(frozen=True, slots=True)
class Line:
    """One date: its moment, the zone of the event, a quiet word, and the wall-clock text that leaves it out."""

    at: datetime
    zone: str
    about: str = ""
    leave_out: str = ""
    whole_day: bool = False


class DatesCard(Card):
    """The next dates. ``leave_out`` is called with a date's text where somebody wants it to be left out."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent=parent)
        self._rows = Column()
        self._empty = Text(_("No date yet. Say below when it is."), "muted", wrap=True)
        self._shown: tuple[object, ...] = ()
        self.lines: tuple[Line, ...] = ()
        self.add(self._empty)
        self.add(self._rows)

    def show_lines(self, lines: Sequence[Line], mine: str, leave_out: object = None) -> None:
        """Show these dates for a reader whose zone is `mine`."""
        self.lines = tuple(lines)
        if (self.lines, mine) == self._shown:
            return
        self._shown = (self.lines, mine)
        self._empty.setVisible(not lines)
        self._rows.fill([part for line in lines for part in (hairline(), _row(line, mine, leave_out))])

    def texts(self) -> list[str]:
        """Return what is shown, one text for each date."""
        return [" | ".join(zones.both(line.at, line.zone, self._mine(), line.whole_day)) for line in self.lines]

    def _mine(self) -> str:
        return str(self._shown[1]) if self._shown else "UTC"


def _row(line: Line, mine: str, leave_out: object) -> QWidget:
    row = QWidget()
    across = QHBoxLayout(row)
    across.setContentsMargins(0, 6, 0, 6)
    words = QVBoxLayout()
    words.setSpacing(1)
    first, second = zones.both(line.at, line.zone, mine, line.whole_day)
    words.addWidget(Text(first, "strong", wrap=True))
    quiet = " · ".join(part for part in (second, line.about) if part)
    if quiet:
        words.addWidget(Text(quiet, "caption", wrap=True))
    across.addLayout(words, 1)
    if line.leave_out and callable(leave_out):
        button = IconButton("x", _("Leave out {date}").format(date=first))
        act = leave_out
        button.clicked.connect(lambda: act(line.leave_out))
        across.addWidget(button)
    return row
