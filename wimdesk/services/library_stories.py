"""Stories of role models: told where and as long as the woman allows it, and nowhere after that.

What she allows is written down as events (records.consent), one for each place. The story carries, for each place, the
last day on which it may be told: so every computer hides it by itself when that day is over, without any network.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.protocol import ALLIANCE
from wimdesk import clock
from wimdesk.records import Consent, LibraryItem, Person
from wimdesk.records.consent import CHANNELS
from wimdesk.records.library_item import is_over
from wimdesk.search import Hit
from wimdesk.services import attaching, publishing
from wimdesk.services.library_sharing import TYPE, copies, fetch
from wimdesk.store import identity

PURPOSE = "story"
_OFFERED = 12
_OVER = frozenset({"withdrawn", "ended"})


class Asks(Protocol):
    """What answers a question: `wimdesk.search.Searcher`."""

    def ask(self, question: str, *, types: Iterable[str] = (), limit: int = 1000) -> list[Hit] | None:
        """Return the best hits, or None where a newer question has come."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a story may be told: `until` is the last day, empty for as long as she does not take it back."""

    channel: str
    state: str
    """"given", "ended" (its day is over), "withdrawn", or empty where she was not asked."""
    until: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Whose story it is, and what she allows; no person where nobody was named yet."""

    person: str
    places: tuple[Place, ...]


def standing(session: Session, item_id: str) -> Standing:
    """Return what the woman of a story allows today; raises NotFound."""
    item = fetch(session, item_id)
    return Standing(item.person_id, places(session, item.person_id) if item.person_id else ())


def named(session: Session, searcher: Asks, text: str) -> list[tuple[str, str]]:
    """Return (id, name) of the people of our own whose name fits what was typed."""
    hits = searcher.ask(text, types=("person",), limit=_OFFERED) or []
    found = session.scalars(select(Person).where(Person.id.in_([hit.id for hit in hits]), Person.deleted.is_(False)))
    return sorted(((each.id, each.caption()) for each in found if each.space != ALLIANCE), key=lambda pair: pair[1])


def name_of(session: Session, person: str) -> str:
    """Return what a person is called, empty where she is not here."""
    found = session.get(Person, person)
    return found.caption() if found is not None else ""


def places(session: Session, person: str) -> tuple[Place, ...]:
    """Return for each place what a person allows today. What she takes back for all places ends each of them."""
    mine = (Consent.person_id == person, Consent.purpose == PURPOSE, Consent.deleted.is_(False))
    newest = (Consent.date.desc(), Consent.created_at.desc(), Consent.id.desc())
    events = session.scalars(select(Consent).where(*mine).order_by(*newest)).all()
    found = []
    for channel in CHANNELS:
        last = next((e for e in events if e.channel == channel or (not e.channel and e.state == "withdrawn")), None)
        state = last.state if last is not None else ""
        until = last.until if last is not None and state == "given" else ""
        found.append(Place(channel, "ended" if until and is_over(until) else state, until))
    return tuple(found)


def settle(session: Session, person: str) -> None:
    """Have every story of a person say what she allows now; what the library may tell no longer is taken back."""
    who = identity.read(session)
    mine = (LibraryItem.person_id == person, LibraryItem.owner == who.organisation, LibraryItem.deleted.is_(False))
    allowed = places(session, person)
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    told = {p.channel: p.until if p.state != "withdrawn" else yesterday for p in allowed if p.state}
    for item in session.scalars(select(LibraryItem).where(*mine)).all():
        if item.template != "role_model":
            continue
        item.channels = told
        if item.counterpart_id and any(p.channel == "library" and p.state in _OVER for p in allowed):
            attaching.retract(session, publishing.retract(session, TYPE, item.id))
            item.state, item.counterpart_id = "withdrawn", ""
            continue
        for copy in copies(session, item):
            if copy.owner == who.organisation and copy.channels != told:
                copy.channels = told
                # All get the new days as soon as the Secretariat publishes it again.
                copy.state = "submitted" if copy.state == "published" else copy.state
    session.flush()
