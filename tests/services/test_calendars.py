"""G01: calendars as Thunderbird, Google and Outlook publish them come in and go out, every moment kept."""

from __future__ import annotations

import io
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from dateutil import rrule, tz
from icalendar import Calendar

from tests.support import Office, Template
from wimdesk.errors import UserError
from wimdesk.services import calendar_files, calendars, editing, events, recurrence, working_groups, zones
from wimdesk.services.recurrence import Series

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wimdesk.store.record import Values

FILES = Path(__file__).parent.parent / "calendars"
PROGRAMS = ("thunderbird", "google", "outlook")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template.make(tmp_path_factory.mktemp("template") / "profile")


@pytest.fixture
def office(template: Template, tmp_path: Path) -> Iterator[Office]:
    office = Office(template, tmp_path)
    yield office
    office.close()


def series(values: Values) -> Series:
    return Series(
        values["starts"], values["zone"], values["recurrence"], tuple(values["excluded"]), tuple(values["extra"])
    )


def moments(values: Values) -> list[datetime]:
    return [moment.astimezone(UTC) for moment in recurrence.dates(series(values))][:12]


def by_another_reader(content: bytes) -> dict[str, list[datetime]]:
    """The moments of each event, by dateutil alone: its own reading of the file's VTIMEZONE blocks and rules."""
    text = content.decode().replace("\r\n ", "").replace("\r\n", "\n").replace("\n ", "")
    blocks = text.split("BEGIN:VEVENT")[0]
    known = tz.tzical(_as_file(blocks)) if "BEGIN:VTIMEZONE" in blocks else None
    found: dict[str, list[datetime]] = {}
    for entry in text.split("BEGIN:VEVENT")[1:]:
        lines = dict(line.split(":", 1) for line in entry.splitlines() if ":" in line and not line.startswith("BEGIN"))
        name = next(each for each in lines if each.startswith("DTSTART"))
        zone = name.partition("TZID=")[2].strip('"').replace("E. Australia Standard Time", "Australia/Brisbane")
        where = known.get(zone) if known is not None and zone in [*known.keys()] else tz.gettz(zone) if zone else tz.UTC
        text = lines[name].removesuffix("Z")
        start = datetime.fromisoformat(text if "T" in text else f"{text}T000000")
        rule = lines.get("RRULE", "FREQ=DAILY;COUNT=1")
        rule = ";".join(part for part in rule.split(";") if not part.startswith("UNTIL"))
        days = list(rrule.rrulestr(rule, dtstart=start).xafter(start, 12, inc=True))
        key = f"{lines['UID']} {'RECURRENCE-ID' in entry}"
        found[key] = [day.replace(tzinfo=where).astimezone(UTC) for day in days]
    return found


def _as_file(text: str) -> io.StringIO:
    return io.StringIO("\n".join(line for line in text.splitlines() if not line.startswith("X-")) + "\nEND:VCALENDAR\n")


@pytest.mark.parametrize("program", PROGRAMS)
def test_g01_what_a_program_publishes_comes_in_with_every_moment_kept(program: str) -> None:
    content = (FILES / f"{program}.ics").read_bytes()
    beside = by_another_reader(content)
    read = calendars.read(content, "America/Lima")
    assert len(read.entries) == content.count(b"BEGIN:VEVENT")
    for values in read.entries:
        if values["whole_day"]:
            continue
        here, there = moments(values), beside[f"{values['uid']} {bool(values['occurrence'])}"]
        assert here
        assert set(here) <= set(there)
        assert here[0] == there[0]
    assert read.remarks == ()


def test_g01_zones_are_kept_under_their_own_name_or_that_of_the_same_clocks() -> None:
    zones = {
        program: [values["zone"] for values in calendars.read((FILES / f"{program}.ics").read_bytes()).entries]
        for program in PROGRAMS
    }
    assert zones == {
        "thunderbird": ["Europe/London", "Europe/London"],
        "google": ["America/Lima", "America/Lima", "UTC"],
        "outlook": ["America/Santiago", "Europe/London", "Australia/Brisbane"],
    }


