from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QListView, QPlainTextEdit, QWidget

from ui import theme
from ui.bridge import Bridge
from ui.desk import Desk
from ui.notices import Notices
from ui.pages.library import LibraryPage
from ui.pages.library_print import card, document
from ui.pages.library_reader import Passage, marked
from ui.tasks import Tasks
from ui.widgets.languagemap import LanguageMapField
from ui.widgets.rows import ROW_ROLE, Row
from wimdesk.app import App
from wimdesk.i18n import pick
from wimdesk.records.library_item import POINTS
from wimdesk.services import editing, library, library_review, samples
from wimdesk.store import facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

WHOLE: dict[str, object] = {
    "title": {"en": "Anemometers for all"},
    "summary": {"en": "A weekly walk."},
    "template": "case",
    "themes": ["inclusive_workplace"],
    "language": "en",
    "country_code": "PE",
    "issued": "2026-01-05",
    "license": "CC-BY-4.0",
    "evidence": "strong",
    "minutes": 4,
    "state": "draft",
    "objectives": {"en": "Air is poor at the face."},
    "activities": {"en": "Walk on Monday.\n\n1. Measure the air.\n2. Write it down."},
    "outcomes": {"en": "Fans were repaired within days."},
    "takeaways": {"en": "Post the results."},
}


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot, app: App) -> Iterator[Desk]:
    theme.apply(qapp, "light", contrast=False)
    app.run(samples.write_common)
    ground = QWidget()
    qtbot.addWidget(ground)
    problems: list[BaseException] = []
    tasks, bridge = Tasks(app, problems.append), Bridge(app)
    yield Desk(app, None, tasks, bridge, Notices(ground, ground))
    tasks.close()
    bridge.close()
    assert not problems


@pytest.fixture
def page(desk: Desk, qtbot: QtBot) -> LibraryPage:
    return shown(desk, qtbot)


def shown(desk: Desk, qtbot: QtBot) -> LibraryPage:
    page = LibraryPage(desk)
    qtbot.addWidget(page)
    page.resize(1154, 700)
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    qtbot.waitUntil(lambda: page.model.rowCount() >= 42)
    return page


def row(page: LibraryPage, at: int) -> Row:
    found = page.model.index(at).data(ROW_ROLE)
    assert isinstance(found, Row)
    return found


def read(page: LibraryPage) -> str:
    return "\n".join(passage.accessibleName() for passage in page.reading.reader.findChildren(Passage))


def search(page: LibraryPage, qtbot: QtBot, text: str, count: int) -> None:
    page.search.clear()
    qtbot.keyClicks(page.search, text)
    qtbot.waitUntil(lambda: page.model.rowCount() == count)


def test_everything_is_there_with_counts(page: LibraryPage) -> None:
    assert page.count.text() == "42 practices"
    counts = [page.filters.box("language", code).count.text() for code in ("en", "fr", "es")]
    assert sum(map(int, counts)) == 42
    assert not page.filters.clear_button.isEnabled()


def test_a_list_that_ends_early_says_so(page: LibraryPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "MOST", 10)
    page.filters.box("language", "fr").box.click()
    page.filters.clear()
    qtbot.waitUntil(lambda: page.count.text() == "42 practices; the first 10 are listed")
    assert page.model.rowCount() == 10


