"""The keys with which the organisation's private space is sealed on its way; only its own computers have them."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.orm import Session

from wimdesk.store import facts, rows, tables

_EVERY = "SELECT number, id, key FROM seal_key"


class SealKey(NamedTuple):
    """One key of 32 bytes. Its number is 0 while the endpoint has not heard of it, or when another took its number."""

    number: int
    id: bytes
    key: bytes


def every(session: Session) -> list[SealKey]:
    """Return all keys of the organisation that are here, by their numbers."""
    return sorted(SealKey(*row) for row in rows.find(session, _EVERY))


def current(session: Session) -> SealKey | None:
    """Return the key that seals what follows: the one with the highest number; None where there is none yet."""
    keys = every(session)
    return keys[-1] if keys and keys[-1].number else None


def opens(session: Session) -> bool:
    """Say whether this computer can read its organisation's private space as it comes from the endpoint."""
    return current(session) is not None and not facts.get(session, "locked")


def keep(session: Session, key: SealKey) -> None:
    """Keep a key; one that is here already only learns its number."""
    kept = upsert(tables.seal_key).values(key._asdict())
    session.execute(kept.on_conflict_do_update(["id"], set_={"number": key.number}))


def by_id(session: Session) -> dict[bytes, bytes]:
    """Return id -> key."""
    return {each.id: each.key for each in every(session)}
