"""Who this profile is, and how that changes when the Secretariat enrols it."""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass

from sqlalchemy import Table, delete, inspect, select, update
from sqlalchemy.orm import Session

from sync.protocol import ALLIANCE, private_space, shared_space
from wimdesk.store import facts, journal, tables
from wimdesk.store.journal import SAMPLE
from wimdesk.store.record import fields, types


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


NOBODY = Identity(str(uuid.UUID(int=0)), 0, "", "", "", "", False, False, "")
"""Who writes before anybody is known: only what ships with the program."""


def create(session: Session) -> None:
    """Give a new profile its device, epoch and an organisation of its own, until it is enrolled."""
    facts.put(
        session,
        device=str(uuid.uuid4()),
        epoch=int.from_bytes(os.urandom(8)) >> 1,
        organisation=str(uuid.uuid4()),
        role="coordinator",
    )


def read(session: Session) -> Identity:
    """Return who this profile is."""
    sample = facts.text(session, "sample_organisation")
    return Identity(
        device=facts.text(session, "device"),
        epoch=facts.number(session, "epoch"),
        organisation=sample or facts.text(session, "organisation"),
        organisation_name=facts.text(session, "organisation_name"),
        role=facts.text(session, "role"),
        server_url=facts.text(session, "server_url"),
        enrolled=bool(facts.text(session, "server_url")),
        sample=bool(sample),
        person_name=facts.text(session, "person_name"),
    )


def author(who: Identity) -> journal.Author:
    """Return what the journal writes under for this identity."""
    here = who.organisation
    spaces = {"private": private_space(here), "shared": shared_space(here), "alliance": ALLIANCE}
    if who.sample:
        spaces = dict.fromkeys(spaces, SAMPLE)
    return journal.Author(uuid.UUID(who.device).bytes, who.epoch, who.person_name, here, spaces)


def adopt(session: Session, *, device: str, organisation: str) -> None:
    """Become the device and organisation that the endpoint knows; what waits moves along.

    Everything made before enrolment changes its spaces, its owner and its links; nothing of it
    was ever sent, so nobody else knows the old names.
    """
    old = facts.text(session, "organisation")
    for cls in types().values():
        links = [name for name, info in fields(cls).items() if info.get("link") == "organization"]
        _move(session, inspect(cls).local_table, old, organisation, links)
    rows = session.execute(select(tables.op).where(tables.op.c.state == tables.WAITING)).all()
    for row in rows:
        payload = journal.unpack_payload(row.payload)
        moved = [organisation if value == old else value for value in payload.values]
        session.execute(
            update(tables.op)
            .where(tables.op.c.pos == row.pos)
            .values(
                device=uuid.UUID(device).bytes,
                space=_renamed(row.space, old, organisation),
                owner=organisation if row.owner == old else row.owner,
                record=organisation if row.record == old else row.record,
                payload=journal.pack_payload(moved, payload.at, payload.by),
            )
        )
    facts.put(session, device=device, organisation=organisation)


def _renamed(space: str, old: str, new: str) -> str:
    return space.replace(f"org/{old}/", f"org/{new}/", 1)


def _move(session: Session, table: object, old: str, new: str, links: list[str]) -> None:
    if not isinstance(table, Table):
        raise TypeError(table)
    for space, moved in ((private_space(old), private_space(new)), (shared_space(old), shared_space(new))):
        session.execute(update(table).where(table.c.space == space).values(space=moved))
    session.execute(update(table).where(table.c.owner == old).values(owner=new))
    for name in links:
        session.execute(update(table).where(table.c[name] == old).values({name: new}))
    if table.name == "organization" and session.scalar(select(table.c.id).where(table.c.id == new)) is None:
        session.execute(update(table).where(table.c.id == old).values(id=new))


def forget_sample(session: Session) -> int:
    """Remove the sample records and whatever was tried with them; return how many records went."""
    count = 0
    scribe = journal.scribe_of(session)
    for name, cls in types().items():
        ids = list(session.scalars(select(cls.id).where(cls.space == SAMPLE)))
        table = inspect(cls).local_table
        session.execute(delete(table).where(table.c.space == SAMPLE))  # type: ignore[arg-type]  # always a Table
        if ids:
            scribe.note(name, ids)
        count += len(ids)
    session.execute(delete(tables.op).where(tables.op.c.space == SAMPLE))
    facts.put(session, sample_organisation="")
    return count
