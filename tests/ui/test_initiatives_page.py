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
from ui.forms.participation import JoinForm, PartForm
from ui.notices import Notices
from ui.pages.initiatives import InitiativesPage
from ui.pages.initiatives_course import MilestonesCard
from ui.pages.initiatives_detail import InitiativePane
from ui.tasks import Tasks
from ui.widgets.labels import Text
from wimdesk import clock
from wimdesk.app import App
from wimdesk.i18n import set_language
from wimdesk.services import editing, samples, taking_part
from wimdesk.store import facts, history

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

CAMPUS = "Campus days across Latin America"


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


def shown(desk: Desk, qtbot: QtBot) -> InitiativesPage:
    page = InitiativesPage(desk)
    qtbot.addWidget(page)
    page.resize(1154, 706)
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    qtbot.waitUntil(lambda: bool(page.themes.boxes))
    qtbot.waitUntil(lambda: page.pane is None or page.pane.detail is not None)
    return page


def rows(page: InitiativesPage) -> list[str]:
    model = page.list.list.model
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def opened(page: InitiativesPage) -> InitiativePane:
    assert page.pane is not None
    return page.pane


def open_named(page: InitiativesPage, desk: Desk, qtbot: QtBot, words: str) -> InitiativePane:
    record = next(each.id for each in desk.app.read(taking_part.load).entries if each.title.startswith(words))
    page.show_record(record)
    qtbot.waitUntil(lambda: page.pane is not None and page.pane.record == record and page.pane.detail is not None)
    return opened(page)


def one_to_join(page: InitiativesPage, desk: Desk, qtbot: QtBot) -> tuple[InitiativePane, JoinForm]:
    pane = open_named(page, desk, qtbot, "Safe water")
    form = pane.ours.form
    assert isinstance(form, JoinForm)
    return pane, form


def test_the_list_has_three_groups_and_opens_the_first(sample: Desk, qtbot: QtBot) -> None:
    page = shown(sample, qtbot)
    found = rows(page)
    assert [found.index(word) for word in ("Running", "Planned", "Done")] == [0, 5, 8]
    assert len(page.list.list.model.records()) == 8
    assert opened(page).title.text() == CAMPUS
    assert page.list.list.current() == opened(page).record


def test_headings_are_passed_over_by_the_arrow_keys(sample: Desk, qtbot: QtBot) -> None:
    page = shown(sample, qtbot)
    view = page.list.list.view
    view.setFocus()
    for _step in range(4):
        qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.currentIndex().row() == 6
    assert opened(page).record == page.list.list.current()


def test_themes_filter_and_clear(sample: Desk, qtbot: QtBot) -> None:
    page = shown(sample, qtbot)
    assert [box.count.text() for box in page.themes.boxes.values()] == ["2", "2", "2", "2"]
    next(iter(page.themes.boxes.values())).box.click()
    assert len(page.list.list.model.records()) == 2
    page.themes.ours.box.click()
    assert len(page.list.list.model.records()) == 1
    page.themes.clear_button.click()
    assert len(page.list.list.model.records()) == 8
    assert not page.themes.clear_button.isEnabled()


