"""Small local facts of a profile (who we are, where the endpoint is); they never sync."""

from __future__ import annotations

import msgspec
from sqlalchemy import event
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.orm import Session, SessionTransaction

from wimdesk.store import journal, rows, tables

Fact = str | int | bool | None
IDENTITY = frozenset({"device", "epoch", "organisation", "sample_organisation", "person_name", "returning"})
"""What stands in each operation: the next write is made under what these facts say after the commit."""
_ALL = "SELECT key, value FROM local"
_PUT = upsert(tables.local)
_PUT = _PUT.on_conflict_do_update(["key"], set_={"value": _PUT.excluded.value})
_KNOWN = "facts"
_value = msgspec.json.Decoder(Fact).decode


def _known(session: Session) -> dict[str, Fact]:
    """Return all facts, read once: a transaction sees one moment, and asks for many of them."""
    known: dict[str, Fact] | None = session.info.get(_KNOWN)
    if known is None:
        # The column keeps a number as one, whatever is written there.
        found = rows.find(session, _ALL)
        known = {key: _value(value) if isinstance(value, str) else value for key, value in found}
        session.info[_KNOWN] = known
    return known


def _forget(session: Session, _ended: SessionTransaction) -> None:
    """What is read in the next transaction, or after a savepoint was rolled back, may be something else."""
    session.info.pop(_KNOWN, None)


def get(session: Session, key: str) -> Fact:
    """Return a fact, or None where it was never put."""
    return _known(session).get(key)


def text(session: Session, key: str) -> str:
    """Return a fact as text; empty where it was never put."""
    return str(get(session, key) or "")


def number(session: Session, key: str) -> int:
    """Return a fact as a whole number; 0 where it was never put."""
    return int(get(session, key) or 0)


def everything(session: Session) -> dict[str, Fact]:
    """Return all facts."""
    return dict(_known(session))


def put(session: Session, **facts: Fact) -> None:
    """Store facts."""
    if facts.keys() & IDENTITY:
        journal.renew_author(session)
    session.execute(_PUT, [{"key": key, "value": value} for key, value in facts.items()])
    session.info.pop(_KNOWN, None)


event.listen(Session, "after_transaction_end", _forget)
