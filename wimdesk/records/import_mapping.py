"""Which column of a foreign table went into which field: remembered, so that the next file like it needs no work."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_
from wimdesk.store.record import Record, field


class ImportMapping(Record):
    """A mapping is found again by the names of the file's columns (services.importing)."""

    type_label = N_("Import mapping")
    type_label_many = N_("Import mappings")

    name: Mapped[str] = field("text", N_("Name"), listed=True)
    brings: Mapped[str] = field("text", N_("Record type"), listed=True)
    columns: Mapped[Mapping[str, object]] = field("map", N_("Columns"))
    known_by: Mapped[list[str]] = field("codes", N_("Known again by"))

    def caption(self) -> str:
        """Return the name."""
        return self.name or self.id
