"""Data protection in the window: consents and rights on a person's card, and the page of what is due and erased."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sync.erasures import ERASE
from tests.ui.test_library_rows import put_into
from ui.forms.consent import ConsentCard
from ui.forms.rights import RightsCard
from ui.pages.privacy import PrivacyPage
from ui.widgets.buttons import QuietButton
from ui.widgets.labels import Chip, Text
from wimdesk.errors import NotFound
from wimdesk.identifiers import new_id
from wimdesk.records import LibraryItem
from wimdesk.services import consents, editing, erasing
from wimdesk.store import facts, journal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot
    from sqlalchemy.orm import Session

    from ui.desk import Desk


def texts(widget: QWidget) -> str:
    return "\n".join(text.text() for text in widget.findChildren(Text) if text.isVisible())


def test_a_consent_is_written_down_and_taken_back(
    desk: Desk, qtbot: QtBot, nameless: Callable[[QWidget], list[str]]
) -> None:
    record = desk.app.run(editing.add, "person", {"given_name": "Rosa"})
    card = ConsentCard(desk, record)
    qtbot.addWidget(card)
    card.resize(700, 500)
    card.show()
    qtbot.waitUntil(lambda: "Not asked" in texts(card))
    card.button.click()
    qtbot.waitUntil(lambda: "my name, role, languages" in card.form.wording.text())
    assert nameless(card) == []
    card.form.method.set_value("thumbprint")
    card.form.by.setText("Ana")
    card.form.save.click()
    qtbot.waitUntil(lambda: desk.app.read(consents.allows, record, "directory"))
    qtbot.waitUntil(lambda: card.directory.isVisible())
    assert "Given" in [chip.text() for chip in card.findChildren(Chip)]
    card.directory.click()
    qtbot.waitUntil(lambda: desk.app.read(consents.register, record).in_directory)
    card.form.begin("directory", "withdrawn")
    card.form.save.click()
    qtbot.waitUntil(lambda: not desk.app.read(consents.register, record).in_directory)
    (taken, given) = desk.app.read(consents.register, record).events
    assert (taken.state, given.method, given.recorded_by, given.wording_version) == (
        "withdrawn",
        "thumbprint",
        "Ana",
        "0",
    )


def test_a_copy_of_everything_and_erasing(
    desk: Desk, qtbot: QtBot, tmp_path: Path, nameless: Callable[[QWidget], list[str]]
) -> None:
    record = desk.app.run(editing.add, "person", {"given_name": "Rosa", "family_name": "Mamani"})
    member = desk.app.run(editing.add, "membership", {"person_id": record})
    desk.app.run(editing.add, "payment", {"membership_id": member, "date": "2026-01-02"})
    card = RightsCard(desk, record)
    qtbot.addWidget(card)
    card.resize(700, 400)
    card.show()
    card.write_to(tmp_path / "out")
    qtbot.waitUntil(lambda: (tmp_path / "out" / "about-you.json").exists())
    assert json.loads((tmp_path / "out" / "about-you.json").read_text("utf-8"))["tables"]["payment"] == 1
    card.erase.click()
    qtbot.waitUntil(lambda: "can't be undone" in card.form.told.text())
    assert "1 record stays" in card.form.told.text()
    assert nameless(card) == []
    card.form.name.setText("Maria")
    card.form.button.click()
    assert desk.app.read(editing.values, "person", record)["given_name"] == "Rosa"
    card.form.name.setText("rosa mamani")
    card.form.button.click()

    def is_gone() -> bool:
        try:
            desk.app.read(editing.values, "person", record)
        except NotFound:
            return True
        return False

    qtbot.waitUntil(is_gone)
    qtbot.waitUntil(lambda: not desk.app.read(erasing.is_unswept))


def test_the_page_says_what_is_due_and_who_has_confirmed(
    desk: Desk, qtbot: QtBot, nameless: Callable[[QWidget], list[str]]
) -> None:
    gone = desk.app.run(editing.add, "person", {"given_name": "Gone"})
    desk.app.run(editing.add, "activity", {"text": "Long ago", "date": "2019-01-01"})
    desk.app.run(erasing.erase, "person", gone)
    desk.app.sweep()
    page = PrivacyPage(desk)
    qtbot.addWidget(page)
    page.resize(1154, 706)
    page.show()
    qtbot.waitUntil(lambda: "Long ago" in texts(page), timeout=60_000)
    said = texts(page)
    assert "To reach members and partners" in said
    assert "1 has confirmed" in said
    assert "Gone" not in said.replace("Gone everywhere", "")
    assert nameless(page) == []
    page.new_breach.click()
    qtbot.waitUntil(lambda: len(page.forms) == 1)
    # The form renewed the page: lines that were taken away go one turn later.
    qtbot.waitUntil(lambda: len(page.due.findChildren(QuietButton)) == 1)
    (button,) = page.due.findChildren(QuietButton)
    assert button.accessibleName() == "Erase Activity · Long ago"
    button.click()
    qtbot.waitUntil(lambda: "Nothing is kept for longer" in texts(page), timeout=60_000)


def test_the_secretariat_decides_about_an_order_that_nobody_proved(
    desk: Desk, qtbot: QtBot, nameless: Callable[[QWidget], list[str]]
) -> None:
    item = desk.app.run(editing.add, "library_item", {"title": {"en": "Lamps"}, "template": "tool"})
    put_into(desk, item, "alliance", new_id())

    def put_aside(session: Session) -> None:
        journal.write_mark(session, ERASE, "alliance", item, session.get_one(LibraryItem, item).owner, [])
        facts.put(session, doubted=json.dumps([["alliance", item]]))

    desk.app.run(put_aside)
    page = PrivacyPage(desk)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: "Lamps" in texts(page), timeout=60_000)
    assert not list(page.erased.findChildren(QuietButton)), "only who may order it herself can"
    desk.app.run(lambda session: facts.put(session, role="secretariat"))
    page.refresh()
    qtbot.waitUntil(lambda: len(page.erased.findChildren(QuietButton)) == 1)
    assert nameless(page) == []
    (button,) = page.erased.findChildren(QuietButton)
    assert button.accessibleName().endswith("Lamps")
    button.click()
    qtbot.waitUntil(lambda: "Put aside" not in [chip.text() for chip in page.erased.findChildren(Chip)], timeout=60_000)
    with pytest.raises(NotFound):
        desk.app.read(editing.values, "library_item", item)
