"""An organisation that stands for a theme during a term: whoever nominates it writes this, its answer is a `reply`."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_
from wimdesk.records.rules import check_order
from wimdesk.store.record import Record, field


class Champion(Record):
    """A nomination with its term and duties. It counts from the day on which the nominated organisation accepts it."""

    type_label = N_("Thematic champion")
    type_label_many = N_("Thematic champions")
    home = "alliance"

    theme_id: Mapped[str] = field("link", N_("Theme"), link="theme", listed=True)
    organization_id: Mapped[str] = field("link", N_("Organisation"), link="organization", listed=True)
    start: Mapped[str] = field("day", N_("From"), listed=True)
    end: Mapped[str] = field("day", N_("Until"), listed=True)
    duties: Mapped[dict[str, str]] = field("long_texts", N_("Duties"), search="body")

    @staticmethod
    def problems(values: Mapping[str, object]) -> list[tuple[str, str]]:
        """A term does not end before it begins."""
        return check_order(values, "start", "end")
