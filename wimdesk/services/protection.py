"""What the page of data protection shows, read at once."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from wimdesk.services import departures, doubts, editing, erasing, retention
from wimdesk.services.departures import Departure
from wimdesk.services.doubts import Doubt
from wimdesk.services.erasing import Standing
from wimdesk.services.retention import Due


@dataclass(frozen=True, slots=True)
class Look:
    """What the page shows."""

    due: tuple[Due, ...]
    erased: tuple[Standing, ...]
    breaches: tuple[str, ...]
    may_erase: bool
    doubts: tuple[Doubt, ...]
    departures: tuple[Departure, ...] | None = None
    """Organisations that have left; None where this is not the Secretariat."""


def look(session: Session) -> Look:
    """Read what the page shows."""
    breaches = [str(row["id"]) for row in editing.rows(session, "breach")]
    left = tuple(departures.every(session)) if departures.is_secretariat(session) else None
    return Look(
        tuple(retention.due(session)),
        tuple(erasing.standings(session)),
        tuple(breaches),
        erasing.may_erase(session),
        tuple(doubts.doubts(session)),
        left,
    )
