"""Step 4 of the tour: search as you type, blind to accents; write a draft and submit it."""

from __future__ import annotations

from ui.tour import opening
from ui.tour.stage import Details, Stage, expect
from wimdesk.app import App
from wimdesk.services import editing, library


def run(stage: Stage) -> Details:
    """Search in what the Alliance shares (without an endpoint: in the sample), then write and submit."""
    app = stage.first.app
    sample = stage.endpoint is None
    if sample:
        opening.plant_sample(app)
    try:
        found = _search(app)
    finally:
        if sample:
            opening.forget_sample(app)
    return {"sample": sample, "found": found, **_write(stage)}


def _search(app: App) -> dict[str, int]:
    found = {}
    for question, accented in (("mentoria", "mentoría"), ("securite", "sécurité")):
        hits = [hit.id for hit in app.searcher().ask(question, types=("library_item",)) or []]
        same = [hit.id for hit in app.searcher().ask(accented, types=("library_item",)) or []]
        expect(hits and hits == same, f"“{question}” finds {len(hits)}, “{accented}” {len(same)}")
        found[question] = len(hits)
    return found


def _write(stage: Stage) -> Details:
    app = stage.first.app
    item = app.run(library.draft)
    app.run(editing.change, "library_item", item, {"title": {"en": "Night shifts that start on time"}})
    lacking = app.read(library.missing, item)
    expect(len(lacking) >= 4, f"an empty case lacks only {lacking}")
    values: dict[str, object] = {
        name: {"en": f"{name}: fewer late starts at the shaft."}
        for name in ("summary", "objectives", "activities", "outcomes", "takeaways")
    }
    app.run(editing.change, "library_item", item, values | {"license": "CC-BY-4.0"})
    copy = app.run(library.submit, item)
    shared = app.read(editing.values, "library_item", copy)
    expect(shared["state"] == "submitted" and shared["space"].endswith("/shared"), f"not submitted: {shared}")
    hits = [hit.id for hit in app.searcher().ask("shifts start", types=("library_item",)) or []]
    expect(item in hits, "the draft is not found")
    stage.known["practice"] = copy
    return {"lacked": len(lacking), "state": shared["state"]}
