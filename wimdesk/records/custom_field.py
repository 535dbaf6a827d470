"""A field that an organisation adds to its people, sites or organisations: a definition that syncs like any record."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_, _, pick
from wimdesk.store.record import Record, field

APPLIES_TO = {"person": N_("People"), "organization": N_("Organisations"), "site": N_("Sites")}
KINDS = {
    "text": N_("Text"),
    "number": N_("Number"),
    "day": N_("Day"),
    "choice": N_("Choice"),
    "flag": N_("Yes or no"),
}


class CustomField(Record):
    """What the field is called, what it holds, and where it stands."""

    type_label = N_("Own field")
    type_label_many = N_("Own fields")

    label: Mapped[dict[str, str]] = field("texts", N_("Label"), search="title", listed=True, required=True)
    applies_to: Mapped[str] = field("choice", N_("Belongs to"), choices=APPLIES_TO, listed=True)
    kind: Mapped[str] = field("choice", N_("Kind"), choices=KINDS, listed=True)
    options: Mapped[list[str]] = field("codes", N_("What can be chosen"))
    in_list: Mapped[bool] = field("flag", N_("Show in the list and as a filter"))

    def caption(self) -> str:
        """Return the label in the reader's language."""
        return pick(self.label) or self.id

    @staticmethod
    def problems(values: Mapping[str, object]) -> list[tuple[str, str]]:
        """A choice needs something to choose from."""
        if values.get("kind") == "choice" and not values.get("options"):
            return [("options", _("Say what can be chosen."))]
        return []
