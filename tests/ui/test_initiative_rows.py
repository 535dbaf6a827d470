"""Rows C01 and C02 at the screen: an initiative is adopted for everybody; an organisation joins and leaves offline."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.ui.sync_seat import words
from ui.forms.participation import JoinForm, PartForm
from ui.pages.initiatives import InitiativesPage
from ui.pages.initiatives_detail import InitiativePane
from wimdesk import clock
from wimdesk.services import editing, lifecycle, sync_review, taking_part

if TYPE_CHECKING:
    from tests.support import Laptop, Office
    from tests.ui.sync_seat import Seat, Sit


@pytest.fixture
def ines(office: Office) -> Laptop:
    return office.laptop("Ines", "The office of the tests", "secretariat")


@pytest.fixture
def awa(office: Office) -> Laptop:
    return office.laptop("Awa")


def pane_of(seat: Seat, initiative: str) -> InitiativePane:
    """Open an initiative on its page."""
    seat.go("initiatives")
    page = seat.window.findChild(InitiativesPage)
    assert page is not None
    page.show_record(initiative)
    seat.qtbot.waitUntil(
        lambda: page.pane is not None and page.pane.record == initiative and page.pane.course.course is not None
    )
    assert page.pane is not None
    seat.settle()
    return page.pane


def test_row_c01_an_adopted_initiative_reaches_everybody_with_milestones_and_budget(
    ines: Laptop, awa: Laptop, sit: Sit
) -> None:
    seat = sit(ines)
    seat.go("initiatives")
    page = seat.window.findChild(InitiativesPage)
    assert page is not None
    page.begin()
    seat.qtbot.waitUntil(lambda: page.pane is not None and page.pane.form is not None)
    pane = page.pane
    assert pane is not None
    assert pane.form is not None
    source = pane.record
    ines.change("initiative", source, title={"en": "Boots that fit"})
    seat.settle()
    pane.edit(False)
    seat.qtbot.waitUntil(pane.milestones.button.isVisible)
    for title, due in (("A list of sizes", "2026-12"), ("The guide", "2027-06-30")):
        seat.qtbot.keyClicks(pane.milestones.text, title)
        seat.qtbot.keyClicks(pane.milestones.due, due)
        pane.area.ensureWidgetVisible(pane.milestones.button)
        seat.click(pane.milestones.button)
        seat.qtbot.waitUntil(lambda title=title: title in words(pane.milestones))
    pane.area.ensureWidgetVisible(pane.course.acts)
    seat.click(pane.course.buttons["adopted"])
    assert "Write where it was decided. Nothing was adopted." in words(pane.course)
    seat.qtbot.keyClicks(pane.course.decision, "Steering Committee, meeting 4")
    seat.click(pane.course.buttons["adopted"])
    seat.qtbot.waitUntil(lambda: page.pane is not None and page.pane.record != source)
    copy = page.pane.record
    ines.sync()
    awa.sync()
    other = sit(awa)
    there = pane_of(other, copy)
    told = words(there)
    assert "Boots that fit" in told
    assert "Budget planned / committed / spent: 0 / 0 / 0" in told
    assert "Steering Committee, meeting 4" in told
    assert "A list of sizes" in told
    assert "The guide" in told
    assert there.course.buttons == {}, "others read it"
    course = awa.app.read(lifecycle.course, copy)
    assert (course.state, [mile.title for mile in course.miles]) == ("adopted", ["A list of sizes", "The guide"])
    # It goes on for everybody.
    for state in ("running", "delivered", "closed"):
        ines.app.run(taking_part.advance, copy, state)
    ines.change("initiative", copy, currency="EUR", planned_minor=100_000, spent_minor=40_050)
    ines.change("milestone", ines.app.read(lifecycle.course, copy).miles[0].id, done_on="2026-12-24")
    ines.sync()
    awa.sync()
    other.qtbot.waitUntil(lambda: "1000.00 / 0 / 400.50 EUR" in words(there.course))
    course = awa.app.read(lifecycle.course, copy)
    assert (course.state, course.done) == ("closed", 1)


def test_c01_nobody_but_the_secretariat_adopts_a_joint_one_and_no_step_is_left_out(awa: Laptop) -> None:
    own = awa.app.run(taking_part.begin)
    with pytest.raises(Exception, match="From “Proposed” it does not go to “Closed”"):
        awa.app.run(taking_part.advance, own, "closed")
    awa.app.run(taking_part.advance, own, "adopted")
    awa.app.run(taking_part.advance, own, "running")
    assert awa.see("initiative", own)["space"].endswith("/private")
    joint = awa.add("initiative", title={"en": "Joint"}, level="global", state="proposed")
    with pytest.raises(Exception, match="The Steering Committee adopts joint initiatives"):
        awa.app.run(taking_part.advance, joint, "adopted", "Our own decision")
    assert "adopted" not in awa.app.read(lifecycle.course, joint).next


def test_row_c02_join_offline_leave_next_week_and_the_counts_follow(
    ines: Laptop, awa: Laptop, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ines.add("initiative", title={"en": "Safe water"}, level="global", state="running")
    initiative = ines.app.run(taking_part.publish, made)
    ines.sync()
    awa.sync()
    monkeypatch.setattr(clock, "today", lambda: date(2026, 11, 2))
    seat = sit(awa)
    pane = pane_of(seat, initiative)
    form = pane.ours.form
    assert isinstance(form, JoinForm)
    form.role.set_value("champion")
    seat.qtbot.keyClicks(form.people, "3")
    seat.qtbot.keyClicks(form.hours, "12")
    seat.click(form.button)
    seat.qtbot.waitUntil(lambda: isinstance(pane.ours.form, PartForm))
    seat.qtbot.waitUntil(
        lambda: pane.members.summary.text() == "1 organisation · Thematic champion 1 · 3 people · 12 hours a month"
    )
    monkeypatch.setattr(clock, "today", lambda: date(2026, 11, 9))
    part = pane.ours.form
    assert isinstance(part, PartForm)
    seat.click(part.button)
    seat.qtbot.waitUntil(lambda: isinstance(pane.ours.form, JoinForm))
    pane.part_history.button.click()
    seat.qtbot.waitUntil(lambda: bool(pane.part_history.texts()))
    told = "\n".join(pane.part_history.texts())
    assert "From: 2 November 2026" in told
    assert "Until: 9 November 2026" in told
    for day, expected in (("2026-11-08", "1 organisation"), ("2026-11-09", "No organisation"), ("2026-11-01", "No")):
        pane.members.day.clear()
        seat.qtbot.keyClicks(pane.members.day, day)
        seat.qtbot.waitUntil(lambda expected=expected: pane.members.summary.text().startswith(expected))
    for laptop in (awa, ines):
        laptop.sync()
    counts = [len(ines.app.read(taking_part.detail, initiative, day).now) for day in ("2026-11-05", "2026-11-10")]
    assert counts == [1, 0]
    # A term may be said beforehand, and what was done stays.
    monkeypatch.setattr(clock, "today", lambda: date(2026, 12, 1))
    awa.app.run(lambda session: taking_part.take_part(session, initiative, "participant", until="2026-12-31"))
    found = [len(awa.app.read(taking_part.detail, initiative, day).now) for day in ("2026-12-30", "2026-12-31")]
    assert found == [1, 0]
    assert len(awa.app.read(editing.rows, "participation", where={"initiative_id": initiative})) == 2


def test_row_c05_our_own_is_private_and_shared_with_one_click(ines: Laptop, awa: Laptop, sit: Sit) -> None:
    awa.sync()
    name = f"Boots of {awa.app.identity().organisation[:8]}"
    own = awa.app.run(taking_part.begin)
    awa.change("initiative", own, title={"en": name}, deliverables={"en": "A list of sizes"})
    assert awa.see("initiative", own)["space"].endswith("/private")
    seat = sit(awa)
    pane = pane_of(seat, own)
    preview = [parcel.caption for parcel in awa.app.read(sync_review.outgoing)]
    assert not any(name in caption for caption in preview)
    pane.area.ensureWidgetVisible(pane.share_button)
    seat.click(pane.share_button)
    assert awa.app.read(editing.rows, "library_item", where={"language": "en", "template": "tool"}) == []
    assert "Say in two lines what this is about. Nothing was shared." in words(seat.window)
    awa.change("initiative", own, summary={"en": "Protective boots in small sizes."})
    seat.settle()
    seat.click(pane.share_button)
    seat.qtbot.waitUntil(lambda: any(name in each.caption for each in awa.app.read(sync_review.outgoing)))
    seat.go("sync")
    seat.qtbot.waitUntil(lambda: any(name in row for row in seat.rows("waiting")))
    titles = [seat.page.list.model.index(row, 0).data() for row in range(seat.page.list.model.rowCount())]
    sealed = titles.index("Sealed, for our own computers only")
    assert name in titles[:sealed], "others will read the practice"
    assert name in titles[sealed:], "the initiative itself goes to our own computers"
    awa.sync()
    ines.sync()
    (practice,) = [row for row in ines.app.read(editing.rows, "library_item") if row["title"] == {"en": name}]
    assert (practice["state"], practice["license"]) == ("submitted", "CC-BY-4.0")
    assert all(row["id"] != own for row in ines.app.read(editing.rows, "initiative")), "the initiative stays ours"
