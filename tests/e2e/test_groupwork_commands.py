"""Row C03 on the command line: the seven slots of 2021, each command in a profile that is opened anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.test_command_line import Terminal
from tests.groupwork import SLOTS
from wimdesk.app import App
from wimdesk.services import publishing

if TYPE_CHECKING:
    pass


@pytest.fixture
def desk(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "office")


def test_row_c03_two_slots_are_one_group_and_its_dates_are_in_both_zones(desk: Terminal) -> None:
    group = desk.does("group", "add", "title=Inclusive Workplace Design", "zone=UTC", 'coordinators=["WiR","WIM USA"]')
    for slot in SLOTS[1:3]:
        names = f"coordinators={json.dumps(slot.coordinators)}"
        desk.does("group", "slot", group["id"], slot.starts.replace("T", " "), names, "--repeat", slot.rule)
    seen = desk.does("group", "show", group["id"], "--from", "2021-10-15", "--zone", "America/Lima")
    assert [each["starts"] for each in seen["slots"]] == ["2021-08-10T16:00", "2021-08-11T07:30"]
    assert [each["coordinators"] for each in seen["slots"]] == [["WIM USA"], ["WiR"]]
    assert seen["slots"][1]["repeats"] == "Every month on the second Wednesday"
    assert [(each["yours"], each["theirs"]) for each in seen["dates"]][:3] == [
        ("2021-11-09T11:00:00-05:00", "2021-11-09T16:00:00+00:00"),
        ("2021-11-10T02:30:00-05:00", "2021-11-10T07:30:00+00:00"),
        ("2021-12-08T02:30:00-05:00", "2021-12-08T07:30:00+00:00"),
    ]
    seen = desk.does("group", "show", group["id"], "--from", "2022-02-01", "--zone", "Australia/Brisbane")
    assert [each["yours"] for each in seen["slots"][0]["dates"]] == [
        f"2022-{day}T02:00:00+10:00" for day in ("02-09", "03-09", "04-13", "05-11", "06-15")
    ]
    assert [row["slots"] for row in desk.does("group", "list")] == [2]
    desk.does("organisation", "set", 'name={"en": "WiM Peru"}')
    assert desk.does("group", "join", group["id"])["members"] == ["WiM Peru"]
    assert desk.does("group", "leave", group["id"])["members"] == []
    assert "does not take part" in desk.fails("group", "leave", group["id"])


def test_what_is_no_time_is_refused_with_a_sentence(desk: Terminal) -> None:
    group = desk.does("group", "add", "title=STEM")["id"]
    for wrong in (
        ("next Friday",),
        ("2021-08-06 11:00", "--zone", "Brisbane"),
        ("2021-08-06 11:00", "--repeat", "FREQ=MINUTELY"),
    ):
        code, _out, err = desk.tells("group", "slot", group, *wrong)
        assert code != 0
        assert any(
            words in err for words in ("Write the day and the time", "time zone is not known", "rule for repeating")
        )
    assert desk.does("event", "list") == []


@pytest.mark.parametrize(
    "words",
    [
        ("text", "register", "--on", "soon"),
        ("text", "register", "--on", "2026-02-30"),
        ("initiative", "show", "x", "--on", "2026-W01-1"),
        ("initiative", "join", "x", "--until", "2027"),
        ("group", "minutes", "x", "We met.", "--day", "yesterday"),
    ],
)
def test_what_is_no_day_is_not_understood(desk: Terminal, words: tuple[str, ...]) -> None:
    assert desk.tells(*words)[0] == 2


def test_row_g01_a_calendar_goes_out_and_comes_in(desk: Terminal, tmp_path: Path) -> None:
    made = desk.does("event", "add", "Global Call", "2021-09-14 14:00", "minutes=60", "--zone", "Europe/London")
    seen = desk.does("event", "show", made["id"], "--from", "2021-09-01", "--zone", "America/Lima")
    assert [each["yours"] for each in seen["dates"]] == ["2021-09-14T08:00:00-05:00"]
    file = tmp_path / "call.ics"
    assert desk.does("event", "export", str(file), made["id"])["events"] == 1
    assert b"DTSTART;TZID=Europe/London:20210914T140000" in file.read_bytes()
    assert desk.does("event", "import", str(file)) == {"new": 0, "changed": 0, "same": 1, "left": 0}
    other = Path(__file__).parent.parent / "calendars" / "outlook.ics"
    assert desk.does("event", "import", str(other))["new"] == 3
    rows = desk.does("event", "list", "--zone", "UTC")
    assert {row["title"]: row["at"]["utc"] for row in rows}["STEM"] == "2021-08-06T01:00:00+00:00"
    (tmp_path / "no.ics").write_bytes(b"%PDF-1.7")
    code, _out, err = desk.tells("event", "import", str(tmp_path / "no.ics"))
    assert (code, "no calendar that can be read" in err) == (1, True) or "Nothing was changed" in err


def test_row_g02_names_from_the_command_line(desk: Terminal) -> None:
    made = desk.does("event", "add", "Open day", "2021-09-14 14:00", "capacity=2")["id"]
    assert desk.does("event", "register", made, "Ana Quispe", "Inés Núñez", "Rosa Mamani")["registered"] == 3
    noted = desk.does("event", "check-in", made, "ana", "Carla Soto", "ana")
    assert (noted["noted"], noted["present"], noted["walk_ins"]) == (2, 2, 1)
    assert "not on this day" in desk.fails("event", "check-in", made, "Rosa Mamani", "--day", "2021-09-15")
    rows = desk.does("event", "attendance", made)["attendees"]
    assert {row["name"]: row["waiting"] for row in rows} == {
        "Ana Quispe": False, "Carla Soto": False, "Inés Núñez": False, "Rosa Mamani": True,
    }  # fmt: skip
    assert [len(row["times"]) for row in rows] == [1, 1, 0, 0]


def test_row_c08_what_minutes_ask_of_us_from_the_command_line(desk: Terminal) -> None:
    ours = desk.does("organisation", "set", 'name={"en": "WiM Peru"}')["id"]
    group = desk.does("group", "add", "title=Global Data Deficit")["id"]
    minutes = desk.does("group", "minutes", group, "We met.", "--day", "2021-09-15")["id"]
    desk.does("group", "ask", minutes, "Translate the survey", "--who", ours, "--due", "2021-09-30")
    desk.does("group", "ask", minutes, "The survey is in June", "--decision")
    assert [each["kind"] for each in desk.does("group", "circulate", minutes)["actions"]] == ["action", "decision"]
    (task,) = desk.does("group", "owed")
    assert (task["text"], task["overdue"], task["meeting"]) == ("Translate the survey", True, "Global Data Deficit")
    assert desk.does("group", "answer", task["id"], "done", "In the library")[0]["state"] == "done"
    assert desk.does("group", "owed") == []


def test_row_c07_a_report_from_the_command_line(desk: Terminal) -> None:
    ours = desk.does("organisation", "set", 'name={"en": "WIM Senegal"}', "country_code=SN")["id"]
    private = desk.does("add", "initiative", "title=Shared tools")["id"]
    app = App.open(desk.profile, "a passphrase for tests")  # an initiative is published in the window
    initiative = app.run(publishing.publish, "initiative", private, "alliance")
    app.close()
    desk.does("add", "participation", f"initiative_id={initiative}", f"organization_id={ours}", "start_date=2021-01-01")
    code, _out, err = desk.tells("progress", "call", initiative, "soon")
    assert (code, "Nothing was made" in err) == (1, True)
    call = desk.does("progress", "call", initiative, "2021-12-31", "--period", "2021-Q4")
    assert (call["roll_up"]["percent"], call["roll_up"]["missing"], call["ours"]) == (0, ["WIM Senegal"], "due")
    desk.does("progress", "write", call["id"], "text=Two workshops", "people=20")
    sent = desk.does("progress", "send", call["id"])
    assert (sent["roll_up"]["percent"], sent["roll_up"]["people"], sent["ours"]) == (100, 20, "sent")


def test_row_c04_a_champion_from_the_command_line(desk: Terminal) -> None:
    ours = desk.does("organisation", "set", 'name={"en": "WiM Peru"}')["id"]
    seat = desk.does("champion", "nominate", "stem_women", ours, "--year", "2021")
    assert (seat["state"], seat["start"], seat["end"]) == ("nominated", "2021-01-01", "2021-12-31")
    assert desk.does("champion", "accept", seat["id"])["state"] == "overdue"
    assert [each["state"] for each in desk.does("champion", "board")] == ["overdue"]
    assert desk.does("champion", "report", seat["id"], "Ten talks")["state"] == "reported"
    code, _out, err = desk.tells("champion", "nominate", "no theme", ours)
    assert (code, "Choose a theme" in err) == (1, True)
