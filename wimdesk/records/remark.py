"""What an organisation says on a position of the Alliance: a comment, or other words for a section."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_, _
from wimdesk.store.record import Record, field

KINDS = {"comment": N_("Comment"), "amendment": N_("Amendment")}
OUTCOMES = {"open": N_("Still open"), "taken": N_("Taken up"), "declined": N_("Not taken up")}


class Remark(Record):
    """A comment or an amendment, and what became of it. The whole Alliance reads it."""

    type_label = N_("Remark")
    type_label_many = N_("Remarks")
    home = "alliance"

    text_id: Mapped[str] = field("link", N_("Text"), link="alliance_text", listed=True)
    organization_id: Mapped[str] = field("link", N_("Organisation"), link="organization", listed=True)
    kind: Mapped[str] = field("choice", N_("Kind"), choices=KINDS, listed=True)
    section: Mapped[str] = field("text", N_("Section"))
    language: Mapped[str] = field("text", N_("Language"))
    wording: Mapped[str] = field("long_text", N_("In other words"))
    reason: Mapped[str] = field("long_text", N_("What we say"))
    date: Mapped[str] = field("day", N_("Day"), listed=True)
    outcome: Mapped[str] = field("choice", N_("Outcome"), choices=OUTCOMES, listed=True)
    answer: Mapped[str] = field("long_text", N_("Answer"))

    def caption(self) -> str:
        """Return how what is said begins."""
        return (self.reason or self.wording).strip().partition("\n")[0] or self.id

    @staticmethod
    def problems(values: Mapping[str, object]) -> list[tuple[str, str]]:
        """An amendment gives other words for a section."""
        if values.get("kind") == "amendment" and not str(values.get("wording") or "").strip():
            return [("wording", _("Write the section in other words."))]
        return []
