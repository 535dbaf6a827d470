"""Rows B01 to B03 at the screen: a text that came with a sync is read, compared, signed and withdrawn offline."""

from __future__ import annotations

import csv
import io
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import pytest

from sync.protocol import SHIPPED_OWNER
from tests.pdf import reading
from tests.ui.alliance_seat import KEYS, body, open_text, page_of, publish
from tests.ui.sync_seat import words
from ui.forms.commitment import SignForm, WordView
from ui.pages.alliance_register import REGISTER, RegisterPane
from ui.pages.alliance_text import TextPane
from wimdesk import clock
from wimdesk.services import commitments, texts

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support import Laptop, Office
    from tests.ui.sync_seat import Seat, Sit


@pytest.fixture
def ines(office: Office) -> Laptop:
    return office.laptop("Ines", "The office of the tests", "secretariat")


@pytest.fixture
def awa(office: Office) -> Laptop:
    return office.laptop("Awa")


def test_row_b01_the_section_stays_in_view_and_two_versions_are_compared(ines: Laptop, awa: Laptop, sit: Sit) -> None:
    french = body("Nous tous et toutes, ensemble,", lines_each=14)
    first = publish(ines, "declaration", "2021-03-02", {"en": body("We"), "fr": french})
    second = publish(ines, "declaration", "2022-03-02", {"en": body("We", changed="safely")}, after=first)
    ines.sync()
    awa.sync()
    seat = sit(awa)  # nothing is sent or fetched from here on
    pane = open_text(seat, f"{first}#values")
    bar = pane.reader.bar
    seat.qtbot.waitUntil(lambda: pane.reader.in_view() == "values")
    assert pane.area.verticalScrollBar().value() > 0
    for code in ("fr", "en", "fr"):
        bar.language.set_value(code)
        seat.settle()
        seat.qtbot.waitUntil(lambda: pane.reader.in_view() == "values")
        said = "Nous tous et toutes, ensemble, values 1." if code == "fr" else "We values 1."
        assert said in words(pane.reader.views["values"])
    bar.beside.set_value("en")
    seat.settle()
    seat.qtbot.waitUntil(lambda: "We values 1." in words(pane.reader.views["values"]))
    assert "Nous tous et toutes, ensemble, values 1." in words(pane.reader.views["values"])
    assert pane.reader.in_view() == "values"
    seat.qtbot.keyClicks(bar.search, "ENSEMBLE vision")
    seat.qtbot.waitUntil(lambda: [key for key, view in pane.reader.views.items() if view.isVisible()] == ["vision"])
    bar.search.clear()
    bar.language.set_value("en")
    bar.compare.set_value(second)
    seat.qtbot.waitUntil(pane.difference.isVisible)
    seat.settle()
    told = words(pane.difference)
    assert "2 changed lines" in told
    assert "We missions 4.\nAdded\nWe missions 4, safely." in told
    assert "We vision" not in told


def sign(seat: Seat, form: SignForm, name: str, capacity: str) -> None:
    form.signed_by.clear()
    seat.qtbot.keyClicks(form.signed_by, name)
    seat.qtbot.keyClicks(form.capacity, capacity)


def of(laptop: Laptop, whose: Laptop, day: str = "") -> list[commitments.Word]:
    mine = whose.app.identity().organisation
    return [word for word in laptop.app.read(commitments.register, day).words if word.organisation_id == mine]


