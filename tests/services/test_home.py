"""What the home page says of a sync that has not gone well for long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wimdesk import clock
from wimdesk.app import App
from wimdesk.services import home
from wimdesk.store import facts, outbox

if TYPE_CHECKING:
    pass

DAY = 24 * 3600


@pytest.fixture
def app(app: App) -> App:
    app.run(facts.put, server_url="https://sync.example.org")
    return app


@pytest.mark.parametrize(("days", "told"), [(6, []), (9, ["silent"])])
def test_a_week_without_a_sync_is_told_also_where_nothing_waits(app: App, days: int, told: list[str]) -> None:
    app.run(outbox.record_run, outbox.Run(clock.ago(days * DAY), True, ""))
    app.run(outbox.record_run, outbox.finished("no connection", ok=False))
    found = app.read(home.home).tasks
    assert [task.kind for task in found if task.kind in {"waiting", "silent"}] == told
