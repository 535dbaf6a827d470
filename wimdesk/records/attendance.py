"""Somebody registered for an event, or came without; private. Each time she was marked present is another record."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_
from wimdesk.store.record import Record, field


class Attendance(Record):
    """One person at one event on one day. Its id is made of these three, so that two laptops that note her make one.

    `event` is the id under which the whole Alliance knows the event; it is no link, for a private event has that id
    too, before anybody shared it. `registered_on` and `walk_in` are two fields: two laptops may set one each.
    """

    type_label = N_("Attendance")
    type_label_many = N_("Attendances")
    use = "work"

    event: Mapped[str] = field("text", N_("Event"))
    day: Mapped[str] = field("day", N_("Day"), listed=True)
    person_id: Mapped[str] = field("link", N_("Person"), link="person", listed=True, personal=True)
    name: Mapped[str] = field("text", N_("Name"), search="title", listed=True, personal=True)
    organisation: Mapped[str] = field("text", N_("Organisation"), personal=True)
    registered_on: Mapped[str] = field("day", N_("Registered on"), listed=True)
    walk_in: Mapped[bool] = field("flag", N_("Came without registering"))
    cancelled_on: Mapped[str] = field("day", N_("Does not come, said on"))

    def caption(self) -> str:
        """Return the name that was written."""
        return self.name or self.id
