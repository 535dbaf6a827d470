"""What an organisation sends to the Secretariat: approved data, kept with its state."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_
from wimdesk.store.record import Record, field

KINDS = {
    "participation_report": N_("Participation report"),
    "organisation_profile": N_("Organisation profile"),
    "site_metrics": N_("Site metrics"),
}
STATES = {
    "draft": N_("Draft"),
    "sent": N_("Sent"),
    "received": N_("Received"),
    "accepted": N_("Accepted"),
    "returned": N_("Returned"),
}


class Submission(Record):
    """A submission. `data` is the approved snapshot in full; the PDF is made from it at any time, byte for byte."""

    type_label = N_("Submission")
    type_label_many = N_("Submissions")
    home = "shared"

    kind: Mapped[str] = field("choice", N_("Kind"), choices=KINDS, listed=True)
    period: Mapped[str] = field("text", N_("Period"), listed=True)
    language: Mapped[str] = field("text", N_("Language"), listed=True)
    state: Mapped[str] = field("choice", N_("State"), choices=STATES, listed=True)
    reference: Mapped[str] = field("text", N_("Reference"), search="title", listed=True)
    digest: Mapped[str] = field("text", N_("Fingerprint of the data"))
    data: Mapped[dict[str, object]] = field("map", N_("Data"))
    note: Mapped[str] = field("long_text", N_("Note of the Secretariat"))
    version_of_id: Mapped[str] = field("text", N_("Earlier version"))

    def caption(self) -> str:
        """Return the reference."""
        return self.reference or self.id