def test_row_b02_endorse_offline_certificate_and_withdraw_with_both_dates(
    ines: Laptop, awa: Laptop, sit: Sit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = publish(ines, "declaration", "2021-03-02", {"en": body("We")})
    ines.sync()
    awa.sync()
    monkeypatch.setattr(clock, "today", lambda: date(2026, 11, 22))
    seat = sit(awa)
    pane = open_text(seat, text)
    form = pane.ours.form
    assert isinstance(form, SignForm)
    sign(seat, form, "Awa Diop", "")
    pane.show_ours()
    seat.click(form.button)
    assert form.rows["capacity"].message() == "Write in which capacity, for example president."
    seat.qtbot.keyClicks(form.capacity, "President")
    seat.click(form.button)
    seat.qtbot.waitUntil(lambda: isinstance(pane.ours.form, WordView))
    view = pane.ours.form
    assert isinstance(view, WordView)
    assert "Endorsed on 22 November 2026, signed by Awa Diop (President)" in words(view)
    view.save_certificate(tmp_path / "certificate.pdf")
    seat.settle()
    printed = reading.printed((tmp_path / "certificate.pdf").read_bytes())
    assert "Awa Diop" in printed
    assert "22 November 2026" in printed
    assert of(ines, awa) == []
    for laptop in (awa, ines, awa):
        laptop.sync()
    (word,) = of(ines, awa)
    assert (word.signed_on, word.withdrawn_on, word.capacity) == ("2026-11-22", "", "President")
    monkeypatch.setattr(clock, "today", lambda: date(2026, 12, 1))
    seat.qtbot.keyClicks(view.why, "A new board decides.")
    pane.show_ours()
    seat.click(view.button)
    seat.qtbot.waitUntil(lambda: isinstance(pane.ours.form, SignForm))
    for laptop in (awa, ines):
        laptop.sync()
    (word,) = of(ines, awa)
    assert (word.signed_on, word.withdrawn_on, word.why) == ("2026-11-22", "2026-12-01", "A new board decides.")
    assert of(ines, awa, "2026-11-30")[0].running
    pane.history.button.click()
    seat.qtbot.waitUntil(lambda: any("Withdrawn on" in line for line in pane.history.texts()))


def test_b02_two_laptops_that_sign_offline_make_one_line_and_nobody_speaks_for_another(
    ines: Laptop, awa: Laptop, office: Office
) -> None:
    text = publish(ines, "declaration", "2021-03-02", {"en": body("We")})
    fatou = office.laptop("Fatou")
    bea = office.laptop("Bea", "WIM Elsewhere")
    for laptop in (ines, awa, fatou, bea):
        laptop.sync()
    for laptop in (awa, fatou):
        laptop.app.run(commitments.sign, text, "Awa Diop", "President")
    # A record that names another organisation as its own counts nowhere, whoever wrote it.
    bea.add(commitments.TYPE, text_id=text, organization_id=awa.app.identity().organisation, answer="endorsed",
            date="2020-01-01", signed_by="Nobody", capacity="None")  # fmt: skip
    for laptop in (awa, fatou, bea, ines):
        laptop.sync()
    (word,) = of(ines, awa)
    assert word.signed_by == "Awa Diop"
    # Nor does a text that somebody but the Secretariat puts into force: here it is not sent, there it is not shown.
    forged = bea.add(texts.TYPE, kind="declaration", work="declaration", version="9", title={"en": "Forged"},
                     body={"en": "# A\nB"}, issued="2030-01-01", state="published")  # fmt: skip
    for laptop in (bea, awa):
        laptop.sync()
    for laptop in (bea, awa):
        assert forged not in [each.id for each in laptop.app.read(texts.listed)]


def test_row_b03_two_days_give_two_counts_and_the_file_is_the_table(ines: Laptop, sit: Sit, tmp_path: Path) -> None:
    text = publish(ines, "declaration", "2021-03-02", {"en": body("We")})
    made = {}
    for name, country, day in (
        ("WIM Senegal", "SN", "2021-03-01"), ("WIM Mali", "ML", "2021-03-02"), ("WIM Peru", "PE", "2021-09-30"),
    ):  # fmt: skip
        made[name] = ines.add("organization", name={"en": name}, country_code=country)
        sign_for = partial(commitments.sign, day=day, organisation=made[name])
        word = ines.app.run(sign_for, text, "=Somebody", "President")  # as a formula would begin
        if name == "WIM Mali":
            ines.app.run(commitments.withdraw, word, "", "2022-05-01")
    seat = sit(ines)
    page = page_of(seat)
    page.show_record(REGISTER)
    seat.qtbot.waitUntil(lambda: isinstance(page.card, RegisterPane) and page.card.table.rowCount() >= 3)
    pane = page.card
    assert isinstance(pane, RegisterPane)

    def shown() -> list[list[str]]:
        return [line for line in pane.cells() if line[0] in made]

    assert [line[0] for line in shown()] == ["WIM Peru", "WIM Mali", "WIM Senegal"]
    before = pane.under.text()
    pane.day.setFocus()
    seat.qtbot.keyClicks(pane.day, "2021-03-02")
    seat.qtbot.waitUntil(lambda: [line[0] for line in shown()] == ["WIM Mali", "WIM Senegal"])
    assert pane.under.text() != before
    assert shown()[0][:3] == ["WIM Mali", "Mali", "Western Africa"]
    assert "Western Africa 2" in pane.bars.accessibleDescription()
    pane.save_to(tmp_path / "register.csv")
    seat.settle()
    saved = list(csv.reader(io.StringIO((tmp_path / "register.csv").read_text("utf-8-sig"), newline="")))
    assert [[cell.removeprefix("'") for cell in line] for line in saved] == pane.cells()
    assert all("'=Somebody" in line for line in saved if line[0] in made), "no spreadsheet takes it for a formula"
    pane.day.clear()
    seat.qtbot.waitUntil(lambda: len(shown()) == 3)
    assert shown()[1][4:6] == ["2021-03-02", "2022-05-01"]
    assert "Western Africa 1" in pane.bars.accessibleDescription()


def test_b01_the_secretariat_writes_a_version_and_puts_it_into_force(ines: Laptop, sit: Sit) -> None:
    first = publish(ines, "declaration", "2098-01-01", {"en": body("We")})
    seat = sit(ines)
    page = page_of(seat)
    seat.click(page.new_buttons["declaration"])
    seat.qtbot.waitUntil(lambda: isinstance(page.card, TextPane) and page.card.form is not None)
    pane = page.card
    assert isinstance(pane, TextPane)
    assert pane.form is not None
    seat.qtbot.waitUntil(lambda: pane.reader.views.keys() == set(KEYS))  # it begins as the one in force
    version = pane.form.binder.editor("version")
    seat.qtbot.keyClicks(version, f"-{pane.record[-6:]}")
    seat.settle()
    day = pane.form.binder.editor("issued")
    seat.qtbot.keyClicks(day, "2099-01-01")
    seat.settle()
    draft = pane.record
    seat.click(pane.publish_button)
    seat.qtbot.waitUntil(lambda: page.card is not None and page.card.record not in {first, draft})
    card = page.card
    assert isinstance(card, TextPane)
    seat.qtbot.waitUntil(lambda: card.state.text() == "In force")
    found = {each.id: each for each in ines.app.read(texts.listed)}
    assert (found[card.record].current, found[first].current, draft in found) == (True, False, False)
    assert ines.see(texts.TYPE, card.record)["owner"] == SHIPPED_OWNER
