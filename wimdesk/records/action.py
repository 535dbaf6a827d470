"""What a meeting decided, or asked an organisation to do until a day."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_
from wimdesk.store.record import Record, field

KINDS = {"action": N_("Action"), "decision": N_("Decision")}


class Action(Record):
    """Private like its minutes, until these are circulated. What its organisation says of it is a `reply`."""

    type_label = N_("Action or decision")
    type_label_many = N_("Actions and decisions")

    minutes_id: Mapped[str] = field("link", N_("Minutes of a meeting"), link="minutes")
    group_id: Mapped[str] = field("link", N_("Working group"), link="working_group", listed=True)
    kind: Mapped[str] = field("choice", N_("Kind"), choices=KINDS, listed=True)
    text: Mapped[str] = field("text", N_("What is to be done"), search="title", listed=True, required=True)
    organization_id: Mapped[str] = field("link", N_("Who owes it"), link="organization", listed=True)
    due: Mapped[str] = field("day", N_("Due on"), listed=True)
    dropped: Mapped[bool] = field("flag", N_("No longer wanted"))

    def caption(self) -> str:
        """Return what is to be done."""
        return self.text or self.id
