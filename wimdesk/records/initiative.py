"""A piece of joint work that organisations may join, or one of an organisation's own."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_, pick
from wimdesk.records.rules import check_order
from wimdesk.store.record import Record, field

LEVELS = {"own": N_("Our own"), "regional": N_("Regional"), "global": N_("World-wide")}
STATES = {
    "proposed": N_("Proposed"),
    "adopted": N_("Adopted"),
    "running": N_("Running"),
    "paused": N_("Paused"),
    "delivered": N_("Delivered"),
    "closed": N_("Closed"),
    "dropped": N_("Dropped"),
}


class Initiative(Record):
    """An initiative. Private until somebody publishes it."""

    type_label = N_("Initiative")
    type_label_many = N_("Initiatives")

    title: Mapped[dict[str, str]] = field("texts", N_("Title"), search="title", listed=True, required=True)
    summary: Mapped[dict[str, str]] = field("long_texts", N_("In short"), search="summary")
    theme_id: Mapped[str] = field("link", N_("Theme"), link="theme", listed=True)
    level: Mapped[str] = field("choice", N_("Reach"), choices=LEVELS, listed=True)
    regions: Mapped[list[str]] = field("codes", N_("Regions"))
    objectives: Mapped[dict[str, str]] = field("long_texts", N_("Objectives"), search="body")
    deliverables: Mapped[dict[str, str]] = field("long_texts", N_("What will be delivered"), search="body")
    start: Mapped[str] = field("day", N_("From"), listed=True)
    end: Mapped[str] = field("day", N_("Until"))
    state: Mapped[str] = field("choice", N_("State"), choices=STATES, listed=True)
    lead: Mapped[str] = field("text", N_("Led by"), search="tags")

    def caption(self) -> str:
        """Return the title in the current language."""
        return pick(self.title) or self.id

    @staticmethod
    def problems(values: Mapping[str, object]) -> list[tuple[str, str]]:
        """An initiative does not end before it starts."""
        return check_order(values, "start", "end")
