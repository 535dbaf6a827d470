"""An indicator of the catalogue: what is counted, in which unit, within which limits."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_, pick
from wimdesk.store.record import Record, field

UNITS = {"persons": N_("persons"), "hours": N_("hours"), "number": N_("number")}
SECTIONS = {
    "workforce": N_("Workforce"),
    "development": N_("Skills and careers"),
    "safety": N_("Safety and respect"),
}


class Indicator(Record):
    """One line of the monthly form. The catalogue ships with the program."""

    type_label = N_("Indicator")
    type_label_many = N_("Indicators")
    home = "alliance"

    key: Mapped[str] = field("text", N_("Key"), listed=True)
    position: Mapped[int | None] = field("integer", N_("Place in the form"))
    name: Mapped[dict[str, str]] = field("texts", N_("Name"), search="title", listed=True)
    definition: Mapped[dict[str, str]] = field("long_texts", N_("Meaning"), search="body")
    unit: Mapped[str] = field("choice", N_("Unit"), choices=UNITS, listed=True)
    section: Mapped[str] = field("choice", N_("Section"), choices=SECTIONS)
    decimals: Mapped[int | None] = field("integer", N_("Decimals"), minimum=0, maximum=6)
    minimum: Mapped[float | None] = field("decimal", N_("Least"))
    part_of: Mapped[str] = field("text", N_("Part of"))
    jump_factor: Mapped[float | None] = field("decimal", N_("Asks when it is so many times last month"))
    direction: Mapped[str] = field("text", N_("Better when"))
    source_ref: Mapped[list[str]] = field("codes", N_("Where it comes from"))
    valid_from: Mapped[str] = field("day", N_("Valid from"))
    themes: Mapped[list[str]] = field("codes", N_("Themes"))

    def caption(self) -> str:
        """Return the name in the current language."""
        return pick(self.name) or self.key or self.id


def catalogue() -> Select[Indicator]:
    """Return the indicators in the order of the form."""
    return select(Indicator).where(Indicator.deleted.is_(False)).order_by(Indicator.position, Indicator.key)
