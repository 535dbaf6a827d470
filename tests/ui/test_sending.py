"""Sending a document to the Secretariat in the real window, and taking that back, with a real endpoint."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.support import Laptop
from tests.ui.sync_seat import Seat, Sit, words
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
