"""What is exported from the library opens anywhere; what others wrote in Markdown comes in."""

from __future__ import annotations

import csv
import io
import posixpath
import re
import zipfile
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import PIL.Image
import pytest

from tests.ui.test_library_rows import CASE, shown
from wimdesk.errors import UserError
from wimdesk.services import attaching, editing, library, library_export, library_markdown
from wimdesk.services.library_text import plain

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from ui.desk import Desk

BODY = "Ask first.\n\n![Plan](plan of it.png)\n\n![gone](gone.png)\n\n| a | b |\n| --- | --- |\n| 1 | 2 |"


class References(HTMLParser):
    """All that a page refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures: list[str] = []
        self.links: list[str] = []
        self.others: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note each address."""
        for name, value in attrs:
            if name in {"src", "href", "srcset", "data", "action", "background", "poster"}:
                kept = self.pictures if tag == "img" else self.links if tag == "a" else self.others
                kept.append(value or "")


def picture(shade: int) -> bytes:
    out = io.BytesIO()
    PIL.Image.new("RGB", (40, 20), (shade, 80, 120)).save(out, "PNG")
    return out.getvalue()


def twenty(desk: Desk) -> list[str]:
    made = []
    for number in range(20):
        told = {
            "title": {"en": f"Practice {number} <b> & “co” 100 %"}, "body": {"en": BODY}, "template": "tool",
            "issued": f"2026-01-{number + 1:02}", "creator": "Ana Núñez", "subject": ["lamps", "=1+1"],
            "link": "javascript:alert(1)" if number else "https://example.org/film",
        }  # fmt: skip
        record = desk.app.run(editing.add, "library_item", CASE | told)
        parent = ("library_item", record)
        for name in ("plan of it.png", "Other.png"):
            attaching.attach(desk.app.store, desk.app.contents, parent, name, picture(number))
        attaching.attach(desk.app.store, desk.app.contents, parent, "list.txt", b"a list")
        made.append(record)
    return made


def test_row_d09_twenty_items_open_without_the_program_or_a_network(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    twenty(desk)
    page = shown(desk, qtbot, 20)
    target = tmp_path / "library.zip"
    page.export_to(target)
    qtbot.waitUntil(target.exists)
    seen = 0
    with zipfile.ZipFile(target) as pack:
        names = set(pack.namelist())
        assert {"index.html", "library.bib", "library.ris", "library.csv"} <= names
        pages = [name for name in names if name.endswith(".html")]
        assert len(pages) == 21
        for name in pages:
            text = pack.read(name).decode()
            found = References()
            found.feed(text)
            assert found.others == [], "no style sheet, script or frame from elsewhere"
            assert "default-src 'none'" in text
            assert "<script" not in text
            assert "url(" not in text
            for reference in found.pictures:
                assert not urlsplit(reference).scheme
                held = pack.read(posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(reference))))
                assert PIL.Image.open(io.BytesIO(held)).size == (40, 20)
                seen += 1
            for link in found.links:
                if link.startswith("https://example.org/"):
                    continue
                assert not urlsplit(link).scheme, link
                assert posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(link))) in names
    assert seen == 40, "two pictures of each"


def test_row_d09_reference_managers_and_tables_can_read_it(desk: Desk, tmp_path: Path) -> None:
    ids = twenty(desk)[:3]

    def written(ending: str) -> str:
        path = tmp_path / f"out.{ending}"
        desk.app.read(library_export.export, desk.app.contents, ids, path)
        return path.read_text(encoding="utf-8-sig")

    bib = written("bib")
    entries = re.findall(r"^@misc\{([a-z0-9-]+),$", bib, re.MULTILINE)
    assert len(set(entries)) == 3
    assert r"100 \%" in bib
    assert "author = {Ana Núñez}" in bib
    assert bib.replace(r"\{", "").replace(r"\}", "").count("{") == bib.replace(r"\{", "").replace(r"\}", "").count("}")
    ris = written("ris")
    assert ris.count("TY  - RPRT") == ris.count("ER  - ") == 3
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line) for line in ris.splitlines() if line)
    rows = [*csv.DictReader(io.StringIO(written("csv")))]
    assert [row["title"] for row in rows] == [f"Practice {number} <b> & “co” 100 %" for number in range(3)]
    assert rows[0]["license"] == "CC-BY-4.0"
    assert "javascript" not in bib + ris
    with pytest.raises(UserError, match="must end in"):
        written("docx")


def test_row_d09_markdown_goes_out_and_comes_in(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    told = {"collections": ["Health"], "subject": ["lamps"], "creator": "Ana Núñez", "issued": "2026-01-05"}
    record = desk.app.run(editing.add, "library_item", CASE | told | {"body": {"en": "Ask.\n\n## Then\n\nBuy."}})
    out = tmp_path / "lamps.md"
    desk.app.read(library_export.export, desk.app.contents, [record], out)
    page = shown(desk, qtbot, 1)
    page.take_markdown(out)
    qtbot.waitUntil(lambda: page.model.rowCount() == 2)
    (other,) = {row["id"] for row in desk.app.read(editing.rows, "library_item")} - {record}
    before, after = (desk.app.read(editing.values, "library_item", each) for each in (record, other))
    for name in ("title", "summary", *library.CASE_PARTS, *told, "license", "template", "language"):
        assert after[name] == before[name], name
    assert plain(after["body"]["en"]) == plain(before["body"]["en"])
    assert after["state"] == "draft"


def test_any_markdown_file_becomes_a_draft(desk: Desk) -> None:
    text = "# Belts\r\n\r\nBelts that fit.\r\n\r\nAsk first.\r\n\r\n## Outcomes of it\r\n\r\n1. One\r\n2. Two\r\n"
    made = desk.app.run(library_markdown.bring, text.encode("utf-16"), "belts")
    row = desk.app.read(editing.values, "library_item", made)
    assert (row["title"], row["summary"], row["template"]) == ({"en": "Belts"}, {"en": "Belts that fit."}, "tool")
    assert row["body"] == {"en": "Ask first.\n\n## Outcomes of it\n\n1. One\n2. Two"}
    for raw in (b"", b" \n\t", b"x" * 300_000):
        with pytest.raises(UserError, match="Nothing was brought in"):
            desk.app.run(library_markdown.bring, raw, "x")
    french = "---\ntitle: Lampes\nlanguage: fr\n---\n\n## Pourquoi c’est important\n\nLe risque."
    row = desk.app.read(editing.values, "library_item", desk.app.run(library_markdown.bring, french.encode(), "x"))
    assert (row["title"], row["language"]) == ({"fr": "Lampes"}, "fr")
