"""Who is a member, of which type and since when. The status is never kept: it follows from dates and payments."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_
from wimdesk.records.rules import check_order
from wimdesk.store.record import Record, field


class Membership(Record):
    """One membership of a person, of an organisation in the directory, or of a group that has only a name."""

    type_label = N_("Membership")
    type_label_many = N_("Memberships")
    use = "membership"

    person_id: Mapped[str] = field("link", N_("Person"), link="person", listed=True, personal=True)
    organization_id: Mapped[str] = field("link", N_("Organisation"), link="organization", listed=True)
    group_name: Mapped[str] = field("text", N_("Name of the group"), search="title", listed=True)
    group_size: Mapped[int | None] = field("integer", N_("People in the group"), minimum=0)
    type_id: Mapped[str] = field("link", N_("Membership type"), link="membership_type", listed=True)
    number: Mapped[str] = field("text", N_("Member number"), search="title", listed=True, personal=True)
    start_date: Mapped[str] = field("day", N_("Member since"), listed=True)
    end_date: Mapped[str] = field(
        "day", N_("Already paid until"), help=N_("Only for what was paid before it was written down here.")
    )
    cancelled_on: Mapped[str] = field("day", N_("Cancelled on"), listed=True)
    cancel_reason: Mapped[str] = field("text", N_("Why it was cancelled"), personal=True)

    def caption(self) -> str:
        """Return the name of the group, else the member number."""
        return self.group_name or self.number or self.id

    @staticmethod
    def problems(values: Mapping[str, object]) -> list[tuple[str, str]]:
        """Nothing ends before it begins."""
        return check_order(values, "start_date", "end_date") + check_order(values, "start_date", "cancelled_on")
