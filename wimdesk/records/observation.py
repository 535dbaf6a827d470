"""One value of one indicator at one site in one month. Blank is not zero."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Mapped, Session

from wimdesk.i18n import N_
from wimdesk.identifiers import derived_id
from wimdesk.store.record import Record, field

STATUS = {
    "A": N_("Normal"),
    "E": N_("Estimated"),
    "P": N_("Provisional"),
    "U": N_("Uncertain"),
    "L": N_("Exists, not collected"),
    "M": N_("Can't exist here"),
    "Q": N_("Withheld"),
}


class Observation(Record):
    """A cell of the grid, named as in SDMX. Its id follows from site, indicator and month."""

    type_label = N_("Value")
    type_label_many = N_("Values")

    site_id: Mapped[str] = field("link", N_("Site"), link="site", listed=True)
    indicator_key: Mapped[str] = field("text", N_("Indicator"), listed=True)
    time_period: Mapped[str] = field("month", N_("Month"), listed=True)
    obs_value: Mapped[float | None] = field("decimal", N_("Value"), listed=True)
    obs_status: Mapped[str] = field("choice", N_("Status"), choices=STATUS)
    comment: Mapped[str] = field("long_text", N_("Comment"))


def cell_id(site: str, indicator_key: str, month: str) -> str:
    """Return the id of a cell: the same on every laptop, so that two people fill one cell."""
    return derived_id("observation", site, indicator_key, month)


def of_site(site: str, first: str, last: str) -> Select[Observation]:
    """Return the values of a site from one month to another, both included."""
    return select(Observation).where(
        Observation.site_id == site,
        Observation.deleted.is_(False),
        Observation.time_period >= first,
        Observation.time_period <= last,
    )


def enter(session: Session, site: str, indicator_key: str, month: str, value: float | None) -> Observation:
    """Put a value into a cell; None empties it."""
    found = session.get(Observation, cell_id(site, indicator_key, month))
    if found is None:
        found = Observation(
            id=cell_id(site, indicator_key, month), site_id=site, indicator_key=indicator_key, time_period=month
        )
        session.add(found)
    found.obs_value = value
    if found.deleted:
        found.deleted = False
    session.flush()
    return found
