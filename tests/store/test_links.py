"""Nothing that many see refers to what few see: not even the id of such a record goes out."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from wimdesk import identifiers
from wimdesk.app import App
from wimdesk.errors import UserError
from wimdesk.records import participation
from wimdesk.services import editing, publishing
from wimdesk.store import outbox

WORDS = "points to what fewer people see"


def own_initiative(app: App) -> str:
    return app.run(editing.add, "initiative", {"title": {"en": "Our own"}, "level": "own"})


def test_what_the_alliance_sees_names_no_private_record(app: App) -> None:
    ours = app.identity().organisation
    private = own_initiative(app)
    waiting = app.read(outbox.spaces)
    with pytest.raises(UserError, match=WORDS):
        app.run(editing.add, "participation", {"initiative_id": private, "organization_id": ours})
    with pytest.raises(UserError, match=WORDS):
        app.run(participation.join, private, ours, "participant")
    assert app.read(editing.rows, "participation") == []
    assert app.read(outbox.spaces) == waiting


def test_nor_one_that_is_made_in_the_same_act(app: App) -> None:
    made = identifiers.new_id()

    def both(session: Session) -> None:
        editing.prepare(session, editing.type_of("initiative"), {"level": "own"}, made)
        editing.add(session, "participation", {"initiative_id": made})

    with pytest.raises(UserError, match=WORDS):
        app.run(both)
    assert app.read(editing.rows, "initiative") == []


def test_an_edit_is_refused_as_well_and_what_is_shared_is_not(app: App) -> None:
    private = own_initiative(app)
    shared = app.run(publishing.publish, "initiative", private, "alliance")
    joined = app.run(editing.add, "participation", {"initiative_id": shared})
    with pytest.raises(UserError, match=WORDS):
        app.run(editing.change, "participation", joined, {"initiative_id": private})
    assert app.read(editing.values, "participation", joined)["initiative_id"] == shared
    person = app.run(editing.add, "person", {"family_name": "Diop", "organization_id": app.identity().organisation})
    app.run(editing.add, "contact_detail", {"person_id": person, "type": "phone", "value": "1"})


def test_what_points_to_fewer_is_not_shared(app: App) -> None:
    site = app.run(editing.add, "site", {"name": "North"})
    seen = app.run(editing.add, "observation", {"site_id": site})
    with pytest.raises(UserError, match=WORDS):
        app.run(publishing.publish, "observation", seen, "shared")
    assert len(app.read(editing.rows, "observation")) == 1
