"""The activity log: what was done, when, for which initiative. Private."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_
from wimdesk.store.record import Record, field


class Activity(Record):
    """One line of the log."""

    type_label = N_("Activity")
    type_label_many = N_("Activities")
    use = "work"

    initiative_id: Mapped[str] = field("link", N_("Initiative"), link="initiative", listed=True)
    site_id: Mapped[str] = field("link", N_("Site"), link="site")
    date: Mapped[str] = field("day", N_("Day"), listed=True)
    text: Mapped[str] = field("long_text", N_("What was done"), search="title", listed=True, personal=True)
    hours: Mapped[float | None] = field("decimal", N_("Hours"), minimum=0, listed=True)

    def caption(self) -> str:
        """Return what was done."""
        return self.text or self.id
