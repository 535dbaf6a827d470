"""A computer of the organisation, as a coordinator has confirmed it; only the organisation knows."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_
from wimdesk.store.record import Record, field


class Computer(Record):
    """Its id is the one that the endpoint gave it. Keys that go to it are locked with its words too."""

    type_label = N_("Computer")
    type_label_many = N_("Computers")

    name: Mapped[str] = field("text", N_("Name"), search="title", listed=True)
    words: Mapped[str] = field("text", N_("Six words"), secret=True)

    def caption(self) -> str:
        """Return the computer's name."""
        return self.name or self.id
