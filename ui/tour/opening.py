"""Step 1 of the tour: three questions, sample data tried and removed, enrolment by a code."""

from __future__ import annotations

from ui.tour.expectations import Details, expect
from ui.tour.laptop import Laptop
from ui.tour.stage import Stage
from wimdesk.app import App
from wimdesk.services import editing, samples, setting_up

ORGANISATION = "WIM Arequipa"
SITE = "Cerro Azul"
PERSON = "Rosa Mamani"


def run(stage: Stage) -> Details:
    """Answer the questions, try the sample, remove it, and enrol where there is an endpoint."""
    laptop = stage.first
    tried = try_sample(laptop.app)
    laptop.app.settings.put("language", "en")
    laptop.app.set_person(PERSON)
    stage.known["site"] = laptop.app.run(setting_up.start, ORGANISATION, SITE, "PE")
    details: Details = {"sample": tried, "enrolled": False}
    if stage.endpoint is not None:
        details |= _join(stage, laptop)
    who = laptop.app.identity()
    expect(who.organisation_name == ORGANISATION, f"the organisation is called {who.organisation_name!r}")
    expect(who.person_name == PERSON, f"the person is called {who.person_name!r}")
    profile = laptop.app.read(editing.values, "organization", who.organisation)
    expect(profile["name"].get("en") == ORGANISATION, "the profile lost its name")
    sites = laptop.app.read(editing.rows, "site")
    expect([site["name"] for site in sites] == [SITE], f"the sites are {[site['name'] for site in sites]}")
    return details


def try_sample(app: App) -> dict[str, int]:
    """Plant the sample data, look, and remove it; nothing of it may stay."""
    plant_sample(app)
    there = count(app)
    expect(app.identity().sample, "the sample is not marked as one")
    expect(there["library_item"] >= 40 and there["person"] >= 10, f"the sample is thin: {there}")
    forget_sample(app)
    left = count(app)
    expect(not app.identity().sample and not any(left.values()), f"something of the sample stayed: {left}")
    return there


def plant_sample(app: App) -> None:
    """Put the sample data there."""
    app.run(samples.plant)
    app.renew_author()


def forget_sample(app: App) -> None:
    """Remove the sample data."""
    app.run(samples.forget)
    app.renew_author()


def count(app: App) -> dict[str, int]:
    """Return how many records of the main types there are."""
    kinds = ("organization", "person", "contact_detail", "post", "site", "initiative", "library_item", "observation")
    return {kind: len(app.read(editing.rows, kind)) for kind in kinds}


def _join(stage: Stage, laptop: Laptop) -> Details:
    """Open the endpoint's Secretariat with the sample content, then enrol this laptop by code."""
    stage.secretariat.enrol(stage.running(), "Secretariat", "secretariat")
    published = stage.secretariat.app.run(samples.write_common)
    sent = stage.secretariat.sync()
    expect(sent.waiting == 0 and sent.refused == 0, f"the Secretariat could not publish: {sent}")
    laptop.enrol(stage.running(), ORGANISATION, "coordinator")
    got = laptop.sync()
    there = count(laptop.app)
    expect(there["library_item"] >= 40 and there["initiative"] >= 4, f"what the Alliance shares did not come: {there}")
    return {"enrolled": True, "published": published, "received": got.received, "bytes_down": got.bytes_down}
