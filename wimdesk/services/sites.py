"""Sites: chosen from the list of known mines or of one's own, their place from a file, and the visits to them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from resources import content
from resources.content import Mine
from wimdesk import clock
from wimdesk.errors import NotFound
from wimdesk.i18n import _
from wimdesk.records import Person, Site, Visit, VisitContact
from wimdesk.records.organization import country_name
from wimdesk.search import fold
from wimdesk.services import editing, people
from wimdesk.services.places import Place
from wimdesk.store import erasures, history, identity

TYPE, VISIT, MET = "site", "visit", "visit_contact"
_MOST_FOUND = 12


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A visit as a row; `met` are the names of those met."""

    id: str
    date: str
    purpose: str
    met: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Met:
    """Somebody met; `person_id` is empty for who has only a name."""

    id: str
    person_id: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class VisitCard:
    """What the card of a visit shows beside the fields."""

    id: str
    site_id: str
    site: str
    date: str
    purpose: str
    met: tuple[Met, ...]


def known(text: str = "", most: int = _MOST_FOUND) -> list[Mine]:
    """Return the known mines that have these words in their name or country, by name."""
    words = [fold(word) for word in text.split()]
    found = [mine for mine in content.mines() if all(word in _said(mine) for word in words)]
    return sorted(found, key=lambda mine: (fold(mine["name"]), mine["key"]))[:most]


def _said(mine: Mine) -> str:
    return fold(f"{mine['name']} {country_name(mine['country_code'])} ") + mine["country_code"].lower()


def label_of(mine: Mine) -> str:
    """Return a known mine with its country."""
    return f"{mine['name']} ({country_name(mine['country_code'])})"


def _mine(key: str) -> Mine:
    found = next((mine for mine in content.mines() if mine["key"] == key), None)
    if found is None:
        raise NotFound(_("The list of known mines has no “{key}”. Nothing was changed.").format(key=key))
    return found


def _values(mine: Mine) -> dict[str, object]:
    return {
        "name": mine["name"], "country_code": mine["country_code"], "commodity": list(mine["commodity"]),
        "kind": mine["kind"], "latitude": mine["latitude"], "longitude": mine["longitude"], "known_as": mine["key"],
        "place_source": _("List of known mines, to about 10 km"),
    }  # fmt: skip


def take(session: Session, key: str) -> str:
    """Make a known mine a site of ours, unless it is one; return its id. Raises NotFound.

    The id follows from ours and the mine's, so that two computers make one site.
    """
    mine, organisation = _mine(key), identity.read(session).organisation
    record = erasures.own_id(session, organisation, "site", organisation, mine["id"])
    found = session.get(Site, record)
    if found is None:
        return editing.add(session, TYPE, _values(mine) | {"status": "operating"}, record)
    found.deleted = False
    return record


def fill(session: Session, site: str, key: str) -> None:
    """Fill a site from the list of known mines. Raises NotFound."""
    editing.change(session, TYPE, site, _values(_mine(key)))


def put(session: Session, site: str, place: Place, source: str) -> None:
    """Put a site where a file says. Raises NotFound."""
    values = {"latitude": place.latitude, "longitude": place.longitude, "place_source": source}
    editing.change(session, TYPE, site, values)


def begin_visit(session: Session, site: str) -> str:
    """Make a visit of today to a site; return its id. Raises NotFound."""
    history.fetch(session, TYPE, site)
    return editing.add(session, VISIT, {"site_id": site, "date": clock.today().isoformat()})


def meet(session: Session, visit: str, person: str = "", name: str = "", role: str = "") -> str:
    """Note somebody met at a visit: a person of the list, or a name. Return the id. Raises NotFound."""
    history.fetch(session, VISIT, visit)
    if person:
        found = history.fetch(session, "person", person)
        name = name or found.caption()
        role = role or (found.role if isinstance(found, Person) else "")
    return editing.add(session, MET, {"visit_id": visit, "person_id": person, "name": name, "role": role})


def visits(session: Session, site: str = "") -> list[VisitRow]:
    """Return our visits, or those to one site, the latest first."""
    query = people.ours(session, Visit)
    if site:
        query = query.where(Visit.site_id == site)
    found = list(session.scalars(query.order_by(Visit.date.desc(), Visit.id)))
    met: dict[str, tuple[str, ...]] = {}
    for each in session.scalars(_met().where(VisitContact.visit_id.in_([visit.id for visit in found]))):
        met[each.visit_id] = (*met.get(each.visit_id, ()), each.name or _("Without a name"))
    return [VisitRow(visit.id, visit.date, visit.purpose, met.get(visit.id, ())) for visit in found]


def visit_card(session: Session, visit: str) -> VisitCard:
    """Return a visit with those met. Raises NotFound."""
    found = history.fetch(session, VISIT, visit)
    if not isinstance(found, Visit):
        raise TypeError(VISIT)
    site = session.get(Site, found.site_id) if found.site_id else None
    met = session.scalars(_met().where(VisitContact.visit_id == visit))
    name = site.name if site is not None else ""
    return VisitCard(
        visit, found.site_id, name, found.date, found.purpose,
        tuple(Met(each.id, each.person_id, each.name, each.role) for each in met),
    )  # fmt: skip


def _met() -> Select[VisitContact]:
    return (
        select(VisitContact).where(VisitContact.deleted.is_(False)).order_by(VisitContact.created_at, VisitContact.id)
    )
