"""Rows A06 and A07 at the screen: types, payments and their status, the members, receipts, cards and templates."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPlainTextEdit

from tests.pdf import reading
from ui.forms.membership import MembershipCard, MembershipForm
from ui.pages.members import GroupPane, MembersPane
from ui.pages.organisation import OrganisationPage
from ui.pages.organisation_cards import PersonPane, ProfileCard
from ui.pages.record_card import RecordCard
from wimdesk import clock
from wimdesk.services import dues, editing, letters, people
from wimdesk.store import history

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from ui.desk import Desk

    Settled = Callable[[], None]

C = TypeVar("C", bound=RecordCard)


@pytest.fixture(autouse=True)
def time() -> Iterator[Callable[[str], None]]:
    at = [0.0]

    def put(day: str) -> None:
        at[0] = datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC).timestamp()

    put("2026-03-01")
    with clock.driven_by(lambda: at[0]):
        yield put


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


def a_type(desk: Desk, **values: object) -> str:
    made = desk.app.run(dues.begin_type)
    usual = {"name": {"en": "Full member"}, "fee_minor": 5000, "currency": "EUR"}
    desk.app.run(editing.change, "membership_type", made, usual | values)
    return made


def a_person(desk: Desk, given: str = "Ana", family: str = "Quispe") -> str:
    made = desk.app.run(people.begin_person)
    desk.app.run(editing.change, "person", made, {"given_name": given, "family_name": family})
    return made


def opened(page: OrganisationPage, qtbot: QtBot, record: str, kind: type[C]) -> C:
    page.show_record(record)
    qtbot.waitUntil(lambda: isinstance(page.card, kind) and page.card.record == record)
    assert isinstance(page.card, kind)
    return page.card


def members_of(page: OrganisationPage, qtbot: QtBot) -> MembersPane:
    qtbot.mouseClick(page.overviews["members"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(page.card, MembersPane) and page.card.title.text() != "")
    assert isinstance(page.card, MembersPane)
    return page.card


def one_form(card: MembershipCard, qtbot: QtBot) -> MembershipForm:
    qtbot.waitUntil(lambda: len(card.forms) == 1)
    return next(iter(card.forms.values()))


def typed(qtbot: QtBot, editor: QLineEdit, text: str) -> None:
    editor.setFocus()
    editor.selectAll()
    qtbot.keyClicks(editor, text)


def test_a06_a_type_is_made_on_the_profile_and_saves_itself(page: OrganisationPage, desk: Desk, qtbot: QtBot) -> None:
    card = page.card
    assert isinstance(card, ProfileCard)
    qtbot.mouseClick(card.types.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: card.types.form is not None)
    form = card.types.form
    assert form is not None
    name = form.first.editor("en")
    assert isinstance(name, QLineEdit)
    typed(qtbot, name, "Student")
    form.currency.set_value("XOF")
    typed(qtbot, form.fee, "5 000")

    def kept() -> bool:
        found = desk.app.read(editing.values, "membership_type", form.record)
        return (found["name"], found["fee_minor"], found["currency"]) == ({"en": "Student"}, 5000, "XOF")

    qtbot.waitUntil(kept)
    qtbot.waitUntil(lambda: [button.text() for button in card.types.buttons.values()] == ["Student"])
    assert form.binder.row("in_kind").isEnabled() is False


def test_a06_another_currency_takes_the_same_figures(page: OrganisationPage, desk: Desk, qtbot: QtBot) -> None:
    made = a_type(desk, fee_minor=1250)
    card = page.card
    assert isinstance(card, ProfileCard)
    qtbot.waitUntil(lambda: made in card.types.buttons)
    card.types.open_type(made)
    form = card.types.form
    assert form is not None
    qtbot.waitUntil(lambda: form.fee.text() == "12.50")
    for currency, shown, minor in (("TND", "12.500", 12_500), ("XOF", "13", 13)):
        form.currency.set_value(currency)
        assert form.fee.text() == shown
        qtbot.waitUntil(
            lambda minor=minor: desk.app.read(editing.values, "membership_type", made)["fee_minor"] == minor
        )
    form.fee.setText("12.5")
    form.fee.setFocus()
    form.currency.setFocus()
    qtbot.waitUntil(lambda: "XOF has no decimals" in form.binder.row("fee_minor").message())
    assert desk.app.read(editing.values, "membership_type", made)["fee_minor"] == 13, "what can't be read is not kept"


def test_row_a06_from_not_paid_to_expired_and_back_to_current(
    page: OrganisationPage, desk: Desk, qtbot: QtBot, time: Callable[[str], None], settled: Settled
) -> None:
    a_type(desk)
    pane = opened(page, qtbot, a_person(desk), PersonPane)
    qtbot.waitUntil(pane.membership.begin_button.isVisible)
    qtbot.mouseClick(pane.membership.begin_button, Qt.MouseButton.LeftButton)
    form = one_form(pane.membership, qtbot)
    assert form.chip.text() == "Not paid yet"
    assert form.time.text() == "Member since 1 March 2026 · €50.00 is due"
    qtbot.mouseClick(form.pay_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: form.chip.text() == "New")
    assert form.time.text() == "Member since 1 March 2026 · paid until 28 February 2027"
    line = next(iter(form.lines.values()))
    qtbot.waitUntil(lambda: line.amount.text() == "50.00")
    typed(qtbot, line.reference, "Yape 8841")
    qtbot.waitUntil(lambda: desk.app.read(editing.values, "payment", line.row.id)["reference"] == "Yape 8841")
    time("2027-03-31")
    pane.membership.reload()
    qtbot.waitUntil(lambda: form.chip.text() == "Expired")
    qtbot.mouseClick(form.pay_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: form.chip.text() == "Current")
    assert [each.row.date for each in form.lines.values()] == ["2026-03-01", "2027-03-31"]
    assert desk.app.read(editing.values, "payment", line.row.id)["reference"] == "Yape 8841"
    settled()


def test_a06_a_payment_in_another_currency_says_why_it_does_not_count(
    page: OrganisationPage, desk: Desk, qtbot: QtBot
) -> None:
    person = a_person(desk)
    one = desk.app.run(dues.join, a_type(desk), "", {"person_id": person})
    desk.app.run(dues.pay, one, {"amount_minor": 9000, "currency": "USD"})
    form = one_form(opened(page, qtbot, person, PersonPane).membership, qtbot)
    assert form.chip.text() == "Not paid yet"
    line = next(iter(form.lines.values()))
    end = line.binder.editor("period_end")
    start = line.binder.editor("period_start")
    assert isinstance(end, QLineEdit)
    assert isinstance(start, QLineEdit)
    typed(qtbot, start, "2026-03-01")
    typed(qtbot, end, "2026-12")
    qtbot.waitUntil(lambda: form.chip.text() == "New")


def test_a06_without_a_type_the_card_leads_to_the_types(page: OrganisationPage, desk: Desk, qtbot: QtBot) -> None:
    pane = opened(page, qtbot, a_person(desk), PersonPane)
    link = pane.membership._no_types  # noqa: SLF001 - what a person presses
    qtbot.waitUntil(link.isVisible)
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(page.card, ProfileCard))
    card = page.card
    assert isinstance(card, ProfileCard)
    qtbot.waitUntil(card.types.button.hasFocus, timeout=5_000)
    assert not card.types.button.visibleRegion().isEmpty(), "it is scrolled to"


def test_a06_members_are_listed_by_status_with_totals(page: OrganisationPage, desk: Desk, qtbot: QtBot) -> None:
    kind = a_type(desk)
    for given, day in (("Ana", "2026-02-01"), ("Bea", "2025-02-15"), ("Cleo", "2024-01-01"), ("Dora", "")):
        one = desk.app.run(dues.join, kind, day, {"person_id": a_person(desk, given)})
        if day:
            desk.app.run(dues.pay, one, {"date": day})
    pane = members_of(page, qtbot)
    qtbot.waitUntil(lambda: len(pane.list.model.records()) == 4)
    assert pane.under.text() == "2 members today · €50.00 came in this year"
    pane.status.set_value("grace")
    assert [row.name for row in pane.shown()] == ["Bea Quispe"]
    pane.status.set_value("")
    pane.search.setText("cleo")
    assert [(row.name, row.status) for row in pane.shown()] == [("Cleo Quispe", "expired")]
    assert pane.save_button.text() == "Save PDF for 1 member"
    pane.search.clear()
    row = pane.list.model.find(pane.shown()[0].id)
    pane.list.view.setCurrentIndex(pane.list.model.index(row, 0))
    qtbot.waitUntil(lambda: isinstance(page.card, PersonPane))


def test_a06_who_is_due_stands_above_the_profile(page: OrganisationPage, desk: Desk, qtbot: QtBot) -> None:
    one = desk.app.run(dues.join, a_type(desk), "2025-03-10", {"person_id": a_person(desk)})
    desk.app.run(dues.pay, one, {"date": "2025-03-10"})
    qtbot.waitUntil(page.due_banner.isVisible)
    assert page.due_banner.accessibleName() == "1 membership is due"
    assert page.due_banner.accessibleDescription() == "Ana Quispe, until 9 March 2026"
    qtbot.mouseClick(page.due_banner.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(page.card, MembersPane))
    assert not page.due_banner.isVisible()


def test_a06_a_group_is_a_member_too_and_goes_to_the_trash_and_back(
    page: OrganisationPage, desk: Desk, qtbot: QtBot, settled: Settled
) -> None:
    a_type(desk, name={"en": "Cooperative"}, members="group", dues="in_kind", in_kind="Training")
    pane = members_of(page, qtbot)
    qtbot.mouseClick(pane.group_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(page.card, GroupPane))
    group = page.card
    assert isinstance(group, GroupPane)
    typed(qtbot, group.first, "Santa Rosa")
    qtbot.waitUntil(lambda: group.title.text() == "Santa Rosa")
    form = one_form(group.membership, qtbot)
    qtbot.mouseClick(form.pay_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: form.chip.text() == "New")
    settled()
    assert page.card is group, "it stays open while it changes"
    qtbot.mouseClick(group.bin, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(page.card, MembersPane) and page.card.list.model.records() == [])
    desk.app.run(history.undo, desk.app.read(history.last_act))
    again = page.card
    assert isinstance(again, MembersPane)
    qtbot.waitUntil(lambda: len(again.list.model.records()) == 1)
    settled()


def test_a06_a_removed_payment_comes_back_with_its_receipt(
    page: OrganisationPage, desk: Desk, qtbot: QtBot, settled: Settled
) -> None:
    person = a_person(desk)
    payment = desk.app.run(dues.pay, desk.app.run(dues.join, a_type(desk), "", {"person_id": person}))
    desk.app.run(letters.issue, payment, "en")
    form = one_form(opened(page, qtbot, person, PersonPane).membership, qtbot)
    qtbot.waitUntil(lambda: form.chip.text() == "New")
    form.lines[payment].removed.emit(payment)
    qtbot.waitUntil(lambda: form.chip.text() == "Not paid yet")
    assert desk.app.read(letters.receipts)[0].state == "cancelled"
    settled()
    desk.app.run(history.undo, desk.app.read(history.last_act))
    qtbot.waitUntil(lambda: form.chip.text() == "New")
    qtbot.waitUntil(lambda: desk.app.read(letters.receipts)[0].state == "valid")


def test_a07_card_and_receipt_become_files(
    page: OrganisationPage, desk: Desk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settled: Settled
) -> None:
    person = a_person(desk)
    one = desk.app.run(dues.join, a_type(desk), "", {"person_id": person})
    payment = desk.app.run(dues.pay, one)
    form = one_form(opened(page, qtbot, person, PersonPane).membership, qtbot)
    file = tmp_path / "paper.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_given: (str(file), ""))
    qtbot.mouseClick(form.card_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(file.exists)
    assert "Ana Quispe" in reading.printed(file.read_bytes())
    settled()
    file.unlink()
    line = form.lines[payment]
    assert line.receipt.text() == "Make a receipt"
    line.receipt.click()
    qtbot.waitUntil(file.exists)
    number = desk.app.read(letters.receipts)[0].number
    qtbot.waitUntil(lambda: line.receipt.text() == f"Receipt {number}")
    assert f"Receipt {number}" in reading.printed(file.read_bytes())
    settled()
    file.unlink()
    line.receipt.click()
    qtbot.waitUntil(file.exists)
    settled()
    assert len(desk.app.read(letters.receipts)) == 1, "a reprint keeps its number"
    words = "A receipt was given for this payment."
    assert words not in line._remark.text()  # noqa: SLF001 - the quiet words below the line
    qtbot.keyClicks(line.amount, "1")
    assert words in line._remark.text()  # noqa: SLF001 - as above


def test_row_a07_fifty_cards_for_those_who_are_shown(
    page: OrganisationPage, desk: Desk, qtbot: QtBot, tmp_path: Path, settled: Settled
) -> None:
    kind = a_type(desk)
    for place in range(52):
        one = desk.app.run(dues.join, kind, "", {"person_id": a_person(desk, f"Persona {place:02}")})
        if place < 50:
            desk.app.run(dues.pay, one)
    pane = members_of(page, qtbot)
    qtbot.waitUntil(lambda: len(pane.list.model.records()) == 52)
    pane.status.set_value("new")
    pane.paper.set_value("single")
    pane.language.set_value("es")
    assert pane.save_button.text() == "Save PDF for 50 members"
    file = tmp_path / "cards.pdf"
    pane.save_to(file)
    qtbot.waitUntil(file.exists)
    settled()
    pages = [each.extract_text() for each in reading.opened(file.read_bytes()).pages]
    assert len(pages) == 50
    assert [int(each.partition("n.º")[2].split()[0][-4:]) for each in pages] == list(range(1, 51))
    file.unlink()
    pane.paper.set_value("receipt")
    pane.save_to(file)
    qtbot.waitUntil(file.exists)
    settled()
    assert len(desk.app.read(letters.receipts)) == 50
    assert desk.app.read(letters.gaps) == ()


def test_a07_a_receipt_is_cancelled_with_a_reason_and_stays(
    page: OrganisationPage, desk: Desk, qtbot: QtBot, settled: Settled
) -> None:
    person = a_person(desk)
    payment = desk.app.run(dues.pay, desk.app.run(dues.join, a_type(desk), "", {"person_id": person}))
    desk.app.run(letters.issue, payment, "en")
    pane = members_of(page, qtbot)
    pane.tabs.setCurrentIndex(1)
    receipts = pane.receipts
    assert receipts is not None
    qtbot.waitUntil(lambda: len(receipts.lines) == 1)
    line = receipts.lines[0]
    settled()
    qtbot.waitUntil(lambda: line.cross.isVisible() and line.cross.y() >= 0 and line.width() > 400)
    qtbot.mouseClick(line.cross, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(line.reason.hasFocus)
    qtbot.keyClicks(line.reason, "Wrong name")
    qtbot.keyClick(line.reason, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.app.read(letters.receipts)[0].reason == "Wrong name")
    qtbot.waitUntil(lambda: receipts.lines[0].row.state == "cancelled")
    assert not receipts.lines[0].cross.isVisible()
    settled()


def test_a07_a_template_is_changed_and_says_what_is_wrong(
    page: OrganisationPage, desk: Desk, qtbot: QtBot, settled: Settled
) -> None:
    pane = members_of(page, qtbot)
    pane.tabs.setCurrentIndex(2)
    templates = pane.templates
    assert templates is not None
    templates.kind.set_value("card")
    qtbot.waitUntil(lambda: "{name}" in templates._sample.text())  # noqa: SLF001 - what a person reads
    qtbot.mouseClick(templates.open_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: templates.form is not None)
    form = templates.form
    assert form is not None
    qtbot.waitUntil(lambda: "fr" in form.text.value())
    edit = form.text.editor("en")
    assert isinstance(edit, QPlainTextEdit)
    edit.setPlainText("{organisation}\n{nom}")
    message = form.binder.row("text").message
    qtbot.waitUntil(lambda: message().startswith("English: {nom} is not known. Known: {name}"))
    edit.setPlainText("{organisation}\n{name}")
    qtbot.waitUntil(lambda: message() == "")
    qtbot.waitUntil(lambda: desk.app.read(letters.words, "card", "en") == "{organisation}\n{name}")
    qtbot.mouseClick(templates.reset_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "{number}" in edit.toPlainText())
    settled()


def test_a06_everything_has_a_name_for_a_screen_reader(
    page: OrganisationPage, desk: Desk, qtbot: QtBot, nameless: Callable[[RecordCard], list[str]], settled: Settled
) -> None:
    person = a_person(desk)
    payment = desk.app.run(dues.pay, desk.app.run(dues.join, a_type(desk), "", {"person_id": person}))
    desk.app.run(letters.issue, payment, "en")
    shown = opened(page, qtbot, person, PersonPane)
    one_form(shown.membership, qtbot)
    assert nameless(shown) == []
    pane = members_of(page, qtbot)
    for tab in range(3):
        pane.tabs.setCurrentIndex(tab)
        settled()
        assert nameless(pane) == []
