"""Step 4 of the tour: search as you type, blind to accents; write a draft and submit it."""

from __future__ import annotations

from ui.forms.library_item import LibraryItemForm
from ui.pages.library import LibraryPage
from ui.tour import hands, opening
from ui.tour.expectations import Details, expect
from ui.tour.room import Room
from ui.tour.stage import Stage
from ui.widgets.combo import ChoiceField
from ui.widgets.languagemap import LanguageMapField
from wimdesk.services import editing, library

TITLE = "Night shifts that start on time"
PARTS = ("summary", "objectives", "activities", "outcomes", "takeaways")


def run(stage: Stage) -> Details:
    """Search in what the Alliance shares (without an endpoint: in the sample), then write and submit."""
    room = stage.room
    sample = stage.endpoint is None
    if sample:
        opening.plant_sample(stage.first.app)
    try:
        page = room.page("library", LibraryPage)
        hands.wait(lambda: page.model.rowCount() >= 40, "the library stays empty")
        found = {question: _search(room, page, question) for question in ("mentoria", "securite")}
        stage.look("step4-search")
        for question, accented in (("mentoria", "mentoría"), ("securite", "sécurité")):
            expect(_search(room, page, accented) == found[question], f"accents change what “{accented}” finds")
        hands.rewrite(page.search, "")
        room.idle()
    finally:
        if sample:
            opening.forget_sample(stage.first.app)
    room.idle()
    return {"sample": sample, "found": found, **_write(stage, room, page)}


def _search(room: Room, page: LibraryPage, question: str) -> int:
    """Type a question and return how many practices the list shows."""
    hands.rewrite(page.search, question)
    room.idle()
    found = page.model.rowCount()
    expect(found, f"“{question}” finds nothing")
    expect(page.count.text().startswith(str(found)), f"the head of the list says {page.count.text()!r}, not {found}")
    return found


def _write(stage: Stage, room: Room, page: LibraryPage) -> Details:
    app = stage.first.app
    before = {row["id"] for row in app.read(editing.rows, "library_item")}
    hands.press(page, page.write_button.text())
    hands.wait(lambda: page.reading.form is not None and page.reading.form.isVisible(), "no form opened")
    room.idle()
    made = {row["id"] for row in app.read(editing.rows, "library_item")} - before
    expect(len(made) == 1, f"{len(made)} drafts were made")
    item = made.pop()
    form = page.reading.form
    if form is None:
        return {}
    _line(form, "title", TITLE)
    # Nobody presses Save: the field saves itself.
    hands.wait(lambda: app.read(editing.values, "library_item", item)["title"] == {"en": TITLE}, "no autosave")
    lacking = app.read(library.missing, item)
    expect(len(lacking) == len(PARTS) + 1, f"a case with a title alone lacks only {lacking}")
    for part in PARTS:
        _line(form, part, f"Fewer late starts at the shaft ({part}).")
    licence = form.editors["license"]
    if isinstance(licence, ChoiceField):
        licence.set_value("CC-BY-4.0")
    form.flush()
    room.idle()
    expect(not app.read(library.missing, item), f"still missing: {app.read(library.missing, item)}")
    stage.look("step4-draft")
    hands.press(page, page.reading.submit.text())
    room.idle()
    source = app.read(editing.values, "library_item", item)
    shared = app.read(editing.values, "library_item", source["counterpart_id"])
    expect(shared["state"] == "submitted" and shared["space"].endswith("/shared"), f"not submitted: {shared}")
    expect(shared["title"] == {"en": TITLE}, f"the shared copy is called {shared['title']}")
    stage.known["practice"] = shared["id"]
    return {"lacked": len(lacking), "state": shared["state"]}


def _line(form: LibraryItemForm, name: str, text: str) -> None:
    """Type into the line of the field's first language."""
    form.go_to(name)
    field = form.editors[name]
    if not isinstance(field, LanguageMapField):
        return
    editor = field.editor("en")
    expect(editor.isVisible(), f"{name} can't be seen")
    hands.rewrite(editor, text)