def test_g01_series_with_ends_exceptions_and_a_moved_date() -> None:
    call, moved = calendars.read((FILES / "thunderbird.ics").read_bytes()).entries
    assert [f"{moment:%Y-%m-%d %H}" for moment in moments(call)] == [
        "2021-09-14 13",
        "2021-10-12 13",
        "2022-01-11 14",
        "2022-02-08 14",
    ]
    assert (moved["occurrence"], [f"{each:%d %H}" for each in moments(moved)]) == ("2021-11-09T14:00", ["10 16"])
    assert (call["title"], call["minutes"], call["summary"]) == (
        {"en": "Global Call, advocacy"},
        60,
        {"en": "First line\nSecond line"},
    )
    group, day, _single = calendars.read((FILES / "google.ics").read_bytes()).entries
    assert len(list(recurrence.dates(series(group)))) == 10  # to 24 May, of which the end is said in UTC
    assert (day["whole_day"], day["minutes"], day["starts"]) == (True, 24 * 60, "2022-06-15T00:00")
    assert "somebody" not in str(group), "who was invited is not taken"
    monthly = calendars.read((FILES / "outlook.ics").read_bytes()).entries[0]
    assert [f"{each:%m-%d %H}" for each in moments(monthly)] == [
        "09-08 14",
        "10-13 14",
        "11-10 14",
        "12-08 14",
        "01-12 14",
    ]


@pytest.mark.parametrize("program", PROGRAMS)
def test_g01_what_came_in_goes_out_and_in_again_as_it_was(program: str, office: Office) -> None:
    app, other = office.app("one"), office.app("other")
    read = calendars.read((FILES / f"{program}.ics").read_bytes(), "America/Lima")
    count = len(read.entries)
    taken = app.run(calendar_files.take, read)
    assert (taken.new, taken.changed, taken.same) == (count, 0, 0)
    again = app.run(calendar_files.take, read)
    assert (again.new, again.changed, again.same) == (0, 0, count)
    written = app.read(calendar_files.content)
    beside = by_another_reader(written)
    there = calendars.read(written, "America/Lima")
    assert other.run(calendar_files.take, there).new == count
    first = {(row["uid"], row["occurrence"]): row for row in app.read(editing.rows, "event")}
    second = {(row["uid"], row["occurrence"]): row for row in other.read(editing.rows, "event")}
    assert first.keys() == second.keys()
    for key, row in first.items():
        fields = ("title", "starts", "zone", "recurrence", "excluded", "minutes", "whole_day", "place", "state")
        assert {name: row[name] for name in fields} == {name: second[key][name] for name in fields}
        assert moments(row) == moments(second[key])
        if not row["whole_day"]:  # another reader of calendars sees the same moments in what we wrote
            assert set(moments(row)) <= set(beside[f"{row['uid']} {bool(row['occurrence'])}"])
    assert app.run(calendar_files.take, there).same == count


def test_row_g01_14_00_in_london_is_08_00_in_lima_and_the_file_has_the_same_instant(office: Office) -> None:
    app = office.app()
    values = {"title": {"en": "Global Call"}, "starts": "2021-09-14T14:00", "zone": "Europe/London", "minutes": 60}
    made = app.run(events.add, "", values)
    card = app.read(events.card, made)
    assert [moment.astimezone(tz.gettz("America/Lima")).strftime("%d %H:%M") for moment in card.dates] == ["14 08:00"]
    content = app.read(calendar_files.content, [made])
    (entry,) = Calendar.from_ical(content).walk("VEVENT")
    assert entry["DTSTART"].params["TZID"] == "Europe/London"
    assert entry["DTSTART"].dt.astimezone(UTC) == datetime(2021, 9, 14, 13, tzinfo=UTC)
    assert list(by_another_reader(content).values()) == [[datetime(2021, 9, 14, 13, tzinfo=UTC)]]


def test_a_later_version_here_and_what_others_made_are_left_alone(office: Office) -> None:
    app = office.app()
    read = calendars.read((FILES / "thunderbird.ics").read_bytes())
    app.run(calendar_files.take, read)
    (call,) = [row for row in app.read(editing.rows, "event") if not row["occurrence"]]
    app.run(editing.change, "event", call["id"], {"place": "Lima", "sequence": 9})
    taken = app.run(calendar_files.take, read)
    assert (taken.left, taken.same) == (1, 1)
    assert app.read(editing.values, "event", call["id"])["place"] == "Lima"


