"""Step 8 of the tour: the Secretariat sees what is shared and publishes; the laptops receive it."""

from __future__ import annotations

from ui.pages.initiatives import InitiativesPage
from ui.pages.library import LibraryPage
from ui.tour import hands
from ui.tour.expectations import Details, StepFailed, expect
from ui.tour.stage import Stage
from ui.tour.sync import OURS
from ui.widgets.combo import ChoiceField
from wimdesk.services import editing

TITLE = "Lamp rooms for everybody"


def run(stage: Stage) -> Details:
    """Look as the Secretariat, publish an initiative and a library item, and receive them on both laptops."""
    app = stage.secretariat.app
    got = stage.secretariat.sync()
    profile = app.read(editing.values, "organization", stage.known["organisation"])
    expect(profile["acronym"] == OURS, "the Secretariat does not see the profile")
    private = [kind for kind in ("person", "contact_detail", "activity", "observation") if app.read(editing.rows, kind)]
    expect(not private, f"the Secretariat sees what is private: {private}")
    made = {"library_item": _publish_practice(stage), "initiative": _publish_initiative(stage)}
    stage.secretariat.sync()
    for laptop in (stage.first, stage.second):
        laptop.sync()
        for kind, record in made.items():
            there = laptop.app.read(editing.values, kind, record)
            expect(there["space"] == "alliance", f"{laptop.name} did not receive the {kind}")
    stage.room.activate()
    return {"received": got.received, "published": sorted(made), "private_unseen": True}


def _publish_practice(stage: Stage) -> str:
    """Publish the practice that the first laptop submitted; return the id of the Alliance's copy."""
    office = stage.office
    page = office.page("library", LibraryPage, stage.known["practice"])
    hands.wait(page.reading.publish.isVisible, "the Secretariat can't publish what was submitted")
    stage.picture(office.window, "step8-practice")
    for box in page.reading.review.boxes.values():
        box.click()
        office.idle()
    hands.press(page, page.reading.publish.text())
    office.idle()
    copy = office.laptop.app.read(editing.values, "library_item", stage.known["practice"])["counterpart_id"]
    expect(copy, "the practice was not published")
    return str(copy)


def _publish_initiative(stage: Stage) -> str:
    """Write an initiative and publish it; return the id of the Alliance's copy."""
    office = stage.office
    app = office.laptop.app
    page = office.page("initiatives", InitiativesPage)
    hands.press(page, page.new_button.text())
    hands.wait(lambda: page.pane is not None and page.pane.form is not None, "no form opened")
    pane = page.pane
    form = pane.form if pane is not None else None
    if pane is None or form is None:
        raise StepFailed("no form is open")
    hands.write(form.first.editor("en"), TITLE)
    theme = app.read(editing.rows, "theme")[0]["id"]
    field = form.binder.editor("theme_id")
    if isinstance(field, ChoiceField):
        field.set_value(theme)
    office.save(form.binder.is_dirty)
    stage.picture(office.window, "step8-initiative")
    before = {row["id"] for row in app.read(editing.rows, "initiative", where={"space": "alliance"})}
    hands.press(pane, pane.publish_button.text())
    office.idle()
    made = {row["id"] for row in app.read(editing.rows, "initiative", where={"space": "alliance"})} - before
    expect(len(made) == 1, f"{len(made)} initiatives were published")
    return str(made.pop())
