"""Who this profile is, and how that changes when the Secretariat enrols it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import (
    JSON,
    Table,
    Text,
    delete,
    func,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session

from sync.protocol import ALLIANCE, private_space, shared_space
from wimdesk.store import audit, erasures, facts, journal, recovery, rows, tables
from wimdesk.store.journal import SAMPLE
from wimdesk.store.record import types


@dataclass(frozen=True, slots=True)
class Identity:
    """Who writes here. Ids are UUID text; `organisation` is the id of its organization record too."""

    device: str
    epoch: int
    organisation: str
    organisation_name: str
    role: str
    server_url: str
    enrolled: bool
    sample: bool
    person_name: str
    returning: bool = False
    """Whether this profile and the endpoint are being brought together again (store.recovery)."""


NOBODY = Identity(str(uuid.UUID(int=0)), 0, "", "", "", "", False, False, "")
"""Who writes before anybody is known: only what ships with the program."""


def create(session: Session) -> None:
    """Give a new profile its device, epoch and an organisation of its own, until it is enrolled."""
    facts.put(
        session,
        device=str(uuid.uuid4()),
        epoch=recovery.new_epoch(),
        organisation=str(uuid.uuid4()),
        role="coordinator",
    )


def read(session: Session) -> Identity:
    """Return who this profile is."""
    return of(facts.everything(session))


def of(known: Mapping[str, facts.Fact]) -> Identity:
    """Return who this profile is by these facts of it."""

    def text(key: str) -> str:
        return str(known.get(key) or "")

    sample = text("sample_organisation")
    return Identity(
        device=text("device"),
        epoch=int(known.get("epoch") or 0),
        organisation=sample or text("organisation"),
        organisation_name=text("organisation_name"),
        role=text("role"),
        server_url=text("server_url"),
        enrolled=bool(text("server_url")),
        sample=bool(sample),
        person_name=text("person_name"),
        returning=bool(known.get("returning")),
    )


def author(who: Identity) -> journal.Author:
    """Return what the journal writes under for this identity."""
    here = who.organisation
    spaces = {"private": private_space(here), "shared": shared_space(here), "alliance": ALLIANCE}
    if who.sample:
        spaces = dict.fromkeys(spaces, SAMPLE)
    return journal.Author(uuid.UUID(who.device).bytes, who.epoch, who.person_name, here, spaces, who.returning)


def adopt(session: Session, *, device: str, organisation: str) -> None:
    """Become the device and organisation that the endpoint knows; what waits moves along.

    Everything made before enrolment changes its spaces, its owner and its links; nothing of it
    was ever sent, so nobody else knows the old names.
    """
    old = facts.text(session, "organisation")
    scribe = journal.scribe_of(session)
    for name, cls in types().items():
        scribe.note(name, _rename(session, rows.table_of(cls), old, organisation))
    # The ids are equally long, so that packed bytes stay whole when one takes the place of the other.
    old_bytes, new_bytes = old.encode(), organisation.encode()
    for row in session.execute(select(tables.op).where(tables.op.c.state == tables.WAITING)).all():
        session.execute(
            update(tables.op)
            .where(tables.op.c.pos == row.pos)
            .values(
                device=uuid.UUID(device).bytes,
                space=row.space.replace(old, organisation),
                owner=row.owner.replace(old, organisation),
                record=row.record.replace(old, organisation),
                payload=row.payload.replace(old_bytes, new_bytes),
                before=row.before and row.before.replace(old_bytes, new_bytes),
            )
        )
    erasures.sign_again(session, uuid.UUID(device).bytes)
    audit.begin_again(session)
    facts.put(session, device=device, organisation=organisation)


def _rename(session: Session, table: Table, old: str, new: str) -> list[str]:
    """Put the new id wherever the old one stands, in texts and inside lists and maps; return the records' ids."""
    held = {c.name: type_coerce(c, Text) for c in table.columns if isinstance(c.type, Text | JSON)}
    touched = select(table.c.id).where(or_(*(func.instr(column, old) > 0 for column in held.values())))
    ids = list(session.scalars(touched))
    if not ids:
        return []
    for name, column in held.items():
        changed = update(table).where(func.instr(column, old) > 0)
        session.execute(changed.values({name: func.replace(column, old, new)}))
    return [*ids, new] if old in ids else ids


def forget_sample(session: Session) -> int:
    """Remove the sample records and whatever was tried with them; return how many records went."""
    count = 0
    scribe = journal.scribe_of(session)
    for name, cls in types().items():
        ids = list(session.scalars(select(cls.id).where(cls.space == SAMPLE)))
        table = rows.table_of(cls)
        session.execute(delete(table).where(table.c.space == SAMPLE))
        if ids:
            scribe.note(name, ids)
        count += len(ids)
    session.execute(delete(tables.op).where(tables.op.c.space == SAMPLE))
    facts.put(session, sample_organisation="")
    return count
