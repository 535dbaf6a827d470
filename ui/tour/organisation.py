"""Step 2 of the tour: profile in several languages, people, contact details, posts, sites; history, trash, undo."""

from __future__ import annotations

from ui.tour.expectations import Details, expect
from ui.tour.stage import Stage
from wimdesk.app import App
from wimdesk.services import editing
from wimdesk.store import history

NAMES = {"en": "WIM Arequipa", "es": "Mujeres en Minería Arequipa", "fr": "Femmes des mines d’Arequipa"}


def run(stage: Stage) -> Details:
    """Write the profile and the people, then prove what is kept about it."""
    app = stage.first.app
    organisation = app.identity().organisation
    stage.known["organisation"] = organisation
    app.run(editing.change, "organization", organisation, {"name": NAMES, "languages": ["es", "en"]})
    expect(app.read(editing.values, "organization", organisation)["name"] == NAMES, "a language was lost")
    made = _people(app, organisation)
    stage.known |= made
    return {"languages": sorted(NAMES), "made": sorted(made), **_history(app, made["person"])}


def _people(app: App, organisation: str) -> dict[str, str]:
    person = app.run(
        editing.add, "person", {"given_name": "Lucía", "family_name": "Quispe", "organization_id": organisation}
    )
    odd = app.run(editing.add, "contact_detail", {"person_id": person, "type": "email", "value": "lucia@example.org"})
    post = app.run(editing.add, "post", {"label": {"en": "Treasurer"}, "organization_id": organisation})
    app.run(editing.add, "post_holding", {"person_id": person, "post_id": post, "start_date": "2026-01"})
    return {"person": person, "contact": odd, "post": post}


def _history(app: App, person: str) -> Details:
    """Change, look at the history, take it back, remove and restore."""
    app.run(editing.change, "person", person, {"role": "Geologist"})
    app.run(editing.change, "person", person, {"role": "Pilot"})
    act = app.read(history.last_act)
    app.run(history.undo, act)
    expect(app.read(editing.values, "person", person)["role"] == "Geologist", "undo did not bring the role back")
    app.run(editing.remove, "person", person)
    gone = [record.id for record in app.read(history.trash)]
    expect(person in gone, "the removed person is not in the trash")
    app.run(editing.restore, "person", person)
    expect(person not in [record.id for record in app.read(history.trash)], "the trash kept the person")
    steps = app.read(history.history, person)
    expect(len(steps) >= 5, f"the history has {len(steps)} lines only")
    return {"history": len(steps), "undone": True, "restored": True}
