"""A list of practices to read, in an order; private until it is sent to somebody."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_
from wimdesk.store.record import Record, field


class ReadingList(Record):
    """A title, a word to the readers, and the ids of practices. `audience` says to whom it was sent."""

    type_label = N_("Reading list")
    type_label_many = N_("Reading lists")

    title: Mapped[str] = field("text", N_("Title"), search="title", listed=True, required=True)
    note: Mapped[str] = field("long_text", N_("To the readers"), search="body")
    items: Mapped[list[str]] = field("codes", N_("Practices"))
    audience: Mapped[str] = field("text", N_("Sent to"))
    counterpart_id: Mapped[str] = field("text", N_("Shared copy"))

    def caption(self) -> str:
        """Return the title."""
        return self.title or self.id
