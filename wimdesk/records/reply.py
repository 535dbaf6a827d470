"""What an organisation answers to what it was asked for: to an action, or to being nominated."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_
from wimdesk.store.record import Record, field

STATES = {
    "accepted": N_("Accepted"),
    "declined": N_("Declined"),
    "doing": N_("Working on it"),
    "done": N_("Done"),
}


class Reply(Record):
    """The answer of one organisation; nobody else may write it, for in the Alliance each writes what it owns.

    Its id is made of what it answers and of the organisation: two laptops of one organisation write the same answer.
    """

    type_label = N_("Answer")
    type_label_many = N_("Answers")
    home = "alliance"

    about: Mapped[str] = field("text", N_("About"))
    state: Mapped[str] = field("choice", N_("State"), choices=STATES, listed=True)
    answered_on: Mapped[str] = field("day", N_("Day"), listed=True)
    text: Mapped[str] = field("long_text", N_("Answer in words"), search="body")
    report: Mapped[str] = field("long_text", N_("Report"), search="body")
    reported_on: Mapped[str] = field("day", N_("Reported on"), listed=True)

    def caption(self) -> str:
        """Return the answer in words, else its state."""
        return self.text or self.state or self.id
