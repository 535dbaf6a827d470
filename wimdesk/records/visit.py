"""A visit to a site: when, what for, what was seen. Who was met is a record of its own (visit_contact)."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_
from wimdesk.store.record import Record, field


class Visit(Record):
    """One visit."""

    type_label = N_("Visit")
    type_label_many = N_("Visits")
    use = "work"

    site_id: Mapped[str] = field("link", N_("Site"), link="site", listed=True)
    date: Mapped[str] = field("day", N_("Day of the visit"), listed=True)
    purpose: Mapped[str] = field("text", N_("What for"), search="title", listed=True)
    text: Mapped[str] = field("long_text", N_("What was seen and said"), search="body", personal=True)
    next_step: Mapped[str] = field("text", N_("What is to be done next"), search="body")

    def caption(self) -> str:
        """Return what it was for, else its day."""
        return self.purpose or self.date or self.id
