"""How much the sync by itself may still use today on a line where every byte costs."""

from __future__ import annotations

import contextlib

from sqlalchemy.orm import Session

from sync.client.transport import Traffic
from wimdesk import clock
from wimdesk.app import App
from wimdesk.errors import EnvironmentProblem
from wimdesk.i18n import N_
from wimdesk.store import facts

_MEGABYTE = 1_000_000
SPENT = N_("What WIMDesk may use today on this line is used up. Nothing is lost: it goes on tomorrow, or when you ask.")


def room(app: App) -> int | None:
    """Return how many bytes are left of today's (UTC); None where nothing limits them."""
    if not app.settings.flag("metered"):
        return None
    return max(0, app.settings.number("metered_megabytes") * _MEGABYTE - app.read(_used))


def note(app: App, traffic: Traffic) -> None:
    """Count what a pass used, however it ended. That it can't be noted now is no reason to fail."""
    used = traffic.up + traffic.down
    if used and app.settings.flag("metered"):
        with contextlib.suppress(EnvironmentProblem):
            app.run(_add, used)


def _used(session: Session) -> int:
    # Only of this very day: a clock that was a year ahead once must not stop the sync a year later.
    is_today = facts.text(session, "metered_day") == clock.now()[:10]
    return facts.number(session, "metered_bytes") if is_today else 0


def _add(session: Session, count: int) -> None:
    facts.put(session, metered_bytes=_used(session) + count, metered_day=clock.now()[:10])
