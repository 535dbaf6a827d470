"""Step 3 of the tour: the four themes, joining, leaving, and the activity log."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QPushButton

from ui.pages.initiatives import InitiativesPage
from ui.pages.initiatives_detail import InitiativePane
from ui.tour import hands, opening
from ui.tour.expectations import Details, StepFailed, expect
from ui.tour.stage import Stage
from wimdesk.services import editing

DONE = "Talked with the hoist crew about the fitting table."


def run(stage: Stage) -> Details:
    """Join and leave an initiative; where nothing was received yet, try it with the sample data."""
    sample = stage.endpoint is None
    if sample:
        opening.plant_sample(stage.first.app)
    try:
        return {"sample": sample, **_take_part(stage)}
    finally:
        if sample:
            opening.forget_sample(stage.first.app)
            stage.room.idle()


def _take_part(stage: Stage) -> Details:
    app, room = stage.first.app, stage.room
    page = room.page("initiatives", InitiativesPage)
    themes = app.read(editing.rows, "theme")
    initiatives = app.read(editing.rows, "initiative")
    expect(len(themes) == 4, f"there are {len(themes)} themes")
    expect({one["theme_id"] for one in initiatives} == {theme["id"] for theme in themes}, "a theme has no initiative")
    shown = page.list.list.model.records()
    expect({one["id"] for one in initiatives} <= set(shown), "the list leaves an initiative out")
    chosen = _open_one(stage, page, [one["id"] for one in initiatives])
    _join(stage, page, chosen)
    _log(stage, page, chosen)
    stage.look("step3-taking-part")
    _leave(stage, page, chosen)
    title = app.read(editing.caption, "initiative", chosen)
    return {"themes": len(themes), "initiatives": len(initiatives), "joined_and_left": title, "logged": DONE}


def _open_one(stage: Stage, page: InitiativesPage, candidates: list[str]) -> str:
    """Open the first of these that we can join."""
    organisation = stage.first.app.identity().organisation
    ours = stage.first.app.read(editing.rows, "participation", where={"organization_id": organisation})
    taken = {part["initiative_id"] for part in ours}
    for chosen in (one for one in candidates if one not in taken):
        page.show_record(chosen)
        stage.room.idle()
        expect(_pane(page).record == chosen, "the initiative did not open")
        if any(hands.all_of(_pane(page), QPushButton, "Take part")):
            return chosen
    raise StepFailed("there is no initiative that we can join")


def _pane(page: InitiativesPage) -> InitiativePane:
    if page.pane is None:
        raise StepFailed("no initiative is open")
    return page.pane


def _join(stage: Stage, page: InitiativesPage, initiative: str) -> None:
    pane = _pane(page)
    hands.write(hands.find(pane, QLineEdit, "What we can give"), "Two people, six hours a month")
    hands.press(pane, "Take part")
    stage.room.idle()
    parts = _parts(stage, initiative)
    expect(len(parts) == 1 and not parts[0]["end_date"], f"our participation is {parts}")
    expect(parts[0]["capacity"] == "Two people, six hours a month", "what we can give was lost")


def _log(stage: Stage, page: InitiativesPage, initiative: str) -> None:
    pane = _pane(page)
    hands.write(hands.find(pane, QLineEdit, "What was done"), DONE)
    hands.write(hands.find(pane, QLineEdit, "Hours"), "2.5")
    hands.press(pane, "Add to the log")
    stage.room.idle()
    lines = stage.first.app.read(editing.rows, "activity", where={"initiative_id": initiative})
    expect([(line["text"], line["hours"]) for line in lines if line["text"] == DONE] == [(DONE, 2.5)], f"log: {lines}")


def _leave(stage: Stage, page: InitiativesPage, initiative: str) -> None:
    hands.press(_pane(page), "Leave")
    stage.room.idle()
    parts = _parts(stage, initiative)
    expect(len(parts) == 1 and parts[0]["end_date"], "leaving did not end the participation")


def _parts(stage: Stage, initiative: str) -> list[dict[str, object]]:
    organisation = stage.first.app.identity().organisation
    where = {"initiative_id": initiative, "organization_id": organisation}
    return stage.first.app.read(editing.rows, "participation", where=where)
