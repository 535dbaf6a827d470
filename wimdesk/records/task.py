"""A task: what is to be done until when, by whom, about which record; and when it was done. Private."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_
from wimdesk.store.record import Record, field

MOST_DAYS_AHEAD = 365


class Task(Record):
    """`about_type` and `about` name any record; `done_on` is empty as long as it is to be done."""

    type_label = N_("Task")
    type_label_many = N_("Tasks")
    use = "work"

    title: Mapped[str] = field(
        "text", N_("What is to be done"), search="title", listed=True, required=True, personal=True
    )
    due: Mapped[str] = field("day", N_("Due on"), listed=True)
    assignee: Mapped[str] = field("text", N_("Who does it"), listed=True, personal=True)
    remind_days: Mapped[int | None] = field(
        "integer", N_("Remind days before"), minimum=0, maximum=MOST_DAYS_AHEAD, help=N_("0 or empty: on the day.")
    )
    done_on: Mapped[str] = field("day", N_("Done on"), listed=True)
    about_type: Mapped[str] = field("text", N_("About a"))
    about: Mapped[str] = field("text", N_("About"))
    note: Mapped[str] = field("long_text", N_("Notes"), search="body", personal=True)

    def caption(self) -> str:
        """Return what is to be done."""
        return self.title or self.id
