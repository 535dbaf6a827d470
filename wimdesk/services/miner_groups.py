"""Groups of artisanal miners: their numbers, licences that end, what they sold and learnt, and what of it is shared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from wimdesk import clock
from wimdesk.i18n import _
from wimdesk.records import GroupEntry, Licence, MinerGroup, Organization
from wimdesk.services import editing, money, people, publishing
from wimdesk.services.terms import last_day
from wimdesk.store import history, identity
from wimdesk.store.record import Scope

TYPE, LICENCE, ENTRY = "miner_group", "licence", "group_entry"
SOON = 60
"""A licence that ends within so many days is listed; so is one that has ended."""


@dataclass(frozen=True, slots=True)
class Ending:
    """A licence that ends soon, or has ended: then the days are below zero."""

    licence: str
    group_id: str
    group: str
    words: str
    expires: str
    days: int


@dataclass(frozen=True, slots=True)
class GroupCard:
    """What the card of a group shows beside the fields. `shared` is the copy that others see, or empty."""

    id: str
    name: str
    licences: tuple[str, ...]
    sales: tuple[str, ...]
    trainings: tuple[str, ...]
    sold: tuple[tuple[int, str], ...]
    trained: int
    ending: tuple[Ending, ...]
    shared: str
    shared_place: tuple[float | None, float | None]


def begin(session: Session) -> str:
    """Make an empty group in the organisation's country; return the id."""
    found = session.get(Organization, identity.read(session).organisation)
    return editing.add(session, TYPE, {"country_code": found.country_code if found else ""})


def begin_licence(session: Session, group: str) -> str:
    """Make an empty licence of a group. Raises NotFound."""
    history.fetch(session, TYPE, group)
    return editing.add(session, LICENCE, {"group_id": group})


def begin_entry(session: Session, group: str, kind: str) -> str:
    """Make a sale or a training of today. Raises NotFound."""
    found = history.fetch(session, TYPE, group)
    country = found.country_code if isinstance(found, MinerGroup) else ""
    currency = money.currency_of(country) if kind == "sale" else ""
    values = {"group_id": group, "kind": kind, "date": clock.today().isoformat(), "currency": currency}
    return editing.add(session, ENTRY, values)


def ending(session: Session, within: int = SOON) -> list[Ending]:
    """Return the licences of our groups that end within so many days or have ended, the first to end first."""
    groups = {group.id: group.name for group in session.scalars(people.ours(session, MinerGroup))}
    query = people.ours(session, Licence).where(Licence.expires != "")
    found = (_ending(each, groups) for each in session.scalars(query) if each.group_id in groups)
    return sorted((each for each in found if each.days <= within), key=lambda each: (each.days, each.licence))


def _ending(licence: Licence, groups: dict[str, str]) -> Ending:
    try:
        days = (date.fromisoformat(last_day(licence.expires)) - clock.today()).days
    except ValueError:
        days = timedelta.max.days
    words = licence.caption() if licence.caption() != licence.id else _("Licence")
    name = groups[licence.group_id] or _("Without a name")
    return Ending(licence.id, licence.group_id, name, words, licence.expires, days)


def card(session: Session, group: str) -> GroupCard:
    """Return a group with its licences, sales and trainings. Raises NotFound."""
    found = history.fetch(session, TYPE, group)
    if not isinstance(found, MinerGroup):
        raise TypeError(TYPE)
    licences = session.scalars(
        select(Licence).where(Licence.group_id == group, Licence.deleted.is_(False)).order_by(Licence.created_at)
    ).all()
    entries = session.scalars(
        select(GroupEntry)
        .where(GroupEntry.group_id == group, GroupEntry.deleted.is_(False))
        .order_by(GroupEntry.date.desc(), GroupEntry.id)
    ).all()
    sales = [each for each in entries if each.kind != "training"]
    trainings = [each for each in entries if each.kind == "training"]
    copy = shared_copy(session, group)
    return GroupCard(
        group, found.name, _ids(licences), _ids(sales), _ids(trainings),
        money.total((each.amount_minor, each.currency) for each in sales if each.amount_minor),
        sum(each.women or 0 for each in trainings),
        tuple(each for each in ending(session) if each.group_id == group),
        copy.id if copy is not None else "",
        (copy.latitude, copy.longitude) if copy is not None else (None, None),
    )  # fmt: skip


def _ids(found: Iterable[Licence | GroupEntry]) -> tuple[str, ...]:
    return tuple(each.id for each in found)


def shared_copy(session: Session, group: str, scope: Scope = "alliance") -> MinerGroup | None:
    """Return the copy of a group that others see, or None."""
    found = session.get(MinerGroup, publishing.copy_id(session, group, scope))
    return None if found is None or found.deleted else found


def share(session: Session, group: str) -> str:
    """Share a group with the Alliance, its place rounded, nobody named; or share it anew. Return the copy's id."""
    return publishing.publish(session, TYPE, group, "alliance")


def take_back(session: Session, group: str) -> None:
    """Have nobody else see the group any more, from their next sync on."""
    publishing.retract(session, TYPE, group)
