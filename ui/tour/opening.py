"""Step 1 of the tour: three questions, sample data tried and removed, enrolment by a code."""

from __future__ import annotations

from ui.first_run import FirstRun
from ui.pages.home import HomePage
from ui.pages.settings import SettingsPage
from ui.tour import hands
from ui.tour.expectations import Details, expect
from ui.tour.stage import Stage
from wimdesk.app import App
from wimdesk.services import editing, samples

ORGANISATION = "WIM Arequipa"
SITE = "Mina Solimana"
PERSON = "Rosa Mamani"


def run(stage: Stage) -> Details:
    """Answer the questions, try the sample, remove it, and enrol where there is an endpoint."""
    app = stage.first.app
    _answer(stage)
    who = app.identity()
    expect(who.organisation_name == ORGANISATION, f"the organisation is called {who.organisation_name!r}")
    expect(who.person_name == PERSON, f"the person is called {who.person_name!r}")
    sites = app.read(editing.rows, "site")
    expect([(site["name"], site["country_code"]) for site in sites] == [(SITE, "PE")], f"the sites are {sites}")
    stage.known["site"] = sites[0]["id"]
    before = count(app)
    details: Details = {"sample": _try_sample(stage), "enrolled": False}
    expect(count(app) == before, f"trying the sample left {count(app)} instead of {before}")
    if stage.endpoint is not None:
        details |= _join(stage)
    profile = app.read(editing.values, "organization", app.identity().organisation)
    expect(profile["name"].get("en") == ORGANISATION, "the profile lost its name")
    return details


def _answer(stage: Stage) -> None:
    """The three questions: language, place, name."""
    first = hands.find(stage.room.window, FirstRun)
    stage.look("step1-language")
    hands.press(first, "English")
    hands.press(first, "Next")
    hands.write(first.organisation, ORGANISATION)
    hands.write(first.site, SITE)
    first.country.set_value("PE")
    stage.look("step1-place")
    hands.press(first, "Next")
    hands.write(first.person, PERSON)
    stage.look("step1-name")
    hands.press(first, "Start")
    hands.wait(lambda: isinstance(stage.room.window.page(), HomePage), "Home did not open")
    stage.room.idle()


def _try_sample(stage: Stage) -> dict[str, int]:
    """Plant the sample data, look, and remove it again."""
    app, room = stage.first.app, stage.room
    settings = room.page("settings", SettingsPage)
    hands.press(settings, "Try sample data")
    room.idle()
    expect(app.identity().sample, "the sample is not marked as one")
    there = count(app)
    expect(there["library_item"] >= 40 and there["person"] >= 10, f"the sample is thin: {there}")
    home = room.page("home", HomePage)
    stage.look("step1-sample")
    hands.press(home, "Remove the sample")
    room.idle()
    expect(not app.identity().sample, "the sample is still there")
    return there


def _join(stage: Stage) -> Details:
    """The Secretariat publishes the sample content; then this laptop types its code and gets all of it."""
    secretariat, app, room = stage.secretariat, stage.first.app, stage.room
    secretariat.enrol(stage.running(), "Secretariat", "secretariat")
    published = secretariat.app.run(samples.write_common)
    sent = secretariat.sync()
    expect(sent.waiting == 0 and sent.refused == 0, f"the Secretariat could not publish: {sent}")
    settings = room.page("settings", SettingsPage)
    hands.write(settings.join.code, stage.running().code(ORGANISATION, "coordinator"))
    hands.write(settings.join.server, stage.running().url)
    hands.press(settings.join, "Join")
    hands.wait(lambda: app.identity().enrolled, "the code was not taken")
    hands.wait(lambda: count(app)["library_item"] >= 40, "what the Alliance shares did not come")
    hands.wait(lambda: stage.first.engine.latest.state == "idle", "the first sync did not end")
    room.idle()
    there = count(app)
    expect(there["initiative"] >= 4, f"the initiatives did not come: {there}")
    return {"enrolled": True, "published": published, "received": there}


def plant_sample(app: App) -> None:
    """Put the sample data there."""
    app.run(samples.plant)


def forget_sample(app: App) -> None:
    """Remove the sample data."""
    app.run(samples.forget)


def count(app: App) -> dict[str, int]:
    """Return how many records of the main types there are."""
    kinds = ("organization", "person", "contact_detail", "post", "site", "initiative", "library_item", "observation")
    return {kind: len(app.read(editing.rows, kind)) for kind in kinds}
