"""The rows of the library, by way of its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from ui.pages.library import LibraryPage
from ui.pages.library_reader import Passage
from ui.widgets.combo import ChoiceField
from ui.widgets.languagemap import LanguageMapField
from ui.widgets.tags import TagsField
from wimdesk.services import editing, library

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

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
        box = page.filters.box(group, code)
        qtbot.waitUntil(box.isVisible)
        box.box.click()
        qtbot.waitUntil(lambda: titles(page) == ["Lamps, title"])
        page.filters.clear()
    page.reading.preview.click()
    qtbot.waitUntil(lambda: "Lamps, outcomes" in read(page))
    assert "Collections: Health" in read(page)


@pytest.mark.parametrize(
    ("template", "part", "hidden"), [("tool", "body", "objectives"), ("video", "link", "takeaways")]
)
def test_row_d01_each_template_asks_for_its_parts(
    desk: Desk, qtbot: QtBot, template: str, part: str, hidden: str
) -> None:
    page = shown(desk, qtbot)
    page.write()
    qtbot.waitUntil(lambda: page.reading.form is not None and page.reading.form.isVisible())
    form = page.reading.form
    assert form is not None
    choice = form.editors["template"]
    assert isinstance(choice, ChoiceField)
    choice.set_value(template)
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
