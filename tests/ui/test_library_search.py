"""Searching the library: files, forms of words, languages; through the page."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QTimer

from tests.extract import papers
from tests.ui.test_library_page import desk as desk
from tests.ui.test_library_page import page as page
from tests.ui.test_library_page import row
from ui.forms.attachment import AttachmentsCard
from ui.widgets.buttons import LinkButton
from ui.widgets.labels import Text
from wimdesk.services import attaching, editing, library, library_duplicates, reading_lists, working_groups
from wimdesk.services.file_words import unread
from wimdesk.store import file_texts

if TYPE_CHECKING:
    from pathlib import Path

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
    since = time.thread_time()
    assert desk.app.read(library.find, desk.app.searcher(), shelf, "mentoria", {}) is not None
    assert time.thread_time() - since < 0.2


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


def test_row_d07_the_same_file_under_another_name_is_offered_to_link(
    desk: Desk, page: LibraryPage, qtbot: QtBot, tmp_path: Path
) -> None:
    first = practice(desk, "Lamp room")
    content = papers.pdf("The lamp room")
    attach(desk, first, "lamps.pdf", content)
    second = practice(desk, "Sala de lámparas", "es")
    copy = tmp_path / "copia.pdf"
    copy.write_bytes(content)
    page.show_record(second)
    qtbot.waitUntil(lambda: page.reading.form is not None and page.reading.form.item_id == second)
    assert page.reading.form is not None
    card = page.reading.form.findChildren(AttachmentsCard)[0]
    card.take([copy])
    qtbot.waitUntil(card.twin_question.isVisible)
    assert "copia.pdf" in card.twin_question.accessibleName()
    assert "“Lamp room” has the same file, as lamps.pdf." in card.twin_question.accessibleDescription()
    card.twin_question.link.click()
    qtbot.waitUntil(lambda: desk.app.read(editing.values, TYPE, second)["related"] == [first])
    assert desk.app.read(editing.values, TYPE, first)["related"] == [second]
    assert desk.app.read(attaching.listed, desk.app.contents, TYPE, second).files == ()
    page.reading.preview.click()
    qtbot.waitUntil(lambda: page.reading.reader.findChild(LinkButton, f"open:{first}") is not None)
    page.reading.edit.click()
    card.take([copy])
    qtbot.waitUntil(lambda: not card.twin_question.isHidden())
    card.twin_question.button.click()
    qtbot.waitUntil(lambda: len(desk.app.read(attaching.listed, desk.app.contents, TYPE, second).files) == 1)


def test_row_d08_a_saved_search_shows_what_is_added_later(desk: Desk, page: LibraryPage, qtbot: QtBot) -> None:
    page.search.setText("xylophone")
    qtbot.waitUntil(lambda: page.model.rowCount() == 0)
    page.saved.keep.click()
    qtbot.waitUntil(lambda: page.saved.current() is not None)
    page.saved.choice.set_value("")
    qtbot.waitUntil(lambda: page.model.rowCount() >= 42)
    assert page.search.text() == ""
    made = desk.app.run(editing.add, TYPE, {"title": {"en": "Xylophones of the mine"}, "language": "en"})
    page.saved.choice.setCurrentIndex(1)
    qtbot.waitUntil(lambda: page.model.rowCount() == 1 and page.model.find(made) == 0)
    assert page.search.text() == "xylophone"
    later = desk.app.run(editing.add, TYPE, {"title": {"en": "Another xylophone"}, "language": "en"})
    qtbot.waitUntil(lambda: page.model.find(later) >= 0)
    page.saved.bin.click()
    qtbot.waitUntil(lambda: page.saved.choice.count() == 1)
    qtbot.waitUntil(lambda: page.model.rowCount() >= 42)


def test_row_d08_a_reading_list_is_filled_and_sent(desk: Desk, page: LibraryPage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: page.reading.item_id() != "")
    first = page.reading.item_id()
    page.saved.put.click()
    qtbot.waitUntil(lambda: page.saved.current() is not None and page.model.rowCount() == 1)
    saved = page.saved.current()
    assert saved is not None
    own = practice(desk, "Only ours")
    desk.app.run(reading_lists.put, saved.id, own)
    qtbot.waitUntil(lambda: page.model.rowCount() == 2)
    assert [entry.id for entry in (page.model.entry(0), page.model.entry(1)) if entry] == [first, own]
    copy, behind = desk.app.run(reading_lists.send, saved.id, "alliance")
    assert behind == 1
    sent = desk.app.read(editing.values, reading_lists.LIST, copy)
    assert (sent["items"], sent["audience"]) == ([first], "alliance")
    assert len([each for each in desk.app.read(reading_lists.every) if each.kind == reading_lists.LIST]) == 1


def test_d08_a_reading_list_is_sent_to_a_working_group(desk: Desk, page: LibraryPage, qtbot: QtBot) -> None:
    group = desk.app.run(working_groups.begin)
    desk.app.run(editing.change, "working_group", group, {"title": {"en": "Data"}})
    qtbot.waitUntil(lambda: page.reading.item_id() != "")
    page.saved.put.click()
    qtbot.waitUntil(page.saved.to_group.isVisible)
    page.saved.group.set_value(group)
    page.saved.to_group.click()
    qtbot.waitUntil(lambda: len(desk.app.read(working_groups.lists_of, group)) == 1)
    page.saved.choice.set_value("")
    qtbot.waitUntil(lambda: not page.saved.to_group.isVisible())
    page.show_record(desk.app.read(reading_lists.every)[0].id)
    qtbot.waitUntil(lambda: page.model.rowCount() == 1 and page.saved.to_group.isVisible())


def test_what_is_perhaps_the_same_or_about_the_same_is_beside_it(desk: Desk) -> None:
    app = desk.app
    one = app.run(editing.add, TYPE, {"title": {"en": "Safe gear for women", "fr": "Équipement sûr pour femmes"}})
    two = app.run(editing.add, TYPE, {"title": {"fr": "Equipement sur pour femmes"}})
    three = app.run(
        editing.add, TYPE, {"title": {"es": "Informe"}, "summary": {"es": "Véase https://doi.org/10.1000/182."}}
    )
    four = app.run(editing.add, TYPE, {"title": {"en": "Report"}, "summary": {"en": "doi:10.1000/182"}})
    found = {each.id: each.why for each in app.read(reading_lists.related, app.searcher(), one)}
    assert found[two] == "Perhaps the same: the same title"
    found = {each.id: each.why for each in app.read(reading_lists.related, app.searcher(), three)}
    assert found[four] == "Perhaps the same: the same identifier"
    pairs = {(frozenset((one.id, other.id)), why) for one, other, why in app.read(library_duplicates.pairs)}
    assert pairs == {(frozenset((one, two)), "title"), (frozenset((three, four)), "identifier")}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ISBN 978-0-306-40615-7.", {"isbn:030640615"}),
        ("ISBN 0-306-40615-2", {"isbn:030640615"}),
        ("ISBN 0-306-40615-3", set()),
        ("see (doi:10.1000/AbC.5).", {"doi:10.1000/abc.5"}),
        ("http://www.x.org/A/ and https://x.org/a", {"url:x.org/a"}),
        ("https://x.org", set()),
    ],
)
def test_identifiers_are_found_in_one_way_to_write_them(text: str, found: set[str]) -> None:
    assert set(library_duplicates.identifiers(text)) == found


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


def test_hostile_files_never_hold_up_the_window(desk: Desk, page: LibraryPage, qtbot: QtBot) -> None:
    item = practice(desk, "Parcels")
    hostile = {
        "long.pdf": papers.pdf(*(f"Page {number} about mentors" for number in range(500))),
        "bomb.odt": papers.zipped(
            {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": b"<d>" + b" " * 40_000_000}
        ),
        "deep.docx": papers.zipped({"word/document.xml": "<d>" * 100_000}),
        "broken.docx": papers.docx("Mentors")[:-30],
        "self.pdf": papers.recursive_pdf(),
        "page.html": b"<html><script>while(1);</script><img src=http://127.0.0.1:9/x>" + b"<div>" * 50_000,
    }
    # What the window's thread computes in one go, whatever else the machine does meanwhile.
    busy, last = [], [time.thread_time()]

    def beat() -> None:
        busy.append(time.thread_time() - last[0])
        last[0] = time.thread_time()

    timer = QTimer(page)
    timer.timeout.connect(beat)
    for name, content in hostile.items():
        attach(desk, item, name, content)
    last[0] = time.thread_time()
    timer.start(5)
    desk.app.follow_files()
    page.search.setText("mentors")

    def states() -> list[str]:
        return sorted(each.state for each in desk.app.read(file_texts.states).values())

    qtbot.waitUntil(lambda: states() == ["bomb", "bomb", "broken", "broken", "none", "whole"], timeout=60_000)
    timer.stop()
    assert max(busy) < 0.5
    qtbot.waitUntil(lambda: row(page, page.model.find(item)).snippet.startswith("long.pdf, page "))


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