def test_g01_a_date_of_a_group_that_was_moved_stays_with_the_group(office: Office) -> None:
    app = office.app()
    group = app.run(working_groups.begin)
    values = {"starts": "2021-09-07T14:00", "zone": "Europe/London", "recurrence": "FREQ=WEEKLY", "minutes": 60}
    slot = app.run(events.add, group, {"title": {"en": "STEM"}} | values)
    head = f"BEGIN:VEVENT\r\nUID:{slot}\r\nSUMMARY:STEM\r\nSEQUENCE:1\r\nDURATION:PT1H\r\nDTSTART;TZID=Europe/London:"
    moved = HEAD.decode() + (
        f"{head}20210907T140000\r\nRRULE:FREQ=WEEKLY\r\nEND:VEVENT\r\n"
        f"{head}20210915T160000\r\nRECURRENCE-ID;TZID=Europe/London:20210914T140000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    taken = app.run(calendar_files.take, calendars.read(moved.encode()))
    assert (taken.new, taken.changed) == (1, 1)
    dates = app.read(working_groups.card, group, "2021-09-06").dates
    assert [f"{moment:%d %H:%M}" for moment, _slot in dates][:3] == ["07 14:00", "15 16:00", "21 14:00"]
    assert {row["space"] for row in app.read(editing.rows, "event")} == {"alliance"}


def test_g01_a_whole_day_is_that_day_for_every_reader(office: Office) -> None:
    entry = b"BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Day\r\nDTSTART;VALUE=DATE:20210914\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    app = office.app()
    app.run(calendar_files.take, calendars.read(HEAD + entry, "Australia/Brisbane"))
    (row,) = app.read(events.load)
    assert row.at is not None
    assert row.whole_day
    assert zones.both(row.at, row.zone, "America/Lima", row.whole_day) == ("Tue, 14 Sept 2021", "")


def test_c03_a_slot_that_is_cancelled_is_no_next_date_of_its_group(office: Office) -> None:
    app = office.app()
    group = app.run(working_groups.begin)
    values = {"starts": "2021-09-07T14:00", "recurrence": "FREQ=WEEKLY", "state": "cancelled"}
    app.run(events.add, group, values)
    card = app.read(working_groups.card, group)
    assert ([slot.state for slot in card.slots], card.dates) == (["cancelled"], ())
    assert [row.at for row in app.read(working_groups.load)] == [None]


HEAD = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n"
HOSTILE = {
    "nothing": b"",
    "no calendar": b"%PDF-1.7\n\x00\xff",
    "cut": HEAD + b"BEGIN:VEVENT\r\nUID:1\r\nDTSTART:2021",
    "no event": HEAD + b"END:VCALENDAR\r\n",
    "deep": b"BEGIN:VCALENDAR\r\n" * 19_000,
    "very deep": b"BEGIN:VCALENDAR\r\n" * 90_000,
    "one long line": HEAD + b"X:" + b"a" * 1_900_000 + b"\r\nEND:VCALENDAR\r\n",
    "many parameters": HEAD + b"X" + b";A=b" * 450_000 + b":c\r\nEND:VCALENDAR\r\n",
    "too large": HEAD + b"X:" + b"a" * calendars.MOST_BYTES,
    "too many": HEAD + b"BEGIN:VEVENT\r\nDTSTART:20210101T000000Z\r\nEND:VEVENT\r\n" * 2001 + b"END:VCALENDAR\r\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_calendar_is_refused_with_a_sentence(name: str) -> None:
    began = time.thread_time()
    with pytest.raises(UserError, match="Nothing was changed"):
        calendars.read(HOSTILE[name])
    assert time.thread_time() - began < 5


def test_what_is_odd_in_one_event_is_said_and_the_others_come_in() -> None:
    def event(lines: str) -> bytes:
        return f"BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Odd\r\n{lines}\r\nEND:VEVENT\r\n".encode()

    events_of_the_file = (
        "DTSTART:nonsense",
        "DTSTART:99990101T000000Z",
        "DTSTART:20210101T100000Z\r\nRRULE:FREQ=SECONDLY",
        "DTSTART:20210101T100000Z\r\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "DTSTART;TZID=Nowhere/Land:20210101T100000",
        "DTSTART:20210101T100000Z\r\nDTEND:20200101T100000Z\r\nDURATION:-P9D",
        "DTSTART:20210101T100000\r\nDTEND:20210101T110000Z\r\nSUMMARY:Odd\x07\r\nDESCRIPTION:" + "x" * 90_000,
    )
    content = HEAD + b"".join(map(event, events_of_the_file)) + b"END:VCALENDAR\r\n"
    read = calendars.read(content, "America/Lima")
    assert len(read.entries) == 5
    assert any("no readable beginning" in each for each in read.remarks)
    assert any("rule that can't be read" in each for each in read.remarks)
    for values in read.entries:
        assert moments(values)
        assert len(values["summary"].get("en", "")) <= calendars.MOST_LETTERS
    assert all(timedelta(minutes=values["minutes"]) >= timedelta() for values in read.entries)
