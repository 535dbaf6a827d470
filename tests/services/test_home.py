"""What the home page says of a sync that has not gone well for long, and of a date that can't be right."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from sync.client.tally import put_token
from tests.support import Office, Template, endpoint_at
from wimdesk import clock
from wimdesk.app import App
from wimdesk.services import editing, home
from wimdesk.store import facts, outbox

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

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


def doubts(app: App, days: float = 0) -> list[tuple[str, str]]:
    """What Home says of the date, if this computer's clock is so many days ahead."""
    with wrong_by(days):
        return [(task.detail, task.when) for task in app.read(home.home).tasks if task.kind == "date"]


def wrong_by(days: float) -> AbstractContextManager[None]:
    return clock.driven_by(lambda: time.time() + days * DAY)


def day(days: float = 0) -> str:
    return clock.ago(-days * DAY)[:10]


def test_a_clock_that_went_back_behind_what_was_saved_is_told(app: App) -> None:
    app.run(editing.add, "site", {"name": "Cerro Azul"})
    assert doubts(app) == doubts(app, -1) == doubts(app, 400) == []
    assert doubts(app, -400) == [("saved", day())]
    with wrong_by(-400):
        app.run(editing.add, "site", {"name": "San Rafael"})
    assert doubts(app, -400) == [("saved", day())], "one more save proves nothing"


@pytest.mark.parametrize("days", [-400, 400])
def test_a_clock_that_is_not_the_secretariat_s_is_told_until_it_is_set(
    days: int, template: Template, tmp_path: Path
) -> None:
    with endpoint_at(tmp_path / "endpoint") as endpoint, closing(Office(template, tmp_path, endpoint)) as office:
        ama = office.laptop("Ama")
        with wrong_by(days):
            ama.add("site", name="Cerro Azul")
            ama.sync()
        assert doubts(ama.app, days) == [("secretariat", day())]
        assert doubts(ama.app) == [], "what was saved under the wrong date is not held against the right one"
        ama.app.run(put_token, "")
        ama.sync()
        assert doubts(ama.app) == doubts(ama.app, 30) == []
        assert doubts(ama.app, -400) == [("secretariat", day())]


def test_a_clock_that_was_set_right_is_not_doubted_when_the_day_comes_that_it_showed(
    template: Template, tmp_path: Path
) -> None:
    with endpoint_at(tmp_path / "endpoint") as endpoint, closing(Office(template, tmp_path, endpoint)) as office:
        ama = office.laptop("Ama")
        with wrong_by(9):
            ama.sync()
        ama.add("site", name="Cerro Azul")
        assert doubts(ama.app) == []
        assert doubts(ama.app, 9) == doubts(ama.app, 20) == [], "nine days without a line, and nothing is wrong"
