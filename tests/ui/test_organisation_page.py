from __future__ import annotations

import itertools
from datetime import date
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QListView, QPlainTextEdit, QWidget

from tests.ui import waiting
from ui import theme
from ui.bridge import Bridge
from ui.desk import Desk
from ui.notices import Notices
from ui.pages.history_panel import HistoryPanel
from ui.pages.organisation import OrganisationPage
from ui.pages.organisation_cards import PersonPane, PostPane, ProfileCard, SitePane
from ui.tasks import Tasks
from ui.widgets.combo import ChoiceField
from ui.widgets.labels import Text
from ui.widgets.languagemap import LanguageMapField
from wimdesk import clock
from wimdesk.app import App
from wimdesk.i18n import set_language
from wimdesk.services import editing, people, people_roster, samples
from wimdesk.store import history

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot, app: App, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(clock, "today", lambda: date(2026, 11, 22))
    theme.apply(qapp, "light", contrast=False)
    ground = QWidget()
    qtbot.addWidget(ground)
    problems: list[BaseException] = []
    tasks, bridge = Tasks(app, problems.append), Bridge(app)
    notices = Notices(ground, ground)
    notices.take_back = lambda act: tasks.write(tasks, history.undo, act)
    yield Desk(app, None, tasks, bridge, notices)
    tasks.close()
    bridge.close()
    set_language("en")
    assert not problems


@pytest.fixture
def sample(desk: Desk) -> Desk:
    desk.app.run(samples.plant)
    return desk


def shown(desk: Desk, qtbot: QtBot) -> OrganisationPage:
    page = OrganisationPage(desk)
    qtbot.addWidget(page)
    page.resize(1154, 706)
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    qtbot.waitUntil(lambda: not page.empty.isHidden() or title(page) != "")
    return page


def title(page: OrganisationPage) -> str:
    return page.card.title.text() if page.card is not None else ""


def titles(page: OrganisationPage) -> list[str]:
    model = page.pane.list.model
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def open_record(page: OrganisationPage, qtbot: QtBot, record: str, name: str) -> None:
    page.show_record(record)
    qtbot.waitUntil(lambda: title(page) == name)


def person_named(desk: Desk, name: str) -> str:
    rows = desk.app.read(people_roster.rows, desk.app.read(people_roster.load).ids)
    return next(row.id for row in rows.values() if row.name == name)


def settle(desk: Desk, qtbot: QtBot) -> None:
    waiting.settle(qtbot, desk.tasks)


def value(desk: Desk, type_name: str, record: str, field: str) -> object:
    return desk.app.read(editing.values, type_name, record)[field]


def test_the_profile_comes_first(sample: Desk, qtbot: QtBot) -> None:
    page = shown(sample, qtbot)
    assert isinstance(page.card, ProfileCard)
    assert title(page) == "WIM Arequipa"
    assert page.pane.profile.current() == page.card.record
    qtbot.waitUntil(lambda: titles(page)[:2] == ["Teresa Apaza Cruz", "Inés Chávez Prado"])
    assert [page.pane.tabs.tabText(at) for at in range(3)] == ["People  14", "Posts  5", "Sites  2"]


def test_an_empty_profile_is_begun_with_one_button(desk: Desk, qtbot: QtBot) -> None:
    page = shown(desk, qtbot)
    assert not page.empty.isHidden()
    assert page.card is None
    primary = [b for b in page.findChildren(QAbstractButton) if b.property("role") == "primary" and b.isVisible()]
    assert primary == [page.empty.button]
    qtbot.mouseClick(page.empty.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(page.card, ProfileCard))
    assert page.empty.isHidden()


