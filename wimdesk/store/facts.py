"""Small local facts of a profile (who we are, where the endpoint is); they never sync."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.orm import Session

from wimdesk.store import journal, tables

Fact = str | int | bool | None
IDENTITY = frozenset({"device", "epoch", "organisation", "sample_organisation", "person_name", "returning"})
"""What stands in each operation: the next write is made under what these facts say after the commit."""
_ALL = select(tables.local)
_ONE = select(tables.local.c.value).where(tables.local.c.key == bindparam("key"))
"""Asked many times in each pass of the sync: made once."""


def get(session: Session, key: str) -> Fact:
    """Return a fact, or None where it was never put."""
    found: Fact = session.scalar(_ONE, {"key": key})
    return found


def text(session: Session, key: str) -> str:
    """Return a fact as text; empty where it was never put."""
    return str(get(session, key) or "")


def number(session: Session, key: str) -> int:
    """Return a fact as a whole number; 0 where it was never put."""
    return int(get(session, key) or 0)


def everything(session: Session) -> dict[str, Fact]:
    """Return all facts at once: cheaper than a few one by one."""
    return {row.key: row.value for row in session.execute(_ALL)}


def put(session: Session, **facts: Fact) -> None:
    """Store facts."""
    if facts.keys() & IDENTITY:
        journal.renew_author(session)
    for key, value in facts.items():
        statement = upsert(tables.local).values(key=key, value=value)
        session.execute(statement.on_conflict_do_update(["key"], set_={"value": value}))
