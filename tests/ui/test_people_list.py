"""The long list of people: filters, groups, several chosen, acts on many; and what is read of it (A12, P06)."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFileDialog, QLineEdit

from tests.ui import waiting
from tests.ui.waiting import Late
from ui.lists import list_pane
from ui.lists.bulk_boxes import SetBox, TagBox
from ui.lists.list_pane import ListPane
from ui.main_window import MainWindow
from ui.pages.organisation import OrganisationPage
from ui.pages.organisation_cards import PersonPane
from wimdesk.errors import ProfileBusy
from wimdesk.events import Changed
from wimdesk.identifiers import new_id
from wimdesk.records import Person
from wimdesk.services import bulk, editing, groups, people, people_roster, question
from wimdesk.store import inbox

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pytestqt.qtbot import QtBot
    from sqlalchemy.orm import Session

    from ui.desk import Desk
    from wimdesk.services.roster import Roster

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def plant(desk: Desk, count: int) -> list[str]:
    who = desk.app.identity()
    space = desk.app.store.author.spaces["private"]
    rows: list[dict[str, object]] = [
        {"id": new_id(), "space": space, "owner": who.organisation, "family_name": f"P{at:05}", "country_code": "PE"}
        for at in range(count)
    ]
    desk.app.run(inbox.plant, Person, rows)
    return [str(row["id"]) for row in rows]


@pytest.fixture
def page(desk: Desk, qtbot: QtBot) -> OrganisationPage:
    desk.app.run(people.begin_profile)
    made = OrganisationPage(desk)
    qtbot.addWidget(made)
    made.resize(1154, 706)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    settle(made, qtbot)
    return made


def settle(page: OrganisationPage, qtbot: QtBot) -> None:
    waiting.settle(qtbot, page.desk.tasks)
    qtbot.waitUntil(lambda: page.pane.people.is_ready() and not page.desk.tasks.busy())


def named(page: OrganisationPage) -> list[str]:
    model = page.pane.people.model
    return [str(model.index(row).data()) for row in range(model.rowCount())]


def add(page: OrganisationPage, qtbot: QtBot, name: str, **values: object) -> str:
    record = page.desk.app.run(people.begin_person)
    page.desk.app.run(editing.change, "person", record, {"family_name": name, **values})
    settle(page, qtbot)
    qtbot.waitUntil(lambda: page.pane.people.question.is_empty is False or name in named(page))
    return record


def geologist(page: OrganisationPage, qtbot: QtBot, name: str, tags: Sequence[str] = ()) -> str:
    return add(page, qtbot, name, role="Geologist", country_code="PE", tags=list(tags))


def tick(pane: ListPane, qtbot: QtBot, facet: str, code: str, way: int = 0) -> None:
    """Choose in the box of a chip as a person does, with the mouse."""
    qtbot.mouseClick(pane.facets.chips[facet], Qt.MouseButton.LeftButton)
    box = pane.facets.box
    assert box is not None
    box.look(way)
    words = people_roster.words(facet, code)
    item = next(box.list.item(row) for row in range(box.list.count()) if box.list.item(row).text() == words)
    box.list.scrollToItem(item)
    qtbot.mouseClick(box.list.viewport(), Qt.MouseButton.LeftButton, pos=box.list.visualItemRect(item).center())
    assert item.checkState() == Qt.CheckState.Checked
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert not box.isVisible()


def test_row_a12_save_geologists_in_peru_without_mentor_and_add_one_who_fits(
    page: OrganisationPage, qtbot: QtBot
) -> None:
    pane = page.pane.people
    geologist(page, qtbot, "Zapata")
    geologist(page, qtbot, "Mamani", ["mentor"])
    add(page, qtbot, "Quispe", role="Lawyer", country_code="PE")
    add(page, qtbot, "Traore", role="Geologist", country_code="ML")
    assert named(page) == ["Mamani", "Quispe", "Traore", "Zapata"]
    assert not pane.groups.isVisible()
    for facet, code, way in (("role", "Geologist", 0), ("country_code", "PE", 0), ("tags", "mentor", 1)):
        tick(pane, qtbot, facet, code, way)
        settle(page, qtbot)
    assert named(page) == ["Zapata"]
    assert [pane.facets.chips[facet].text() for facet in ("role", "country_code", "tags", "skills")] == [
        "Geologist", "Peru", "not mentor", "Skill",
    ]  # fmt: skip
    qtbot.mouseClick(pane.groups.save_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: pane.groups.form is not None and pane.groups.form.name.hasSelectedText())
    form = pane.groups.form
    assert form is not None
    assert form.name.text() == "Geologist · Peru · without mentor"
    qtbot.keyClicks(form.name, "Geologists in PE without mentor")
    qtbot.keyClick(form.name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: pane.groups.counts() == {"Geologists in PE without mentor": 1})
    assert not pane.groups.save_button.isVisible()

    geologist(page, qtbot, "Apaza")
    qtbot.waitUntil(lambda: pane.groups.counts() == {"Geologists in PE without mentor": 2})
    qtbot.waitUntil(lambda: named(page) == ["Apaza", "Zapata"])
    (group,) = page.desk.app.read(groups.every)
    assert len(page.desk.app.read(groups.members, group.id)) == 2


def test_a12_a_group_is_chosen_left_and_removed(page: OrganisationPage, qtbot: QtBot) -> None:
    pane, desk = page.pane.people, page.desk
    geologist(page, qtbot, "Zapata")
    add(page, qtbot, "Quispe")
    kept = desk.app.run(groups.save, "person", question.ask("zap", {"country_code": ["PE"]}), "Zapatas")
    qtbot.waitUntil(lambda: pane.groups.counts() == {"Zapatas": 1})
    view = pane.groups.view
    place = view.visualRect(view.model().index(0, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: named(page) == ["Zapata"])
    assert page.pane.search.text() == "zap"
    assert view.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "Zapatas, 1 person"
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: named(page) == ["Quispe", "Zapata"])
    assert page.pane.search.text() == ""
    pane.groups.remove(kept)
    qtbot.waitUntil(lambda: pane.groups.counts() == {})
    assert named(page) == ["Quispe", "Zapata"]
    qtbot.waitUntil(lambda: not desk.notices.undo_bar.isHidden())


def test_a12_who_finds_nobody_sees_why_and_gets_everybody_back(page: OrganisationPage, qtbot: QtBot) -> None:
    pane = page.pane.people
    geologist(page, qtbot, "Zapata")
    pane.facets.changed.emit(question.ask("", {}, {"country_code": ["PE"]}))
    qtbot.waitUntil(lambda: not pane.nothing.isHidden())
    assert pane.facets.chips["country_code"].isVisible()
    qtbot.mouseClick(pane.nothing.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: named(page) == ["Zapata"])
    assert pane.view.isVisible()


def test_a12_a_record_that_a_filter_hides_is_shown_when_it_is_asked_for(page: OrganisationPage, qtbot: QtBot) -> None:
    pane = page.pane.people
    geologist(page, qtbot, "Zapata")
    lawyer = add(page, qtbot, "Quispe", role="Lawyer")
    pane.facets.changed.emit(question.ask("", {"role": ["Geologist"]}))
    qtbot.waitUntil(lambda: named(page) == ["Zapata"])
    page.show_record(lawyer)
    qtbot.waitUntil(lambda: isinstance(page.card, PersonPane) and page.card.record == lawyer)
    qtbot.waitUntil(lambda: named(page) == ["Quispe", "Zapata"])
    assert pane.current() == lawyer


@pytest.fixture
def window(sample_desk: Desk, qtbot: QtBot) -> MainWindow:
    made = MainWindow(sample_desk.app.settings)
    qtbot.addWidget(made)
    made.resize(1366, 740)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.take(sample_desk)
    made.show_page("organisation")
    settle(page_of(made), qtbot)
    return made


def page_of(window: MainWindow) -> OrganisationPage:
    page = window.page()
    assert isinstance(page, OrganisationPage)
    return page


def test_a12_several_are_chosen_by_keys_and_the_count_is_spoken(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    pane = page_of(window).pane.people
    everybody = pane.model.ids()
    said: list[str] = []
    monkeypatch.setattr(QAccessible, "isActive", lambda: True)
    monkeypatch.setattr(QAccessible, "updateAccessibility", lambda event: said.append(spoken(event)))
    pane.view.setFocus()
    qtbot.keyClick(pane.view, Qt.Key.Key_Home)
    assert pane.bar.isHidden()
    for _step in range(2):
        qtbot.keyClick(pane.view, Qt.Key.Key_Down, SHIFT)
    assert pane.view.chosen_ids() == everybody[:3]
    assert pane.bar.text.text() == "3 chosen"
    qtbot.waitUntil(lambda: "3 chosen" in said)
    qtbot.keyClick(pane.view, Qt.Key.Key_End, SHIFT)
    assert pane.view.chosen_ids() == everybody
    qtbot.keyClick(pane.view, Qt.Key.Key_Escape)
    assert pane.view.chosen_ids() == everybody[-1:]
    assert pane.bar.isHidden()


def test_a12_each_act_on_many_is_one_to_take_back(window: MainWindow, sample_desk: Desk, qtbot: QtBot) -> None:
    page = page_of(window)
    pane = page.pane.people
    everybody = pane.model.ids()
    pane.view.setFocus()
    qtbot.keyClick(pane.view, Qt.Key.Key_A, CTRL)
    assert pane.view.count_chosen() == len(everybody)
    qtbot.mouseClick(pane.bar.tag, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(pane.box, TagBox) and pane.box.isVisible())
    box = pane.box
    assert isinstance(box, TagBox)
    qtbot.keyClicks(box.edit, "board")
    qtbot.keyClick(box.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: tags(sample_desk) == {"board": len(everybody)})
    settle(page, qtbot)
    assert pane.view.chosen_ids() == everybody, "who was chosen stays chosen"
    qtbot.mouseClick(pane.bar.fill, Qt.MouseButton.LeftButton)
    setting = pane.box
    assert isinstance(setting, SetBox)
    editor = setting.editor()
    assert isinstance(editor, QLineEdit)
    qtbot.keyClicks(editor, "Member of ours")
    setting.apply()
    qtbot.waitUntil(lambda: roles(sample_desk) == {"Member of ours"})
    settle(page, qtbot)
    qtbot.mouseClick(pane.bar.bin, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: ids(sample_desk) == [])
    settle(page, qtbot)
    for is_back in (
        lambda: ids(sample_desk) == everybody,
        lambda: len(roles(sample_desk)) > 3,
        lambda: tags(sample_desk) == {},
    ):
        qtbot.keyClick(window, Qt.Key.Key_Z, CTRL)
        qtbot.waitUntil(is_back)
        settle(page, qtbot)


def ids(desk: Desk) -> list[str]:
    return desk.app.read(people_roster.load).ids


def spoken(event: QAccessibleEvent) -> str:
    return str(getattr(event, "message", lambda: "")())


def tags(desk: Desk) -> dict[str, int]:
    return dict(desk.app.read(bulk.tags, "person"))


def roles(desk: Desk) -> set[str]:
    rows = desk.app.read(people_roster.rows, desk.app.read(people_roster.load).ids)
    return {row.role for row in rows.values()}


def test_a12_ctrl_and_the_mouse_choose_some_and_they_are_saved_as_csv(
    page: OrganisationPage, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pane = page.pane.people
    ids = [add(page, qtbot, name) for name in ("Ana", "Bea", "Cleo")]
    for row, keys in ((0, Qt.KeyboardModifier.NoModifier), (2, CTRL)):
        place = pane.view.visualRect(pane.model.index(row)).center()
        qtbot.mouseClick(pane.view.viewport(), Qt.MouseButton.LeftButton, keys, place)
    assert pane.view.chosen_ids() == [ids[0], ids[2]]
    file = tmp_path / "some.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(file), ""))
    qtbot.mouseClick(pane.bar.export, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(file.exists)
    text = file.read_text(encoding="utf-8")
    assert (ids[0] in text, ids[1] in text, ids[2] in text) == (True, False, True)
    qtbot.mouseClick(pane.bar.close_button, Qt.MouseButton.LeftButton)
    assert pane.view.chosen_ids() == [ids[2]]


def test_a12_letters_typed_in_the_list_go_into_the_search(page: OrganisationPage, qtbot: QtBot) -> None:
    add(page, qtbot, "Ana")
    add(page, qtbot, "Bea")
    page.pane.people.view.setFocus()
    qtbot.keyClick(page.pane.people.view, Qt.Key.Key_B)
    assert page.pane.search.hasFocus()
    qtbot.waitUntil(lambda: named(page) == ["Bea"])


def test_p06_only_the_rows_that_are_painted_are_read(desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = plant(desk, 3000)
    read: list[str] = []
    real = people_roster.rows

    def counted(session: Session, wanted: Sequence[str]) -> dict[str, people.PersonRow]:
        read.extend(wanted)
        return real(session, wanted)

    monkeypatch.setattr(people_roster, "rows", counted)
    page = OrganisationPage(desk)
    qtbot.addWidget(page)
    page.resize(1154, 706)
    page.show()
    settle(page, qtbot)
    pane = page.pane.people
    assert pane.model.ids() == ids
    assert page.pane.tabs.tabText(0).replace(",", "") == "People  3000"
    assert len(read) <= 2 * list_pane._FIRST  # noqa: SLF001 - that is how many come along with an answer
    pane.view.scrollToBottom()
    qtbot.waitUntil(lambda: pane.model.is_here(2999))
    settle(page, qtbot)
    assert len(set(read)) < 200
    page.pane.search.setText("p0299")
    settle(page, qtbot)
    assert pane.model.rowCount() == 10
    assert all(pane.model.is_here(row) for row in range(10)), "the first rows come along with the answer"


def test_p06_the_list_goes_on_from_its_place_when_a_row_goes(page: OrganisationPage, qtbot: QtBot) -> None:
    pane = page.pane.people
    ids = [add(page, qtbot, name) for name in ("Ana", "Bea", "Cleo")]
    page.show_record(ids[1])
    qtbot.waitUntil(lambda: page.card is not None and page.card.record == ids[1])
    settle(page, qtbot)
    page.desk.app.run(people.remove, "person", ids[1])
    qtbot.waitUntil(lambda: page.card is not None and page.card.record == ids[2])
    settle(page, qtbot)
    assert pane.current() == ids[2]


def deafened(page: OrganisationPage) -> ListPane:
    """Return the list, which from here on hears only what the test tells it, in this order."""
    page.desk.bridge.close()
    return page.pane.people


def replace(
    monkeypatch: pytest.MonkeyPatch, pane: ListPane,
    load: Callable[..., Roster] = people_roster.load, renew: Callable[..., Roster] = people_roster.renew,
) -> None:  # fmt: skip
    """Let something else read and renew the list from here on; or again what usually does."""
    kind = pane._kind  # noqa: SLF001 - nobody else ever needs to
    listed = dataclasses.replace(kind.listed, load=load)
    monkeypatch.setattr(pane, "_kind", dataclasses.replace(kind, listed=listed, renew=renew))


def test_a_change_while_everybody_is_read_anew_loses_nothing(page: OrganisationPage, qtbot: QtBot) -> None:
    ana, rosa = add(page, qtbot, "Apaza"), add(page, qtbot, "Rojas")
    pane, desk = deafened(page), page.desk
    for record, name in ((ana, "Zapata"), (rosa, "Mamani")):
        desk.app.run(editing.change, "person", record, {"family_name": name})
    pane.hear(Changed({"person": frozenset([ana])}))
    pane.refresh()
    pane.hear(Changed({"person": frozenset([rosa])}))
    settle(page, qtbot)
    assert named(page) == ["Mamani", "Zapata"]


def test_everybody_is_read_once_however_many_changes_come_meanwhile(
    page: OrganisationPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    rosa = add(page, qtbot, "Rojas")
    pane, desk = deafened(page), page.desk
    late = Late(people_roster.load)
    replace(monkeypatch, pane, load=late)
    pane.refresh()
    qtbot.waitUntil(late.was_read.is_set)
    for name in ("Salas", "Quispe", "Mamani"):
        desk.app.run(editing.change, "person", rosa, {"family_name": name})
        pane.hear(Changed({"person": frozenset([rosa])}))
    late.go()
    settle(page, qtbot)
    assert named(page) == ["Mamani"]
    assert len(late.asked) == 1


def test_one_renewal_at_a_time_and_what_came_meanwhile_follows(
    page: OrganisationPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a sync that writes piece by piece: the same person changes again while the list reads the first change."""
    rosa, ana = add(page, qtbot, "Rojas"), add(page, qtbot, "Apaza")
    pane, desk = deafened(page), page.desk
    late = Late(people_roster.renew)
    replace(monkeypatch, pane, renew=late)
    for record, name in ((rosa, "Salas"), (rosa, "Zapata"), (ana, "Mamani")):
        desk.app.run(editing.change, "person", record, {"family_name": name})
        pane.hear(Changed({"person": frozenset([record])}))
        qtbot.waitUntil(late.was_read.is_set)
        assert not pane.is_ready()
    late.go()
    settle(page, qtbot)
    assert named(page) == ["Mamani", "Zapata"]
    assert [changed for _roster, changed in late.asked] == [{"person": {rosa}}, {"person": {rosa, ana}}]


