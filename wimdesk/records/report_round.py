"""A call for progress reports: from whoever takes part in an initiative, until a day; and what came of it."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_, pick
from wimdesk.store.record import Record, field


class ReportRound(Record):
    """Everybody sees the call. `summary` is what whoever called publishes of the reports, which only she reads."""

    type_label = N_("Call for reports")
    type_label_many = N_("Calls for reports")
    home = "alliance"

    initiative_id: Mapped[str] = field("link", N_("Initiative"), link="initiative", listed=True)
    title: Mapped[dict[str, str]] = field("texts", N_("Title"), search="title", listed=True)
    period: Mapped[str] = field("text", N_("Period"), listed=True, help=N_("For example 2026-Q4."))
    due: Mapped[str] = field("day", N_("Due on"), listed=True)
    questions: Mapped[dict[str, str]] = field("long_texts", N_("What is asked"), search="body")
    summary: Mapped[dict[str, str]] = field("long_texts", N_("What the reports say"), search="body")
    expected: Mapped[int | None] = field("integer", N_("Reports expected"), minimum=0)
    received: Mapped[int | None] = field("integer", N_("Reports received"), minimum=0)
    closed_on: Mapped[str] = field("day", N_("Closed on"), listed=True)

    def caption(self) -> str:
        """Return the title, else the period."""
        return pick(self.title) or self.period or self.id
