"""Whether this computer's date can't be right. Nothing is merged by it, but people read it, and days follow from it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from wimdesk import clock
from wimdesk.store import facts, journal, tables

_LOOKED_AT = 200
"""Rows at the end of the journal; what lies before them is past for whoever goes on working."""
_DAY = len("2026-12-01")


@dataclass(frozen=True, slots=True)
class Doubt:
    """A day (UTC) that this computer's clock does not fit: the Secretariat's, or one on which something was saved."""

    by: Literal["secretariat", "saved"]
    day: str


def doubt(session: Session) -> Doubt | None:
    """Return what this computer's clock differs from by more than a day; None where nothing speaks against it."""
    today = clock.now()[:_DAY]
    there, here = (facts.text(session, key) for key in ("endpoint_day", "endpoint_day_here"))
    if _days(today, there) > 1:  # by then it was at least that day
        return Doubt("secretariat", there)
    saved = _saved(session)
    if _days(there, here) > 1:  # it was ahead then; set right since, it is not held against what was saved before
        return Doubt("secretariat", there) if today >= here and min(saved, default=here) >= here else None
    last = max(saved, default="")
    return Doubt("saved", last) if _days(today, last) > 1 else None


def _saved(session: Session) -> list[str]:
    """Return the days on which this computer lately saved something, since it last signed in."""
    op, me = tables.op.c, uuid.UUID(facts.text(session, "device")).bytes
    last = session.scalar(select(func.max(op.pos))) or 0
    after = max(last - _LOOKED_AT, facts.number(session, "endpoint_day_place"))
    found = session.scalars(select(op.payload).where(op.pos > after, op.device == me, op.payload != b""))
    return [journal.unpack_payload(payload).at[:_DAY] for payload in found]


def _days(earlier: str, later: str) -> int:
    """Return how many days lie between; 0 where one of them is not known."""
    try:
        return (date.fromisoformat(later) - date.fromisoformat(earlier)).days
    except ValueError:
        return 0