def test_search_is_blind_to_accents_and_says_when_nothing_fits(sample: Desk, qtbot: QtBot) -> None:
    set_language("fr")
    page = shown(sample, qtbot)
    qtbot.keyClick(page, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(page.list.search.hasFocus)
    qtbot.keyClicks(page.list.search, "journees universitaires")
    assert len(page.list.list.model.records()) == 1
    qtbot.keyClicks(page.list.search, "zzz")
    assert not page.list.empty.isHidden()
    assert page.list.empty.button.isHidden()
    qtbot.keyClick(page.list.search, Qt.Key.Key_Escape)
    assert len(page.list.list.model.records()) == 8


def test_detail_tells_theme_purpose_and_log(sample: Desk, qtbot: QtBot) -> None:
    page = shown(sample, qtbot)
    pane = open_named(page, sample, qtbot, "Campus days")
    told = [text.text() for text in pane.findChildren(Text)]
    assert "More women in science and engineering" in told
    assert "•  Event guide and invitation letters" in told
    assert "1 organisation · Working-group member 1" in told
    assert any(text.startswith("1 March 2026 to 15 December 2026 · led by Andean") for text in told)


def test_taking_part_and_leaving_with_undo(sample: Desk, qtbot: QtBot) -> None:
    page = shown(sample, qtbot)
    pane, form = one_to_join(page, sample, qtbot)
    qtbot.waitUntil(form.button.isVisible)
    primary = [b for b in page.findChildren(QAbstractButton) if b.property("role") == "primary" and b.isVisible()]
    assert primary == [form.button]
    form.role.set_value("champion")
    qtbot.keyClicks(form.capacity, "Two people")
    qtbot.mouseClick(form.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(pane.ours.form, PartForm))
    part = sample.app.read(taking_part.detail, pane.record).part
    assert part is not None
    assert (part.role, part.capacity, part.start) == ("champion", "Two people", "2026-11-22")
    model = page.list.list.model

    def spoken() -> str:
        return str(model.index(model.find(pane.record), 0).data(Qt.ItemDataRole.AccessibleTextRole))

    qtbot.waitUntil(lambda: spoken().endswith("We take part, Thematic champion"))
    running = pane.ours.form
    assert isinstance(running, PartForm)
    qtbot.mouseClick(running.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(pane.ours.form, JoinForm))
    waiting.undo(qtbot, sample.notices)
    qtbot.waitUntil(lambda: isinstance(pane.ours.form, PartForm))


def test_the_focus_stays_in_the_card_after_joining_and_leaving_by_keyboard(sample: Desk, qtbot: QtBot) -> None:
    page = shown(sample, qtbot)
    pane, form = one_to_join(page, sample, qtbot)
    qtbot.waitUntil(form.button.isVisible)
    for kind in (PartForm, JoinForm):
        before = pane.ours.form
        assert before is not None
        before.button.setFocus()
        qtbot.keyClick(before.button, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda kind=kind: isinstance(pane.ours.form, kind))
        after = pane.ours.form
        assert after is not None
        qtbot.waitUntil(lambda after=after: QApplication.focusWidget() is after.button)
        qtbot.wait(50)
        assert QApplication.focusWidget() is after.button


def test_role_and_note_save_themselves_and_have_a_history(sample: Desk, qtbot: QtBot) -> None:
    page = shown(sample, qtbot)
    pane = open_named(page, sample, qtbot, "Campus days")
    form = pane.ours.form
    assert isinstance(form, PartForm)
    qtbot.waitUntil(lambda: not sample.tasks.busy())
    capacity = form.binder.editor("capacity")
    assert isinstance(capacity, QLineEdit)
    capacity.setFocus()
    capacity.selectAll()
    qtbot.keyClicks(capacity, "Three people")
    qtbot.waitUntil(
        lambda: sample.app.read(editing.values, "participation", form.part.id)["capacity"] == "Three people"
    )
    qtbot.mouseClick(pane.part_history.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: any("→ Three people" in text for text in pane.part_history.texts()))


def test_who_takes_part_as_of_another_day(sample: Desk, qtbot: QtBot) -> None:
    page = shown(sample, qtbot)
    pane = open_named(page, sample, qtbot, "Campus days")
    pane.members.day.set_value("2026-03-01")
    qtbot.waitUntil(lambda: pane.members.summary.text() == "No organisation takes part on this day.")
    pane.members.day.set_value("2026-99-01")
    pane.members.day.set_value("")
    qtbot.waitUntil(lambda: pane.members.summary.text().startswith("1 organisation"))


def test_the_log_takes_a_line_and_says_what_is_missing(sample: Desk, qtbot: QtBot) -> None:
    page = shown(sample, qtbot)
    pane = open_named(page, sample, qtbot, "Safe water")
    log = pane.log
    qtbot.mouseClick(log.button, Qt.MouseButton.LeftButton)
    told = "Write in a few words what was done."
    qtbot.waitUntil(lambda: told in [text.text() for text in log.findChildren(Text)])
    qtbot.keyClicks(log.text, "Talked to the group")
    log.hours.setText("one")
    qtbot.keyClick(log.text, Qt.Key.Key_Return)
    assert any(text.text().startswith("This is not a number") for text in log.findChildren(Text))
    log.hours.setText("1.5")
    qtbot.keyClick(log.hours, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: log.text.text() == "")
    line = sample.app.read(taking_part.detail, pane.record).log[0]
    assert (line.date, line.text, line.hours) == ("2026-11-22", "Talked to the group", 1.5)
    qtbot.waitUntil(lambda: "Talked to the group" in [text.text() for text in log.findChildren(Text)])


def test_a_day_that_can_t_be_read_is_not_left_out_of_a_milestone(desk: Desk, qtbot: QtBot) -> None:
    card = MilestonesCard(desk, desk.app.run(taking_part.begin))
    qtbot.addWidget(card)
    card.text.setText("A list of sizes")
    card.due.setText("next spring")
    card.enter()
    assert card.due.accessibleDescription() == "This is not a date. Write it like 2026-10-31."
    card.due.setText("2027-04")
    card.enter()
    qtbot.waitUntil(lambda: [row["due"] for row in desk.app.read(editing.rows, "milestone")] == ["2027-04"])
    assert card.due.accessibleDescription() == ""


def test_what_is_wrong_is_said_at_its_own_field_when_joining(desk: Desk, qtbot: QtBot) -> None:
    form = JoinForm(desk, "any")
    qtbot.addWidget(form)
    form.people.setText("many")
    form.join()
    assert form.people.accessibleDescription() == form.people.problem() != ""
    assert form.until.accessibleDescription() == "Left empty, until you leave."


def test_nobody_is_told_twice_that_there_is_nothing(desk: Desk, qtbot: QtBot) -> None:
    page = shown(desk, qtbot)
    assert not page.list.empty.isHidden()
    qtbot.waitUntil(lambda: page.empty.isHidden())
    assert page.new_button.isHidden()
    qtbot.mouseClick(page.list.empty.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.pane is not None and page.pane.form is not None)
    form = opened(page).form
    assert form is not None
    qtbot.waitUntil(lambda: form.first.isAncestorOf(QApplication.focusWidget()))


def test_only_the_secretariat_publishes(desk: Desk, qtbot: QtBot) -> None:
    desk.app.run(lambda session: facts.put(session, role="secretariat", organisation_name="Secretariat"))
    page = shown(desk, qtbot)
    qtbot.keyClick(page, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: page.pane is not None and page.pane.form is not None)
    source = opened(page).record
    form = opened(page).form
    assert form is not None
    qtbot.waitUntil(lambda: opened(page).publish_button.isVisible())
    qtbot.mouseClick(opened(page).publish_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not desk.notices.banner.parentWidget().isHidden())
    line = form.first.editor("en")
    qtbot.keyClicks(line, "Joint figures")
    qtbot.mouseClick(opened(page).publish_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: opened(page).record != source and opened(page).detail is not None)
    assert opened(page).title.text() == "Joint figures"
    assert desk.app.read(editing.values, "initiative", opened(page).record)["space"] == "alliance"
    assert page.new_button.text() == "New initiative"


def test_an_organisation_neither_publishes_nor_edits_what_is_joint(sample: Desk, qtbot: QtBot) -> None:
    page = shown(sample, qtbot)
    pane = opened(page)
    assert pane.publish_button.isHidden()
    assert pane.edit_button.isHidden()
    assert pane.bin.isHidden()
    assert page.new_button.text() == "Our own initiative"


def test_editing_and_reading_take_turns(desk: Desk, qtbot: QtBot) -> None:
    record = desk.app.run(taking_part.begin)
    page = shown(desk, qtbot)
    pane = opened(page)
    assert pane.record == record
    assert pane.title.text() == "Without a title"
    qtbot.mouseClick(pane.edit_button, Qt.MouseButton.LeftButton)
    assert pane.form is not None
    assert pane.edit_button.text() == "Done"
    qtbot.keyClicks(pane.form.first.editor("en"), "Our library day")
    qtbot.mouseClick(pane.edit_button, Qt.MouseButton.LeftButton)
    assert pane.form is None
    qtbot.waitUntil(lambda: pane.title.text() == "Our library day")
    qtbot.mouseClick(pane.bin, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.pane is None)
    assert [each.id for each in desk.app.read(history.trash)] == [record]


def test_every_field_and_button_has_a_name(sample: Desk, qtbot: QtBot) -> None:
    sample.app.run(lambda session: facts.put(session, role="secretariat"))
    page = shown(sample, qtbot)
    kinds = (QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox, QListView)
    for words in ("Campus days", "Safe water"):
        pane = open_named(page, sample, qtbot, words)
        pane.edit(True)
        qtbot.waitUntil(lambda: not sample.tasks.busy())
        widgets = itertools.chain.from_iterable(page.findChildren(kind) for kind in kinds)
        nameless = [
            widget
            for widget in widgets
            if widget.isVisible()
            and not widget.accessibleName()
            and not (isinstance(widget, QAbstractButton) and widget.text())
            and not (isinstance(widget, QLineEdit) and isinstance(widget.parent(), QComboBox))
        ]
        assert nameless == [], words


def test_the_page_fits_the_smallest_screen_and_other_languages(sample: Desk, qtbot: QtBot) -> None:
    page = shown(sample, qtbot)
    assert page.minimumSizeHint().width() <= 1150
    set_language("fr")
    page.retranslate()
    qtbot.waitUntil(lambda: page.pane is not None and page.pane.title.text().startswith("Journées"))
