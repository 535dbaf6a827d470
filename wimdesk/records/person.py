"""A person the organisation knows. Private: a person's data never leaves the organisation's devices by default."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_
from wimdesk.store.record import Record, field


class Person(Record):
    """A person, named as in Popolo and vCard. Gender is not asked: membership is open to all."""

    type_label = N_("Person")
    type_label_many = N_("People")
    use = "contact"

    family_name: Mapped[str] = field("text", N_("Family name"), search="title", listed=True, personal=True)
    given_name: Mapped[str] = field("text", N_("Given name"), search="title", listed=True, personal=True)
    pronouns: Mapped[str] = field("text", N_("Pronouns"), personal=True)
    organization_id: Mapped[str] = field("link", N_("Organisation"), link="organization")
    role: Mapped[str] = field("text", N_("Role"), search="summary", listed=True, personal=True)
    languages: Mapped[list[str]] = field("codes", N_("Languages"), personal=True)
    preferred_language: Mapped[str] = field("text", N_("Preferred language"), personal=True)
    country_code: Mapped[str] = field("text", N_("Country"), personal=True)
    skills: Mapped[list[str]] = field("codes", N_("Skills"), search="tags", personal=True)
    tags: Mapped[list[str]] = field(
        "codes", N_("Tags"), search="tags", personal=True, help=N_("Your own words, to find people as a group.")
    )
    summary: Mapped[str] = field("long_text", N_("Notes"), search="body", personal=True)
    merged_into: Mapped[str] = field("link", N_("Went on in"), link="person", personal=True)

    def caption(self) -> str:
        """Return the given and the family name."""
        return f"{self.given_name} {self.family_name}".strip() or self.id
