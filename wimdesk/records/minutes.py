"""What was said at a meeting. A draft is private; circulating it gives the Alliance a copy."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_
from wimdesk.store.record import Record, field

STATES = {"draft": N_("Draft"), "circulated": N_("Circulated")}


class Minutes(Record):
    """The minutes of one meeting of a working group; its actions and decisions are `action` records."""

    type_label = N_("Minutes of a meeting")
    type_label_many = N_("Minutes of meetings")

    group_id: Mapped[str] = field("link", N_("Working group"), link="working_group", listed=True)
    event_id: Mapped[str] = field("link", N_("Meeting"), link="event")
    day: Mapped[str] = field("day", N_("Day"), listed=True)
    title: Mapped[str] = field("text", N_("Title"), search="title", listed=True)
    text: Mapped[str] = field("long_text", N_("What was said"), search="body")
    state: Mapped[str] = field("choice", N_("State"), choices=STATES, listed=True)

    def caption(self) -> str:
        """Return the title, else the day."""
        return self.title or self.day or self.id
