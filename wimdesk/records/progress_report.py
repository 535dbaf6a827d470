"""What an organisation reports of its part in an initiative. Private until it is sent to the Secretariat."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_
from wimdesk.store.record import Record, field


class ProgressReport(Record):
    """The answer of one organisation to one call; its id is made of both, so that two laptops write one report."""

    type_label = N_("Progress report")
    type_label_many = N_("Progress reports")

    round_id: Mapped[str] = field("link", N_("Call for reports"), link="report_round", listed=True)
    organization_id: Mapped[str] = field("link", N_("Organisation"), link="organization", listed=True)
    text: Mapped[str] = field("long_text", N_("What was done"), search="body")
    next_step: Mapped[str] = field("long_text", N_("What comes next"), search="body")
    obstacles: Mapped[str] = field("long_text", N_("What is in the way"), search="body")
    people: Mapped[int | None] = field("integer", N_("People reached"), minimum=0)
    hours: Mapped[float | None] = field("decimal", N_("Hours"), minimum=0)
    submitted_on: Mapped[str] = field("day", N_("Sent on"), listed=True)

    def caption(self) -> str:
        """Return the beginning of what was done."""
        return self.text.partition("\n")[0][:80] or self.id