def test_the_meter_says_what_is_missing_and_leads_there(desk: Desk, qtbot: QtBot) -> None:
    desk.app.run(people.begin_profile)
    page = shown(desk, qtbot)
    card = page.card
    assert isinstance(card, ProfileCard)
    qtbot.waitUntil(lambda: "acronym" in card.form.meter.missing())
    card.form.meter.wanted.emit("acronym")
    editor = card.form.editors["acronym"]
    qtbot.waitUntil(editor.hasFocus)
    qtbot.keyClicks(editor, "WT")
    qtbot.waitUntil(lambda: "acronym" not in card.form.meter.missing())
    assert value(desk, "organization", card.record, "acronym") == "WT"


def test_the_region_follows_the_country(sample: Desk, qtbot: QtBot) -> None:
    page = shown(sample, qtbot)
    card = page.card
    assert isinstance(card, ProfileCard)
    qtbot.waitUntil(lambda: card.form.region.text() == "South America")
    country = card.form.editors["country_code"]
    assert isinstance(country, ChoiceField)
    country.set_value("SN")
    assert card.form.region.text() == "Western Africa"
    qtbot.waitUntil(lambda: value(sample, "organization", card.record, "country_code") == "SN")


def test_names_in_several_languages_are_kept(sample: Desk, qtbot: QtBot) -> None:
    page = shown(sample, qtbot)
    card = page.card
    assert isinstance(card, ProfileCard)
    name = card.form.editors["name"]
    assert isinstance(name, LanguageMapField)
    qtbot.waitUntil(lambda: set(name.value()) == {"en", "es", "fr"})
    spanish = name.editor("es")
    spanish.setFocus()
    spanish.selectAll()
    qtbot.keyClicks(spanish, "Mineras")
    qtbot.waitUntil(
        lambda: (
            value(sample, "organization", card.record, "name")
            == {"en": "WIM Arequipa", "es": "Mineras", "fr": "WIM Arequipa"}
        )
    )


def test_a_new_person_is_typed_and_saved_without_a_button(desk: Desk, qtbot: QtBot) -> None:
    page = shown(desk, qtbot)
    qtbot.keyClick(page, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: isinstance(page.card, PersonPane) and title(page) == "New person")
    card = page.card
    assert isinstance(card, PersonPane)
    qtbot.waitUntil(card.form.first.hasFocus)
    qtbot.keyClicks(card.form.first, "Ana")
    qtbot.waitUntil(lambda: value(desk, "person", card.record, "given_name") == "Ana")
    qtbot.waitUntil(lambda: titles(page) == ["Ana"])
    assert page.pane.list.current() == card.record
    qtbot.waitUntil(lambda: title(page) == "Ana")


def test_typing_is_saved_when_another_row_is_chosen(sample: Desk, qtbot: QtBot) -> None:
    page = shown(sample, qtbot)
    ana = person_named(sample, "Ana Condori Vega")
    open_record(page, qtbot, ana, "Ana Condori Vega")
    settle(sample, qtbot)
    card = page.card
    assert isinstance(card, PersonPane)
    card.form.first.setText("Anna")
    page.pane.list.view.setCurrentIndex(page.pane.list.model.index(0, 0))
    qtbot.waitUntil(lambda: title(page) == "Teresa Apaza Cruz")
    qtbot.waitUntil(lambda: value(sample, "person", ana, "given_name") == "Anna")


