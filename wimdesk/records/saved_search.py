"""A question that is kept: whoever answers it today is its group. Private, as what it asks for may be personal."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_
from wimdesk.store.record import Record, field


class SavedSearch(Record):
    """A name, the record type that is asked for, and the question (see services.question)."""

    type_label = N_("Saved search")
    type_label_many = N_("Saved searches")

    name: Mapped[str] = field("text", N_("Name"), search="title", listed=True, required=True)
    asks_for: Mapped[str] = field("text", N_("Record type"))
    query: Mapped[Mapping[str, object]] = field("map", N_("Question"))

    def caption(self) -> str:
        """Return the name."""
        return self.name or self.id
