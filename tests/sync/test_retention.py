"""How long data of people is kept: what is due, what the law keeps, and what goes by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import Laptop, Office, endpoint_at
from wimdesk import clock
from wimdesk.errors import NotFound, UserError
from wimdesk.services import custom_fields, editing, erasing, retention

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support import Template
    from wimdesk.app import App

YEAR = 366 * 86_400


@pytest.fixture
def office(template: Template, tmp_path: Path) -> Iterator[Office]:
    """An endpoint of its own: what others of the Alliance wrote says what day it is."""
    with endpoint_at(tmp_path / "endpoint") as endpoint:
        office = Office(template, tmp_path, endpoint)
        yield office
        office.close()


def due(app: App) -> dict[str, tuple[str, str]]:
    return {each.id: (each.use, each.until) for each in app.read(retention.due)}


def test_time_runs_from_the_end(anna: Laptop) -> None:
    app = anna.app
    with clock.driven_by(lambda: 1_780_000_000.0):
        left = app.run(editing.add, "person", {"given_name": "Left"})
        stays = app.run(editing.add, "person", {"given_name": "Stays"})
        app.run(editing.add, "membership", {"person_id": stays, "start_date": "2020-01-01"})
        ended = app.run(editing.add, "membership", {"person_id": left, "cancelled_on": "2026-05-01"})
        done = app.run(editing.add, "activity", {"text": "Old", "date": "2021-01-31"})
        binned = app.run(editing.add, "activity", {"text": "Removed", "date": "2026-01-31"})
        app.run(editing.remove, "activity", binned)
        assert due(app) == {done: ("work", "2026-01-31")}
    with clock.driven_by(lambda: 1_780_000_000 + 0.2 * YEAR):
        assert due(app).keys() == {done, binned}
    with clock.driven_by(lambda: 1_780_000_000 + 3.2 * YEAR):
        found = due(app)
        assert found[ended] == ("membership", "2028-05-01")
        assert found[left][0] == "contact"
        assert stays not in found, "she is still a member"
        with pytest.raises(UserError, match="not due"):
            app.run(retention.erase_due, [("person", stays)])
        assert app.run(retention.erase_due, [("person", left)]) == 2
        app.sweep()
        assert left not in due(app)
        assert ended not in due(app)
    with pytest.raises(NotFound):
        app.read(editing.values, "person", left)


def test_what_goes_by_itself_does_not_go_by_one_clock(anna: Laptop, office: Office) -> None:
    paid = anna.add("payment", date="2012-03-01", reference="B-1")
    with clock.driven_by(lambda: 1_780_000_000.0):
        assert anna.app.run(retention.run) == 0, "nobody else has written anything: only this clock says so"
        assert anna.see("payment", paid)["reference"] == "B-1"
    bela = office.laptop("Bela")
    with clock.driven_by(lambda: 1_780_000_000 - 6 * YEAR):
        bela.add("site", name="in 2020")
        bela.sync()
    anna.sync()
    with clock.driven_by(lambda: 1_780_000_000 + 20 * YEAR):
        assert anna.app.run(retention.run) == 0, "what others wrote says that it is 2020"
    with clock.driven_by(lambda: 1_780_086_400.0):
        for number in range(3):
            bela.add("site", name=f"in 2026: {number}")
        bela.sync()
        anna.sync()
        assert anna.app.run(retention.run) == 0, "it has only just come into the list"
        assert anna.see("payment", paid)["reference"] == "B-1"
    slip = anna.add("payment", date="2006-05-01", reference="of today, with a slip of the finger")
    with clock.driven_by(lambda: 1_780_086_400 + 15 * 86_400):
        assert anna.app.run(retention.run) == 1
        assert anna.see("payment", slip)["date"] == "2006-05-01"
        assert anna.app.run(retention.run) == 0, "once a day"
    with pytest.raises(NotFound):
        anna.see("payment", paid)
    anna.sync()
    bela.sync()
    assert bela.app.read(erasing.standings)[0].type == "payment"


def test_an_own_field_lasts_as_long_as_the_member(anna: Laptop) -> None:
    app = anna.app
    with clock.driven_by(lambda: 1_780_000_000.0):
        stays = app.run(editing.add, "person", {"given_name": "Stays"})
        app.run(editing.add, "membership", {"person_id": stays, "start_date": "2020-01-01"})
        field = app.run(editing.add, "custom_field", {"label": {"en": "Shoe size"}, "applies_to": "person"})
        app.run(custom_fields.put, "person", stays, {field: "38"})
    with clock.driven_by(lambda: 1_780_000_000 + 3.2 * YEAR):
        assert due(app) == {}
