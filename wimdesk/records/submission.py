"""What an organisation sends to the Secretariat: data with its state, private until a person approves it."""

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
    """A submission. `data` is the snapshot in full; the PDF is made from it at any time, byte for byte.

    A draft is private. Sending makes a copy in the shared space, and from then on its state is that of the copy.
    """

    type_label = N_("Submission")
    type_label_many = N_("Submissions")

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
