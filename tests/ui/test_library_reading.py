"""Reading in the library: Markdown, pictures, and nothing that a hostile text could do; all of it by keyboard."""

from __future__ import annotations

import http.server
import threading
from typing import TYPE_CHECKING

import pytest
from PySide6 import QtGui
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from tests.ui.test_library_rows import CASE, put_into, read, shown
from ui import theme
from ui.pages.library_print import document
from ui.pages.library_reader import COLUMN, Passage, Picture
from wimdesk.services import attaching, editing, library, library_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from ui.desk import Desk

RICH = """Before you **buy**, ask [the makers](https://example.org/lamps).

## Sizes

| size | girth |
| --- | --- |
| S | 70 cm |

- one
  - half
- two

3. three
4. four

> Said by the lamp room.

![The lamp room](lamp.png)
"""


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A real server on this computer that notes whoever asks it for anything."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Note the request."""
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join()


def tool(desk: Desk, text: str, **more: object) -> str:
    values = CASE | {"template": "tool", "state": "published", "body": {"en": text}} | more
    return put_into(desk, desk.app.run(editing.add, "library_item", values), "alliance")


def test_tables_lists_and_pictures_are_shown(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    record = desk.app.run(editing.add, "library_item", CASE | {"template": "tool", "body": {"en": RICH}})
    image = QImage(900, 300, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkGreen)
    image.save(str(tmp_path / "lamp.png"))
    content = (tmp_path / "lamp.png").read_bytes()
    attaching.attach(desk.app.store, desk.app.contents, ("library_item", record), "lamp.png", content)
    put_into(desk, record, "alliance")
    page = shown(desk, qtbot, 1)
    qtbot.waitUntil(lambda: "S\n70 cm" in read(page))
    assert "3. three\n4. four" in read(page)
    picture = page.reading.reader.findChild(Picture)
    assert picture is not None
    qtbot.waitUntil(lambda: not picture.pixmap().isNull())
    assert picture.pixmap().width() <= theme.px(COLUMN)
    assert picture.accessibleName() == "Picture: The lamp room"
    markup = "".join(passage.text() for passage in page.reading.reader.findChildren(Passage))
    for tag in ("<table", "<ul", '<ol style="margin:0 0 8px -14px" start="3">', "<blockquote", "<strong>buy</strong>"):
        assert tag in markup, tag
    followed: list[str] = []
    page.reading.reader.followed.disconnect()
    page.reading.reader.followed.connect(followed.append)
    passage = next(each for each in page.reading.reader.findChildren(Passage) if "<a " in each.text())
    passage.linkActivated.emit("https://example.org/lamps")
    passage.linkActivated.emit("file:///etc/passwd")
    assert followed == ["https://example.org/lamps"]


def test_the_lines_are_as_long_as_one_can_read(desk: Desk, qtbot: QtBot) -> None:
    tool(desk, "word " * 400)
    page = shown(desk, qtbot, 1)
    page.resize(1900, 900)
    qtbot.waitUntil(lambda: "word word" in read(page))
    for passage in page.reading.reader.findChildren(Passage):
        letters = passage.width() / passage.fontMetrics().averageCharWidth()
        assert letters <= 110, "some 70 letters of text, as averageCharWidth counts narrow ones too"


def test_nothing_in_a_text_is_fetched_or_run(
    desk: Desk, qtbot: QtBot, listener: tuple[str, list[str]], tmp_path: Path
) -> None:
    address, asked = listener
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"x")
    hostile = f"""<script src="{address}/script.js">fetch("{address}/run")</script>

<img src="{address}/raw.png"> <iframe src="{address}/frame"></iframe> <link rel="stylesheet" href="{address}/style.css">

![remote]({address}/picture.png) and ![beside]({address}/inline.png)

![remote]({address}/alone.png)

![local](file://{secret}) ![up](../../../etc/passwd) ![data](data:image/png;base64,AAAA)

![<img src="{address}/words.png">](beside.png)

![<img src="file://{secret}">](lamp.png)

[run](javascript:alert(1)) [file](file:///etc/passwd) [net](//{address[7:]}/x)

<style>@import url({address}/import.css); body {{ background: url({address}/background.png) }}</style>

| <img src="{address}/cell.png"> |
| --- |
| ![cell]({address}/cell2.png) |
"""
    words = {
        "title": {"en": f'<img src="{address}/title.png">Lamps'},
        "summary": {"en": hostile},
        "link": "file:///etc",
    }
    record = tool(desk, hostile, **words, creator=f'<img src="{address}/creator.png">')
    page = shown(desk, qtbot, 1)
    qtbot.waitUntil(lambda: "remote" in read(page))
    page.search.setText("remote")
    qtbot.waitUntil(lambda: "background-color" in "".join(each.text() for each in page.findChildren(Passage)))
    page.grab()
    article = desk.app.read(library.article, record)
    printed = document(article, {}, QPrinter(QPrinter.PrinterMode.HighResolution))
    printed.toHtml()
    QApplication.processEvents()
    assert asked == []
    for label in page.reading.reader.findChildren(QLabel):
        if label.textFormat() != Qt.TextFormat.PlainText:
            for tag in ("<img", "<script", "<iframe", "<link", "<style>", 'href="file', 'href="javascript', 'href="//'):
                assert tag not in label.text(), (tag, label.text())
    for picture in page.reading.reader.findChildren(Picture):
        assert picture.pixmap().isNull()
    tips = [each.toolTip() for each in page.findChildren(QWidget)]
    tips.append(str(page.model.data(page.model.index(0), Qt.ItemDataRole.ToolTipRole)))
    assert not any("<img" in tip for tip in tips if QtGui.Qt.mightBeRichText(tip)), "Qt guesses what is markup"
    markup = "".join(piece.html for piece in library_text.pieces(hostile))
    assert "<img" not in markup
    assert "<script" not in markup


