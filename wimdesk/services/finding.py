"""One question to everything that a person may see here: the best of each kind of record, not the most of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from sync.protocol import ALLIANCE, COMMITTEE, ROLES, private_space, shared_space
from wimdesk.i18n import N_, _
from wimdesk.records import Activity, Observation
from wimdesk.search import Searcher
from wimdesk.services import handover
from wimdesk.services.listing import Found
from wimdesk.store import identity
from wimdesk.store.journal import SAMPLE
from wimdesk.store.record import Record, types

FIGURES = "observation"
"""The type under which the figures of a site are found: by the site's name, or by what is counted."""
_REACH = ("contact_detail", "custom_value")
"""Types under which somebody else is found: whose number it is, or who says so in an own field."""
_OWNERS = ("person", "organization", "site")
_COUNTED = "indicator"
_MOST = 15
_OF_EACH = 12
_FIGURES = N_("Figures")


def ask(
    searcher: Searcher, question: str, wanted: Sequence[str], of_each: int = _OF_EACH
) -> dict[str, list[str]] | None:
    """Return the best ids by type, or None where a newer question has come meanwhile."""
    asked = [*(name for name in wanted if name != FIGURES), *((_COUNTED,) if FIGURES in wanted else ())]
    return searcher.ask_each(question, [*asked, *_REACH], of_each)


def told(session: Session, hits: Mapping[str, Sequence[str]], wanted: Sequence[str], most: int = _MOST) -> list[Found]:
    """Return what was found as people call it, kind by kind, in the order of `wanted`; what is gone is left out.

    What the reader's role does not read is left out too, also where it is still on this computer.
    """
    reads = readable(identity.read(session))
    met = {name: _fetch(session, name, ids, reads) for name, ids in hits.items()}
    _add_reached(session, met, reads)
    kinds: dict[str, list[Found]] = {}
    for name in wanted:
        found = _figures(session, met) if name == FIGURES else [_found(record) for record in met.get(name, ())]
        if name == "submission" and found:
            listed = {each.id for each in handover.kept(session)}
            found = [each for each in found if each.id in listed]
        if found:
            kinds[name] = found
    return _share(kinds, most)


def readable(who: identity.Identity) -> Callable[[str], bool]:
    """Return what says whether the reader's role reads a space (sync.protocol.ROLES)."""
    reads = ROLES[who.role].reads if who.role in ROLES else frozenset()
    own = {ALLIANCE, SAMPLE, private_space(who.organisation), shared_space(who.organisation)}

    def may(space: str) -> bool:
        if space == COMMITTEE:
            return "committee" in reads
        return space in own or ("every_shared" in reads and space.endswith("/shared")) or not who.enrolled

    return may


def _fetch(session: Session, name: str, ids: Sequence[str], reads: Callable[[str], bool]) -> list[Record]:
    cls = types().get(name)
    if cls is None:
        return []
    found = {record.id: record for record in session.scalars(select(cls).where(cls.id.in_(ids)))}
    records = (found[each] for each in ids if each in found)
    who = identity.read(session)
    return [
        record
        for record in records
        if not record.deleted and reads(record.space) and record.shown_to(who.organisation, who.role)
    ]


def _add_reached(session: Session, met: dict[str, list[Record]], reads: Callable[[str], bool]) -> None:
    """Whose number, address or own field fits is found as a person, an organisation or a site."""
    owners: dict[str, list[str]] = defaultdict(list)
    for found in (each for kind in _REACH for each in met.pop(kind, [])):
        for name in _OWNERS:
            if owner := getattr(found, f"{name}_id", ""):
                owners[name].append(owner)
    for name, ids in owners.items():
        known = {record.id for record in met.get(name, ())}
        more = [each for each in dict.fromkeys(ids) if each not in known]
        met[name] = [*met.get(name, ()), *_fetch(session, name, more, reads)]


def _figures(session: Session, met: Mapping[str, list[Record]]) -> list[Found]:
    """Return the figures of each site that was found, and what is counted; these open at the site that showed last."""
    sites = [
        site
        for site in met.get("site", ())
        if session.scalar(select(exists().where(Observation.site_id == site.id, Observation.deleted.is_(False))))
    ]
    return [
        *(Found(site.id, FIGURES, _(_FIGURES), site.caption(), site.id) for site in sites),
        *(Found("", FIGURES, _(_FIGURES), counted.caption()) for counted in met.get(_COUNTED, ())),
    ]


def _found(record: Record) -> Found:
    opens = record.initiative_id if isinstance(record, Activity) else ""
    return Found(record.id, record.__tablename__, _(type(record).type_label), record.caption(), opens or record.id)


def _share(kinds: Mapping[str, list[Found]], most: int) -> list[Found]:
    """Give each kind a place in turn until there is no more room, and keep each kind together."""
    taken = dict.fromkeys(kinds, 0)
    left = most
    while left and any(taken[name] < len(found) for name, found in kinds.items()):
        for name, found in kinds.items():
            if left and taken[name] < len(found):
                taken[name] += 1
                left -= 1
    return [each for name, found in kinds.items() for each in found[: taken[name]]]
