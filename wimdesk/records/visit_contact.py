"""Somebody who was met at a visit: a person of the list, or only a name."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_
from wimdesk.store.record import Record, field


class VisitContact(Record):
    """One of those met."""

    type_label = N_("Contact met")
    type_label_many = N_("Contacts met")
    use = "work"

    visit_id: Mapped[str] = field("link", N_("Visit"), link="visit", listed=True)
    person_id: Mapped[str] = field("link", N_("Person"), link="person", listed=True, personal=True)
    name: Mapped[str] = field("text", N_("Name"), search="title", listed=True, personal=True)
    role: Mapped[str] = field("text", N_("Role or reach"), search="summary", listed=True, personal=True)

    def caption(self) -> str:
        """Return the name that was written."""
        return self.name or self.id
