"""An organisation's word on a text of the Alliance: endorsed, ratified, acknowledged. Withdrawing ends it, in view."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_, _
from wimdesk.records.rules import check_order
from wimdesk.store.record import Record, field

ANSWERS = {
    "endorsed": N_("Endorsed"),
    "ratified": N_("Ratified"),
    "reserved": N_("Ratified with a reservation"),
    "acknowledged": N_("Acknowledged"),
}
INDEPENDENCE = N_(
    "Our organisation stays independent. Taking part gives the Alliance no control over it and makes it no part of "
    "another body."
)
"""What an organisation states when it acknowledges the internal regulation."""


class Commitment(Record):
    """One period in which an organisation stands by an exact version of a text. It is ended, never deleted."""

    type_label = N_("Commitment")
    type_label_many = N_("Commitments")
    home = "alliance"
    use = "signing"

    text_id: Mapped[str] = field("link", N_("Text"), link="alliance_text", listed=True)
    organization_id: Mapped[str] = field("link", N_("Organisation"), link="organization", listed=True)
    answer: Mapped[str] = field("choice", N_("Answer"), choices=ANSWERS, listed=True)
    date: Mapped[str] = field("day", N_("Signed on"), listed=True)
    signed_by: Mapped[str] = field("text", N_("Signed by"), personal=True, search="tags")
    capacity: Mapped[str] = field("text", N_("In which capacity"), help=N_("For example president."))
    reservation: Mapped[str] = field("long_text", N_("Reservation"))
    independent: Mapped[bool] = field("flag", N_("Independence is stated"))
    withdrawn_on: Mapped[str] = field("day", N_("Withdrawn on"), listed=True)
    withdrawn_why: Mapped[str] = field("long_text", N_("Why it was withdrawn"))

    def caption(self) -> str:
        """Return the answer, with who signed it."""
        words = _(ANSWERS[self.answer]) if self.answer in ANSWERS else ""
        return ", ".join(part for part in (words, self.signed_by) if part) or self.id

    @staticmethod
    def problems(values: Mapping[str, object]) -> list[tuple[str, str]]:
        """It is not withdrawn before it was signed; a reservation is said in words."""
        found = check_order(values, "date", "withdrawn_on")
        if values.get("answer") == "reserved" and not str(values.get("reservation") or "").strip():
            found.append(("reservation", _("Write what the reservation is.")))
        return found


def is_running(found: Commitment, day: str) -> bool:
    """Say whether the word holds on an ISO day; on the day of withdrawal it no longer does."""
    return found.date <= day and (not found.withdrawn_on or found.withdrawn_on > day)
