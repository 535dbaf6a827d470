"""A mine site or another place where the organisation works."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_
from wimdesk.store.record import Record, field

KINDS = {
    "underground": N_("Underground mine"),
    "open_pit": N_("Open pit"),
    "quarry": N_("Quarry"),
    "processing": N_("Processing plant"),
    "artisanal": N_("Artisanal site"),
    "office": N_("Office"),
    "other": N_("Other"),
}
STATES = {
    "operating": N_("Operating"),
    "construction": N_("Being built"),
    "care": N_("Care and maintenance"),
    "closed": N_("Closed"),
}


class Site(Record):
    """A site with its place in decimal degrees (ISO 6709)."""

    type_label = N_("Site")
    type_label_many = N_("Sites")

    name: Mapped[str] = field("text", N_("Name"), search="title", listed=True, required=True)
    kind: Mapped[str] = field("choice", N_("Kind"), choices=KINDS, listed=True)
    commodity: Mapped[list[str]] = field("codes", N_("What is mined"), search="tags", listed=True)
    tags: Mapped[list[str]] = field("codes", N_("Tags"), search="tags", help=N_("Your own words for this site."))
    operator: Mapped[str] = field("text", N_("Run by"), search="summary")
    country_code: Mapped[str] = field("text", N_("Country"))
    latitude: Mapped[float | None] = field("decimal", N_("Latitude"), minimum=-90, maximum=90)
    longitude: Mapped[float | None] = field("decimal", N_("Longitude"), minimum=-180, maximum=180)
    place_source: Mapped[str] = field("text", N_("Where the place is from"))
    known_as: Mapped[str] = field("text", N_("In the list of known mines"))
    status: Mapped[str] = field("choice", N_("State"), choices=STATES)
    target_share: Mapped[float | None] = field("decimal", N_("Target share of women, %"), minimum=0, maximum=100)

    def caption(self) -> str:
        """Return the site's name."""
        return self.name or self.id
