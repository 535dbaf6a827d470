"""Rows of working groups and events at the screen."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest
from icalendar import Calendar
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut

from tests.groupwork import SLOTS
from tests.ui import waiting
from ui.forms.action import ActionLine
from ui.pages.champions import CHAMPIONS, ChampionPane, ChampionsPane
from ui.pages.minutes import OWED, MinutesPane, OwedPane
from ui.pages.progress import REPORTS, ReportsPane, RoundPane
from ui.pages.record_card import RecordCard
from ui.pages.working_group_cards import EventPane, GroupPane
from ui.pages.working_groups import WorkingGroupsPage
from ui.widgets.combo import ChoiceField
from ui.widgets.labels import Text
from ui.widgets.languagemap import LanguageMapField
from ui.widgets.tags import TagsField
from wimdesk import clock
from wimdesk.records.participation import join
from wimdesk.services import editing, events, owed, people, publishing
from wimdesk.services import working_groups as groups
from wimdesk.store import facts, history

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from ui.desk import Desk

C = TypeVar("C", bound=RecordCard)
SEPTEMBER_2021 = 1630454400.0


@pytest.fixture
def page(desk: Desk, qtbot: QtBot) -> Iterator[WorkingGroupsPage]:
    desk.app.settings.put("zone", "America/Lima")
    desk.notices.take_back = lambda act: desk.tasks.write(desk.tasks, history.undo, act)
    with clock.driven_by(lambda: SEPTEMBER_2021):
        page = WorkingGroupsPage(desk)
        qtbot.addWidget(page)
        page.resize(1154, 706)
        with qtbot.waitActive(page):
            page.show()
            page.activateWindow()
        qtbot.waitUntil(lambda: not page.empty.isHidden())
        yield page


def opened(page: WorkingGroupsPage, qtbot: QtBot, record: str, kind: type[C]) -> C:
    page.show_record(record)
    qtbot.waitUntil(lambda: isinstance(page.card, kind) and page.card.record == record)
    assert isinstance(page.card, kind)
    return page.card


def listed(page: WorkingGroupsPage) -> list[str]:
    """The rows that are groups and events."""
    return [record for record in page.list.model.records() if record not in {OWED, REPORTS, CHAMPIONS}]


def write(qtbot: QtBot, field: object, words: str) -> None:
    assert isinstance(field, LanguageMapField)
    editor = field.editor("en")
    editor.setFocus()
    qtbot.keyClicks(editor, words)


def test_row_c03_a_group_with_two_slots_shows_its_dates_in_my_zone_and_in_theirs(
    page: WorkingGroupsPage, desk: Desk, qtbot: QtBot
) -> None:
    qtbot.mouseClick(page.new_group, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(page.card, GroupPane) and page.card.form is not None)
    card = page.card
    assert isinstance(card, GroupPane)
    assert card.form is not None
    write(qtbot, card.form.first, "Inclusive Workplace Design")
    coordinators = card.form.binder.editor("coordinators")
    assert isinstance(coordinators, TagsField)
    for name in ("WiR", "WIM USA"):
        coordinators.edit.setFocus()
        qtbot.keyClicks(coordinators.edit, name)
        qtbot.keyClick(coordinators.edit, Qt.Key.Key_Return)
    group = card.record
    qtbot.waitUntil(lambda: desk.app.read(groups.card, group).coordinators == ("WiR", "WIM USA"))
    for slot in SLOTS[1:3]:
        pane = opened(page, qtbot, group, GroupPane)
        qtbot.mouseClick(pane.slots.new_button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: isinstance(page.card, EventPane) and page.card.form is not None)
        event = page.card
        assert isinstance(event, EventPane)
        assert event.form is not None
        form = event.form
        qtbot.waitUntil(lambda form=form: form.binder.values().get("group_id") == group)
        form.starts.setFocus()
        qtbot.keyClicks(form.starts, slot.starts.replace("T", " "))
        zone = form.binder.editor("zone")
        assert isinstance(zone, ChoiceField)
        zone.set_value(slot.zone)
        qtbot.waitUntil(lambda form=form, slot=slot: form.rule.findData(slot.rule) >= 0)
        form.rule.set_value(slot.rule)
        qtbot.waitUntil(lambda event=event: len(event.dates.lines) == 5)
        assert event.card is not None
    pane = opened(page, qtbot, group, GroupPane)
    expected = [
        "Tue, 14 Sept 2021, 11:00 Lima | Tue, 14 Sept 2021, 16:00 UTC",
        "Wed, 8 Sept 2021, 02:30 Lima | Wed, 8 Sept 2021, 07:30 UTC",
    ]
    qtbot.waitUntil(lambda: sorted(pane.dates.texts()[:2]) == expected)
    assert len(pane.slots.list.model.records()) == 2, "two slots are one group"
    page.zone.set_value("Australia/Brisbane")
    qtbot.waitUntil(lambda: pane.dates.texts()[0].startswith("Wed, 8 Sept 2021, 17:30 Brisbane"))


def test_c02_our_organisation_joins_a_group_and_leaves_it(page: WorkingGroupsPage, desk: Desk, qtbot: QtBot) -> None:
    desk.app.run(editing.add, "organization", {"name": {"en": "WiM Peru"}}, desk.app.identity().organisation)
    card = opened(page, qtbot, desk.app.run(groups.begin), GroupPane)
    qtbot.waitUntil(lambda: card.members.join.isVisible())
    card.members.join.setFocus()
    qtbot.keyClick(card.members.join, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: card.members.names.text() == "WiM Peru" and card.members.leave.hasFocus())
    qtbot.keyClick(card.members.leave, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: card.members.names.text() == "No organisation has joined yet.")
    assert card.members.join.hasFocus()


def test_c03_the_rule_follows_the_day_and_one_date_is_left_out(
    page: WorkingGroupsPage, desk: Desk, qtbot: QtBot
) -> None:
    made = desk.app.run(
        events.add,
        "",
        {"title": {"en": "Call"}, "starts": "2021-09-08T07:30", "zone": "UTC", "recurrence": SLOTS[1].rule},
    )
    card = opened(page, qtbot, made, EventPane)
    qtbot.waitUntil(lambda: card.form is not None and card.form.rule.value() == SLOTS[1].rule)
    assert card.form is not None
    card.form.starts.setFocus()
    card.form.starts.selectAll()
    qtbot.keyClicks(card.form.starts, "2021-09-21 07:30")
    qtbot.waitUntil(lambda: desk.app.read(editing.values, "event", made)["recurrence"] == "FREQ=MONTHLY;BYDAY=3TU")
    qtbot.waitUntil(lambda: card.dates.texts()[:1] == ["Tue, 21 Sept 2021, 02:30 Lima | Tue, 21 Sept 2021, 07:30 UTC"])
    card.leave_out(card.dates.lines[1].leave_out)
    qtbot.waitUntil(lambda: "Nov" in card.dates.texts()[1])
    assert desk.app.read(editing.values, "event", made)["excluded"] == ["2021-10-19T07:30"]


def test_row_g01_a_call_in_london_is_at_8_in_lima_and_goes_out_as_ics_and_in(
    page: WorkingGroupsPage, desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    qtbot.mouseClick(page.new_event, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(page.card, EventPane) and page.card.form is not None)
    card = page.card
    assert isinstance(card, EventPane)
    assert card.form is not None
    form = card.form
    qtbot.waitUntil(lambda: form.binder.values().get("minutes") == 60)
    write(qtbot, form.first, "Global Call")
    form.starts.setFocus()
    qtbot.keyClicks(form.starts, "2021-09-14 14:00")
    zone = form.binder.editor("zone")
    assert isinstance(zone, ChoiceField)
    zone.setFocus()
    qtbot.keyClicks(zone, "London")
    qtbot.waitUntil(lambda: card.dates.texts() == ["Tue, 14 Sept 2021, 08:00 Lima | Tue, 14 Sept 2021, 14:00 London"])
    file = tmp_path / "call.ics"
    card.save(file)
    qtbot.waitUntil(file.exists)
    (entry,) = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
    assert entry["DTSTART"].dt.astimezone(UTC) == datetime(2021, 9, 14, 13, tzinfo=UTC)
    page.bring_in(Path(__file__).parent.parent / "calendars" / "outlook.ics")
    qtbot.waitUntil(lambda: len(desk.app.read(events.load)) == 4)
    qtbot.waitUntil(lambda: len(listed(page)) == 4)
    waiting.undo(qtbot, desk.notices)
    qtbot.waitUntil(lambda: len(listed(page)) == 1)


def test_g01_an_event_stays_private_until_it_is_shared(page: WorkingGroupsPage, desk: Desk, qtbot: QtBot) -> None:
    made = desk.app.run(events.add, "", {"title": {"en": "Open day"}, "starts": "2021-12-08T14:00"})
    card = opened(page, qtbot, made, EventPane)
    qtbot.waitUntil(lambda: card.share_button.isVisible())
    assert desk.app.read(editing.values, "event", made)["space"].endswith("/private")
    qtbot.mouseClick(card.share_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(page.card, EventPane) and page.card.record != made)
    assert page.card is not None
    assert desk.app.read(editing.values, "event", page.card.record)["space"] == "alliance"
    qtbot.waitUntil(lambda: listed(page) == [page.card.record])  # type: ignore[union-attr]  # as above


def test_ctrl_z_behind_a_name_takes_back_the_mark_and_not_the_letters(
    page: WorkingGroupsPage, desk: Desk, qtbot: QtBot
) -> None:
    made = desk.app.run(events.add, "", {"title": {"en": "Open day"}, "starts": "2021-09-01T09:00"})
    card = opened(page, qtbot, made, EventPane).attendance
    qtbot.waitUntil(lambda: card.sheet is not None)
    asked: list[str] = []
    keys = QShortcut(QKeySequence.StandardKey.Undo, page.window())
    keys.activated.connect(lambda: asked.append(card.field.text()))
    card.field.setFocus()
    qtbot.keyClicks(card.field, "Carla Soto")
    qtbot.keyClick(card.field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (card.field.text(), asked) == ("", []), "what is being typed is its own"
    qtbot.keyClicks(card.field, "Carla Soto")
    qtbot.keyClick(card.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: card.field.text() == "")
    qtbot.keyClick(card.field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (card.field.text(), asked) == ("", [""])


def test_row_g02_names_are_typed_one_after_the_other_and_a_second_time_changes_nothing(
    page: WorkingGroupsPage, desk: Desk, qtbot: QtBot
) -> None:
    for given, family in (("Ana", "Quispe"), ("Ana", "Flores"), ("Inés", "Núñez")):
        desk.app.run(editing.add, "person", {"given_name": given, "family_name": family})
    made = desk.app.run(events.add, "", {"title": {"en": "Open day"}, "starts": "2021-09-01T09:00", "capacity": 1})
    card = opened(page, qtbot, made, EventPane).attendance
    qtbot.waitUntil(lambda: card.sheet is not None)

    def names() -> list[str]:
        return [each.name for each in card.sheet.attendees] if card.sheet else []

    def type_name(text: str) -> None:
        card.field.setFocus()
        qtbot.keyClicks(card.field, text)
        qtbot.keyClick(card.field, Qt.Key.Key_Return)

    for text, expected in (("quispe", "Ana Quispe"), ("nunez", "Inés Núñez"), ("Carla Soto", "Carla Soto")):
        type_name(text)
        qtbot.waitUntil(lambda expected=expected: expected in names() and card.field.text() == "")
    type_name("ana quispe")
    qtbot.waitUntil(lambda: card.said.text() == "Ana Quispe was here already.")
    type_name("ana")
    qtbot.waitUntil(lambda: card.said.text() == "Who is meant? Ana Quispe, Ana Flores")
    card.field.selectAll()
    qtbot.keyClicks(card.field, "flores")
    qtbot.mouseClick(card.register_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Ana Flores" in names())
    assert card.sheet is not None
    assert (card.sheet.present, card.sheet.registered, card.sheet.walk_ins) == (3, 1, 3)
    qtbot.waitUntil(lambda: len(card.list.model.records()) == 4)
    carla = next(each.id for each in card.sheet.attendees if each.name == "Carla Soto")
    card.list.view.setCurrentIndex(card.list.model.index(card.list.model.find(carla), 0))
    qtbot.waitUntil(lambda: card.line.buttons["not_here"].isVisible())
    qtbot.mouseClick(card.line.buttons["not_here"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: card.sheet is not None and card.sheet.present == 2)
    waiting.undo(qtbot, desk.notices)
    qtbot.waitUntil(lambda: card.sheet is not None and card.sheet.present == 3)
    assert {row["space"] for row in desk.app.read(editing.rows, "check_in")} == {
        desk.app.store.author.spaces["private"]
    }


def test_row_c08_minutes_ask_and_what_we_owe_is_one_list(page: WorkingGroupsPage, desk: Desk, qtbot: QtBot) -> None:
    ours = desk.app.run(people.begin_profile)
    desk.app.run(editing.change, "organization", ours, {"name": {"en": "WiM Peru"}})
    group = desk.app.run(groups.begin)
    pane = opened(page, qtbot, group, GroupPane)
    qtbot.mouseClick(pane.minutes.new_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(page.card, MinutesPane) and page.card.form is not None)
    card = page.card
    assert isinstance(card, MinutesPane)
    assert card.form is not None
    assert card.lines is not None
    card.form.first.setFocus()
    qtbot.keyClicks(card.form.first, "We met.")
    qtbot.mouseClick(card.lines.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: card.lines is not None and len(card.lines.lines) == 1)
    (line,) = card.lines.lines.values()
    assert isinstance(line, ActionLine)
    qtbot.waitUntil(lambda: line.kind.value() == "action")
    line.first.setFocus()
    qtbot.keyClicks(line.first, "Translate the survey")
    line.organisation.set_value(ours)
    line.due.setFocus()
    qtbot.keyClicks(line.due, "2021-08-31")
    qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(page.card, MinutesPane) and page.card.record != card.record)
    qtbot.waitUntil(lambda: "overdue" in str(page.list.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)))
    page.list.view.setCurrentIndex(page.list.model.index(0, 0))
    qtbot.waitUntil(lambda: isinstance(page.card, OwedPane) and len(page.card.card.lines) == 1)
    pane_owed = page.card
    assert isinstance(pane_owed, OwedPane)
    (reply,) = pane_owed.card.lines
    qtbot.keyClicks(reply.words, "It is in the library")
    qtbot.mouseClick(reply.buttons["done"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: pane_owed.nothing.isVisible())
    (done,) = desk.app.read(owed.owed, True, False)
    assert (done.state, done.answer) == ("done", "It is in the library")
    waiting.undo(qtbot, desk.notices)
    qtbot.waitUntil(lambda: len(pane_owed.card.lines) == 1)


def test_row_c07_a_report_is_written_sent_and_rolled_up(page: WorkingGroupsPage, desk: Desk, qtbot: QtBot) -> None:
    facts_of_the_secretariat = {"role": "secretariat", "organisation_name": "Secretariat"}
    desk.app.run(lambda session: facts.put(session, **facts_of_the_secretariat))
    ours = desk.app.run(people.begin_profile)
    desk.app.run(editing.change, "organization", ours, {"name": {"en": "WIM Senegal"}, "country_code": "SN"})
    other = desk.app.run(editing.add, "organization", {"name": {"en": "WiM Peru"}, "country_code": "PE"})
    private = desk.app.run(editing.add, "initiative", {"title": {"en": "Shared tools"}})
    initiative = desk.app.run(lambda session: publishing.publish(session, "initiative", private, "alliance"))
    for who in (ours, other):
        desk.app.run(lambda session, who=who: join(session, initiative, who, "participant").id)
    page.show_record(REPORTS)
    qtbot.waitUntil(lambda: isinstance(page.card, ReportsPane) and page.card.initiative.count() == 1)
    reports = page.card
    assert isinstance(reports, ReportsPane)
    qtbot.waitUntil(lambda: reports.new.isVisible())
    qtbot.keyClicks(reports.due, "2021-09-30")
    qtbot.mouseClick(reports.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(page.card, RoundPane) and page.card.begin_button.isVisible())
    pane = page.card
    assert isinstance(pane, RoundPane)
    qtbot.mouseClick(pane.begin_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: pane.report is not None)
    assert pane.report is not None
    pane.report.first.setFocus()
    qtbot.keyClicks(pane.report.first, "Two workshops")
    qtbot.mouseClick(pane.report.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: pane.card is not None and pane.card.roll_up.percent == 50)
    assert pane.card is not None
    assert pane.card.roll_up.missing == ("WiM Peru",)
    wanted = {"1 of 2 reports are here: 50 %", "Missing: WiM Peru"}
    qtbot.waitUntil(lambda: wanted <= {text.text() for text in pane.roll.findChildren(Text) if text.isVisible()})
    qtbot.mouseClick(pane.close_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: pane.card is not None and pane.card.closed_on == "2021-09-01")


def test_row_c04_a_champion_accepts_and_the_board_says_overdue_until_the_report(
    page: WorkingGroupsPage, desk: Desk, qtbot: QtBot
) -> None:
    ours = desk.app.run(people.begin_profile)
    desk.app.run(editing.change, "organization", ours, {"name": {"en": "WiM Peru"}})
    stem = next(row["id"] for row in desk.app.read(editing.rows, "theme") if row["key"] == "stem_women")
    page.show_record(CHAMPIONS)
    qtbot.waitUntil(lambda: isinstance(page.card, ChampionsPane) and page.card.theme.count() == 4)
    board = page.card
    assert isinstance(board, ChampionsPane)
    board.theme.set_value(stem)
    board.organisation.set_value(ours)
    board.year.selectAll()
    qtbot.keyClicks(board.year, "2020")
    qtbot.mouseClick(board.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(page.card, ChampionPane) and page.card.accept.isVisible())
    pane = page.card
    assert isinstance(pane, ChampionPane)
    qtbot.mouseClick(pane.accept, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: pane.seat is not None and pane.seat.state == "overdue")
    qtbot.waitUntil(lambda: "1 overdue" in str(page.list.model.index(2, 0).data(Qt.ItemDataRole.AccessibleTextRole)))
    qtbot.waitUntil(lambda: pane.report_form is not None)
    assert pane.report_form is not None
    pane.report_form.words.setFocus()
    qtbot.keyClicks(pane.report_form.words, "Ten talks")
    qtbot.mouseClick(pane.report_form.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: pane.seat is not None and pane.seat.state == "reported")
    assert pane.seat is not None
    assert (pane.seat.report, pane.seat.reported_on) == ("Ten talks", "2021-09-01")
    back = opened(page, qtbot, CHAMPIONS, ChampionsPane)
    spoken = Qt.ItemDataRole.AccessibleTextRole
    qtbot.waitUntil(lambda: str(back.list.model.index(0, 0).data(spoken)).endswith("Reported"))
