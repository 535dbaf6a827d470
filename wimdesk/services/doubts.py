"""Orders to erase that were put aside, as nobody who may has signed them: what is decided about them.

Where the only computer of an organisation that others believed is lost, nobody can vouch for the next one. Somebody of
the Secretariat, who asked that organisation, can give the order in their own name: everybody believes that.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from sync import signers
from wimdesk.errors import NotFound, UserError
from wimdesk.i18n import _
from wimdesk.services import branches
from wimdesk.store import erasures, facts
from wimdesk.store.record import types


@dataclass(frozen=True, slots=True)
class Doubt:
    """An order that was put aside, and what it is about; type and caption are empty where nothing of that is here."""

    space: str
    record: str
    type: str
    caption: str
    owner: str
    """The name of the organisation whose record it is."""
    at: str
    """When the order says that it was given, as `clock.now` writes it."""
    by: str
    may: bool
    """Whether this computer may give the order itself."""


def doubts(session: Session) -> list[Doubt]:
    """Return the orders that were put aside here and that nothing was done about yet."""
    found = []
    for space, record in erasures.doubted(session):
        order = erasures.doubted_order(session, space, record)
        if order is not None:
            owner = str(uuid.UUID(bytes=order.owner))
            kind, caption = _shown(session, space, record)
            name = branches.name_of(session, owner)
            may = _may(session, space, order.owner)
            found.append(Doubt(space, record, kind, caption, name, order.at, order.by, may))
    return found


def uphold(session: Session, space: str, record: str) -> None:
    """Give an order that was put aside in this computer's name: everywhere the record is erased. It can't be undone.

    Raises NotFound where no such order was put aside, UserError where the role of this computer may not give it.
    """
    order = erasures.doubted_order(session, space, record) if (space, record) in erasures.doubted(session) else None
    if order is None:
        raise NotFound(_("No order about that was put aside. Nothing was erased."))
    if not _may(session, space, order.owner):
        raise UserError(_("This belongs to another organisation. Nothing was erased. Ask them, or the Secretariat."))
    erasures.order_of(session, space, record, str(uuid.UUID(bytes=order.owner)))


def _may(session: Session, space: str, owner: bytes) -> bool:
    organisation = uuid.UUID(facts.text(session, "organisation")).bytes
    return signers.may_order(facts.text(session, "role"), organisation, space, owner)


def _shown(session: Session, space: str, record: str) -> tuple[str, str]:
    for name, cls in types().items():
        found = session.get(cls, record)
        if found is not None and found.space == space:
            return name, found.caption()
    return "", ""
