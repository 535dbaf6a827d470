"""The rows of the library, by way of its page."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit

from ui.forms.feedback import FeedbackCard
from ui.forms.story import StoryCard
from ui.pages.library import LibraryPage
from ui.pages.library_reader import Passage, Picture
from ui.widgets.buttons import LinkButton, QuietButton
from ui.widgets.combo import ChoiceField
from ui.widgets.languagemap import LanguageMapField
from ui.widgets.rows import ROW_ROLE, Row
from ui.widgets.tags import TagsField
from wimdesk import clock
from wimdesk.errors import NotFound
from wimdesk.services import attaching, editing, finding, library, library_feedback, library_review, library_stories
from wimdesk.store import facts, history

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot
    from sqlalchemy.orm import Session

    from ui.desk import Desk
    from ui.forms.library_item import LibraryItemForm

CASE: dict[str, object] = {
    "title": {"en": "Lamp rooms for everybody"},
    "summary": {"en": "Lamps and belts in sizes that fit."},
    "template": "case",
    "language": "en",
    "license": "CC-BY-4.0",
    "state": "draft",
    "objectives": {"en": "Belts that slip are a risk."},
    "activities": {"en": "Three sizes were bought."},
    "outcomes": {"en": "Nobody waits at the lamp room."},
    "takeaways": {"en": "Ask before you buy."},
}


def shown(desk: Desk, qtbot: QtBot, least: int = 0) -> LibraryPage:
    page = LibraryPage(desk)
    qtbot.addWidget(page)
    page.resize(1154, 700)
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    qtbot.waitUntil(lambda: page.model.rowCount() >= least and not desk.tasks.busy())
    return page


def read(page: LibraryPage) -> str:
    return "\n".join(passage.accessibleName() for passage in page.reading.reader.findChildren(Passage))


def titles(page: LibraryPage) -> list[str]:
    entries = (page.model.entry(row) for row in range(page.model.rowCount()))
    return [entry.title for entry in entries if entry is not None]


def write(form: LibraryItemForm, qtbot: QtBot, name: str, text: str) -> None:
    """Type a text into the field's first line; Enter where the field takes several words."""
    editor = form.editors[name]
    if isinstance(editor, TagsField):
        qtbot.keyClicks(editor.edit, text)
        qtbot.keyClick(editor.edit, Qt.Key.Key_Return)
        return
    line = editor.editor("en") if isinstance(editor, LanguageMapField) else editor
    assert isinstance(line, QLineEdit | QPlainTextEdit)
    qtbot.keyClicks(line, text)


def test_row_d01_a_case_is_checked_and_stands_in_collection_and_tag(desk: Desk, qtbot: QtBot) -> None:
    page = shown(desk, qtbot)
    page.write_button.click()
    qtbot.waitUntil(lambda: page.reading.form is not None and "missing" in page.reading.form.checklist.title())
    form = page.reading.form
    assert form is not None
    qtbot.waitUntil(form.editors["objectives"].isVisible)
    assert not form.editors["body"].isVisible(), "a case is told in its four parts"
    record = form.item_id
    wanted = {"title", "summary", "license", "objectives", "activities", "outcomes", "takeaways"}
    assert {name for name, _sentence in desk.app.read(library.missing, record)} == wanted
    for name in wanted - {"license"}:
        write(form, qtbot, name, f"Lamps, {name}")
    write(form, qtbot, "collections", "Health")
    write(form, qtbot, "subject", "lamps")
    page.reading.submit.click()
    qtbot.waitUntil(lambda: "1 thing" in form.checklist.title())
    licence = form.editors["license"]
    assert isinstance(licence, ChoiceField)
    licence.set_value("CC-BY-4.0")
    qtbot.waitUntil(lambda: "Everything" in form.checklist.title())
    for group, code in (("collection", "Health"), ("subject", "lamps")):
        qtbot.waitUntil(lambda group=group, code=code: code in page.filters.codes(group))
        box = page.filters.box(group, code)
        qtbot.waitUntil(box.isVisible)
        box.box.click()
        qtbot.waitUntil(lambda: titles(page) == ["Lamps, title"])
        page.filters.clear()
    page.reading.preview.click()
    qtbot.waitUntil(lambda: "Lamps, outcomes" in read(page))
    assert "Collections: Health" in read(page)