def test_to_read_everybody_anew_takes_the_place_of_a_renewal(
    page: OrganisationPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    rosa = add(page, qtbot, "Rojas")
    pane, desk = deafened(page), page.desk
    late, load = Late(people_roster.renew), Late(people_roster.load)
    replace(monkeypatch, pane, renew=late, load=load)

    def call(name: str) -> None:
        desk.app.run(editing.change, "person", rosa, {"family_name": name})
        pane.hear(Changed({"person": frozenset([rosa])}))

    call("Salas")
    qtbot.waitUntil(late.was_read.is_set)
    pane.refresh()
    qtbot.waitUntil(load.was_read.is_set)
    call("Zapata")
    load.go()
    qtbot.waitUntil(lambda: len(late.asked) == 2)  # before the renewal of before has ended
    late.go()
    settle(page, qtbot)
    assert named(page) == ["Zapata"]


def test_a_renewal_that_goes_on_failing_is_told_once(
    page: OrganisationPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    rosa = add(page, qtbot, "Rojas")
    pane, desk = page.pane.people, page.desk
    tried: list[tuple[object, ...]] = []
    told: list[str] = []
    monkeypatch.setattr(list_pane, "_LONGEST_BREATH", 10)
    monkeypatch.setattr(desk.notices, "warn", told.append)

    def busy(*asked: object) -> Roster:
        tried.append(asked)
        raise ProfileBusy("busy")

    replace(monkeypatch, pane, renew=busy)
    desk.app.run(editing.change, "person", rosa, {"family_name": "Zapata"})
    qtbot.waitUntil(lambda: len(tried) > 4)
    replace(monkeypatch, pane)
    settle(page, qtbot)
    assert (named(page), told) == (["Zapata"], ["busy"])


def test_a_renewal_that_fails_is_made_up_for_with_the_next_change(
    page: OrganisationPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, problems: list[BaseException]
) -> None:
    rosa, ana = add(page, qtbot, "Rojas"), add(page, qtbot, "Apaza")
    pane, desk = page.pane.people, page.desk

    def broken(*_asked: object) -> Roster:
        raise KeyError("a bug")

    replace(monkeypatch, pane, renew=broken)
    desk.app.run(editing.change, "person", rosa, {"family_name": "Zapata"})
    qtbot.waitUntil(lambda: len(problems) == 1)
    problems.clear()
    assert not pane.is_ready()
    replace(monkeypatch, pane)
    desk.app.run(editing.change, "person", ana, {"family_name": "Mamani"})
    settle(page, qtbot)
    assert named(page) == ["Mamani", "Zapata"]
