"""What an initiative will have reached or handed over by a day: a milestone or a deliverable."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_, pick
from wimdesk.store.record import Record, field

KINDS = {"milestone": N_("Milestone"), "deliverable": N_("Deliverable")}


class Milestone(Record):
    """One step of an initiative. It lives in the space of its initiative."""

    type_label = N_("Milestone")
    type_label_many = N_("Milestones")

    initiative_id: Mapped[str] = field("link", N_("Initiative"), link="initiative", listed=True)
    kind: Mapped[str] = field("choice", N_("Kind"), choices=KINDS, listed=True)
    title: Mapped[dict[str, str]] = field("texts", N_("What"), listed=True, required=True)
    due: Mapped[str] = field("day", N_("Due"), listed=True)
    done_on: Mapped[str] = field("day", N_("Done on"), listed=True)

    def caption(self) -> str:
        """Return what it is, in the current language."""
        return pick(self.title) or self.id
