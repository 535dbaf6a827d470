"""A line where every byte costs: the sync by itself stops at the day's budget, what is asked for does not."""

import os
import time

import pytest

from sync.client import meter
from sync.client.engine import SyncEngine
from tests.support import Laptop
from wimdesk import clock
from wimdesk.errors import Cancelled
from wimdesk.services import editing

BUDGET = 1_000_000


def write_much(laptop: Laptop, count: int) -> None:
    """Write what no compression makes small: some 10 kB each."""
    for number in range(count):
        laptop.add("site", name=f"Site {number}", operator=os.urandom(10_000).hex())


def test_by_itself_no_more_than_the_budget_goes_and_what_is_asked_for_goes_whole(anna: Laptop, bela: Laptop) -> None:
    anna.sync()
    anna.app.settings.put("metered", True)
    anna.app.settings.put("metered_megabytes", 1)
    write_much(anna, 200)
    anna.engine.start()
    until = time.monotonic() + 60
    while anna.engine.latest.sentence != meter.SPENT and time.monotonic() < until:
        time.sleep(0.05)
    anna.engine.stop()
    assert anna.engine.latest.sentence == meter.SPENT
    assert anna.engine.latest.state == "idle"
    assert meter.room(anna.app) == 0
    assert 0 < anna.engine.latest.waiting <= 200, "and nothing of it is lost"
    report = SyncEngine(anna.app).run_once()
    bela.sync()
    assert report.waiting == 0
    assert len(bela.app.read(editing.rows, "site")) == 200


def test_a_pass_stops_where_its_room_ends_and_the_next_one_goes_on(anna: Laptop, bela: Laptop) -> None:
    anna.sync()
    bela.sync()
    write_much(anna, 200)
    anna.sync()
    received = 0
    for _turn in range(10):
        try:
            bela.engine.run_once(500_000)
        except Cancelled:
            arrived = len(bela.app.read(editing.rows, "site"))
            assert received < arrived < 200, "each pass brings something that stays"
            received = arrived
            continue
        break
    assert len(bela.app.read(editing.rows, "site")) == 200
    assert received > 0


def test_a_second_pass_behind_the_first_has_only_what_that_one_left(
    anna: Laptop, bela: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna.sync()
    bela.sync()
    bela.app.settings.put("metered", True)
    bela.app.settings.put("metered_megabytes", 1)
    write_much(anna, 60)
    anna.sync()

    def found_something() -> bool:
        write_much(anna, 60)
        anna.sync()
        return True

    monkeypatch.setattr(bela.engine, "prove", found_something)
    bela.engine.start()
    until = time.monotonic() + 60
    while bela.engine.latest.sentence != meter.SPENT and len(bela.app.read(editing.rows, "site")) < 120:
        assert time.monotonic() < until
        time.sleep(0.05)
    bela.engine.stop()
    assert 60 <= len(bela.app.read(editing.rows, "site")) < 120
    assert bela.engine.latest.sentence == meter.SPENT


def test_the_day_ends_and_a_clock_that_was_wrong_stops_nothing(anna: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    anna.sync()  # what all the others have said until now
    anna.app.settings.put("metered", True)
    anna.app.settings.put("metered_megabytes", 1)
    anna.add("site", name="North")
    with monkeypatch.context() as wrong:
        wrong.setattr(clock, "now", lambda: "2031-05-01T08:00:00.000+00:00")
        anna.sync()
        spent = BUDGET - (meter.room(anna.app) or 0)
        assert 500 < spent < 20_000
        anna.sync()
        assert BUDGET - (meter.room(anna.app) or 0) > spent
    assert meter.room(anna.app) == BUDGET
    anna.app.settings.put("metered", False)
    assert meter.room(anna.app) is None