@pytest.mark.parametrize(("kind", "part", "hidden"), [("tool", "body", "objectives"), ("video", "link", "takeaways")])
def test_row_d01_each_template_asks_for_its_parts(desk: Desk, qtbot: QtBot, kind: str, part: str, hidden: str) -> None:
    page = shown(desk, qtbot)
    page.write()
    qtbot.waitUntil(lambda: page.reading.form is not None and page.reading.form.isVisible())
    form = page.reading.form
    assert form is not None
    choice = form.editors["template"]
    assert isinstance(choice, ChoiceField)
    choice.set_value(kind)
    qtbot.waitUntil(lambda: form.editors[part].isVisible() and not form.editors[hidden].isVisible())
    record = form.item_id
    qtbot.waitUntil(lambda: part in {name for name, _said in desk.app.read(library.missing, record)})
    write(form, qtbot, part, "https://example.org/lamps")
    form.flush()
    qtbot.waitUntil(lambda: part not in {name for name, _said in desk.app.read(library.missing, record)})


def test_what_was_written_for_another_template_stays_in_view(desk: Desk, qtbot: QtBot) -> None:
    record = desk.app.run(editing.add, "library_item", CASE | {"template": "tool"})
    page = shown(desk, qtbot, 1)
    page.show_record(record)
    qtbot.waitUntil(lambda: page.reading.form is not None and page.reading.form.editors["outcomes"].isVisible())


def waits_for_us(desk: Desk) -> str:
    """A practice of another organisation that was submitted to us, the Secretariat."""
    record = desk.app.run(editing.add, "library_item", CASE | {"state": "submitted"})

    def of_another(session: Session) -> None:
        found = history.fetch(session, "library_item", record)
        found.owner, found.space = "another", "org/another/shared"
        facts.put(session, role="secretariat")

    desk.app.run(of_another)
    return record


def test_row_d05_the_secretariat_checks_publishes_and_withdraws(desk: Desk, qtbot: QtBot) -> None:
    record = waits_for_us(desk)
    page = shown(desk, qtbot, 1)
    qtbot.waitUntil(page.reading.review.isVisible)
    qtbot.waitUntil(lambda: not desk.tasks.busy())
    page.reading.publish.click()
    qtbot.waitUntil(page.reading.review.boxes["licence"].hasFocus)
    assert desk.app.read(library.article, record).state == "submitted"
    for point in page.reading.review.boxes:
        qtbot.keyClick(page.reading.review.boxes[point], Qt.Key.Key_Space)
        qtbot.waitUntil(lambda point=point: point in desk.app.read(library_review.review, record).checked)
    qtbot.waitUntil(lambda: not desk.tasks.busy())
    page.reading.publish.click()
    qtbot.waitUntil(page.reading.withdraw.isVisible)
    final = page.reading.item_id()
    assert desk.app.read(library.article, final).state == "published"
    page.reading.withdraw.click()
    bar = page.reading.withdrawing
    qtbot.waitUntil(bar.reason.text.hasFocus)
    assert not bar.reason.act.isEnabled(), "not without a reason"
    qtbot.keyClicks(bar.reason.text, "It names people.")
    bar.reason.act.click()
    qtbot.waitUntil(lambda: desk.app.read(library.article, record).state == "withdrawn")
    with pytest.raises(NotFound):
        desk.app.read(library.article, final)
    qtbot.waitUntil(lambda: page.reading.item_id() != final and not desk.tasks.busy())


