"""Step 8 of the tour: the Secretariat sees what is shared and publishes; the laptops receive it."""

from __future__ import annotations

from ui.tour.expectations import Details, expect
from ui.tour.stage import Stage
from ui.tour.sync import OURS
from wimdesk.services import editing, publishing


def run(stage: Stage) -> Details:
    """Look as the Secretariat, publish an initiative and a library item, and receive them on both laptops."""
    secretariat, second = stage.secretariat, stage.second
    got = secretariat.sync()
    app = secretariat.app
    profile = app.read(editing.values, "organization", stage.known["organisation"])
    expect(profile["acronym"] == OURS, "the Secretariat does not see the profile")
    people = app.read(editing.rows, "person")
    expect(not people, f"the Secretariat sees {len(people)} persons who are private")
    made = _publish(stage)
    secretariat.sync()
    for laptop in (stage.first, second):
        laptop.sync()
        for kind, record in made.items():
            there = laptop.app.read(editing.values, kind, record)
            expect(there["space"] == "alliance", f"{laptop.name} did not receive the {kind}")
    return {"received": got.received, "published": sorted(made)}


def _publish(stage: Stage) -> dict[str, str]:
    app = stage.secretariat.app
    themes = app.read(editing.rows, "theme")
    title = {"en": "Lamp rooms for everybody", "fr": "Des lampisteries pour toutes", "es": "Lampisterías para todas"}
    initiative = app.run(
        editing.add, "initiative", {"title": title, "theme_id": themes[0]["id"], "level": "global", "state": "adopted"}
    )
    item = app.run(
        editing.add, "library_item",
        {"title": {"en": "A checklist for lamp rooms"}, "template": "tool", "state": "draft", "language": "en"},
    )  # fmt: skip
    return {
        "initiative": app.run(publishing.publish, "initiative", initiative, "alliance"),
        "library_item": app.run(publishing.publish, "library_item", item, "alliance"),
    }
