"""What ships with the program and is known before the first sync: the themes and the indicators."""

from __future__ import annotations

from sqlalchemy.orm import Session

from resources import content
from sync.protocol import ALLIANCE, SHIPPED_OWNER
from wimdesk.records import Indicator, Theme
from wimdesk.store import inbox
from wimdesk.store.record import Record, fields


def plant(session: Session) -> None:
    """Put the themes and indicators there, in the languages of this version; what somebody has changed stays."""
    inbox.plant(session, Theme, [_row(Theme, dict(theme)) for theme in content.themes()], anew=True)
    inbox.plant(session, Indicator, [_row(Indicator, dict(each)) for each in content.indicators()], anew=True)


def _row(cls: type[Record], entry: dict[str, object]) -> dict[str, object]:
    known = fields(cls)
    values = {name: value for name, value in entry.items() if name in known and value is not None}
    return values | {"id": entry["id"], "space": ALLIANCE, "owner": SHIPPED_OWNER}