def test_row_d05_the_author_reads_what_is_to_be_changed(desk: Desk, qtbot: QtBot) -> None:
    record = waits_for_us(desk)
    page = shown(desk, qtbot, 1)
    qtbot.waitUntil(page.reading.review.isVisible)
    back = page.reading.review.back
    qtbot.keyClicks(back.text, "Name the supplier.")
    back.act.click()
    qtbot.waitUntil(lambda: desk.app.read(library.article, record).note == "Name the supplier.")
    qtbot.waitUntil(page.reading.note.isVisible)


def put_into(desk: Desk, record: str, space: str, owner: str = "another") -> str:
    """Give a record the space and the owner that it would have after a sync."""

    def of_another(session: Session) -> None:
        found = history.fetch(session, "library_item", record)
        found.owner, found.space = owner, space

    desk.app.run(of_another)
    return record


DECLARATION = CASE | {
    "title": {"en": "Declaration", "fr": "Déclaration", "es": "Declaración"},
    "outcomes": {"en": "We stand together.", "fr": "Nous sommes unies.", "es": "Estamos unidas."},
}


def language_button(page: LibraryPage, code: str) -> QuietButton | None:
    return page.reading.reader.findChild(QuietButton, f"language:{code}")


def test_row_d03_three_languages_are_one_row_and_an_old_one_says_so(desk: Desk, qtbot: QtBot) -> None:
    record = desk.app.run(editing.add, "library_item", DECLARATION)
    page = shown(desk, qtbot, 1)
    assert titles(page) == ["Declaration"]
    assert "EN ES FR" in str(page.model.index(0).data(Qt.ItemDataRole.AccessibleTextRole))
    for code in ("fr", "es"):
        assert [entry.id for entry in desk.app.read(library.load).entries if code in entry.languages] == [record]
    qtbot.waitUntil(lambda: page.reading.form is not None and page.reading.form.editors["outcomes"].isVisible())
    form = page.reading.form
    assert form is not None
    outcomes = form.editors["outcomes"]
    assert isinstance(outcomes, LanguageMapField)
    qtbot.keyClicks(outcomes.editor("en"), "Now. ")
    form.flush()
    qtbot.waitUntil(lambda: len(desk.app.read(library.article, record).variants) == 3 and not desk.tasks.busy())
    page.reading.preview.click()

    def button() -> QuietButton:
        found = language_button(page, "fr")
        assert found is not None
        return found

    qtbot.waitUntil(lambda: button().text() == "Français (older than the original)")
    button().click()
    qtbot.waitUntil(lambda: "Nous sommes unies." in read(page))
    page.reading.more.choose("Français says the same as the original now")
    qtbot.waitUntil(lambda: [v.code for v in desk.app.read(library.article, record).variants if v.older] == ["es"])


def test_row_d03_the_readers_language_comes_first(desk: Desk, qtbot: QtBot, speak: Callable[[str], None]) -> None:
    first = put_into(desk, desk.app.run(editing.add, "library_item", CASE | {"state": "published"}), "alliance")
    page = shown(desk, qtbot, 1)
    qtbot.waitUntil(lambda: "Translate: Français" in page.reading.more.words())
    page.reading.more.choose("Translate: Français")
    qtbot.waitUntil(lambda: page.reading.form is not None and page.model.rowCount() == 2)
    form = page.reading.form
    assert form is not None
    french = {name: {"fr": f"En français, {name}"} for name in ("title", "summary", "body")}
    desk.app.run(editing.change, "library_item", form.item_id, french | {"state": "published"})
    translation = put_into(desk, form.item_id, "alliance")
    page.refresh()
    qtbot.waitUntil(lambda: titles(page) == ["Lamp rooms for everybody"])
    (entry,) = desk.app.read(library.load).entries
    assert (entry.id, entry.others, entry.languages) == (first, (translation,), ("en", "fr"))
    speak("fr")
    (entry,) = desk.app.read(library.load).entries
    assert (entry.id, entry.title) == (translation, "En français, title")
    speak("en")
    desk.app.run(editing.change, "library_item", first, {"title": {"en": "Lamp rooms for all"}})
    found = desk.app.read(library.article, first).variants
    assert [(variant.code, variant.older) for variant in found] == [("en", False), ("fr", True)]


