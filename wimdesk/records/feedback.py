"""What an organisation says of a practice that it has used: others look for what has worked elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_, _
from wimdesk.store.record import Record, field

KINDS = {"used": N_("Used it"), "adapted": N_("Adapted it"), "read": N_("Read it")}
MOST = 5


class Feedback(Record):
    """One organisation's word on a work, in whatever language it was read. It is for everybody in the Alliance."""

    type_label = N_("Feedback")
    type_label_many = N_("Feedback")
    home = "alliance"

    work: Mapped[str] = field("text", N_("Work"), sought=True)
    kind: Mapped[str] = field("choice", N_("What was done with it"), choices=KINDS, listed=True)
    rating: Mapped[int | None] = field("integer", N_("Stars"), minimum=1, maximum=MOST, listed=True)
    comment: Mapped[str] = field("long_text", N_("What others should know"))
    organization: Mapped[str] = field("text", N_("Organisation"), listed=True)
    country_code: Mapped[str] = field("text", N_("Country"), listed=True)
    context: Mapped[str] = field("text", N_("Where it was used"), help=N_("For example: an open pit with 300 people."))
    date: Mapped[str] = field("day", N_("Day"), listed=True)

    def caption(self) -> str:
        """Return whose word it is."""
        return self.organization or self.id

    @staticmethod
    def problems(values: Mapping[str, object]) -> list[tuple[str, str]]:
        """A word that says nothing helps nobody."""
        said = any(values.get(name) for name in ("kind", "rating", "comment"))
        return [] if said else [("kind", _("Say what you did with it."))]
