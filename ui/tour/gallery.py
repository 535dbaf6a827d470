"""Pictures of every page, light and dark, in each language, once the steps are done."""

from __future__ import annotations

from importlib.util import find_spec

from ui import navigation
from ui.tour import hands
from ui.tour.expectations import Details
from ui.tour.stage import Stage
from wimdesk.i18n import LANGUAGES
from wimdesk.services import editing, samples

THEMES = ("light", "dark")


def take(stage: Stage) -> Details:
    """Leave a picture of each page as page-theme-language.png."""
    _furnish(stage)
    room = stage.room
    for scheme in THEMES:
        for language in LANGUAGES:
            room.choose(scheme=scheme, language=language)
            for entry in (*navigation.SECTIONS, *navigation.MORE):
                if not find_spec(entry.where.split(":")[0]):
                    continue
                room.window.show_page(entry.key)
                hands.settle()
                stage.look(f"{entry.key}-{scheme}-{language}")
    room.choose(scheme="light", language="en")
    return {"pictures": len(stage.pictures)}


def _furnish(stage: Stage) -> None:
    """Enter the sample organisation's data, so that no page is empty; leave something to decide where that can be."""
    first, second = stage.first, stage.second
    organisation = first.app.identity().organisation
    first.app.run(samples.write_own, organisation)
    if stage.endpoint is None:
        return
    first.sync()
    second.sync()
    second.app.run(editing.change, "organization", organisation, {"acronym": "MMA", "member_count": 71})
    second.sync()
    first.app.run(editing.change, "organization", organisation, {"acronym": "WIM-A", "member_count": 66})
    first.sync()