def test_row_d04_used_in_peru_is_seen_and_sorts(desk: Desk, qtbot: QtBot) -> None:
    for number, day in enumerate(("2026-01-03", "2026-01-02", "2026-01-01")):
        words = {"title": {"en": f"Practice {number}"}, "issued": day, "state": "published"}
        last = put_into(desk, desk.app.run(editing.add, "library_item", CASE | words), "alliance")
    page = shown(desk, qtbot, 3)
    assert titles(page) == ["Practice 0", "Practice 1", "Practice 2"]
    page.view.setCurrentIndex(page.model.index(2))
    qtbot.waitUntil(lambda: "Practice 2" in read(page) and not desk.tasks.busy())
    card = page.reading.reader.findChild(FeedbackCard)
    assert card is not None
    qtbot.waitUntil(card.button.isVisible)
    card.button.click()
    form = card.form
    assert form is not None
    qtbot.waitUntil(form.kind.hasFocus)
    form.country.set_value("PE")
    form.rating.set_value("4")
    qtbot.keyClicks(form.comment, "Belts too.")
    form.save.click()
    qtbot.waitUntil(lambda: desk.app.read(library_feedback.said, last).reused == 1)
    (word,) = desk.app.read(library_feedback.said, last).words
    assert (word.kind, word.country_code, word.rating, word.comment) == ("used", "PE", 4, "Belts too.")
    qtbot.waitUntil(lambda: any(text.text() == "Belts too." for text in page.reading.reader.findChildren(QLabel)))
    page.order.set_value("reused")
    qtbot.waitUntil(lambda: titles(page) == ["Practice 2", "Practice 0", "Practice 1"])
    row = page.model.index(0).data(ROW_ROLE)
    assert isinstance(row, Row)
    assert row.state == "Used by 1"


def test_row_d10_past_its_review_date_it_says_check_and_an_old_version_is_read_only(desk: Desk, qtbot: QtBot) -> None:
    mine = desk.app.identity().organisation
    due = {"review_on": clock.today().isoformat()[:7], "state": "published"}
    record = desk.app.run(editing.add, "library_item", CASE | due)
    old = put_into(desk, record, "alliance", mine)
    other = desk.app.run(editing.add, "library_item", CASE | {"review_on": "2999-01", "title": {"en": "Not due"}})
    page = shown(desk, qtbot, 2)

    def said(title: str) -> str:
        row = next(page.model.index(at).data(ROW_ROLE) for at, each in enumerate(titles(page)) if each == title)
        assert isinstance(row, Row)
        return row.state

    assert (said("Lamp rooms for everybody"), said("Not due")) == ("Check", "Draft")
    page.show_record(old)
    qtbot.waitUntil(lambda: "Begin a new version" in page.reading.more.words())
    assert page.reading.note.isVisible()
    page.reading.more.choose("Begin a new version")
    qtbot.waitUntil(lambda: page.reading.form is not None and page.reading.form.isVisible())
    form = page.reading.form
    assert form is not None
    made = desk.app.read(editing.values, "library_item", form.item_id)
    assert (made["edition"], made["supersedes"], made["state"], made["review_on"]) == (2, old, "draft", "")
    assert made["outcomes"] == CASE["outcomes"]
    desk.app.run(editing.change, "library_item", form.item_id, {"state": "published", "title": {"en": "Lamps, again"}})
    new = put_into(desk, form.item_id, "alliance", mine)
    page.refresh()
    qtbot.waitUntil(lambda: sorted(titles(page)) == ["Lamps, again", "Not due"])
    page.show_record(new)
    qtbot.waitUntil(lambda: "Read the earlier version" in page.reading.more.words())
    page.reading.more.choose("Read the earlier version")
    qtbot.waitUntil(lambda: page.reading.item_id() == old and "Lamp rooms for everybody" in read(page))
    article = desk.app.read(library.article, old)
    assert article.newer == new
    assert not article.can & {"edit", "submit", "publish", "version", "translate"}
    for button in (page.reading.edit, page.reading.submit, page.reading.publish):
        assert not button.isVisible()
    qtbot.waitUntil(page.reading.note.isVisible)
    page.filters.box("aside", "earlier").box.click()
    qtbot.waitUntil(lambda: titles(page) == ["Lamp rooms for everybody"])
    page.filters.clear()
    page.show_record(other)
    qtbot.waitUntil(lambda: page.reading.item_id() == other and not desk.tasks.busy())
    page.reading.preview.click()
    qtbot.waitUntil(lambda: "Put it into the archive" in page.reading.more.words())
    page.reading.more.choose("Put it into the archive")
    qtbot.waitUntil(lambda: titles(page) == ["Lamps, again"])
    assert page.filters.box("aside", "archived").count.text() == "1"


