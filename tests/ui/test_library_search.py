"""Searching the library: files, forms of words, languages; through the page."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.extract import papers
from tests.ui.test_library_page import desk as desk
from tests.ui.test_library_page import page as page
from tests.ui.test_library_page import row
from ui.widgets.labels import Text
from wimdesk.services import attaching, editing, library
from wimdesk.services.file_words import unread
from wimdesk.store import file_texts

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.desk import Desk
    from ui.pages.library import LibraryPage

TYPE = library.TYPE


def practice(desk: Desk, title: str, language: str = "en") -> str:
    values = {"title": {language: title}, "language": language, "state": "draft"}
    return desk.app.run(editing.add, TYPE, values)


def attach(desk: Desk, item: str, name: str, content: bytes) -> str:
    return attaching.attach(desk.app.store, desk.app.contents, (TYPE, item), name, content)


def search(page: LibraryPage, qtbot: QtBot, text: str, count: int) -> None:
    """Not key by key: a test can't type letters that its keyboard does not have."""
    page.search.setText(text)
    qtbot.waitUntil(lambda: page.model.rowCount() == count)


def test_row_d02_words_in_a_file_with_page_and_snippet(desk: Desk, page: LibraryPage, qtbot: QtBot) -> None:
    desk.app.follow_files()
    item = practice(desk, "Talleres 2021", "es")
    pages = ("Portada", "Los círculos de mentoría se reúnen cada mes en la mina", "Anexo")
    attach(desk, item, "informe.pdf", papers.pdf(*pages))
    qtbot.waitUntil(lambda: [each.state for each in desk.app.read(file_texts.states).values()] == ["whole"])
    assert desk.app.read(unread, desk.app.contents) == []
    page.search.setText("mentoria mina")
    qtbot.waitUntil(lambda: row(page, page.model.find(item)).snippet.startswith("informe.pdf, page 2: "))
    found = row(page, page.model.find(item))
    assert found.title == "Talleres 2021"
    assert [found.snippet[start:end] for start, end in found.snippet_marks] == ["mentoría", "mina"]
    shelf = desk.app.read(library.load)
    since = time.perf_counter()
    assert desk.app.read(library.find, desk.app.searcher(), shelf, "mentoria", {}) is not None
    assert time.perf_counter() - since < 0.2


@pytest.mark.parametrize(
    ("language", "written", "asked"),
    [
        ("en", "Mentors were recruited", "recruiting mentor"),
        ("fr", "Les formations des ouvrières", "formation ouvriere"),
        ("es", "Capacitaciones para mineras", "capacitación minera"),
        ("pt", "As formações das trabalhadoras", "trabalhadora formacao"),
        ("ar", "التدريب في المناجم", "تدريب مناجم"),
        ("ru", "Обучение на шахтах", "обучения шахта"),
    ],
)
def test_forms_of_a_word_find_each_other(
    desk: Desk, page: LibraryPage, qtbot: QtBot, language: str, written: str, asked: str
) -> None:
    item = practice(desk, "Annex", language)
    attach(desk, item, "annex.txt", written.encode())
    told = practice(desk, written, language)
    assert desk.app.read_files() == 1
    page.refresh()
    page.search.setText(asked)
    qtbot.waitUntil(lambda: row(page, page.model.find(item)).snippet.startswith("annex.txt: "))
    assert page.model.find(told) < page.model.find(item)
    assert len(row(page, page.model.find(told)).title_marks) == 2
    assert "some of the words" not in page.count.text()


def test_files_of_every_kind_are_read_and_told_of(desk: Desk, page: LibraryPage, qtbot: QtBot) -> None:
    item = practice(desk, "Kit")
    attach(desk, item, "one.docx", papers.docx("Cover", "The xylophone of the mine"))
    assert desk.app.read_files() == 1
    page.refresh()
    search(page, qtbot, "xylophone", 1)
    assert row(page, 0).snippet == "one.docx, page 2: The xylophone of the mine"
    desk.app.run(editing.remove, TYPE, item)
    qtbot.waitUntil(lambda: page.model.rowCount() == 0)


def test_what_has_only_some_of_the_words_is_said_to(page: LibraryPage, qtbot: QtBot) -> None:
    page.search.setText("mentoring xylophone")
    qtbot.waitUntil(lambda: page.count.text() == "0 practices; 2 with some of the words")


def test_a_bomb_is_told_in_a_sentence(desk: Desk, page: LibraryPage, qtbot: QtBot) -> None:
    item = practice(desk, "Parcel")
    attach(desk, item, "big.docx", papers.zipped({"word/document.xml": b"<d>" + b" " * 30_000_000}))
    desk.app.read_files()
    page.show_record(item)
    page.reading.preview.click()
    qtbot.waitUntil(
        lambda: any("would unpack to far more" in text.text() for text in page.reading.findChildren(Text)),
    )


def test_reading_goes_on_where_it_was_stopped(desk: Desk) -> None:
    app = desk.app
    item = practice(desk, "Long")
    digest = app.read(attaching.fetch, attach(desk, item, "long.pdf", papers.pdf("One", "Two", "Three"))).identifier
    begun = app.run(file_texts.begin, digest)
    app.run(file_texts.add, begun.file, 0, [file_texts.Piece(1, "One", "one", "")])
    assert app.read_files() == 1
    (done,) = app.read(file_texts.states).values()
    assert (done.state, done.pieces) == ("whole", 3)
    assert app.read_files() == 0
    assert [hit.page for hit in app.searcher().ask_pages("three") or ()] == [3]
    assert len(app.searcher().ask_pages("one") or ()) == 1


def test_words_of_a_file_that_nobody_has_any_more_are_forgotten(desk: Desk) -> None:
    app = desk.app
    item = practice(desk, "Gone")
    made = attach(desk, item, "gone.txt", b"The xylophone")
    app.read_files()
    assert app.searcher().ask_pages("xylophone")
    app.run(attaching.remove, made)
    app.read_files()
    assert app.searcher().ask_pages("xylophone") == []
    assert app.read(file_texts.states) == {}
