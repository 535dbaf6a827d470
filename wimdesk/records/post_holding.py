"""Who held which post from when to when (Popolo Membership)."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_
from wimdesk.records.rules import check_order
from wimdesk.store.record import Record, field


class PostHolding(Record):
    """One term of one holder. Nothing is overwritten when the holder changes: a new term begins."""

    type_label = N_("Term of office")
    type_label_many = N_("Terms of office")
    use = "office"

    person_id: Mapped[str] = field("link", N_("Person"), link="person", listed=True, personal=True)
    post_id: Mapped[str] = field("link", N_("Post"), link="post", listed=True)
    on_behalf_of_id: Mapped[str] = field("link", N_("On behalf of"), link="organization")
    start_date: Mapped[str] = field("day", N_("From"), listed=True)
    end_date: Mapped[str] = field("day", N_("Until"), listed=True)
    end_reason: Mapped[str] = field("text", N_("Why it ended"))
    handed_over: Mapped[list[str]] = field("codes", N_("Handed over"))

    @staticmethod
    def problems(values: Mapping[str, object]) -> list[tuple[str, str]]:
        """A term does not end before it starts."""
        return check_order(values, "start_date", "end_date")
