"""A piece of joint work that organisations may join, or one of an organisation's own."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_, _, pick
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

BUDGET = ("planned_minor", "committed_minor", "spent_minor")
"""The three figures of the budget, each a whole number of the currency's smallest unit."""
NEXT: Mapping[str, tuple[str, ...]] = {
    "": ("adopted", "dropped"),
    "proposed": ("adopted", "dropped"),
    "adopted": ("running", "dropped"),
    "running": ("delivered", "paused", "dropped"),
    "paused": ("running", "dropped"),
    "delivered": ("closed", "running"),
    "closed": (),
    "dropped": ("proposed",),
}
"""Where an initiative may go from each state."""


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
    activities: Mapped[dict[str, str]] = field("long_texts", N_("What was done"), search="body")
    outcomes: Mapped[dict[str, str]] = field("long_texts", N_("What came of it"), search="body")
    takeaways: Mapped[dict[str, str]] = field("long_texts", N_("What to take from it"), search="body")
    decision: Mapped[str] = field("text", N_("Decision"), help=N_("Where it was adopted, for example a meeting."))
    decided_on: Mapped[str] = field("day", N_("Decided on"))
    currency: Mapped[str] = field("text", N_("Currency"))
    planned_minor: Mapped[int | None] = field("integer", N_("Planned"), minimum=0)
    committed_minor: Mapped[int | None] = field("integer", N_("Committed"), minimum=0)
    spent_minor: Mapped[int | None] = field("integer", N_("Spent"), minimum=0)

    def caption(self) -> str:
        """Return the title in the current language."""
        return pick(self.title) or self.id

    @staticmethod
    def problems(values: Mapping[str, object]) -> list[tuple[str, str]]:
        """An initiative does not end before it starts; what costs something says in which currency."""
        found = check_order(values, "start", "end")
        if any(values.get(name) for name in BUDGET) and not values.get("currency"):
            found.append(("currency", _("Choose the currency.")))
        return found
