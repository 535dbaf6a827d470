"""Step 3 of the tour: the four themes, joining, leaving, and the activity log."""

from __future__ import annotations

from ui.tour import opening
from ui.tour.expectations import Details, expect
from ui.tour.stage import Stage
from wimdesk.app import App
from wimdesk.services import editing


def run(stage: Stage) -> Details:
    """Join and leave an initiative; where nothing was received yet, try it with the sample data."""
    app = stage.first.app
    sample = stage.endpoint is None
    if sample:
        opening.plant_sample(app)
    try:
        return {"sample": sample, **_take_part(app)}
    finally:
        if sample:
            opening.forget_sample(app)


def _take_part(app: App) -> Details:
    themes = app.read(editing.rows, "theme")
    initiatives = app.read(editing.rows, "initiative")
    expect(len(themes) == 4, f"there are {len(themes)} themes")
    expect({one["theme_id"] for one in initiatives} == {theme["id"] for theme in themes}, "a theme has no initiative")
    return {"themes": len(themes), "initiatives": len(initiatives)}