def test_the_summaries_further_down_come_behind_the_first_ones(
    page: LibraryPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = [row(page, at).snippet for at in range(42)]
    assert all(whole)
    monkeypatch.setattr(library.find, "__kwdefaults__", {"only": None, "summarised": 10})
    first = page.desk.app.read(library.find, page.desk.app.searcher("test"), page.desk.app.read(library.load), "", {})
    assert first is not None
    page.model.show_result(first)
    assert [row(page, at).snippet for at in range(42)] == whole[:10] + [""] * 32
    page.model.add_summaries(replace(first), dict.fromkeys((entry.id for entry in first.entries), '{"en": "stale"}'))
    assert row(page, 10).snippet == "", "they belong to another question"
    monkeypatch.setattr(library, "AT_ONCE", 10)
    page.filters.box("language", "fr").box.click()
    page.filters.clear()
    qtbot.waitUntil(lambda: [row(page, at).snippet for at in range(page.model.rowCount())] == whole)


def test_typing_answers_with_marked_hits(page: LibraryPage, qtbot: QtBot) -> None:
    search(page, qtbot, "MENTORÍA", 2)
    assert page.count.text() == "2 practices"
    entry = page.model.entry(0)
    assert entry is not None
    qtbot.waitUntil(lambda: entry.title in read(page))
    search(page, qtbot, "mentoring agree", 1)
    first = row(page, 0)
    assert [first.title[start:end] for start, end in first.title_marks] == ["Mentoring", "agreement"]


def test_the_first_practice_is_shown_to_be_read(page: LibraryPage, qtbot: QtBot) -> None:
    entry = page.model.entry(0)
    assert entry is not None
    qtbot.waitUntil(lambda: entry.title in read(page))
    page.view.setCurrentIndex(page.model.index(3))
    fourth = page.model.entry(3)
    assert fourth is not None
    qtbot.waitUntil(lambda: fourth.title in read(page))


def test_what_is_read_stays_while_it_is_among_the_hits(page: LibraryPage, qtbot: QtBot) -> None:
    search(page, qtbot, "mentoring", 2)
    page.view.setCurrentIndex(page.model.index(1))
    entry = page.model.entry(1)
    assert entry is not None
    qtbot.waitUntil(lambda: entry.title in read(page))
    page.search.clear()
    qtbot.waitUntil(lambda: page.model.rowCount() == 42)
    assert page.model.entry(page.view.currentIndex().row()) == entry


def test_filters_narrow_and_clear_widens(page: LibraryPage, qtbot: QtBot) -> None:
    box = page.filters.box("language", "fr")
    left = int(box.count.text())
    box.box.click()
    qtbot.waitUntil(lambda: page.model.rowCount() == left)
    assert page.filters.box("language", "en").count.text() != "0"
    page.filters.clear_button.click()
    qtbot.waitUntil(lambda: page.model.rowCount() == 42)


def test_clicking_the_words_of_a_filter_chooses_it(page: LibraryPage, qtbot: QtBot) -> None:
    box = page.filters.box("template", "tool")
    qtbot.mouseClick(box.label, Qt.MouseButton.LeftButton)
    assert box.box.isChecked()


def test_titles_can_be_sorted(page: LibraryPage, qtbot: QtBot) -> None:
    page.order.set_value("title")
    qtbot.waitUntil(lambda: row(page, 0).title.startswith("A "))


def test_nothing_found_offers_a_way_out(page: LibraryPage, qtbot: QtBot) -> None:
    search(page, qtbot, "xylophone", 0)
    qtbot.waitUntil(page.nothing.isVisible)
    page.filters.box("language", "fr").box.click()
    qtbot.waitUntil(lambda: page.nothing.button.text() == "Search without filters")
    page.nothing.button.click()
    qtbot.waitUntil(lambda: page.nothing.button.text() == "Clear the search")
    page.nothing.button.click()
    qtbot.waitUntil(lambda: page.model.rowCount() == 42)
    assert page.view.isVisible()


def test_a_row_is_spoken_as_one_sentence(page: LibraryPage) -> None:
    entry = page.model.entry(0)
    said = page.model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert entry is not None
    assert said.startswith(entry.title)
    summary = pick(page.desk.app.read(editing.values, "library_item", entry.id)["summary"])
    assert summary
    assert summary.rstrip(".") in said


def draft(page: LibraryPage, qtbot: QtBot) -> str:
    qtbot.keyClick(page, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: page.reading.form is not None and "missing" in page.reading.form.checklist.title())
    assert page.reading.form is not None
    return page.reading.form.item_id


def test_a_practice_is_written_where_it_is_read(desk: Desk, page: LibraryPage, qtbot: QtBot) -> None:
    record = draft(page, qtbot)
    form = page.reading.form
    assert form is not None
    title = form.editors["title"]
    assert isinstance(title, LanguageMapField)
    qtbot.waitUntil(title.editor("en").hasFocus)
    qtbot.keyClicks(title.editor("en"), "Our lamp room")
    qtbot.waitUntil(lambda: desk.app.read(editing.values, library.TYPE, record)["title"] == {"en": "Our lamp room"})
    qtbot.waitUntil(lambda: row(page, 0).title == "Our lamp room")
    assert (row(page, 0).state, page.filters.box("ours", "draft").count.text()) == ("Draft", "1")
    assert page.reading.form is form
    assert title.editor("en").hasFocus()


def test_leaving_the_page_saves_the_last_words(desk: Desk, page: LibraryPage, qtbot: QtBot) -> None:
    record = draft(page, qtbot)
    assert page.reading.form is not None
    part = page.reading.form.editors["outcomes"]
    assert isinstance(part, LanguageMapField)
    line = part.editor("en")
    assert isinstance(line, QPlainTextEdit)
    line.setPlainText("Fewer falls.")
    page.flush()
    qtbot.waitUntil(lambda: desk.app.read(editing.values, library.TYPE, record)["outcomes"] == {"en": "Fewer falls."})


def test_what_is_missing_is_named_and_leads_to_its_field(desk: Desk, page: LibraryPage, qtbot: QtBot) -> None:
    record = draft(page, qtbot)
    page.reading.submit.click()
    form = page.reading.form
    assert form is not None
    qtbot.waitUntil(lambda: form.checklist.title() == "7 things are still missing:")
    link = next(b for b in form.checklist.findChildren(QAbstractButton) if b.text() == "Licence")
    link.click()
    assert form.editors["license"].hasFocus()
    assert desk.app.read(editing.values, library.TYPE, record)["state"] == "draft"


def test_a_whole_practice_is_submitted(desk: Desk, page: LibraryPage, qtbot: QtBot) -> None:
    record = desk.app.run(editing.add, library.TYPE, WHOLE)
    page.show_record(record)
    qtbot.waitUntil(lambda: page.reading.form is not None)
    form = page.reading.form
    assert form is not None
    qtbot.waitUntil(lambda: form.checklist.title() == "Everything is there. You can submit it.")
    page.reading.submit.click()
    qtbot.waitUntil(lambda: page.filters.box("ours", "submitted").count.text() == "1")
    copy = desk.app.read(editing.values, library.TYPE, record)["counterpart_id"]
    assert desk.app.read(editing.values, library.TYPE, copy)["space"].endswith("/shared")
    qtbot.waitUntil(lambda: "Air is poor at the face." in read(page))
    assert page.reading.submit.text() == "Submit again"


def test_what_was_submitted_can_be_taken_back(desk: Desk, page: LibraryPage, qtbot: QtBot) -> None:
    record = desk.app.run(editing.add, library.TYPE, WHOLE)
    copy = desk.app.run(library.submit, record)
    page.show_record(record)
    qtbot.waitUntil(page.reading.take_back.isVisible)
    page.reading.take_back.click()
    qtbot.waitUntil(lambda: desk.app.read(editing.values, library.TYPE, copy)["deleted"])
    qtbot.waitUntil(lambda: not page.reading.take_back.isVisible())
    qtbot.waitUntil(lambda: page.reading.submit.text() == "Submit to the Secretariat")


def test_the_secretariat_publishes(desk: Desk, qtbot: QtBot) -> None:
    record = desk.app.run(editing.add, library.TYPE, WHOLE)
    copy = desk.app.run(library.submit, record)
    desk.app.run(lambda session: facts.put(session, role="secretariat"))
    page = shown(desk, qtbot)
    page.show_record(record)
    qtbot.waitUntil(page.reading.publish.isVisible)
    desk.app.run(library_review.check, record, [*POINTS])
    page.reading.publish.click()
    qtbot.waitUntil(lambda: not page.reading.publish.isVisible())
    assert desk.app.read(editing.values, library.TYPE, copy)["space"].endswith("/shared")
    assert "published" in {entry.state for entry in desk.app.read(library.load).entries if "Anemo" in entry.title}


def test_a_draft_goes_to_the_trash_and_comes_back(desk: Desk, page: LibraryPage, qtbot: QtBot) -> None:
    record = draft(page, qtbot)
    page.reading.remove.click()
    qtbot.waitUntil(lambda: page.model.rowCount() == 42)
    desk.app.run(editing.restore, library.TYPE, record)
    qtbot.waitUntil(lambda: page.model.rowCount() == 43)


def test_text_never_becomes_markup() -> None:
    assert "<b>" not in marked("<b>mentor</b> & co", "ment")
    assert marked("<mentor>", "ment").startswith("&lt;<span")


def test_a_card_fits_on_one_page(desk: Desk) -> None:
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    for entry in desk.app.read(library.load).entries:
        article = desk.app.read(library.article, entry.id)
        assert "<h1>" in card(article, {})
        assert document(article, {}, printer).pageCount() == 1, entry.title


def test_everything_has_a_name_and_fits(page: LibraryPage, qtbot: QtBot) -> None:
    draft(page, qtbot)
    kinds = (QAbstractButton, QLineEdit, QComboBox, QListView, QPlainTextEdit)
    parts = itertools.chain.from_iterable(page.findChildren(kind) for kind in kinds)
    unnamed = [part for part in parts if not (part.accessibleName() or getattr(part, "text", str)())]
    assert not [part for part in unnamed if part.isVisible()]
    assert page.minimumSizeHint().width() <= 1024
