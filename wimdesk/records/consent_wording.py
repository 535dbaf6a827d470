"""The words with which an organisation asks for a consent; new words are a new version."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_
from wimdesk.records.consent import PURPOSES
from wimdesk.store.record import Record, field


class ConsentWording(Record):
    """The text for one purpose, in several languages. Whoever agreed to an earlier one did so to those words."""

    type_label = N_("Wording of a consent")
    type_label_many = N_("Wordings of consents")

    purpose: Mapped[str] = field("choice", N_("What for"), choices=PURPOSES, listed=True)
    text: Mapped[dict[str, str]] = field("long_texts", N_("Text"))
    since: Mapped[str] = field("day", N_("Used since"), listed=True)
    version: Mapped[int | None] = field("integer", N_("Version"), minimum=1, listed=True)

    def caption(self) -> str:
        """Return what for, and the version."""
        return f"{self.purpose} {self.version or ''}".strip() or self.id