def test_a_text_made_to_be_slow_is_read_all_the_same() -> None:
    for text in ("[" * 20_000, "> " * 5_000 + "x", "- " * 3_000 + "x", "*a_ " * 20_000, "|a" * 5_000, "`" * 30_000):
        assert library_text.pieces(text) is not None


def test_a_long_text_is_laid_out_in_few_parts(desk: Desk, qtbot: QtBot) -> None:
    """A policy of 200 pages, and one that was made to fill the window with pictures."""
    told = "".join(f"Paragraph {number}.\n\n---\n\n" for number in range(1200))
    tool(desk, told + "![Plan](plan.png)\n\n" * 150)
    page = shown(desk, qtbot, 1)
    qtbot.waitUntil(lambda: "Paragraph 1199." in read(page))
    assert all(f"Paragraph {number}." in read(page) for number in range(0, 1200, 100))
    assert len(page.reading.reader.findChildren(Passage)) < 100
    assert len(page.reading.reader.findChildren(Picture)) == 100
    assert read(page).count("Plan") == 50, "the others by their names"


def test_the_library_is_read_without_a_mouse(desk: Desk, qtbot: QtBot) -> None:
    for number in range(3):
        tool(desk, RICH, title={"en": f"Lamps {number}"}, issued=f"2026-01-0{number + 1}")
    page = shown(desk, qtbot, 3)
    qtbot.keyClick(page, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(page.search.hasFocus)
    qtbot.keyClicks(page.search, "lamps")
    qtbot.waitUntil(lambda: page.model.rowCount() == 3)
    met: set[object] = set()
    wanted = (page.view, page.reading.print, page.reading.more, page.more, page.order)
    for _step in range(200):
        focus = QApplication.focusWidget()
        met.add(focus)
        if focus is page.view and page.view.currentIndex().row() != 1:
            qtbot.keyClick(page.view, Qt.Key.Key_Home)
            qtbot.keyClick(page.view, Qt.Key.Key_Down)
            qtbot.waitUntil(lambda: "Lamps 1" in read(page) and not desk.tasks.busy())
        qtbot.keyClick(focus or page, Qt.Key.Key_Tab)
        if focus is page.search and len(met) > 5:
            break
    assert all(widget in met or widget.focusProxy() in met for widget in wanted)
