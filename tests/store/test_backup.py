from __future__ import annotations

from typing import TYPE_CHECKING

from wimdesk import clock
from wimdesk.store import backup

if TYPE_CHECKING:
    import pytest

    from wimdesk.app import App


def test_the_one_just_made_stays_also_where_the_clock_is_slow(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for at in [*(f"2026-11-{day:02}T10:00:00Z" for day in range(1, backup.KEEP + 2)), "2015-01-01T00:00:00Z"]:
        monkeypatch.setattr(clock, "now", lambda at=at: at)
        made.append(app.back_up())
    kept = sorted(made[-1].parent.glob("*.db"))
    assert kept == [made[-1], *made[2:-1]]
    backup.check(made[-1], app.store.key)
