"""C03: the dates of the real slots, over both changes of clock, beside dateutil; and rules that lead nowhere."""

from __future__ import annotations

import calendar
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil import rrule, tz

from tests.groupwork import SLOTS, Met
from wimdesk.i18n import set_language
from wimdesk.services import recurrence, zones
from wimdesk.services.recurrence import Series

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
VIEWS = ("UTC", "Australia/Brisbane", "America/Lima")
AUTUMN, SPRING = datetime(2021, 9, 1, tzinfo=UTC), datetime(2022, 2, 1, tzinfo=UTC)
"""Five months from each hold a change of clock in the north and one in the south."""


def by_calendar(slot: Met, after: datetime, count: int) -> list[datetime]:
    """The n-th weekday of each month, counted on the calendar's own sheets."""
    place, day = int(slot.rule[-3]), WEEKDAYS.index(slot.rule[-2:])
    clock = datetime.fromisoformat(slot.starts)
    found, year, month = [], after.year, after.month
    while len(found) < count:
        sheet = [week[day] for week in calendar.monthcalendar(year, month) if week[day]]
        at = clock.replace(year=year, month=month, day=sheet[place - 1], tzinfo=ZoneInfo(slot.zone))
        if at >= after:
            found.append(at)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return found


@pytest.mark.parametrize("after", [AUTUMN, SPRING])
@pytest.mark.parametrize("slot", SLOTS, ids=lambda slot: f"{slot.group} {slot.starts}")
def test_c03_the_seven_real_slots_have_their_next_five_dates_in_three_zones(slot: Met, after: datetime) -> None:
    found = recurrence.next_dates(Series(slot.starts, slot.zone, slot.rule), after)
    zone = tz.gettz(slot.zone)
    first = datetime.fromisoformat(slot.starts)
    beside = [
        day.replace(tzinfo=zone)
        for day in rrule.rrulestr(slot.rule, dtstart=first).xafter(after.replace(tzinfo=None) - timedelta(days=2), 9)
    ]
    beside = [day for day in beside if day >= after][:5]
    expected = by_calendar(slot, after, 5)
    assert len(found) == 5
    for view in VIEWS:
        here = [moment.astimezone(ZoneInfo(view)).replace(tzinfo=None) for moment in found]
        assert here == [moment.astimezone(tz.gettz(view)).replace(tzinfo=None) for moment in beside]
        assert here == [moment.astimezone(ZoneInfo(view)).replace(tzinfo=None) for moment in expected]


def test_c03_dates_that_were_written_down_by_hand() -> None:
    first = SLOTS[0]
    found = recurrence.next_dates(Series(first.starts, first.zone, first.rule), AUTUMN)
    in_lima = [f"{moment.astimezone(ZoneInfo('America/Lima')):%Y-%m-%d %H:%M}" for moment in found]
    assert in_lima == [
        "2021-09-02 20:00",
        "2021-09-30 20:00",
        "2021-11-04 20:00",
        "2021-12-02 20:00",
        "2022-01-06 20:00",
    ]
    mexico = SLOTS[5]
    found = recurrence.next_dates(Series(mexico.starts, mexico.zone, mexico.rule), SPRING)
    in_brisbane = [f"{moment.astimezone(ZoneInfo('Australia/Brisbane')):%Y-%m-%d %H:%M}" for moment in found]
    assert in_brisbane == [f"2022-{day} 10:00" for day in ("02-22", "03-22", "04-26", "05-24", "06-28")]


@pytest.mark.parametrize(
    ("zone", "offsets"), [("Europe/London", [1, 1, 0, 0, 0]), ("America/Santiago", [-3, -3, -3, -3, -3])]
)
def test_c03_a_slot_keeps_its_hour_in_its_own_zone_when_the_clocks_change(zone: str, offsets: list[int]) -> None:
    found = recurrence.next_dates(
        Series("2021-09-08T11:00", zone, "FREQ=MONTHLY;BYDAY=2WE"), datetime(2021, 9, 6, tzinfo=UTC)
    )
    assert [moment.hour for moment in found] == [11] * 5
    assert [moment.utcoffset() for moment in found] == [timedelta(hours=each) for each in offsets]


