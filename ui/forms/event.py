"""An event as a form that saves itself; the rule for repeating is chosen from what fits the day on which it begins."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ui.desk import Desk
from ui.forms.binder import Binder
from ui.forms.columns import TwoColumns, options, texts
from ui.forms.working_group import zone_options
from ui.widgets.card import Card
from ui.widgets.combo import ChoiceField
from ui.widgets.number import NumberField
from ui.widgets.tags import TagsField
from ui.widgets.walltime import WallTimeField
from wimdesk.i18n import _
from wimdesk.records.event import MODES, STATES
from wimdesk.services import people, recurrence

Names = Sequence[tuple[str, str]]


class EventForm(QWidget):
    """When, in which zone and how often; what about, for whom, in which languages."""

    def __init__(
        self, desk: Desk, record: str, themes: Names, organisations: Names, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.binder = Binder(desk, "event", record, self)
        self._began = ""
        self.first, self.starts, self.rule = texts(), WallTimeField(), ChoiceField(recurrence.offered(""))
        bind = self.binder.bind
        when, what = TwoColumns(), TwoColumns()
        when.add(bind("starts", self.starts))
        when.add(bind("zone", ChoiceField(zone_options())))
        when.add(bind("minutes", NumberField()))
        when.add(bind("recurrence", self.rule))
        what.add_wide(bind("title", self.first))
        what.add_wide(bind("summary", texts(multiline=True)))
        what.add(bind("theme_id", ChoiceField([("", "–"), *themes])))
        what.add(bind("state", ChoiceField(options(STATES))))
        what.add(bind("mode", ChoiceField(options(MODES))))
        what.add(bind("capacity", NumberField()))
        what.add_wide(bind("place", QLineEdit()))
        what.add_wide(bind("url", QLineEdit()))
        spoken = people.languages()
        what.add(bind("languages", TagsField(spoken)))
        what.add(bind("interpretation", TagsField(spoken)))
        what.add_wide(bind("coordinators", TagsField(organisations, free=True)))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for title, right, fields in (
            (_("When"), _("By the clock of its own time zone"), when),
            (_("About this event"), "", what),
        ):
            card = Card(title, right)
            card.add(fields)
            column.addWidget(card)
        self.binder.loaded.connect(lambda values: self._begin_at(str(values["starts"])))
        self.binder.edited.connect(self._edited)

    def _begin_at(self, starts: str) -> None:
        """Offer the rules that fit; the one that is kept stays, whatever the list has."""
        self._began = starts
        kept = self.rule.value() or ""
        blocked = self.rule.blockSignals(True)
        self.rule.set_options(_with(recurrence.offered(starts), kept))
        self.rule.blockSignals(blocked)

    def _edited(self, name: str) -> None:
        starts = self.starts.value()
        if name != "starts" or not recurrence.is_readable(starts):
            return
        rule = recurrence.follow(self.rule.value() or "", self._began, starts)
        self._begin_at(starts)
        if rule != self.rule.value():
            blocked = self.rule.blockSignals(True)
            self.rule.set_options(recurrence.offered(starts))
            self.rule.blockSignals(blocked)
            self.rule.set_value(rule)  # told as a change: it is saved with the day


def _with(offered: list[tuple[str, str]], kept: str) -> list[tuple[str, str]]:
    return offered if kept in dict(offered) else [*offered, (kept, recurrence.words(kept))]
