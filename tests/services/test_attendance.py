"""G02: on which day somebody is noted, and that nobody stands on the sheet twice or is lost from it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from wimdesk import clock
from wimdesk.app import App
from wimdesk.services import attendance, editing, events, merging

if TYPE_CHECKING:
    from wimdesk.services.attendance import Sheet


def weekly(app: App, starts: str, zone: str) -> str:
    values = {"title": {"en": "Meeting"}, "starts": starts, "zone": zone, "recurrence": "FREQ=WEEKLY", "minutes": 90}
    return app.run(events.add, "", values)


def at(app: App, event: str, *moment: int) -> Sheet:
    with clock.driven_by(lambda: datetime(*moment, tzinfo=UTC).timestamp()):  # type: ignore[arg-type, misc]  # a date
        return app.read(attendance.sheet, event)


def person(app: App, family: str) -> str:
    return app.run(editing.add, "person", {"given_name": "Ana", "family_name": family})


def test_g02_an_evening_in_lima_is_noted_for_that_evening(app: App) -> None:
    event = weekly(app, "2021-09-07T19:30", "America/Lima")
    # 18:00 in Lima on the day of the second meeting, which begins at 00:30 of the next day in UTC.
    assert at(app, event, 2021, 9, 14, 23).day == "2021-09-14"
    assert at(app, event, 2021, 9, 15, 1).day == "2021-09-14", "while it goes on"
    assert at(app, event, 2021, 9, 20, 12).day == "2021-09-14", "the day before the next one"


def test_g02_a_morning_in_brisbane_is_noted_for_that_morning(app: App) -> None:
    event = weekly(app, "2021-09-07T08:00", "Australia/Brisbane")
    assert at(app, event, 2021, 9, 13, 21).day == "2021-09-14", "07:00 there, the evening before in UTC"


def test_g02_who_was_noted_stays_in_view_when_the_event_begins_to_repeat(app: App) -> None:
    event = app.run(events.add, "", {"title": {"en": "Open day"}, "starts": "2021-09-14T12:00"})
    app.run(attendance.register, event, "", name="Carla Soto")
    app.run(editing.change, "event", event, {"recurrence": "FREQ=WEEKLY;COUNT=3"})
    found = app.read(attendance.sheet, event)
    assert found.days == ("2021-09-28", "2021-09-21", "2021-09-14", "")
    assert [each.name for each in app.read(attendance.sheet, event, "").attendees] == ["Carla Soto"]
    app.run(attendance.register, event, "2021-09-28", name="Rosa Mamani")
    app.run(editing.change, "event", event, {"recurrence": ""})
    assert app.read(attendance.sheet, event).days == ("", "2021-09-28")


def test_g02_two_people_of_the_list_who_are_one_are_on_the_sheet_once(app: App) -> None:
    event = app.run(events.add, "", {"title": {"en": "Open day"}, "starts": "2021-09-14T12:00", "capacity": 1})
    one, other = person(app, "Quispe"), person(app, "Quispe Rojas")
    app.run(attendance.register, event, "", person=one)
    app.run(attendance.register, event, "", person=other)
    app.run(attendance.check_in, event, "", person=other)
    app.run(merging.merge, one, other)
    (ana,) = app.read(attendance.sheet, event).attendees
    assert (ana.person_id, ana.registered, ana.waiting, len(ana.times)) == (one, True, False, 1)
    assert app.run(attendance.check_in, event, "", person=one).again
    app.run(attendance.take_back, ana.id)
    assert app.read(attendance.sheet, event).present == 0
    app.run(attendance.cancel, ana.id)
    assert app.read(attendance.sheet, event).registered == 0
    app.run(attendance.register, event, "", person=one)
    assert app.read(attendance.sheet, event).registered == 1
