"""What one pass of the sync knows and has done so far: facts are read once, not at each step."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sync.protocol import PAGE_OPS, Begun
from wimdesk import clock
from wimdesk.store import facts, identity, tables


@dataclass
class Tally:
    """What one pass knows and did so far. By space, `acked` is the highest own number that the endpoint knows."""

    sent: int = 0
    received: int = 0
    placed: int = 0
    refused: int = 0
    acked: dict[str, int] = field(default_factory=dict)
    keys: int = 0
    """What the endpoint last said of the organisation's keys (SyncResponse.keys)."""
    differs: list[str] = field(default_factory=list)
    """Spaces of which the endpoint last said that something here is not what its log says."""
    who: identity.Identity = identity.NOBODY
    token: str = ""
    sending: bool = False
    """Whether much was on its way and nobody knows what arrived."""
    begun: Begun | None = None
    """The last box of this computer where only its beginning arrived."""
    bite: int = PAGE_OPS
    """How many operations are signed and counted as one."""


def begun(session: Session) -> Tally:
    """Return a tally that knows what holds for the whole pass."""
    known = facts.everything(session)
    return Tally(who=identity.of(known), token=str(known.get("token") or ""), sending=bool(known.get("sending")))


def put_token(session: Session, token: str, role: str = "", organisation_name: str = "", now: int = 0) -> None:
    """Keep the bearer token, and what came with it: role, name, and which day it is by the endpoint's clock.

    With that which day it is here, and where the journal is: what is saved later is saved under this clock.
    """
    facts.put(session, token=token)
    if role:
        here, place = _day(int(clock.seconds())), session.scalar(select(func.max(tables.op.c.pos))) or 0
        facts.put(session, endpoint_day=_day(now), endpoint_day_here=here, endpoint_day_place=place)
        facts.put(session, role=role, organisation_name=organisation_name)


def _day(now: int) -> str:
    """Return the day (UTC) of a moment; empty where the endpoint does not say it, or nonsense."""
    try:
        return datetime.fromtimestamp(now, UTC).date().isoformat() if now > 0 else ""
    except (OverflowError, ValueError, OSError):
        return ""
