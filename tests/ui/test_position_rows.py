"""Rows B04 and B05 at the screen: positions through their versions, and the internal regulation."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.ui.alliance_seat import open_text, page_of, publish
from tests.ui.sync_seat import words
from ui.forms.commitment import SignForm, WordView
from ui.pages.home import HomePage
from wimdesk import clock
from wimdesk.services import commitments, editing, remarks, texts

if TYPE_CHECKING:
    from tests.support import Laptop, Office
    from tests.ui.sync_seat import Seat, Sit
    from ui.pages.alliance_text import TextPane

CLOTHES = "# What we ask for {#ask}\nClothing that fits.\n\n# Why {#why}\nWhat does not fit does not protect.\n"


@pytest.fixture
def ines(office: Office) -> Laptop:
    return office.laptop("Ines", "The office of the tests", "secretariat")


@pytest.fixture
def awa(office: Office) -> Laptop:
    return office.laptop("Awa")


@pytest.fixture
def bea(office: Office) -> Laptop:
    return office.laptop("Bea", f"{office.organisation} too")


def whose(laptop: Laptop) -> str:
    return laptop.app.identity().organisation


def said_of(laptop: Laptop, text: str, *others: Laptop) -> list[str]:
    """What the overview of a text says of these organisations, on one laptop."""
    kind = laptop.see(texts.TYPE, text)["kind"]
    found = {each.organisation_id: each for each in laptop.app.read(commitments.overview, text)}
    return [commitments.answer_words(kind, found[whose(other)].word) for other in others]


def take_up(seat: Seat, text: str, amendment: str) -> str:
    """Take an amendment up, as the Secretariat; return the draft that opens."""
    pane = open_text(seat, text)
    seat.qtbot.waitUntil(lambda: amendment in pane.remarks.answer_buttons)
    button = pane.remarks.answer_buttons[amendment]["taken"]
    pane.area.ensureWidgetVisible(button)
    seat.click(button)
    page = page_of(seat)

    def opened() -> str:
        return page.card.record if page.card is not None else ""

    seat.qtbot.waitUntil(lambda: opened() not in {"", text})
    return opened()


def ratify_with_a_reservation(seat: Seat, pane: TextPane) -> None:
    """Sign, at first without saying what the reservation is."""
    form = pane.ours.form
    assert isinstance(form, SignForm)
    form.answer.set_value("reserved")
    for editor, text in ((form.signed_by, "Awa Diop"), (form.capacity, "President")):
        editor.clear()
        seat.qtbot.keyClicks(editor, text)
    pane.show_ours()
    seat.click(form.button)
    assert form.rows["reservation"].message() == "Write what the reservation is."
    seat.qtbot.keyClicks(form.reservation, "Not for visitors.")
    seat.click(form.button)
    seat.qtbot.waitUntil(lambda: isinstance(pane.ours.form, WordView))


def test_row_b04_propose_amend_publish_and_ratify_with_a_reservation(
    ines: Laptop, awa: Laptop, bea: Laptop, office: Office, sit: Sit
) -> None:
    carla = office.laptop("Carla", f"{office.organisation} of the committee", "committee")
    everybody = (carla, awa, bea, ines)
    # The Steering Committee proposes; an organisation puts a section in other words.
    draft = carla.app.run(texts.begin, "position")
    carla.change(texts.TYPE, draft, title={"en": "Clothes"}, body={"en": CLOTHES}, version="1")
    proposal = carla.app.run(texts.propose, draft)
    for laptop in everybody:
        laptop.sync()
    seat = sit(awa)
    pane = open_text(seat, proposal)
    assert pane.ours.isHidden(), "a proposal is not ratified"
    pane.remarks.section.set_value("ask")
    assert pane.remarks.wording.toPlainText() == "Clothing that fits."
    pane.remarks.wording.setPlainText("Clothing that fits women too.")
    seat.qtbot.keyClicks(pane.remarks.reason, "Say it aloud.")
    pane.area.ensureWidgetVisible(pane.remarks.button)
    seat.click(pane.remarks.button)
    seat.qtbot.waitUntil(lambda: "Clothing that fits women too." in words(pane.remarks))
    bea.app.run(remarks.add, proposal, "We agree.")
    for laptop in (*everybody, ines):
        laptop.sync()
    # Version 1 as it was proposed, then version 2 with what was taken up.
    first = ines.app.run(texts.publish, proposal, "2026-05-01", "Meeting 3")
    amendment = next(each for each in ines.app.read(remarks.listed, first) if each.kind == "amendment")
    assert [(line.mark, line.text) for line in amendment.lines] == [
        ("removed", "Clothing that fits."), ("added", "Clothing that fits women too."),
    ]  # fmt: skip
    office_seat = sit(ines)
    record = take_up(office_seat, first, amendment.id)
    second = ines.app.run(texts.publish, record, "2026-06-01", "Meeting 4")
    assert "# What we ask for {#ask}\nClothing that fits women too.\n" in ines.see(texts.TYPE, second)["body"]["en"]
    assert [each.version for each in ines.app.read(texts.listed) if each.id == second and each.current] == ["2"]
    for laptop in (ines, *everybody):
        laptop.sync()
    # One ratifies with a reservation, one without, one has not answered.
    pane = open_text(seat, second)
    seat.qtbot.waitUntil(lambda: isinstance(pane.ours.form, SignForm))
    ratify_with_a_reservation(seat, pane)
    bea.app.run(commitments.sign, second, "Bea Quispe", "Secretary", "ratified")
    for laptop in (*everybody, *everybody):
        laptop.sync()
    wanted = ["Ratified with a reservation", "Ratified", "Pending"]
    for laptop in (ines, awa):
        assert said_of(laptop, second, awa, bea, carla) == wanted
    there = open_text(office_seat, second)
    office_seat.qtbot.waitUntil(lambda: [there.overview.said_of(whose(each)) for each in (awa, bea, carla)] == wanted)
    assert "Not for visitors." in str([each.word for each in ines.app.read(commitments.overview, second) if each.word])


def test_row_b05_each_version_is_acknowledged_with_its_day_and_independence(
    ines: Laptop, awa: Laptop, bea: Laptop, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Later than what other tests of this endpoint put into force: it is the newest one that counts.
    first = publish(ines, "regulation", "2090-01-01", {"en": "# Who takes part\nAny organisation.\n"}, title="Rules")
    for laptop in (ines, awa, bea, ines):
        laptop.sync()
    assert said_of(ines, first, awa, bea) == ["To acknowledge", "To acknowledge"]
    monkeypatch.setattr(clock, "today", lambda: date(2026, 11, 22))
    seat = sit(awa)
    seat.go("home")
    home = seat.window.findChild(HomePage)
    assert home is not None
    seat.qtbot.waitUntil(lambda: "Rules, version" in words(home))
    pane = open_text(seat, first)
    seat.qtbot.waitUntil(lambda: isinstance(pane.ours.form, SignForm))
    form = pane.ours.form
    assert isinstance(form, SignForm)
    assert "gives the Alliance no control over it" in words(form)
    for editor, text in ((form.signed_by, "Awa Diop"), (form.capacity, "President")):
        editor.clear()
        seat.qtbot.keyClicks(editor, text)
    pane.show_ours()
    seat.click(form.button)
    assert "stays independent. Nothing was signed." in form.rows["independent"].message()
    form.independent.setChecked(True)
    seat.click(form.button)
    seat.qtbot.waitUntil(lambda: isinstance(pane.ours.form, WordView))
    assert "Acknowledged on 22 November 2026, signed by Awa Diop (President)" in words(pane.ours)
    assert first not in [each.id for each in awa.app.read(commitments.owed)]
    for laptop in (awa, ines):
        laptop.sync()
    assert said_of(ines, first, awa, bea) == ["Acknowledged", "To acknowledge"]
    kept = awa.app.read(commitments.ours, first).word
    assert kept is not None
    assert (kept.signed_on, kept.independent, kept.version) == (
        "2026-11-22", True, awa.app.read(editing.values, texts.TYPE, first)["version"],
    )  # fmt: skip
    # A new version asks everybody again; the word on the old one stays with the old one.
    second = publish(ines, "regulation", "2091-01-01", {"en": "# Who takes part\nEverybody.\n"}, after=first)
    for laptop in (ines, awa, bea):
        laptop.sync()
    for laptop in (ines, awa):
        assert said_of(laptop, second, awa, bea) == ["To acknowledge", "To acknowledge"]
    assert said_of(awa, first, awa) == ["Acknowledged"]
    seat.go("home")
    seat.qtbot.waitUntil(lambda: "to acknowledge" in words(home))
    awa.app.run(lambda session: commitments.sign(session, second, "Awa Diop", "President", independent=True))
    seat.qtbot.waitUntil(lambda: "to acknowledge" not in words(home))
