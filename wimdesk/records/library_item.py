"""A best practice or tool of the library, described with Dublin Core's terms and the case template."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_, _, pick
from wimdesk.store.record import Record, field

TEMPLATES = {
    "case": N_("Case"),
    "tool": N_("Tool"),
    "policy": N_("Policy"),
    "presentation": N_("Presentation"),
    "role_model": N_("Role model"),
}
STATES = {
    "draft": N_("Draft"),
    "submitted": N_("Submitted"),
    "in_review": N_("In review"),
    "published": N_("Published"),
    "withdrawn": N_("Withdrawn"),
    "archived": N_("Archived"),
}
EVIDENCE = {
    "strong": N_("Evidence: strong"),
    "moderate": N_("Evidence: moderate"),
    "early": N_("Evidence: early"),
}


class LibraryItem(Record):
    """An item. A draft is private; submitting and publishing make counterparts in wider spaces."""

    type_label = N_("Practice")
    type_label_many = N_("Practices")

    title: Mapped[dict[str, str]] = field("texts", N_("Title"), search="title", listed=True, required=True)
    summary: Mapped[dict[str, str]] = field("long_texts", N_("In short"), search="summary")
    template: Mapped[str] = field("choice", N_("Kind"), choices=TEMPLATES)
    themes: Mapped[list[str]] = field("codes", N_("Themes"))
    subject: Mapped[list[str]] = field("codes", N_("Words to find it by"), search="tags")
    language: Mapped[str] = field("text", N_("Language"), listed=True)
    country_code: Mapped[str] = field("text", N_("Country"), listed=True)
    issued: Mapped[str] = field("day", N_("Date"), listed=True)
    license: Mapped[str] = field("text", N_("Licence"), help=N_("For example CC-BY-4.0."))
    minutes: Mapped[int | None] = field("integer", N_("Minutes to read"), minimum=0)
    evidence: Mapped[str] = field("choice", N_("Evidence"), choices=EVIDENCE)
    activities: Mapped[dict[str, str]] = field("long_texts", N_("What was done"), search="body")
    objectives: Mapped[dict[str, str]] = field("long_texts", N_("Why it matters"), search="body")
    outcomes: Mapped[dict[str, str]] = field("long_texts", N_("What came of it"), search="body")
    takeaways: Mapped[dict[str, str]] = field("long_texts", N_("What to take from it"), search="body")
    state: Mapped[str] = field("choice", N_("State"), choices=STATES)
    counterpart_id: Mapped[str] = field("text", N_("Shared copy"))

    def caption(self) -> str:
        """Return the title in the current language."""
        return pick(self.title) or self.id


CASE_PARTS = ("objectives", "activities", "outcomes", "takeaways")


def missing_parts(item: LibraryItem) -> list[tuple[str, str]]:
    """Return what the case template still lacks before the item can be submitted."""
    found = []
    if not pick(item.title):
        found.append(("title", _("The title is still empty.")))
    if not pick(item.summary):
        found.append(("summary", _("Say in two lines what this is about.")))
    if not item.license:
        found.append(("license", _("Choose a licence, so that others may use it.")))
    if item.template == "case":
        found += [
            (part, _("This part of the case is still empty.")) for part in CASE_PARTS if not pick(getattr(item, part))
        ]
    return found
