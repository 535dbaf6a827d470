"""Who takes part in an initiative, as of a day: how many in which role, and their names."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.widgets.buttons import LinkButton
from ui.widgets.card import Card
from ui.widgets.column import Column
from ui.widgets.date import DateField
from ui.widgets.labels import Chip, Text, hairline
from ui.widgets.number import format_number
from wimdesk import clock
from wimdesk.i18n import _, ngettext
from wimdesk.records.participation import ROLES
from wimdesk.services.dates import span_text
from wimdesk.services.taking_part import Detail, Part

_SHOWN = 12


class MembersCard(Card):
    """``day_chosen`` tells another day from which to look."""

    day_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Who takes part"), parent=parent)
        self._parts: tuple[Part, ...] = ()
        self._all = False
        self.day = DateField(_("As of"), whole_days=True)
        self.day.setPlaceholderText(clock.today().isoformat())
        self.day.setFixedWidth(theme.px(128))
        self.day.changed.connect(self._look)
        self.add_to_head(Text(_("As of"), "head"))
        self.add_to_head(self.day)
        self.summary = Text("", "muted", wrap=True)
        self.add(self.summary)
        self._list = Column()
        self.add(self._list)

    def show_detail(self, detail: Detail) -> None:
        """Show the counts and the names."""
        self.summary.setText(counts_text(detail))
        if detail.now != self._parts:
            self._parts = detail.now
            self._rebuild()

    def _look(self) -> None:
        if not self.day.problem():
            self.day_chosen.emit(self.day.value() or "")

    def _rebuild(self) -> None:
        shown = self._parts if self._all else self._parts[:_SHOWN]
        rows = [widget for part in shown for widget in (hairline(), _row(part))]
        rest = len(self._parts) - len(shown)
        if rest > 0:
            words = ngettext("Show {count} more organisation", "Show {count} more organisations", rest)
            more = LinkButton(words.format(count=rest), "chevron-down")
            more.clicked.connect(self._show_all)
            rows.append(more)
        self._list.fill(rows)

    def _show_all(self) -> None:
        self._all = True
        self._rebuild()


def counts_text(detail: Detail) -> str:
    """Return how many take part, and in which roles."""
    if not detail.now:
        return _("No organisation takes part on this day.")
    count = len({part.organisation_id for part in detail.now})
    total = ngettext("{count} organisation", "{count} organisations", count).format(count=count)
    roles = [f"{_(ROLES.get(role, role))} {number}" for role, number in detail.counts.items()]
    people, hours = sum(part.people or 0 for part in detail.now), sum(part.hours or 0 for part in detail.now)
    given = []
    if people:
        given.append(ngettext("{count} person", "{count} people", people).format(count=people))
    if hours:
        given.append(_("{hours} hours a month").format(hours=format_number(hours, QLocale())))
    return " · ".join([total, *roles, *given])


def _row(part: Part) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 6, 0, 6)
    line.setSpacing(8)
    words = QVBoxLayout()
    words.setSpacing(1)
    words.addWidget(Text(part.organisation, "strong" if part.ours else "body", wrap=True))
    words.addWidget(Text(span_text(part.start, part.end), "caption", wrap=True))
    line.addLayout(words, 1)
    line.addWidget(Chip(_(ROLES.get(part.role, part.role)), "accent" if part.ours else "neutral"))
    return row
