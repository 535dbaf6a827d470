"""What a group of artisanal miners sold, or which training it had: one line of its log, without names."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_, _
from wimdesk.store.record import Record, field

KINDS = {"sale": N_("Sale"), "training": N_("Training")}


class GroupEntry(Record):
    """One sale or one training. Money is a whole number of the currency's smallest unit."""

    type_label = N_("Sale or training")
    type_label_many = N_("Sales and trainings")

    group_id: Mapped[str] = field("link", N_("Miners' group"), link="miner_group", listed=True)
    kind: Mapped[str] = field("choice", N_("Sale or training"), choices=KINDS, listed=True)
    date: Mapped[str] = field("day", N_("Day"), listed=True)
    text: Mapped[str] = field("text", N_("What it was"), search="title", listed=True)
    quantity: Mapped[float | None] = field("decimal", N_("Quantity"), minimum=0)
    unit: Mapped[str] = field("text", N_("Unit"), help=N_("For example: g, kg, bags."))
    amount_minor: Mapped[int | None] = field("integer", N_("Amount"), minimum=0)
    currency: Mapped[str] = field("text", N_("Currency"))
    women: Mapped[int | None] = field("integer", N_("Women who took part"), minimum=0)

    def caption(self) -> str:
        """Return what it was."""
        return self.text or self.date or self.id

    @staticmethod
    def problems(values: Mapping[str, object]) -> list[tuple[str, str]]:
        """An amount has its currency."""
        if values.get("amount_minor") and not values.get("currency"):
            return [("currency", _("Choose the currency of the amount."))]
        return []
