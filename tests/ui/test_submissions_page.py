"""The Submissions page on a real profile: documents are really made, painted, saved and sent."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from ui.desk import Desk
from ui.pages.submissions import SubmissionsPage
from ui.widgets.pdf_view import PdfView, Picture
from wimdesk.errors import UserError
from wimdesk.services import editing, handover, reporting, submitting
from wimdesk.store import facts

Settled = Callable[[], None]
KINDS = ("participation_report", "organisation_profile")


@pytest.fixture
def page(sample_desk: Desk, qtbot: QtBot, settled: Settled) -> SubmissionsPage:
    made = SubmissionsPage(sample_desk)
    made.resize(1154, 708)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    settled()
    return made


def test_an_empty_page_offers_a_report_and_makes_it(page: SubmissionsPage, qtbot: QtBot, settled: Settled) -> None:
    assert page.stack.currentWidget() is page.empty
    page.empty.button.click()
    settled()
    qtbot.waitUntil(lambda: page.detail.view.page_count() >= 2)
    assert page.list.model.rowCount() == 1
    assert page.detail.send_button.isVisible()


def test_the_pages_fit_a_window_that_becomes_narrow(page: SubmissionsPage, qtbot: QtBot, settled: Settled) -> None:
    page.resize(1154, 700)
    page.make("participation_report")
    settled()
    view = page.detail.view
    qtbot.waitUntil(lambda: view.page_count() >= 2, timeout=10_000)
    page.resize(900, 700)

    def fits() -> bool:
        pages = view.findChildren(QLabel)
        return bool(pages) and all(0 < each.width() <= view.viewport().width() for each in pages)

    qtbot.waitUntil(fits, timeout=10_000)
    assert view.page_count() >= 2


def test_pages_are_as_wide_with_a_scroll_bar_as_without(qtbot: QtBot, dressed: QApplication) -> None:
    view = PdfView("Pages")
    qtbot.addWidget(view)
    view.resize(500, 690)
    view.show()

    def width(height: int) -> int:
        view.show_pages([Picture(QImage(400, height, QImage.Format.Format_RGB32), f"{height}")])
        qtbot.waitUntil(lambda: view.verticalScrollBar().isVisible() == (height > 690))
        return view.page_width

    assert width(100) == width(1000), "else a page that just fits would be painted again and again"


def test_a_window_that_changes_while_the_next_document_is_painted_does_not_bring_back_the_one_before(
    page: SubmissionsPage, qtbot: QtBot, settled: Settled, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = page.desk.app.run
    first, second = (run(reporting.make_submission, kind, "2026", "en") for kind in KINDS)
    page.show_record(first)
    settled()
    qtbot.waitUntil(lambda: page.detail.view.page_count() >= 1)
    before = [each.accessibleName() for each in page.detail.view.findChildren(QLabel)]
    begun, go, real = threading.Event(), threading.Event(), reporting.render

    def late(*told: str) -> bytes:
        begun.set()
        assert go.wait(60)
        return real(*told)

    monkeypatch.setattr(reporting, "render", late)
    page.show_record(second)
    qtbot.waitUntil(begun.is_set)
    page.detail.view.misfit.emit()
    go.set()
    settled()
    qtbot.waitUntil(
        lambda: before != [each.accessibleName() for each in page.detail.view.findChildren(QLabel)], timeout=3000
    )


def test_the_document_speaks_the_language_chosen_for_it(
    page: SubmissionsPage, qtbot: QtBot, settled: Settled, tmp_path: Path
) -> None:
    page.language.set_value("es")
    page.kinds["organisation_profile"].trigger()
    settled()
    qtbot.waitUntil(lambda: page.detail.view.page_count() >= 1)
    page.save_to(tmp_path / "profile.pdf")
    settled()
    text = PdfReader(tmp_path / "profile.pdf").pages[0].extract_text()
    assert "Perú" in text
    assert PdfReader(tmp_path / "profile.pdf").trailer["/Root"]["/Lang"] == "es"


def test_the_same_data_gives_the_same_bytes_and_no_second_draft(sample_desk: Desk) -> None:
    app = sample_desk.app
    first = app.run(reporting.make_submission, "participation_report", "2026", "fr")
    again = app.run(reporting.make_submission, "participation_report", "2026", "fr")
    assert first == again
    values = app.read(reporting.values_of, first)
    once, twice = (reporting.render(values["kind"], values["data"], "fr") for _ in range(2))
    assert once == twice
    assert values["digest"] == reporting.digest_of(values["data"])


def test_what_was_sent_stays_and_a_new_version_follows_it(sample_desk: Desk) -> None:
    app = sample_desk.app
    first = app.run(reporting.make_submission, "participation_report", "2026", "en")
    app.run(handover.send, first)
    with pytest.raises(UserError):
        app.run(handover.send, first)
    app.run(editing.add, "activity", {"date": "2026-11-20", "text": "One more visit"})
    second = app.run(reporting.make_submission, "participation_report", "2026", "en")
    assert second != first
    assert app.read(editing.values, "submission", second)["version_of_id"] == first
    lines = {line.id: line.state for line in app.read(submitting.load)}
    assert lines == {first: "queued", second: "draft"}


@pytest.mark.parametrize(
    ("kind", "period"),
    [("nonsense", "2026"), ("participation_report", "last year"), ("participation_report", "2026-13")],
)
def test_what_can_t_be_made_is_said_and_nothing_is_kept(sample_desk: Desk, kind: str, period: str) -> None:
    with pytest.raises(UserError):
        sample_desk.app.run(reporting.make_submission, kind, period, "en")
    assert sample_desk.app.read(editing.rows, "submission") == []


def test_the_secretariat_says_why_something_comes_back(sample_desk: Desk) -> None:
    app = sample_desk.app
    made = app.run(reporting.make_submission, "participation_report", "2026", "en")
    with pytest.raises(UserError):
        app.run(handover.answer, made, "returned", "Not by you.")
    app.run(lambda session: facts.put(session, role="secretariat"))
    with pytest.raises(UserError, match="not sent yet"):
        app.run(handover.answer, made, "returned", "The April figures are missing.")
    app.run(handover.send, made)
    with pytest.raises(UserError, match="why it comes back"):
        app.run(handover.answer, made, "returned", " ")
    app.run(handover.answer, made, "returned", "The April figures are missing.")
    assert app.read(submitting.detail, made).note == "The April figures are missing."


def test_what_came_back_is_corrected_on_the_page(
    page: SubmissionsPage, sample_desk: Desk, qtbot: QtBot, settled: Settled
) -> None:
    app = sample_desk.app
    made = app.run(reporting.make_submission, "participation_report", "2026", "en")
    app.run(handover.send, made)
    app.run(lambda session: facts.put(session, role="secretariat"))
    app.run(handover.answer, made, "returned", "A visit is missing.")
    app.run(lambda session: facts.put(session, role="coordinator"))
    page.refresh()
    settled()
    assert page.detail.correct_button.isVisible()
    assert not page.detail.send_button.isVisible()
    app.run(editing.add, "activity", {"date": "2026-11-20", "text": "One more visit"})
    page.detail.correct_button.click()
    settled()
    assert page.detail.send_button.isVisible()
    page.detail.send_button.click()
    settled()
    assert [(line.id, line.state) for line in app.read(submitting.load)] == [(made, "queued")]
    assert not app.read(submitting.detail, made).note
