"""Sending a document to the Secretariat in the real window, and taking that back, with a real endpoint."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.support import Laptop
from tests.ui.sync_seat import Seat, Sit, in_sight, words
from ui.pages.submissions import SubmissionsPage
from wimdesk.services import reporting, submitting

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def seat(ana: Laptop, sit: Sit) -> Seat:
    ana.sync()
    ana.app.run(reporting.make_submission, "organisation_profile", "", "en")
    seat = sit(ana)
    seat.go("submissions")
    return seat


def page(seat: Seat) -> SubmissionsPage:
    found = seat.window.page()
    assert isinstance(found, SubmissionsPage)
    return found


def states(laptop: Laptop) -> list[str]:
    return [line.state for line in laptop.app.read(submitting.load)]


def sync(seat: Seat, laptop: Laptop) -> None:
    laptop.sync()
    seat.settle()


def test_what_has_gone_out_is_not_taken_back_by_keys(seat: Seat, ana: Laptop) -> None:
    seat.click(page(seat).detail.send_button)
    sync(seat, ana)
    seat.key(Qt.Key.Key_Z, CONTROL)
    seat.settle()
    assert "The Secretariat has this already" in words(seat.desk.notices.banner)
    assert states(ana) == ["received"]


def test_keys_alone_send_a_document_and_take_it_back(seat: Seat, ana: Laptop) -> None:
    detail, bar = page(seat).detail, seat.desk.notices.undo_bar
    assert "take it back" in detail.leaves.text()
    assert not detail.back_button.isVisible()
    seat.tab_to(detail.send_button)
    seat.key(Qt.Key.Key_Space)
    seat.settle()
    assert states(ana) == ["queued"]
    assert bar.isVisible()
    assert bar.accessibleName().startswith("Organisation profile, ")
    assert "goes to the Secretariat with the next sync" in bar.accessibleName()
    assert bar.accessibleName() in bar.button.accessibleName()
    assert in_sight(detail.back_button)
    seat.tab_to(detail.back_button)
    seat.key(Qt.Key.Key_Space)
    seat.settle()
    assert states(ana) == ["draft"]
    assert detail.send_button.isVisible()
    assert not detail.back_button.isVisible()


def test_the_bar_takes_it_back_and_goes_once_it_has_gone_out(seat: Seat, ana: Laptop) -> None:
    detail, bar = page(seat).detail, seat.desk.notices.undo_bar
    seat.click(detail.send_button)
    seat.undo()
    assert states(ana) == ["draft"]
    seat.click(detail.send_button)
    assert bar.isVisible()
    sync(seat, ana)
    assert states(ana) == ["received"]
    seat.qtbot.waitUntil(lambda: not bar.isVisible())
    assert detail.state.text() == "Received"
    assert not detail.back_button.isVisible()
    assert not detail.leaves.isVisible()


def test_a_second_click_in_haste_meets_no_button(seat: Seat, ana: Laptop) -> None:
    detail = page(seat).detail
    place = detail.send_button.mapTo(detail, detail.send_button.rect().center())
    seat.click(detail.send_button)
    assert detail.leaves.isVisible()
    assert detail.childAt(place) is detail.leaves
