"""A group of artisanal miners: how many they are, what they mine, and about where. Nobody needs to be named."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_, _
from wimdesk.records.rules import check_pair
from wimdesk.store.record import Record, Values, field

KINDS = {
    "cooperative": N_("Cooperative"),
    "association": N_("Association"),
    "family": N_("Family business"),
    "informal": N_("Informal group"),
}
ROLES = {
    "digging": N_("Digging"),
    "hauling": N_("Carrying"),
    "crushing": N_("Crushing"),
    "washing": N_("Washing and panning"),
    "processing": N_("Processing"),
    "trading": N_("Buying and selling"),
    "leading": N_("Leading the group"),
    "services": N_("Food and other services"),
}
GRIDS = {"0.1": N_("To about 10 km"), "0.5": N_("To about 50 km"), "1": N_("To about 100 km")}
"""Degrees between two points of the grid to which a place is rounded before it is shared (a degree is 111 km)."""
USUAL_GRID = "0.1"


def rounded(degrees: float | None, grid: str) -> float | None:
    """Return the nearest point of the grid; the usual grid where none, or an unknown one, is chosen."""
    if degrees is None:
        return None
    step = float(grid if grid in GRIDS else USUAL_GRID)
    return round(round(degrees / step) * step, 6)


class MinerGroup(Record):
    """A group with its numbers. What leaves the organisation has a rounded place, and says nothing of persons."""

    type_label = N_("Miners' group")
    type_label_many = N_("Miners' groups")
    use = "work"

    name: Mapped[str] = field("text", N_("Name"), search="title", listed=True, required=True)
    kind: Mapped[str] = field("choice", N_("Kind"), choices=KINDS, listed=True)
    women: Mapped[int | None] = field("integer", N_("Women"), minimum=0, listed=True)
    men: Mapped[int | None] = field("integer", N_("Men"), minimum=0)
    counted_on: Mapped[str] = field("day", N_("Counted on"))
    count_source: Mapped[str] = field("text", N_("Source of the count"))
    commodity: Mapped[list[str]] = field("codes", N_("What is mined"), search="tags", listed=True)
    roles: Mapped[list[str]] = field("codes", N_("What the women do"), search="tags")
    country_code: Mapped[str] = field("text", N_("Country"))
    latitude: Mapped[float | None] = field("decimal", N_("Latitude"), minimum=-90, maximum=90)
    longitude: Mapped[float | None] = field("decimal", N_("Longitude"), minimum=-180, maximum=180)
    grid: Mapped[str] = field("choice", N_("Place as others see it"), choices=GRIDS)
    # Not `personal`: the group is not a record about this person; it stays when she is erased, and names her no more.
    contact_id: Mapped[str] = field("link", N_("Contact person"), link="person")
    note: Mapped[str] = field("long_text", N_("Notes"), search="body", personal=True)

    def caption(self) -> str:
        """Return the group's name."""
        return self.name or self.id

    @staticmethod
    def problems(values: Mapping[str, object]) -> list[tuple[str, str]]:
        """A place has both its numbers; a count of nobody else can't be less than nobody (see the columns)."""
        return check_pair(values, "latitude", "longitude", _("A place needs its latitude and its longitude."))

    @classmethod
    def outward(cls, values: Values) -> Values:
        """Round the place to the grid, and leave out who is asked and what was noted."""
        grid = str(values.get("grid") or USUAL_GRID)
        place = {name: rounded(values.get(name), grid) for name in ("latitude", "longitude")}
        return values | place | {"contact_id": "", "note": ""}