def test_row_d11_a_story_is_written_with_her_consent_and_hidden_when_it_ends(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    person = desk.app.run(editing.add, "person", {"given_name": "Rosa", "family_name": "Quispe"})
    story = {"title": {"en": "Rosa drives"}, "template": "role_model", "body": {"en": "She drives."}}
    record = desk.app.run(editing.add, "library_item", CASE | story)
    page = shown(desk, qtbot, 1)
    qtbot.waitUntil(lambda: page.reading.form is not None and page.reading.form.person.isVisible())
    form = page.reading.form
    assert form is not None
    assert {name for name, _said in desk.app.read(library.missing, record)} == {"channels"}
    form.go_to("channels")  # whose consent it is
    qtbot.waitUntil(form.person.hasFocus)
    qtbot.keyClicks(form.person, "Quis")
    qtbot.waitUntil(lambda: form.person.offered() == ["Rosa Quispe"])
    form.person.take_first()
    card = form.findChild(StoryCard)
    assert card is not None
    qtbot.waitUntil(card.isVisible)
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    card.begin()
    card.until.set_value(tomorrow)
    card.save.click()
    qtbot.waitUntil(lambda: desk.app.read(library.missing, record) == [])
    assert desk.app.read(editing.values, "library_item", record)["channels"] == {"library": tomorrow}
    assert desk.app.read(library_stories.places, person)[1].state == "", "not asked about the website"
    image = QImage(60, 40, QImage.Format.Format_RGB32)
    image.save(str(tmp_path / "rosa.png"))
    photo = (tmp_path / "rosa.png").read_bytes()
    attaching.attach(desk.app.store, desk.app.contents, ("library_item", record), "rosa.png", photo)
    assert {name for name, _said in desk.app.read(library.missing, record)} == {"people"}, "who is in the picture?"
    desk.app.run(editing.change, "library_item", record, {"people": "consented"})
    page.reading.preview.click()
    qtbot.waitUntil(
        lambda: (found := page.reading.reader.findChild(Picture)) is not None and not found.pixmap().isNull()
    )
    page.reading.edit.click()
    qtbot.waitUntil(lambda: card.findChild(LinkButton, "back:library") is not None)
    back = card.findChild(LinkButton, "back:library")
    assert back is not None
    back.click()
    qtbot.waitUntil(lambda: [name for name, _said in desk.app.read(library.missing, record)] == ["channels"])
    (entry,) = desk.app.read(library.load).entries
    assert entry.aside == "ended"
    page.filters.box("aside", "ended").box.click()
    qtbot.waitUntil(lambda: titles(page) == ["Rosa drives"])
    qtbot.waitUntil(
        lambda: "Her consent has ended." in page.reading.note.accessibleName() or page.reading.note.isVisible()
    )
    put_into(desk, record, "alliance")
    page.refresh()
    qtbot.waitUntil(lambda: titles(page) == [])
    with pytest.raises(NotFound, match="no longer told"):
        desk.app.read(library.article, record)
    assert desk.app.read(finding.told, {"library_item": [record]}, ["library_item"]) == []