def test_search_finds_people_by_post_and_goes_to_the_tab_with_hits(sample: Desk, qtbot: QtBot) -> None:
    page = shown(sample, qtbot)
    qtbot.keyClick(page, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(page.pane.search.hasFocus)
    qtbot.keyClicks(page.pane.search, "secret ROSA")
    qtbot.waitUntil(lambda: titles(page) == ["Rosa Mamani Flores"])
    page.pane.search.clear()
    qtbot.keyClicks(page.pane.search, "azul open")
    qtbot.waitUntil(lambda: page.pane.tab() == "site")
    assert titles(page) == ["Cerro Azul"]
    qtbot.keyClick(page.pane.search, Qt.Key.Key_Escape)
    assert titles(page) == ["Cerro Azul", "Quebrada Serena"]
    qtbot.keyClicks(page.pane.search, "zzz")
    qtbot.waitUntil(lambda: not page.pane.empty.isHidden())
    assert title(page) == "WIM Arequipa"


def test_contacts_are_added_preferred_and_removed_with_undo(sample: Desk, qtbot: QtBot) -> None:
    page = shown(sample, qtbot)
    ana = person_named(sample, "Ana Condori Vega")
    open_record(page, qtbot, ana, "Ana Condori Vega")
    card = page.card
    assert isinstance(card, PersonPane)
    qtbot.waitUntil(lambda: len(card.contacts.lines()) == 2)
    card.contacts.add_kind("phone")
    qtbot.waitUntil(lambda: len(card.contacts.lines()) == 3)
    line = card.contacts.lines()[2]
    qtbot.waitUntil(line.value.hasFocus)
    qtbot.keyClicks(line.value, "+51 1")
    qtbot.mouseClick(line.star, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: line.contact.preferred)
    assert sum(each.contact.preferred for each in card.contacts.lines()) == 1
    assert value(sample, "contact_detail", line.contact.id, "value") == "+51 1"
    line.removed.emit(line.contact.id)
    qtbot.waitUntil(lambda: len(card.contacts.lines()) == 2)
    waiting.undo(qtbot, sample.notices)
    qtbot.waitUntil(lambda: len(card.contacts.lines()) == 3)


def test_a_wrong_address_is_told_below_its_field(sample: Desk, qtbot: QtBot) -> None:
    page = shown(sample, qtbot)
    open_record(page, qtbot, person_named(sample, "Ana Condori Vega"), "Ana Condori Vega")
    card = page.card
    assert isinstance(card, PersonPane)
    qtbot.waitUntil(lambda: len(card.contacts.lines()) == 2)
    line = next(each for each in card.contacts.lines() if each.contact.type == "email")
    settle(sample, qtbot)
    line.value.setFocus()
    line.value.selectAll()
    qtbot.keyClicks(line.value, "ana at home")
    card.form.first.setFocus()
    qtbot.waitUntil(lambda: "complete e-mail" in line.binder.row("value").message())


def test_holders_are_added_and_seen_as_of_another_day(sample: Desk, qtbot: QtBot) -> None:
    page = shown(sample, qtbot)
    post = next(row.id for row in sample.app.read(people.load).posts if row.label == "President")
    open_record(page, qtbot, post, "President")
    card = page.card
    assert isinstance(card, PostPane)
    qtbot.waitUntil(lambda: len(card.holders.lines()) == 2)
    assert [line.term.when for line in card.holders.lines()] == ["now", "before"]
    qtbot.mouseClick(card.holders.add_button, Qt.MouseButton.LeftButton)
    assert [row.text() for row in card.holders.findChildren(Text) if row.text() == "Choose a person."]
    card.holders.person.set_value(person_named(sample, "Ana Condori Vega"), "Ana Condori Vega")
    card.holders.since.set_value("2027-04")
    qtbot.mouseClick(card.holders.add_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: [line.term.when for line in card.holders.lines()] == ["now", "later", "before"])
    card.holders.day.set_value("2020-01-01")
    qtbot.waitUntil(lambda: [line.term.when for line in card.holders.lines()] == ["now", "later", "later"])
    assert card.holders.lines()[0].term.person == "Patricia Neyra Campos"


def test_ending_terms_are_told_quietly_and_lead_to_the_post(sample: Desk, qtbot: QtBot) -> None:
    page = shown(sample, qtbot)
    assert page.banner.accessibleName() == "2 terms of office end soon"
    assert "Secretary: Rosa Mamani Flores, until 15 December 2026" in page.banner.accessibleDescription()
    qtbot.mouseClick(page.banner.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: title(page) == "Secretary")
    assert page.pane.tab() == "post"
    assert not page.banner.isVisible()


def test_a_removed_site_goes_to_the_trash_and_comes_back(sample: Desk, qtbot: QtBot) -> None:
    page = shown(sample, qtbot)
    site = sample.app.read(people.load).sites[0].id
    open_record(page, qtbot, site, "Cerro Azul")
    card = page.card
    assert isinstance(card, SitePane)
    qtbot.mouseClick(card.bin, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: title(page) == "Quebrada Serena")
    assert [record.id for record in sample.app.read(history.trash)] == [site]
    waiting.undo(qtbot, sample.notices)
    qtbot.waitUntil(lambda: len(sample.app.read(people.load).sites) == 2)


def test_history_opens_below_the_card(sample: Desk, qtbot: QtBot) -> None:
    sample.app.set_person("Maria")
    page = shown(sample, qtbot)
    site = sample.app.read(people.load).sites[0].id
    sample.app.run(editing.change, "site", site, {"name": "Blue hill"})
    open_record(page, qtbot, site, "Blue hill")
    assert page.card is not None
    panel = page.card.history
    assert isinstance(panel, HistoryPanel)
    assert panel.texts() == []
    qtbot.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Name: Cerro Azul → Blue hill" in panel.texts())
    assert any("Maria" in text for text in panel.texts())
    sample.app.run(editing.change, "site", site, {"status": "closed"})
    qtbot.waitUntil(lambda: "State: Operating → Closed" in panel.texts())


def test_a_change_from_elsewhere_shows_without_being_asked(sample: Desk, qtbot: QtBot) -> None:
    page = shown(sample, qtbot)
    ana = person_named(sample, "Ana Condori Vega")
    open_record(page, qtbot, ana, "Ana Condori Vega")
    settle(sample, qtbot)
    sample.app.run(editing.change, "person", ana, {"given_name": "Anita"})
    qtbot.waitUntil(lambda: title(page) == "Anita Condori Vega")
    card = page.card
    assert isinstance(card, PersonPane)
    qtbot.waitUntil(lambda: card.form.first.text() == "Anita")


def test_every_field_and_button_has_a_name(sample: Desk, qtbot: QtBot) -> None:
    page = shown(sample, qtbot)
    found = sample.app.read(people.load)
    kinds = (QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox, QListView)
    for record, name in (
        (found.organisation, found.name),
        (person_named(sample, "Ana Condori Vega"), "Ana Condori Vega"),
        (found.posts[1].id, found.posts[1].label),
        (found.sites[0].id, found.sites[0].name),
    ):
        open_record(page, qtbot, record, name)
        settle(sample, qtbot)
        widgets = itertools.chain.from_iterable(page.findChildren(kind) for kind in kinds)
        nameless = [
            widget
            for widget in widgets
            if widget.isVisible()
            and not widget.accessibleName()
            and not (isinstance(widget, QAbstractButton) and widget.text())
            and not (isinstance(widget, QLineEdit) and isinstance(widget.parent(), QComboBox))
        ]
        assert nameless == [], name


def test_rows_are_spoken_as_sentences(sample: Desk, qtbot: QtBot) -> None:
    page = shown(sample, qtbot)
    model = page.pane.list.model
    rosa = person_named(sample, "Rosa Mamani Flores")
    qtbot.waitUntil(lambda: model.find(rosa) >= 0)
    row = model.find(rosa)
    spoken = model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Rosa Mamani Flores. Secretary. rosa.mamani@example.org"


def test_the_page_fits_the_smallest_screen_and_other_languages(sample: Desk, qtbot: QtBot) -> None:
    page = shown(sample, qtbot)
    assert page.minimumSizeHint().width() <= 1150
    set_language("fr")
    page.retranslate()
    qtbot.waitUntil(lambda: title(page) == "WIM Arequipa")
    card = page.card
    assert isinstance(card, ProfileCard)
    qtbot.waitUntil(lambda: card.form.region.text() == "Amérique du Sud")
