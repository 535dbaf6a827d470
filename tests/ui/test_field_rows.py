"""Rows A14 and A15 at the screen: sites from the list of known mines, visits, and groups of artisanal miners."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from tests.ui.test_organisation_rows import page as page
from ui.forms.group_entry import GroupEntryLine
from ui.forms.licence import LicenceLine
from ui.pages.miner_groups import MinerGroupPane
from ui.pages.organisation import OrganisationPage
from ui.pages.organisation_cards import SitePane
from ui.pages.record_card import RecordCard
from ui.pages.visits import VisitPane
from wimdesk import clock
from wimdesk.services import attaching, editing, erasing, home, miner_groups, people, sites
from wimdesk.store import history, outbox

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from tests.support import Office
    from ui.desk import Desk

C = TypeVar("C", bound=RecordCard)


def shown(page: OrganisationPage, qtbot: QtBot, kind: type[C]) -> C:
    qtbot.waitUntil(lambda: isinstance(page.card, kind))
    assert isinstance(page.card, kind)
    return page.card


def test_row_a15_ahafo_from_the_list_a_visit_three_contacts_and_a_photo(
    page: OrganisationPage, desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    desk.app.run(editing.add, "person", {"given_name": "Efua", "family_name": "Mensah", "role": "Geologist"})
    qtbot.waitUntil(lambda: page.pane.people.is_ready() and page.pane.people.model.rowCount() == 1)
    page.pane.open_tab("site")
    qtbot.mouseClick(page.new_button, Qt.MouseButton.LeftButton)
    site = shown(page, qtbot, SitePane)
    qtbot.waitUntil(site.form.known.isVisible)
    site.form.known.setFocus()
    qtbot.keyClicks(site.form.known, "ahaf")
    qtbot.waitUntil(lambda: site.form.known.offered() == ["Ahafo (Ghana)"])
    qtbot.keyClick(site.form.known, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: site.form.first.text() == "Ahafo")
    kept = desk.app.read(editing.values, "site", site.record)
    assert (kept["country_code"], kept["commodity"], kept["latitude"]) == ("GH", ["gold"], 7.0)
    qtbot.mouseClick(site.visits.new_button, Qt.MouseButton.LeftButton)
    visit = shown(page, qtbot, VisitPane)
    qtbot.waitUntil(lambda: not desk.tasks.busy())
    visit.form.first.setFocus()
    qtbot.keyClicks(visit.form.first, "Safety walk")
    met = visit.met
    met.person.setFocus()
    qtbot.keyClicks(met.person, "efu")
    qtbot.waitUntil(lambda: met.person.offered() == ["Efua Mensah"])
    met.person.choose(0)
    qtbot.mouseClick(met.button, Qt.MouseButton.LeftButton)
    for count, name in enumerate(("Kofi Owusu", "The night shift"), 1):
        qtbot.waitUntil(lambda count=count: len(met.lines) == count and met.person.text() == "")
        qtbot.keyClicks(met.person, name)
        qtbot.mouseClick(met.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(met.lines) == 3)
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkYellow)
    assert image.save(str(tmp_path / "gate.jpg"))
    visit.photos.take([tmp_path / "gate.jpg"])
    contents = desk.app.contents
    qtbot.waitUntil(lambda: len(desk.app.read(attaching.listed, contents, "visit", visit.record).files) == 1)
    visit.flush()
    qtbot.waitUntil(lambda: visit.title.text() == "Safety walk")
    card = desk.app.read(sites.visit_card, visit.record)
    assert [(each.name, bool(each.person_id), each.role) for each in card.met] == [
        ("Efua Mensah", True, "Geologist"),
        ("Kofi Owusu", False, ""),
        ("The night shift", False, ""),
    ]
    # No network was asked for anything: all of it waits to go out.
    waits = [item.type for item in desk.app.read(outbox.waiting)]
    assert (waits.count("visit_contact"), waits.count("attachment")) == (3, 1)
    assert {"site", "visit"} <= {*waits}
    qtbot.mouseClick(visit.back, Qt.MouseButton.LeftButton)
    back = shown(page, qtbot, SitePane)
    qtbot.waitUntil(lambda: back.visits.list.model.records() == [visit.record])


def test_a15_the_place_of_a_site_comes_from_a_file(
    page: OrganisationPage, desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    record = desk.app.run(people.begin_site)
    page.show_record(record)
    site = shown(page, qtbot, SitePane)
    (tmp_path / "places.csv").write_text("name,lat,lon\nGate,6.98,-2.36\nPlant,6.99,-2.37\n")
    site.form.places.take(tmp_path / "places.csv")
    qtbot.waitUntil(site.form.places.which.isVisible)
    site.form.places.which.set_value("1")
    qtbot.mouseClick(site.form.places.use, Qt.MouseButton.LeftButton)

    def put() -> bool:
        kept = desk.app.read(editing.values, "site", record)
        return (kept["latitude"], kept["longitude"], kept["place_source"]) == (6.99, -2.37, "places.csv")

    qtbot.waitUntil(put)


def test_row_a14_a_group_of_40_women_without_names_a_licence_that_ends_and_a_rounded_place(
    page: OrganisationPage, desk: Desk, qtbot: QtBot
) -> None:
    page.pane.open_tab("miner_group")
    qtbot.waitUntil(page.pane.empty.isVisible)
    qtbot.mouseClick(page.new_button, Qt.MouseButton.LeftButton)
    group = shown(page, qtbot, MinerGroupPane)
    qtbot.waitUntil(group.form.first.hasFocus)
    qtbot.keyClicks(group.form.first, "Umoja")
    group.form.women.setFocus()
    qtbot.keyClicks(group.form.women, "40")
    for name, number in (("latitude", "-3.1234"), ("longitude", "32.5678")):
        editor = group.form.binder.editor(name)
        editor.setFocus()
        qtbot.keyClicks(editor, number)
    qtbot.mouseClick(group.licences.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(group.licences.lines) == 1)
    line = next(iter(group.licences.lines.values()))
    assert isinstance(line, LicenceLine)
    qtbot.keyClicks(line.first, "Primary mining licence")
    line.expires.setFocus()
    qtbot.keyClicks(line.expires, (clock.today() + timedelta(days=60)).isoformat())
    group.flush()
    qtbot.waitUntil(lambda: not group.alert.isHidden())
    assert "Primary mining licence ends on" in group.alert.accessibleDescription()
    (told,) = [task for task in desk.app.read(home.home).tasks if task.kind == "licence"]
    assert (told.subject, told.count) == ("Umoja", 60)
    assert desk.app.read(miner_groups.ending, 59) == []
    assert desk.app.read(editing.rows, "person") == [], "nobody was named"
    for card, words, kind in ((group.sales, "Gold", "sale"), (group.trainings, "Mercury-free washing", "training")):
        qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda card=card: len(card.lines) == 1)
        entry = next(iter(card.lines.values()))
        qtbot.keyClicks(entry.first, words)
        entry.binder.flush()
        assert isinstance(entry, GroupEntryLine), kind
    qtbot.waitUntil(lambda: {row["text"] for row in desk.app.read(editing.rows, "group_entry")}
                    == {"Gold", "Mercury-free washing"})  # fmt: skip
    desk.app.run(editing.change, "miner_group", group.record, {"note": "a canary", "grid": "0.5"})
    qtbot.mouseClick(group.share_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "-3, 32.5" in group.shared.text())
    copy = desk.app.read(miner_groups.card, group.record).shared
    seen = desk.app.read(editing.values, "miner_group", copy)
    assert (seen["space"], seen["women"], seen["note"]) == ("alliance", 40, "")
    assert (seen["latitude"], seen["longitude"]) == (-3.0, 32.5)
    kept = desk.app.read(editing.values, "miner_group", group.record)
    assert (kept["latitude"], kept["longitude"]) == (-3.1234, 32.5678)
    qtbot.waitUntil(lambda: page.pane.records.model.records() == [group.record])
    qtbot.mouseClick(group.back_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: desk.app.read(miner_groups.card, group.record).shared == "")


def test_a14_no_exact_place_reaches_the_log_that_others_read(office: Office) -> None:
    ama, other = office.laptop("Ama"), office.laptop("Bea", "Another organisation")
    group = ama.add("miner_group", name="Umoja", women=40, latitude=-3.1234, longitude=32.5678, note="a canary")
    ama.app.run(miner_groups.share, group)
    ama.change("miner_group", group, latitude=-3.4321)
    ama.app.run(miner_groups.share, group)
    ama.sync()
    other.sync()
    (seen,) = other.app.read(editing.rows, "miner_group")
    assert (seen["name"], seen["women"], seen["latitude"], seen["longitude"]) == ("Umoja", 40, -3.4, 32.6)
    steps = [step.values for step in other.app.read(history.history, seen["id"])]
    assert steps
    assert not any(mark in str(steps) for mark in ("3.1234", "32.5678", "3.4321", "canary"))
    ama.app.run(miner_groups.take_back, group)
    ama.sync()
    other.sync()
    assert other.app.read(editing.rows, "miner_group") == []


def test_a14_a_group_stays_when_its_contact_person_is_erased(page: OrganisationPage, desk: Desk, qtbot: QtBot) -> None:
    person = desk.app.run(editing.add, "person", {"given_name": "Neema", "family_name": "Mushi"})
    qtbot.waitUntil(lambda: page.pane.people.is_ready() and page.pane.people.model.rowCount() == 1)
    group = desk.app.run(miner_groups.begin)
    desk.app.run(editing.change, "miner_group", group, {"name": "Umoja", "women": 40})
    page.show_record(group)
    card = shown(page, qtbot, MinerGroupPane)
    qtbot.waitUntil(lambda: not desk.tasks.busy())
    card.form.contact.setFocus()
    qtbot.keyClicks(card.form.contact, "neem")
    qtbot.waitUntil(lambda: card.form.contact.offered() == ["Neema Mushi"])
    qtbot.keyClick(card.form.contact, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.app.read(editing.values, "miner_group", group)["contact_id"] == person)
    reached = desk.app.read(erasing.scope, "person", person, everything=True)
    assert group not in {part.id for part in reached}
    desk.app.run(erasing.erase, "person", person)
    left = desk.app.read(editing.values, "miner_group", group)
    assert (left["name"], left["contact_id"]) == ("Umoja", "")
