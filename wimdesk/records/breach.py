"""The log of breaches: what happened to data of people, whom it touches, and who was told when."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_
from wimdesk.records.rules import check_order
from wimdesk.store.record import Record, field

KINDS = {
    "lost": N_("A computer or stick was lost or stolen"),
    "seen": N_("Somebody saw or got what was not for them"),
    "changed": N_("Something was changed or deleted"),
    "locked": N_("Data can't be reached"),
}


class Breach(Record):
    """One line of the log that GDPR Art. 33(5), POPIA s. 22 and Kenya's DPA s. 43 ask for."""

    type_label = N_("Breach")
    type_label_many = N_("Breaches")
    use = "breaches"

    kind: Mapped[str] = field("choice", N_("What happened"), choices=KINDS, listed=True)
    happened_on: Mapped[str] = field("day", N_("Happened on"), listed=True)
    noticed_on: Mapped[str] = field("day", N_("Noticed on"), listed=True, required=True)
    description: Mapped[str] = field("long_text", N_("In your words"), search="body", personal=True)
    people: Mapped[int | None] = field("integer", N_("How many people it touches"), minimum=0, listed=True)
    measures: Mapped[str] = field("long_text", N_("What was done about it"), search="body", personal=True)
    authority_on: Mapped[str] = field("day", N_("The authority was told on"), listed=True)
    people_on: Mapped[str] = field("day", N_("The people were told on"))

    def caption(self) -> str:
        """Return the day on which it was noticed."""
        return f"{self.noticed_on} {self.kind}".strip() or self.id

    @staticmethod
    def problems(values: Mapping[str, object]) -> list[tuple[str, str]]:
        """Nobody can notice what has not happened yet."""
        return check_order(values, "happened_on", "noticed_on") + check_order(values, "noticed_on", "authority_on")
