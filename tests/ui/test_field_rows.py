"""Rows A14 and A15 at the screen: sites from the list of known mines, visits, and groups of artisanal miners."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from ui.pages.organisation import OrganisationPage
from ui.pages.organisation_cards import ProfileCard, SitePane
from ui.pages.record_card import RecordCard
from ui.pages.visits import VisitPane
from wimdesk.services import attaching, editing, people, sites
from wimdesk.store import history, outbox

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from ui.desk import Desk

C = TypeVar("C", bound=RecordCard)


@pytest.fixture
def page(desk: Desk, qtbot: QtBot) -> OrganisationPage:
    desk.app.run(people.begin_profile)
    desk.notices.take_back = lambda act: desk.tasks.write(desk.tasks, history.undo, act)
    page = OrganisationPage(desk)
    qtbot.addWidget(page)
    page.resize(1154, 706)
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    qtbot.waitUntil(lambda: isinstance(page.card, ProfileCard))
    return page


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
