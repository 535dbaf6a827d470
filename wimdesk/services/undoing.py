"""Taking back what a person did, and the trash, as the screens need them: plain values only."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from wimdesk.i18n import _
from wimdesk.store import history, journal


@dataclass(frozen=True, slots=True)
class Thrown:
    """One record in the trash; `type_label` is in the reader's language, `at` is UTC (RFC 3339)."""

    id: str
    type: str
    type_label: str
    caption: str
    by: str
    at: str


def take_back(session: Session, act: int = 0) -> tuple[int, int]:
    """Take back an act (0: the latest). Returns how many records changed, and the act that this itself is."""
    changed = history.undo(session, act or history.last_act(session))
    session.flush()
    return changed, journal.scribe_of(session).act if changed else 0


def trash(session: Session) -> list[Thrown]:
    """Return what is in the trash, the latest first."""
    return [
        Thrown(
            each.id,
            each.__tablename__,
            _(each.type_label),
            each.caption() if each.caption() != each.id else _("Without a name"),
            each.updated_by,
            each.updated_at,
        )
        for each in history.trash(session)
    ]
