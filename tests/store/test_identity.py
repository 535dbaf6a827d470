"""Becoming the device that the Secretariat enrolled, and being a copy of another profile."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from sqlalchemy import select, text

from sync.merge import ALL
from sync.protocol import Op
from tests.support import fact, sample_row, waiting
from wimdesk.identifiers import new_id
from wimdesk.records import Organization
from wimdesk.services import editing, setting_up
from wimdesk.store import facts, history, identity, outbox, recovery, tables
from wimdesk.store.record import fields, types

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from wimdesk.app import App
    from wimdesk.events import Changed


def everything(session: Session) -> dict[str, bytes]:
    """Each table as bytes."""
    names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
    return {
        name: b"\n".join(
            b"|".join(cell if isinstance(cell, bytes) else str(cell).encode() for cell in row)
            for row in session.execute(text(f'SELECT * FROM "{name}"'))
        )
        for name in names
    }


def everything_waiting(session: Session) -> list[Op]:
    return [op for space in outbox.spaces(session) for op in outbox.next_batch(session, space)[1]]


def test_everything_entered_before_moves_to_the_enrolled_organisation(app: App) -> None:
    old, new, device = fact(app, "organisation"), new_id(), new_id()
    app.run(setting_up.start, "WIM Nowhere", "North", "PE")
    for name, cls in types().items():
        values = sample_row(cls, "x")
        values |= {field: old for field, info in fields(cls).items() if info.get("link") == "organization"}
        values |= {field: {"of": [old]} for field, info in fields(cls).items() if info["kind"] == "map"}
        record = app.run(editing.add, name, values)
        app.run(editing.change, name, record, {next(iter(fields(cls))): next(iter(values.values()))})
    person = app.read(editing.rows, "person")[0]["id"]
    app.run(editing.change, "person", person, {"organization_id": ""})  # what was there before waits for an undo
    before = app.read(everything_waiting)
    found: list[Changed] = []
    app.changed.connect(found.append)
    app.run(identity.adopt, device=device, organisation=new)

    left = [
        name
        for name, held in app.read(everything).items()
        if old.encode() in held or uuid.UUID(old).bytes in held or uuid.UUID(old).hex.encode() in held
    ]
    assert left == []
    after = app.read(everything_waiting)
    assert [(op.type, op.fields, op.base) for op in after] == [(op.type, op.fields, op.base) for op in before]
    assert {op.owner for op in after} == {uuid.UUID(new).bytes}
    assert app.read(editing.caption, "organization", new) == "WIM Nowhere"
    assert [hit.id for hit in app.searcher().ask("Nowhere") or []] == [new], "the search knows the new id only"
    assert new in found[0].ids["organization"], "who shows the profile is told"
    app.run(history.undo, app.read(history.last_act))
    assert app.read(editing.values, "person", person)["organization_id"] == new


def test_becoming_someone_twice_over_keeps_the_numbers(app: App) -> None:
    for name in ("a", "b"):
        app.run(editing.add, "site", {"name": name})
    app.run(identity.adopt, device=new_id(), organisation=new_id())
    app.run(editing.add, "site", {"name": "c"})
    first, batch = waiting(app)
    assert (first, len(batch)) == (1, 3)


def test_a_copy_numbers_what_waits_anew(app: App) -> None:
    site = app.run(editing.add, "site", {"name": "a"})
    app.run(editing.change, "site", site, {"name": "b"})

    def place_first(session: Session) -> None:
        session.execute(tables.op.update().where(tables.op.c.n == 1).values(state=tables.PLACED, seq=7))

    app.run(place_first)
    old = app.identity().epoch
    app.run(lambda session: recovery.begin(session, lost=False))
    app.run(editing.change, "site", site, {"name": "c"})
    app.run(recovery.finish)
    assert app.identity().epoch != old
    rows = app.read(lambda session: list(session.execute(select(tables.op).order_by(tables.op.c.pos))))
    assert [(row.epoch == old, row.n, {k: v for k, v in row.base.items() if k != ALL}) for row in rows] == [
        (True, 1, {}), (False, 1, {"name": 7}), (False, 2, {"name": -1}),
    ]  # fmt: skip


def test_what_waits_behind_a_change_of_identity_is_written_by_the_new_author(app: App) -> None:
    organisation = new_id()
    becoming = app.write(lambda session: facts.put(session, organisation=organisation, person_name="Ana"))
    queued = app.write(editing.add, "person", {"given_name": "Rosa"})
    becoming.result()
    made = app.read(editing.values, "person", queued.result())
    assert (made["owner"], made["created_by"]) == (organisation, "Ana")


def test_the_first_pull_makes_a_profile_only_where_there_is_none(app: App) -> None:
    app.run(
        setting_up.become, device=new_id(), organisation=new_id(), name="WIM Peru", role="coordinator",
        server_url="http://127.0.0.1:1", server_key=b"k", receive_key=b"r",
    )  # fmt: skip
    assert app.run(setting_up.ensure_profile) is True
    assert app.run(setting_up.ensure_profile) is False
    found = app.read(lambda session: session.get(Organization, app.identity().organisation))
    assert found is not None
    assert found.name == {"en": "WIM Peru"}
