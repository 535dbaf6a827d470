"""Step 2 of the tour: profile in several languages, people, contact details, posts, sites; history, trash, undo."""

from __future__ import annotations

from functools import partial
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.forms.contact_detail import ContactCard
from ui.pages.organisation import OrganisationPage
from ui.pages.organisation_cards import PersonPane, PostPane, ProfileCard, SitePane
from ui.pages.record_card import RecordCard
from ui.tour import hands
from ui.tour.expectations import Details, StepFailed, expect
from ui.tour.room import Room
from ui.tour.stage import Stage
from ui.widgets.languagemap import LanguageMapField
from wimdesk.app import App
from wimdesk.services import editing
from wimdesk.store import history

C = TypeVar("C", bound=RecordCard)
NAMES = {"en": "WIM Arequipa", "es": "Mujeres en Minería Arequipa", "fr": "Femmes des mines d’Arequipa"}
WORDS = {"es": "Español", "fr": "Français"}


def run(stage: Stage) -> Details:
    """Write the profile and the people key by key, then prove what is kept about it."""
    app, room = stage.first.app, stage.room
    organisation = app.identity().organisation
    stage.known["organisation"] = organisation
    page = room.page("organisation", OrganisationPage, organisation)
    _profile(app, room, page, organisation)
    stage.look("step2-profile")
    person = _person(app, room, page)
    stage.known["person"] = person
    post = _post(app, room, page, person)
    site = _site(app, room, page)
    page.show_record(person)
    room.idle()
    details = _history(stage, room, page, person)
    return {"languages": sorted(NAMES), "post": post[:8], "site": site[:8], **details}


def card(page: OrganisationPage, kind: type[C]) -> C:
    """Return the open card; raises StepFailed where it is of another kind."""
    hands.wait(lambda: isinstance(page.card, kind), f"no {kind.__name__} opened")
    if not isinstance(page.card, kind):
        raise StepFailed(f"the card is {page.card}")
    return page.card


def _profile(app: App, room: Room, page: OrganisationPage, organisation: str) -> None:
    form = card(page, ProfileCard).form
    names = form.editors["name"]
    if not isinstance(names, LanguageMapField):
        raise StepFailed("the name is in one language only")
    for code, words in WORDS.items():
        hands.press_and_choose(names, "Add a language", words)
        hands.write(names.editor(code), NAMES[code])
    # Nobody presses Save: the field saves itself.
    hands.wait(lambda: app.read(editing.values, "organization", organisation)["name"] == NAMES, "no autosave")
    _fill(form.editors["acronym"], "WIMA")
    _fill(form.editors["member_count"], "64")
    room.idle()
    form.binder.flush()
    room.idle()
    found = app.read(editing.values, "organization", organisation)
    expect((found["acronym"], found["member_count"]) == ("WIMA", 64), f"the profile says {found}")


def _person(app: App, room: Room, page: OrganisationPage) -> str:
    person = _begin(room, page, "person")
    form = card(page, PersonPane).form
    for name, text in (("given_name", "Lucía"), ("family_name", "Quispe"), ("role", "Geologist")):
        _fill(form.binder.editor(name), text)
    room.save(form.binder.is_dirty)
    contacts = card(page, PersonPane).contacts
    for kind, text in (("E-mail", "lucia@example.org"), ("Phone", "+51 900 000 000")):
        before = len(contacts.lines())
        hands.press_and_choose(contacts, "Add a number or address", kind)
        hands.wait(partial(_has_more, contacts, before), f"no line for {kind} came")
        line = contacts.lines()[-1]
        _fill(line.value, text)
        room.save(line.binder.is_dirty)
    values = app.read(editing.values, "person", person)
    expect((values["given_name"], values["family_name"]) == ("Lucía", "Quispe"), f"the person is {values}")
    kept = sorted(row["value"] for row in app.read(editing.rows, "contact_detail", where={"person_id": person}))
    expect(kept == ["+51 900 000 000", "lucia@example.org"], f"the contact details are {kept}")
    return person


def _has_more(contacts: ContactCard, before: int) -> bool:
    return len(contacts.lines()) > before


def _post(app: App, room: Room, page: OrganisationPage, person: str) -> str:
    post = _begin(room, page, "post")
    pane = card(page, PostPane)
    hands.write(pane.form.first.editor("en"), "Treasurer")
    room.save(pane.form.binder.is_dirty)
    pane.holders.person.set_value(person)
    hands.write(pane.holders.since, "2026-01")
    hands.press(pane.holders, pane.holders.add_button.text())
    room.idle()
    terms = app.read(editing.rows, "post_holding", where={"post_id": post})
    expect([(t["person_id"], t["start_date"]) for t in terms] == [(person, "2026-01")], f"the terms are {terms}")
    return post


def _site(app: App, room: Room, page: OrganisationPage) -> str:
    site = _begin(room, page, "site")
    pane = card(page, SitePane)
    _fill(pane.form.binder.editor("name"), "Office in Arequipa")
    room.save(pane.form.binder.is_dirty)
    expect(app.read(editing.values, "site", site)["name"] == "Office in Arequipa", "the site lost its name")
    return site


def _begin(room: Room, page: OrganisationPage, kind: str) -> str:
    """Press New on the tab of this kind; return the id of what was begun."""
    page.pane.open_tab(kind)
    before = page.card.record if page.card is not None else ""
    hands.press(page, page.new_button.text())
    hands.wait(lambda: page.card is not None and page.card.record != before, f"no new {kind} opened")
    room.idle()
    return page.card.record if page.card is not None else ""


def _history(stage: Stage, room: Room, page: OrganisationPage, person: str) -> Details:
    """Change, take it back, remove, take that back; then read the history."""
    app = stage.first.app
    pane = card(page, PersonPane)
    _fill(pane.form.binder.editor("role"), "Pilot")
    room.save(pane.form.binder.is_dirty)
    expect(app.read(editing.values, "person", person)["role"] == "Pilot", "the new role was not saved")
    app.run(history.undo, app.read(history.last_act))
    room.idle()
    expect(app.read(editing.values, "person", person)["role"] == "Geologist", "undo did not bring the role back")
    shown = pane.form.binder.editor("role")
    expect(isinstance(shown, QLineEdit) and shown.text() == "Geologist", "the form does not follow the undo")
    hands.press(page, pane.bin.text())
    room.idle()
    expect(person in [record.id for record in app.read(history.trash)], "the removed person is not in the trash")
    stage.look("step2-undo")
    hands.press(room.window, "Undo")
    room.idle()
    expect(person not in [record.id for record in app.read(history.trash)], "Undo left the person in the trash")
    steps = app.read(history.history, person)
    expect(len(steps) >= 5, f"the history has {len(steps)} lines only")
    return {"history": len(steps), "undone": True, "restored": True}


def _fill(editor: QWidget, text: str) -> None:
    if not isinstance(editor, QLineEdit):
        raise StepFailed(f"{editor.accessibleName()} is no line to type into")
    hands.rewrite(editor, text)
    hands.key(editor, Qt.Key.Key_Tab)