def test_an_hour_that_the_clocks_skip_or_repeat() -> None:
    skipped = Series("2022-03-27T01:30", "Europe/London", "FREQ=DAILY")
    assert [moment.astimezone(UTC).hour for moment in recurrence.next_dates(skipped, SPRING, 2)] == [1, 0]
    repeated = Series("2021-10-31T01:30", "Europe/London")
    (moment,) = recurrence.next_dates(repeated, AUTUMN)
    assert moment.astimezone(UTC).hour == 0  # the first of the two (RFC 5545, section 3.3.5)


def test_dates_left_out_added_and_the_end_of_a_rule() -> None:
    rule = "FREQ=WEEKLY;UNTIL=20211006T060000Z"
    series = Series("2021-09-08T07:00", "Europe/London", rule, ("2021-09-15T07:00",), ("2021-09-17T09:00", "nonsense"))
    found = [f"{moment:%m-%d %H}" for moment in recurrence.dates(series)]
    assert found == ["09-08 07", "09-17 09", "09-22 07", "09-29 07", "10-06 07"]
    counted = Series("2021-09-08T07:00", "Europe/London", "FREQ=WEEKLY;COUNT=3")
    assert len(list(recurrence.dates(counted))) == 3


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;COUNT=5;BYMONTH=2;BYMONTHDAY=30", "FREQ=SECONDLY",
        "FREQ=DAILY;INTERVAL=0", "FREQ=FOO", "FREQ=DAILY;INTERVAL=99999999999", ";;;", "FREQ=MONTHLY;BYDAY=99XX",
        "FREQ=YEARLY;BYEASTER=x", "FREQ=DAILY;" * 200,
    ],
)  # fmt: skip
def test_a_rule_that_leads_nowhere_comes_to_an_end(rule: str) -> None:
    began = time.thread_time()
    assert len(recurrence.next_dates(Series("2021-09-08T07:00", "America/Lima", rule), AUTUMN)) <= 5
    recurrence.problem(rule)
    assert time.thread_time() - began < 2


def test_rules_are_said_in_words_and_follow_another_day() -> None:
    assert recurrence.words("FREQ=MONTHLY;BYDAY=2WE") == "Every month on the second Wednesday"
    assert recurrence.words("FREQ=MONTHLY;BYDAY=-1FR") == "Every month on the last Friday"
    set_language("fr")
    assert "mercredi" in recurrence.words("FREQ=MONTHLY;BYDAY=2WE")
    assert (
        recurrence.follow("FREQ=MONTHLY;BYDAY=2WE", "2021-09-08T07:30", "2021-09-21T07:30") == "FREQ=MONTHLY;BYDAY=3TU"
    )
    assert recurrence.follow("FREQ=WEEKLY", "2021-09-08T07:30", "2021-09-21T07:30") == "FREQ=WEEKLY"
    assert recurrence.follow("FREQ=YEARLY;BYMONTH=3", "2021-09-08T07:30", "2021-09-21T07:30") == "FREQ=YEARLY;BYMONTH=3"


@pytest.mark.parametrize(
    ("said", "zone"),
    [
        ("SA Pacific Standard Time", "America/Bogota"), ("GMT Standard Time", "Europe/London"),
        ("/freeassociation.sourceforge.net/Europe/London", "Europe/London"), ("America/Lima", "America/Lima"),
        ("/mozilla.org/20050126_1/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("Customized Time Zone", ""), ("../../etc/passwd", ""), ("America", ""), ("", ""),
    ],
)  # fmt: skip
def test_what_other_programs_call_a_zone(said: str, zone: str) -> None:
    assert zones.iana(said) == zone


def test_the_zone_of_this_computer_is_one_that_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/Lima")
    assert zones.mine() == "America/Lima"
    assert zones.mine("Asia/Ulaanbaatar") == "Asia/Ulaanbaatar"
    monkeypatch.delenv("TZ")
    assert zones.mine("no zone") in {*zones.names(), "Etc/UTC"} or zones.iana(zones.mine())
    assert {"UTC", "Australia/Brisbane", "America/Lima"} <= {*zones.names()}
