"""What one pass of the sync knows and has done so far: facts are read once, not at each step."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from sync.protocol import PAGE_OPS, Begun
from wimdesk.store import facts, identity


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
    """Keep the bearer token, and what came with it: role, name, and which day it is by the endpoint's clock."""
    facts.put(session, token=token)
    if role:
        facts.put(session, role=role, organisation_name=organisation_name, endpoint_day=_day(now))


def _day(now: int) -> str:
    """Return the day (UTC) of a moment; empty where the endpoint does not say it, or nonsense."""
    try:
        return datetime.fromtimestamp(now, UTC).date().isoformat() if now > 0 else ""
    except (OverflowError, ValueError, OSError):
        return ""
