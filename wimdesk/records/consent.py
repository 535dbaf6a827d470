"""What a person has allowed, or no longer allows: one record for each time, never changed afterwards."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_
from wimdesk.store.record import Record, field

PURPOSES = {
    "directory": N_("Directory of the Alliance"),
    "messages": N_("Messages and news"),
    "photo": N_("Photos"),
    "story": N_("Telling the story"),
    "partners": N_("Passing on to partners"),
    "research": N_("Research and surveys"),
}
STATES = {"given": N_("Given"), "withdrawn": N_("Withdrawn")}
METHODS = {
    "paper": N_("Signed on paper"),
    "screen": N_("On the screen"),
    "spoken": N_("Spoken"),
    "thumbprint": N_("Thumbprint, with a witness"),
    "message": N_("By letter or message"),
}

CHANNELS = {
    "library": N_("Library of the Alliance"),
    "website": N_("Website"),
    "print": N_("On paper"),
    "social": N_("Social media"),
}
"""Where a story may be told; a consent without a channel is for none of them in particular."""


class Consent(Record):
    """One event (GDPR Art. 7): `wording` is what she was shown, in its language; `proof` is its SHA-256."""

    type_label = N_("Consent")
    type_label_many = N_("Consents")
    use = "proof"

    person_id: Mapped[str] = field("link", N_("Person"), link="person", listed=True, personal=True)
    purpose: Mapped[str] = field("choice", N_("What for"), choices=PURPOSES, listed=True, personal=True)
    state: Mapped[str] = field("choice", N_("Given or withdrawn"), choices=STATES, listed=True, personal=True)
    date: Mapped[str] = field("day", N_("Day"), listed=True, personal=True)
    channel: Mapped[str] = field("choice", N_("Where"), choices=CHANNELS, personal=True)
    until: Mapped[str] = field("day", N_("Until"), personal=True)
    method: Mapped[str] = field("choice", N_("How"), choices=METHODS, personal=True)
    recorded_by: Mapped[str] = field("text", N_("Who was there"), personal=True)
    language: Mapped[str] = field("text", N_("Language"))
    wording: Mapped[str] = field("long_text", N_("What was read out"))
    wording_version: Mapped[str] = field("text", N_("Version of the wording"))
    proof: Mapped[str] = field("text", N_("Proof of the wording"))

    def caption(self) -> str:
        """Return the day and what for."""
        return f"{self.date} {self.purpose}".strip() or self.id
