"""Two people who look alike and are not the same: said once, not asked again on any computer of the organisation."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_
from wimdesk.store.record import Record, field


class Distinction(Record):
    """Its id is made of both, so that two who say it make one record (services.duplicates)."""

    type_label = N_("Not the same person")
    type_label_many = N_("Not the same person")
    use = "contact"

    first_id: Mapped[str] = field("link", N_("Person"), link="person", listed=True, personal=True)
    second_id: Mapped[str] = field("link", N_("Other person"), link="person", listed=True, personal=True)
    reason: Mapped[str] = field("text", N_("Reason"), personal=True)
