"""One time at which somebody was marked present. Two laptops at one door make two of them, and one attendance."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_
from wimdesk.store.record import Record, field


class CheckIn(Record):
    """The moment is for people to read; whether somebody was there follows from there being one."""

    type_label = N_("Marked present")
    type_label_many = N_("Marked present")

    attendance_id: Mapped[str] = field("link", N_("Attendance"), link="attendance", listed=True)
    at: Mapped[str] = field("text", N_("At"), listed=True)

    def caption(self) -> str:
        """Return the moment."""
        return self.at or self.id
