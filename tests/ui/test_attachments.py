"""The card of attachments: add, the question about large photos, look, save, remove; every control has a name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QImage, QImageReader, QImageWriter, QPainter
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from tests.ui.sync_seat import words
from ui import pictures
from ui.forms.attachment import AttachmentsCard
from wimdesk.services import attaching, editing, publishing

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from tests.support import Laptop
    from tests.ui.sync_seat import Sit
    from ui.desk import Desk

POSITION = b"GPS-16.05,-71.41"


def photo(width: int, height: int, kind: str = "JPEG", *, alpha: bool = False) -> bytes:
    """A picture that is hard to pack, with a position in its head."""
    image = QImage(width, height, QImage.Format.Format_ARGB32 if alpha else QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.transparent if alpha else Qt.GlobalColor.white)
    painter = QPainter(image)
    for at in range(0, width * 4, 7):
        painter.fillRect(at * 37 % width, at * 91 % height, 23, 17, QColor(at % 256, at * 3 % 256, at * 7 % 256))
    painter.end()
    out = QBuffer()
    out.open(QBuffer.OpenModeFlag.WriteOnly)
    writer = QImageWriter(out, QByteArray(kind.encode()))
    writer.setQuality(98)
    writer.setText("Comment", POSITION.decode())
    assert writer.write(image)
    return bytes(out.data().data())


def size_of(content: bytes) -> tuple[int, int]:
    buffer = QBuffer()
    buffer.setData(QByteArray(content))
    buffer.open(QBuffer.OpenModeFlag.ReadOnly)
    size = QImageReader(buffer).size()
    return size.width(), size.height()


@pytest.mark.parametrize(
    ("kind", "alpha", "ending"), [("JPEG", False, "jpg"), ("PNG", True, "png"), ("PNG", False, "jpg")]
)
def test_a_large_photo_has_a_smaller_copy_without_a_position(kind: str, alpha: bool, ending: str) -> None:
    content = photo(3200, 2400, kind, alpha=alpha)
    assert POSITION in content
    made = pictures.smaller("Lamp room.JPG" if kind == "JPEG" else "lamp.png", content)
    assert made is not None
    assert made.name.lower().endswith(ending)
    assert size_of(made.content) == (2000, 1500)
    assert len(made.content) < 0.8 * len(content)
    assert POSITION not in made.content
    assert b"Exif" not in made.content


def test_what_is_small_or_no_picture_has_none() -> None:
    assert pictures.smaller("small.jpg", photo(400, 300)) is None
    assert pictures.smaller("plan.pdf", b"%PDF-1.7" + bytes(2_000_000)) is None
    assert pictures.smaller("broken.jpg", b"no picture " * 200_000) is None


@pytest.fixture
def card(desk: Desk, qtbot: QtBot, settled: Callable[[], None]) -> AttachmentsCard:
    site = desk.app.run(editing.add, "site", {"name": "North"})
    found = AttachmentsCard(desk, "site", site)
    qtbot.addWidget(found)
    found.resize(700, 400)
    settled()
    found.show()
    return found


def button(card: QWidget, key: str) -> QAbstractButton:
    (found,) = [each for each in card.findChildren(QAbstractButton) if each.objectName().startswith(f"{key}:")]
    return found


def titles(desk: Desk) -> list[str]:
    return [each.title for each in desk.app.read(attaching.every, desk.app.contents)]


def test_a_file_is_added_saved_and_removed(
    card: AttachmentsCard,
    desk: Desk,
    qtbot: QtBot,
    settled: Callable[[], None],
    tmp_path: Path,
    nameless: Callable[[QWidget], list[str]],
) -> None:
    plan = tmp_path / "plan.pdf"
    plan.write_bytes(b"plan" * 500)
    card.take([plan])
    settled()
    settled()
    assert titles(desk) == ["plan.pdf"]
    assert nameless(card) == []
    assert "plan.pdf" in button(card, "save").accessibleName()
    shown = desk.app.read(attaching.every, desk.app.contents)[0]
    card.save_to(shown, tmp_path / "copy.pdf")
    settled()
    assert (tmp_path / "copy.pdf").read_bytes() == plan.read_bytes()
    button(card, "bin").setFocus()
    button(card, "bin").click()
    settled()
    settled()
    assert titles(desk) == []
    qtbot.waitUntil(lambda: not card.is_open())
    assert card.isVisible()


@pytest.mark.parametrize("shrink", [True, False])
def test_a_large_photo_asks_and_a_picture_is_shown(
    card: AttachmentsCard, desk: Desk, settled: Callable[[], None], tmp_path: Path, shrink: bool
) -> None:
    for name in ("one.jpg", "two.jpg"):
        (tmp_path / name).write_bytes(photo(3200, 2400))
    card.take([tmp_path / "one.jpg", tmp_path / "two.jpg"])
    settled()
    assert titles(desk) == [], "nothing is queued before the answer"
    assert card.question.isVisible()
    words = card.question.accessibleName() + card.question.accessibleDescription()
    assert words.count("MB") + words.count("kB") == 2, "both sizes are said"
    for _each in range(2):
        (card.question.shrink if shrink else card.question.button).click()
        settled()
    assert not card.question.isVisible()
    assert sorted(titles(desk)) == ["one.jpg", "two.jpg"]
    shown = desk.app.read(attaching.every, desk.app.contents)[0]
    content = desk.app.contents.read(shown.digest)
    assert (POSITION in content) is not shrink
    assert (size_of(content) == (2000, 1500)) is shrink
    settled()

    def look() -> None:
        # Found anew each time: the rows are made again whenever something about a file has changed.
        *_going, found = [
            each for each in card.findChildren(QAbstractButton) if each.objectName() == f"look:{shown.id}"
        ]
        found.click()
        settled()

    look()
    assert card.picture.isVisible()
    assert card.picture.pixmap().width() > 300
    assert shown.title in card.picture.accessibleName()
    look()
    assert not card.picture.isVisible()


def test_files_are_dropped_on_it(
    card: AttachmentsCard, desk: Desk, settled: Callable[[], None], tmp_path: Path
) -> None:
    data = QMimeData()
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(name)
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / name)) for name in ("a.txt", "b.txt", "none.txt")])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), copy, data, left, none)
    QApplication.sendEvent(card, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(card, QDropEvent(QPointF(5, 5), copy, data, left, none))
    settled()
    settled()
    assert sorted(titles(desk)) == ["a.txt", "b.txt"]


def test_what_cant_be_read_is_said_and_changes_nothing(
    card: AttachmentsCard, desk: Desk, settled: Callable[[], None], tmp_path: Path
) -> None:
    (tmp_path / "empty").write_bytes(b"")
    card.take([tmp_path / "none.pdf", tmp_path / "empty"])
    settled()
    assert titles(desk) == []
    assert not card.question.isVisible()
    told = desk.notices.banner
    assert told.accessibleName() in {"none.pdf", "empty"}, "which of the files it was"
    assert "Nothing was attached." in told.accessibleDescription()


def test_the_card_says_where_a_file_reaches_everybody(desk: Desk, qtbot: QtBot) -> None:
    said = "Everybody in the Alliance sees it"
    private = desk.app.run(editing.add, "initiative", {"title": {"en": "Boots that fit"}})
    shared = desk.app.run(publishing.publish, "initiative", private, "alliance")
    joint, own = (AttachmentsCard(desk, "initiative", record) for record in (shared, private))
    for card in (joint, own):
        qtbot.addWidget(card)
        card.resize(700, 200)
        card.show()
        qtbot.waitUntil(card.add_button.isVisible)
    qtbot.waitUntil(lambda: said in words(joint))
    assert said not in words(own)


def test_where_every_byte_costs_a_file_that_waits_says_why(ana: Laptop, sit: Sit, qtbot: QtBot, tmp_path: Path) -> None:
    site = ana.add("site", name="North")
    ana.sync()
    seat = sit(ana)
    ana.app.settings.put("metered", True)
    card = AttachmentsCard(seat.desk, "site", site, seat.window)
    card.resize(600, 400)
    card.show()
    (tmp_path / "plan.txt").write_text("plan")
    card.take([tmp_path / "plan.txt"])
    qtbot.waitUntil(lambda: "Waiting to go" in words(card))
    ana.sync()
    card.reload()
    seat.settle()
    assert "Waiting to go" in words(card)
    assert "Every byte costs: files wait" in words(card)
    ana.app.settings.put("metered", False)
    ana.sync()
    card.reload()
    seat.settle()
    assert "Every byte costs" not in words(card)
    assert "On this computer" in words(card)
