"""Sync by file in the real Sync centre: saved, passed on by somebody else, loaded, dropped, and by keyboard only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog

from sync.client import bundles
from tests.support import Endpoint, Laptop, Office, Template
from tests.ui.sync_seat import Seat, Sit, words
from tests.ui.test_every_page import cut, sideways
from ui.pages.sync_centre_files import FilesCard
from wimdesk.services import editing
from wimdesk.store import facts, outbox

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def dora(office: Office) -> Laptop:
    """Somebody of another organisation, with a network."""
    return office.laptop("Dora", "Another organisation")


def files(seat: Seat) -> FilesCard:
    if not any(card.isVisible() for card in seat.page.findChildren(FilesCard)):
        seat.click(seat.page.file_button)
    return seat.detail(FilesCard)


def drop(seat: Seat, path: Path) -> bool:
    """Drag a file onto the page and let go; say whether the page wanted it."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), copy, data, left, none)
    enter.setAccepted(False)
    seat.page.dragEnterEvent(enter)
    if enter.isAccepted():
        seat.page.dropEvent(QDropEvent(QPointF(5, 5), copy, data, left, none))
        seat.settle()
    return enter.isAccepted()


def test_saved_here_passed_on_there_and_dropped_here_again(
    ana: Laptop, dora: Laptop, mamani: Laptop, sit: Sit, tmp_path: Path
) -> None:
    theirs = mamani.add("site", name="South")
    mamani.sync()
    ana.add("site", name="North")
    up, down = tmp_path / "up.wimsync", tmp_path / "down.wimsync"
    seat = sit(ana)
    card = files(seat)
    assert card.save_button.hasFocus()
    card.save_to(up)
    seat.settle()
    assert "Saved: up.wimsync" in words(card)
    assert card.save_button.hasFocus()
    assert "1 change is in the file" in words(card)
    assert "They can't read it" in words(card)
    assert "A file was saved" in words(card)

    other = sit(dora)
    carrier = files(other)
    carrier.take(up)
    other.settle()
    assert "changes of somebody else" in words(carrier)
    assert carrier.outcome.button.text() == "Pass it on…"
    assert carrier.outcome.button.hasFocus()
    carrier.pass_on(down)
    other.settle()
    assert "The answer is in down.wimsync" in words(carrier)
    assert "Give it back" in words(carrier)
    carrier.take(down)
    other.settle()
    assert "an answer for another computer" in words(carrier)
    assert not carrier.outcome.button.isVisible()
    assert carrier.load_button.hasFocus(), "the button that had the focus is gone"

    assert drop(seat, down)
    card = seat.detail(FilesCard)
    assert "1 change of yours arrived" in words(card)
    assert "came in" in words(card)
    assert "A file was saved" not in words(card)
    assert ana.see("site", theirs)["name"] == "South"
    assert ana.app.read(outbox.count) == 0
    assert any("1" in row for row in seat.rows("done"))
    assert drop(seat, down)
    assert "here already" in words(seat.detail(FilesCard))


def test_by_keyboard_only(ana: Laptop, sit: Sit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mine"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_words: (str(path), ""))
    seat = sit(ana)
    seat.tab_to(seat.page.file_button)
    seat.key(Qt.Key.Key_Return)
    seat.settle()
    seat.key(Qt.Key.Key_Return)
    seat.settle()
    assert path.with_suffix(".wimsync").exists()
    card = seat.detail(FilesCard)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_words: (str(path.with_suffix(".wimsync")), ""))
    seat.tab_to(card.load_button)
    seat.key(Qt.Key.Key_Return)
    seat.settle()
    assert "your own changes" in words(card)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_words: (str(tmp_path / "answer.wimsync"), ""))
    assert card.outcome.button.hasFocus()
    seat.key(Qt.Key.Key_Return)
    seat.settle()
    assert "load it" in words(card)
    assert card.outcome.button.hasFocus()
    seat.key(Qt.Key.Key_Return)
    seat.settle()
    assert "load it" not in words(card)
    assert card.load_button.hasFocus()
    assert not ana.app.read(bundles.saved_at)


def test_what_can_not_be_used_is_said_in_a_sentence(
    ana: Laptop, sit: Sit, tmp_path: Path, secretariat: Endpoint, template: Template
) -> None:
    seat = sit(ana)
    card = files(seat)
    other = tmp_path / "letter.wimsync"
    other.write_bytes(b"Dear all")
    assert drop(seat, other)
    assert "This is no sync file" in words(card)
    assert not drop(seat, tmp_path / "letter.pdf")
    card.save_to(tmp_path / "no folder" / "file.wimsync")
    seat.settle()
    assert "could not be written" in words(card)
    assert card.save_button.isEnabled()
    assert not ana.app.read(bundles.saved_at)
    assert not ana.app.read(editing.rows, "site")


def test_a_file_that_could_not_be_passed_on_can_be_passed_on_later(
    ana: Laptop, sit: Sit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana.add("site", name="North")
    seat = sit(ana)
    card = files(seat)
    card.save_to(tmp_path / "up.wimsync")
    seat.settle()
    card.take(tmp_path / "up.wimsync")
    seat.settle()
    there = ana.app.identity().server_url
    ana.app.run(facts.put, server_url="http://127.0.0.1:9")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_words: (str(tmp_path / "answer.wimsync"), ""))
    for address, told in (("http://127.0.0.1:9", "no connection"), (there, "It was passed on.")):
        ana.app.run(facts.put, server_url=address)
        assert card.outcome.button.text() == "Pass it on…"
        assert card.outcome.button.hasFocus()
        seat.key(Qt.Key.Key_Return)
        seat.settle()
        assert told in words(card)


def test_without_a_secretariat_there_is_nothing_to_save(office: Office, sit: Sit, tmp_path: Path) -> None:
    seat = sit(office.app())
    assert not seat.page.file_button.isVisible()
    assert not drop(seat, tmp_path / "any.wimsync")


@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_everything_can_be_read(ana: Laptop, sit: Sit, tmp_path: Path, language: str) -> None:
    ana.app.settings.put("language", language)
    seat = sit(ana)
    card = files(seat)
    card.save_to(tmp_path / "up.wimsync")
    seat.settle()
    card.take(tmp_path / "up.wimsync")
    seat.settle()
    assert [*cut(seat.page), *sideways(seat.window)] == []
