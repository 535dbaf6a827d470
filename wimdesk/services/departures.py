"""Organisations that have left, for the Secretariat: what is still here of what they shared, and its removal.

Removing is erasing (services.erasing): an order for each record, signed by this computer, which every other one obeys.
The computers of the organisation itself don't hear of it: they have parted, or are shut out at the endpoint.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from sync.erasures import MARKS
from sync.protocol import ALLIANCE, SHIPPED_OWNER, shared_space
from wimdesk.errors import NotFound, UserError
from wimdesk.i18n import _, pick
from wimdesk.records import Attachment, Organization
from wimdesk.services import computers, leaving, publishing
from wimdesk.services.dates import day_text
from wimdesk.store import erasures, facts, journal, tables
from wimdesk.store.engine import Store
from wimdesk.store.inbox import text_of
from wimdesk.store.record import types

COMMAND = "wimdesk secretariat remove --organisation {id} --yes"
"""What the operator runs at the endpoint, before the orders are given."""
AT_ONCE = 200
"""Records that are erased in one transaction: nobody waits long to save something else."""


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """A record in the log of a space."""

    space: str
    record: str
    owner: str
    type: str


@dataclass(frozen=True, slots=True)
class Departure:
    """An organisation that has left or says that it will.

    `until`: the day from which what it shared may be removed. `is_over`: by the endpoint's clock that day has come.
    `records`: how much of what it shared is still here. `computers`: ids of those that wrote it.
    """

    organisation: str
    name: str
    left_on: str
    until: str
    is_over: bool
    records: int
    computers: tuple[str, ...]


def is_secretariat(session: Session) -> bool:
    """Say whether this computer may remove what an organisation shared that has left."""
    return facts.text(session, "role") == "secretariat"


def every(session: Session) -> list[Departure]:
    """Return the organisations that have left or say that they will, the earliest first, for the Secretariat."""
    if not is_secretariat(session):
        return []
    query = select(Organization).where(Organization.left_on != "", Organization.space == ALLIANCE)
    found = [_departure(session, each) for each in session.scalars(query) if leaving.end_of_term(each.left_on)]
    return sorted(found, key=lambda each: (each.left_on, each.organisation))


def _departure(session: Session, each: Organization) -> Departure:
    until, there = leaving.end_of_term(each.left_on), leaving.endpoint_day(session)
    return Departure(
        each.id, pick(each.name) or each.acronym or _("Without a name"), each.left_on, until, there >= until,
        len(shared(session, each.id)), tuple(_computers(session, each.id)),
    )  # fmt: skip


def _computers(session: Session, organisation: str) -> Iterator[str]:
    op, own = tables.op.c, {each.id for each in computers.every(session)}
    query = select(op.device).where(op.owner == organisation, op.space.not_like("%/private")).distinct()
    named = {text_of(bytes(device)) for device in session.scalars(query)}
    yield from sorted(named - own - {facts.text(session, "device")})


def shared(session: Session, organisation: str) -> list[Key]:
    """Return what is here of what an organisation shared, its profile last: what it owns outside its private space,
    all of the space that it had with the Secretariat, and the Alliance's copies of what stood there."""
    op, room = tables.op.c, shared_space(organisation)
    query = select(op.space, op.record, op.owner, op.type).where(
        or_(op.owner == organisation, op.space == room), op.owner != SHIPPED_OWNER, op.type.not_in(MARKS),
        op.space.not_like("%/private"), op.space != journal.SAMPLE,
    )  # fmt: skip
    found = {Key(*row) for row in session.execute(query.distinct())}
    # While what they were made from is still named: they could not be found behind it.
    copies = {copy for each in found if each.space == room for copy in _copies(session, each.record)}
    gone = {space: erasures.known(session, space) for space in {each.space for each in found | copies}}
    left = [each for each in [*sorted(copies), *sorted(found - copies)] if each.record not in gone[each.space]]
    return sorted(left, key=lambda each: each.record == organisation)


def _copies(session: Session, record: str) -> Iterator[Key]:
    """Yield the Alliance's copy of what stood in the space with the Secretariat, and its files."""
    copy = publishing.copy_id(session, record, "alliance")
    op = tables.op.c
    files = select(Attachment.id).where(Attachment.part_of == copy, Attachment.space == ALLIANCE)
    for each in (copy, *session.scalars(files)):
        query = select(op.space, op.record, op.owner, op.type).where(
            op.record == each, op.space == ALLIANCE, op.owner != SHIPPED_OWNER, op.type.not_in(MARKS)
        )
        yield from (Key(*row) for row in session.execute(query.distinct()))


def remove(session: Session, organisation: str) -> tuple[int, int]:
    """Order that a part of what an organisation shared be erased; return how many records that were, and how many are
    left. It can't be undone.

    Raises UserError where this computer may not, or the term is not over by the endpoint's clock; NotFound.
    """
    if not is_secretariat(session):
        raise UserError(_("Only the Secretariat may do that. Nothing was removed."))
    found = next((each for each in every(session) if each.organisation == organisation), None)
    if found is None:
        raise NotFound(_("No such organisation has left. Nothing was removed. Look at the list again."))
    if not found.is_over:
        sentence = _(
            "The term ends on {day} by the Secretariat’s clock. Nothing was removed. Sync then, and try again."
        )
        raise UserError(sentence.format(day=day_text(found.until)))
    left = shared(session, organisation)
    for each in left[:AT_ONCE]:
        cls = types().get(each.type)
        row = session.get(cls, each.record) if cls else None
        if row is not None and row.space == each.space:
            erasures.order(session, row)
        else:
            erasures.order_of(session, each.space, each.record, each.owner)
    return len(left[:AT_ONCE]), len(left[AT_ONCE:])


def remove_all(store: Store, organisation: str) -> int:
    """Remove part by part, each in a transaction of its own; return how many records went. Raises as `remove` does."""
    count, left = store.run(remove, organisation)
    while left:
        done, left = store.run(remove, organisation)
        count += done
    return count
