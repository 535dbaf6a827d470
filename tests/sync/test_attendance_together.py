"""Row G02: two laptops take the attendance of one meeting with no network, and sync afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tests.support import Laptop, Office
from wimdesk import clock
from wimdesk.services import attendance, editing, erasing, events

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from wimdesk.services.attendance import Sheet

NOON, LATER = 1_631_620_800.0, 1_631_621_100.0
"""14 September 2021 12:00 and 12:05 UTC."""


def mark(session: Session, event: str, people: Sequence[str], names: Sequence[str]) -> None:
    for person in people:
        attendance.check_in(session, event, "", person=person)
    for name in names:
        attendance.check_in(session, event, "", name=name)


def sheet(laptop: Laptop, event: str) -> Sheet:
    return laptop.app.read(attendance.sheet, event, "")


def together(office: Office) -> tuple[Laptop, Laptop]:
    one = office.laptop("Awa")
    one.sync()
    return one, office.laptop("Fatou")


def test_row_g02_two_laptops_mark_200_people_and_each_has_one_attendance_with_both_times(office: Office) -> None:
    awa, fatou = together(office)
    values = {"title": {"en": "Annual meeting"}, "starts": "2021-09-14T12:00", "zone": "UTC"}
    event = awa.app.run(events.add, "", values)

    def enter(session: Session) -> list[str]:
        made = [editing.add(session, "person", {"given_name": "Ana", "family_name": f"Quispe {n}"}) for n in range(150)]
        for person in made[:100]:
            attendance.register(session, event, "", person=person)
        return made

    people = awa.app.run(enter)
    awa.sync()
    fatou.sync()
    assert sheet(fatou, event).registered == 100
    walk_ins = [f"Visitor {n}" for n in range(50)]
    with clock.driven_by(lambda: NOON):
        awa.app.run(mark, event, people, walk_ins)
    with clock.driven_by(lambda: LATER):
        fatou.app.run(mark, event, people[::-1], [*walk_ins[:0:-1], "VISITOR 0"])
    for laptop in (awa, fatou, awa):
        laptop.sync()
    for laptop in (awa, fatou):
        found = sheet(laptop, event)
        assert (len(found.attendees), found.present, found.registered, found.walk_ins) == (200, 200, 100, 100)
        assert {each.times for each in found.attendees} == {("2021-09-14T12:00:00Z", "2021-09-14T12:05:00Z")}
        assert len(laptop.app.read(editing.rows, "attendance")) == 200
        # The one name that was written in two ways is kept in both, and asked about as any field is.
        assert [question.field for question in laptop.questions()] == ["name"]


def test_g02_one_shares_the_event_while_the_other_marks_people(office: Office) -> None:
    awa, fatou = together(office)
    event = awa.app.run(events.add, "", {"title": {"en": "Open day"}, "starts": "2021-09-14T12:00"})
    awa.sync()
    fatou.sync()
    shared = awa.app.run(events.share, event)
    awa.app.run(mark, shared, [], ["Carla"])
    fatou.app.run(mark, event, [], ["Carla"])
    for laptop in (awa, fatou, awa):
        laptop.sync()
    for laptop in (awa, fatou):
        (carla,) = sheet(laptop, shared).attendees
        assert len(carla.times) == 2
        assert laptop.questions() == []


def test_g02_nobody_else_sees_who_came(office: Office) -> None:
    awa, _fatou = together(office)
    event = awa.app.run(events.add, "", {"title": {"en": "Open day"}, "starts": "2021-09-14T12:00"})
    shared = awa.app.run(events.share, event)
    awa.app.run(mark, shared, [], ["Carla"])
    awa.sync()
    foreign = office.laptop("Berta", f"{office.organisation} abroad")
    foreign.sync()
    assert foreign.see("event", shared)["title"] == {"en": "Open day"}
    assert sheet(foreign, shared).attendees == ()
    assert foreign.app.read(editing.rows, "attendance") == []
    assert foreign.app.read(editing.rows, "check_in") == []


def test_g02_what_one_takes_back_and_the_other_marks_stays_marked(office: Office) -> None:
    awa, fatou = together(office)
    event = awa.app.run(events.add, "", {"title": {"en": "Open day"}, "starts": "2021-09-14T12:00"})
    marked = awa.app.run(attendance.check_in, event, "", name="Carla").attendance
    awa.sync()
    fatou.sync()
    awa.app.run(attendance.take_back, marked)
    assert sheet(awa, event).present == 0
    awa.app.run(attendance.check_in, event, "", name="Carla")
    fatou.app.run(attendance.check_in, event, "", name="Carla")
    for laptop in (awa, fatou, awa):
        laptop.sync()
    assert [sheet(laptop, event).present for laptop in (awa, fatou)] == [1, 1]


def test_g02_who_registered_before_we_joined_the_alliance_is_not_noted_twice(office: Office) -> None:
    app = office.app("Awa")
    event = app.run(events.add, "", {"title": {"en": "Open day"}, "starts": "2021-09-14T12:00"})
    app.run(attendance.register, event, "", name="Carla Soto")
    assert office.endpoint is not None
    laptop = Laptop.join(app, office.endpoint, office.organisation)
    app.run(mark, event, [], ["carla soto"])
    (carla,) = sheet(laptop, event).attendees
    assert (carla.registered, len(carla.times)) == (True, 1)
    assert len(app.read(editing.rows, "attendance")) == 1


def test_g02_who_is_erased_leaves_no_attendance_and_no_moment_behind(office: Office) -> None:
    awa, _fatou = together(office)
    person = awa.add("person", given_name="Carla", family_name="Soto")
    event = awa.app.run(events.add, "", {"title": {"en": "Open day"}, "starts": "2021-09-14T12:00"})
    awa.app.run(mark, event, [person], ["Somebody else"])
    parts = [part.type for part in awa.app.read(erasing.scope, "person", person)]
    assert sorted(parts) == ["attendance", "check_in", "person"]
