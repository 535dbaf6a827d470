"""A licence of a group of artisanal miners."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_
from wimdesk.records.rules import check_order
from wimdesk.store.record import Record, field


class Licence(Record):
    """What a group is allowed, by whom, and until when."""

    type_label = N_("Licence")
    type_label_many = N_("Licences")

    group_id: Mapped[str] = field("link", N_("Miners' group"), link="miner_group", listed=True)
    kind: Mapped[str] = field("text", N_("Kind of licence"), search="title", listed=True)
    number: Mapped[str] = field("text", N_("Number of the licence"), search="title", listed=True)
    authority: Mapped[str] = field("text", N_("Given by"))
    issued: Mapped[str] = field("day", N_("Given on"))
    expires: Mapped[str] = field("day", N_("Ends on"), listed=True)

    def caption(self) -> str:
        """Return the kind and the number."""
        return " ".join(part for part in (self.kind, self.number) if part) or self.id

    @staticmethod
    def problems(values: Mapping[str, object]) -> list[tuple[str, str]]:
        """A licence does not end before it begins."""
        return check_order(values, "issued", "expires")
