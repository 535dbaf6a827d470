"""Rows A01 to A03 at the screen: the profile, branches as a tree, and who is looked up by name."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLineEdit

from tests.support import Laptop
from tests.ui import waiting
from ui.pages.organisation import OrganisationPage
from ui.pages.organisation_cards import BranchPane, PersonPane, PostPane, ProfileCard, SitePane
from ui.pages.record_card import RecordCard
from ui.pages.terms import TermsPane
from ui.widgets.combo import ChoiceField
from ui.widgets.labels import Text
from ui.widgets.languagemap import LanguageMapField
from wimdesk import clock
from wimdesk.services import branches, editing, home, people, terms, todo
from wimdesk.store import history

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from tests.support import Office
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


def opened(page: OrganisationPage, qtbot: QtBot, record: str, kind: type[C]) -> C:
    page.show_record(record)
    qtbot.waitUntil(lambda: isinstance(page.card, kind) and page.card.record == record)
    assert isinstance(page.card, kind)
    return page.card


def profile(page: OrganisationPage) -> ProfileCard:
    assert isinstance(page.card, ProfileCard)
    return page.card


def kept(desk: Desk, record: str, field: str) -> object:
    return desk.app.read(editing.values, "organization", record)[field]


def test_row_a01_the_profile_of_wim_senegal(page: OrganisationPage, desk: Desk, qtbot: QtBot) -> None:
    card = profile(page)
    form = card.form
    qtbot.waitUntil(lambda: "member_count_source" in form.meter.missing())
    name = form.editors["name"]
    assert isinstance(name, LanguageMapField)
    name.add_language("fr")
    for code, words in (("en", "WIM Senegal"), ("fr", "Femmes dans les mines du Sénégal")):
        editor = name.editor(code)
        assert isinstance(editor, QLineEdit)
        editor.setFocus()
        editor.insert(words)  # the keyboard of a test has no accents
    country = form.editors["country_code"]
    assert isinstance(country, ChoiceField)
    assert country.count() > 200, "a country is chosen by its name"
    country.setFocus()
    qtbot.keyClicks(country, "seneg")
    qtbot.waitUntil(lambda: form.region.text() == "Western Africa")
    qtbot.waitUntil(lambda: not {"name", "country_code"} & {*form.meter.missing()})
    assert "member_count" in form.meter.missing()
    both = {"en": "WIM Senegal", "fr": "Femmes dans les mines du Sénégal"}
    qtbot.waitUntil(lambda: kept(desk, card.record, "name") == both)
    assert kept(desk, card.record, "country_code") == "SN"


def test_a01_a_logo_is_chosen_shown_and_taken_back(
    page: OrganisationPage, desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    card = profile(page)
    image = QImage(900, 600, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkGreen)
    assert image.save(str(tmp_path / "logo.png"))
    logo = card.form.logo
    logo.take(tmp_path / "logo.png")
    qtbot.waitUntil(lambda: logo.picture.pixmap().width() > 0)
    qtbot.waitUntil(lambda: kept(desk, card.record, "logo_id") == logo.attachment != "")
    qtbot.mouseClick(logo.bin, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: kept(desk, card.record, "logo_id") == "" and logo.bin.isHidden())
    waiting.undo(qtbot, desk.notices)
    qtbot.waitUntil(lambda: kept(desk, card.record, "logo_id") == logo.attachment != "")


def test_row_a02_a_branch_moves_in_the_form_and_the_sums_follow(
    page: OrganisationPage, desk: Desk, qtbot: QtBot
) -> None:
    top = page.card.record if page.card else ""
    desk.app.run(editing.change, "organization", top, {"name": {"en": "TAWOMA"}})
    made = []
    for number in range(1, 17):
        made.append(desk.app.run(branches.begin, top, f"Branch {number:02}"))
        desk.app.run(editing.change, "organization", made[-1], {"member_count": 10 * number})
    tree = profile(page).branches
    qtbot.waitUntil(lambda: tree.total.text() == "1,360 members with 16 branches")
    assert len(tree.list.model.records()) == 16
    card = opened(page, qtbot, made[15], BranchPane)
    assert card.title.text() in {"", "Branch 16"}
    qtbot.waitUntil(lambda: card.form.above.text() == "TAWOMA")
    above = card.form.above
    above.setFocus()
    above.selectAll()
    qtbot.keyClicks(above, "ranch 01")
    qtbot.waitUntil(lambda: above.offered() == ["Branch 01"])
    qtbot.keyClick(above, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: kept(desk, made[15], "parent_id") == made[0])
    first = opened(page, qtbot, made[0], BranchPane)
    qtbot.waitUntil(lambda: first.branches.total.text() == "170 members with 1 branch")
    # What is below it can't be above it: it is not even offered.
    first.form.above.setFocus()
    first.form.above.selectAll()
    qtbot.keyClicks(first.form.above, "Branch 1")
    qtbot.waitUntil(lambda: "Branch 10" in first.form.above.offered())
    assert "Branch 16" not in first.form.above.offered()
    back = opened(page, qtbot, top, ProfileCard)
    qtbot.waitUntil(lambda: back.branches.total.text() == "1,360 members with 16 branches")
    spoken = back.branches.list.model.index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith("Branch 16. Level 2. 160 members.")


def test_a02_a_circle_that_two_laptops_make_is_told_and_counted_once(office: Office, qtbot: QtBot) -> None:
    one, other = office.laptop("Awa"), office.laptop("Fatou")
    first = one.add("organization", name={"en": "First"}, member_count=10)
    second = one.add("organization", name={"en": "Second"}, member_count=5)
    one.sync()
    other.sync()
    one.app.run(branches.move, first, second)
    other.app.run(branches.move, second, first)
    for laptop in (one, other, one):
        laptop.sync()

    def seen(laptop: Laptop, record: str) -> list[tuple[str, int, bool]]:
        return [(unit.id, unit.total, unit.in_circle) for unit in laptop.app.read(branches.tree, record).units]

    top, below = min(first, second), max(first, second)
    sizes = {first: 10, second: 5}
    for laptop in (one, other):
        assert seen(laptop, top) == [(top, 15, True), (below, sizes[below], True)]
        assert seen(laptop, below) == [(below, sizes[below], True)]
    one.app.run(branches.move, below, "")
    one.sync()
    other.sync()
    assert {unit.in_circle for unit in other.app.read(branches.tree, below).units} == {False}


def test_a03_a_holder_is_looked_up_by_name(page: OrganisationPage, desk: Desk, qtbot: QtBot) -> None:
    for number in range(30):
        desk.app.run(editing.add, "person", {"given_name": "Ana", "family_name": f"Quispe {number:02}"})
    wanted = desk.app.run(editing.add, "person", {"given_name": "Awa", "family_name": "Diop"})
    post = desk.app.run(people.begin_post)
    qtbot.waitUntil(lambda: page.pane.people.model.rowCount() == 31)  # names are looked up in the list
    card = opened(page, qtbot, post, PostPane)
    field = card.holders.person
    field.setFocus()
    qtbot.keyClicks(field, "ana")
    qtbot.waitUntil(lambda: len(field.offered()) == 8)
    field.selectAll()
    qtbot.keyClicks(field, "diop")
    qtbot.waitUntil(lambda: field.offered() == ["Awa Diop"])
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert (field.value(), field.text()) == (wanted, "Awa Diop")
    qtbot.mouseClick(card.holders.add_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: [line.term.person for line in card.holders.lines()] == ["Awa Diop"])
    qtbot.waitUntil(lambda: field.text() == "")
    qtbot.keyClicks(field, "nobody of this name")
    qtbot.mouseClick(card.holders.add_button, Qt.MouseButton.LeftButton)
    assert [text.text() for text in card.holders.findChildren(Text) if text.text() == "Choose a person."]


def test_row_a03_a_term_that_ends_in_30_days_is_told_and_2019_has_its_holder(
    page: OrganisationPage, desk: Desk, qtbot: QtBot
) -> None:
    post = desk.app.run(people.begin_post)
    desk.app.run(editing.change, "post", post, {"label": {"en": "President"}})
    names = ("Awa", "Diop"), ("Fatou", "Sarr")
    first, second = (desk.app.run(editing.add, "person", {"given_name": a, "family_name": b}) for a, b in names)
    soon = (clock.today() + timedelta(days=30)).isoformat()
    desk.app.run(people.appoint, post, first, "2018", "2020")
    term = desk.app.run(people.appoint, post, second, "2021-01-01", soon)
    qtbot.mouseClick(page.overviews["terms"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(page.card, TermsPane) and page.card.ending.model.records() == [post])
    pane = page.card
    assert isinstance(pane, TermsPane)
    spoken = pane.ending.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith("President. Fatou Sarr, until")
    assert spoken.endswith("in 30 days")
    pane.day.setFocus()
    qtbot.keyClicks(pane.day, "2019")

    def said() -> str:
        return str(pane.held.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole))

    qtbot.waitUntil(lambda: said() == "President. Awa Diop (2018 to 2020)")
    pane.within.set_value("30")
    qtbot.waitUntil(lambda: pane.ending.model.records() == [post])
    desk.app.run(editing.change, "post_holding", term, {"end_date": (clock.today() + timedelta(days=31)).isoformat()})
    qtbot.waitUntil(lambda: pane.ending.model.records() == [])
    # The start page follows the time that was chosen here.
    within = desk.app.settings.number("terms_within")
    assert [task.kind for task in desk.app.read(home.home, "", within).tasks if task.kind == "term"] == []
    desk.app.run(editing.change, "post_holding", term, {"end_date": soon})
    (told,) = [task for task in desk.app.read(home.home, "", within).tasks if task.kind == "term"]
    assert (told.subject, told.detail, told.when) == ("Fatou Sarr", "President", soon)
    card = opened(page, qtbot, post, PostPane)
    qtbot.waitUntil(lambda: not card.hand_over.isHidden() and len(card.hand_over.boxes) == 8)
    box = card.hand_over.boxes[term, "bank"]
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: desk.app.read(terms.hand_over, term).done == 1)


def test_row_a11_a_task_about_somebody_is_made_and_seen_on_her_card(
    page: OrganisationPage, desk: Desk, qtbot: QtBot
) -> None:
    rosa = desk.app.run(editing.add, "person", {"family_name": "Quispe", "given_name": "Rosa"})
    card = opened(page, qtbot, rosa, PersonPane)
    tasks = card.tasks
    assert tasks is not None
    assert not tasks.is_open()
    tasks.new_button.click()
    qtbot.waitUntil(tasks.text.hasFocus)
    qtbot.keyClicks(tasks.text, "Call her about the visit")
    qtbot.keyClick(tasks.text, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: tasks.titles() == ["Call her about the visit"])
    (mine,) = desk.app.read(todo.open_tasks, rosa)
    assert (mine.about_type, mine.about_caption) == ("person", "Rosa Quispe")
    desk.app.run(todo.add, "Send her the report", about=rosa)  # as the command line does, or another laptop
    qtbot.waitUntil(lambda: len(tasks.titles()) == 2)
    desk.app.run(todo.finish, mine.id)
    qtbot.waitUntil(lambda: tasks.titles() == ["Send her the report"])
    site = desk.app.run(editing.add, "site", {"name": "Pallancata"})
    other = opened(page, qtbot, site, SitePane)
    assert other.tasks is not None
    assert other.tasks.titles() == []
