"""The first door: what a person does becomes operations, exactly once each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, insert, select, update

from sync.merge import ALL
from tests.support import waiting
from wimdesk.records import Person, Site
from wimdesk.services import editing, samples
from wimdesk.store import history, journal, outbox, tables
from wimdesk.store.record import types

if TYPE_CHECKING:
    from sqlalchemy import Row
    from sqlalchemy.orm import Session

    from wimdesk.app import App
    from wimdesk.events import Changed


def ops(session: Session) -> list[Row[tuple[object, ...]]]:
    return list(session.execute(select(tables.op).order_by(tables.op.c.pos)))


def heard(app: App) -> list[Changed]:
    found: list[Changed] = []
    app.changed.connect(found.append)
    return found


def test_a_new_profile_has_nothing_to_send(app: App) -> None:
    assert app.read(ops) == []
    assert waiting(app) == (0, [])


def test_one_operation_for_each_record_that_one_act_touches(app: App) -> None:
    def act(session: Session) -> tuple[str, str]:
        first, second = (editing.add(session, "site", {"name": name}) for name in ("North", "South"))
        editing.change(session, "site", first, {"operator": "Co-op"})
        session.flush()
        editing.change(session, "site", first, {"name": "Far north"})
        return first, second

    first, second = app.run(act)
    found = app.read(ops)
    assert [(row.record, row.n) for row in found] == [(first, 1), (second, 2)]
    assert journal.values_of(found[0]) == {"name": "Far north", "operator": "Co-op"}
    assert found[0].base == {}
    assert len({row.act for row in found}) == 1


def test_the_same_act_is_written_in_the_same_order_each_time(app: App) -> None:
    sites = [app.run(editing.add, "site", {"name": str(number)}) for number in range(12)]
    last = app.read(ops)[-1].pos
    names = ("operator", "country_code", "known_as", "place_source", "name")

    def act(session: Session, said: str) -> None:
        for site in [session.get_one(Site, site) for site in reversed(sites)]:
            editing.update(session, site, dict.fromkeys(names, said))

    app.run(act, "A")
    app.run(act, "B")
    found = [row for row in app.read(ops) if row.pos > last]
    assert [row.record for row in found] == sorted(sites) * 2
    assert list(found[-1].base) == [*found[-1].fields, ALL]
    assert list(types()) == sorted(types())


def test_what_is_flushed_twice_is_undone_to_what_it_was_before_the_act(app: App) -> None:
    site = app.run(editing.add, "site", {"name": "North", "operator": "A"})

    def act(session: Session) -> None:
        for operator in ("B", "C"):
            editing.change(session, "site", site, {"operator": operator})
        editing.change(session, "site", site, {"deleted": True})

    app.run(act)
    row = app.read(ops)[-1]
    assert journal.before_of(row) == {"operator": "A", "deleted": False}
    assert row.base["operator"] == -1
    app.run(history.undo, app.read(history.last_act))
    now = app.read(editing.values, "site", site)
    assert (now["operator"], now["deleted"]) == ("A", False)


def test_a_change_holds_only_what_changed_and_where_it_stood(app: App) -> None:
    site = app.run(editing.add, "site", {"name": "North", "operator": "A"})
    app.run(editing.change, "site", site, {"name": "North", "operator": "B"})
    row = app.read(ops)[-1]
    assert (row.fields, row.base, row.n) == (["operator"], {"operator": -1, ALL: -1}, 2)
    assert journal.values_of(row) == {"operator": "B"}


def test_saying_the_same_again_is_no_operation_and_no_announcement(app: App) -> None:
    site = app.run(editing.add, "site", {"name": "North"})
    found = heard(app)
    app.run(editing.change, "site", site, {"name": "North"})
    assert len(app.read(ops)) == 1
    assert found == []


def test_a_record_with_nothing_in_it_still_arrives(app: App) -> None:
    app.run(editing.add, "site", {})
    assert journal.values_of(app.read(ops)[0]) == {"deleted": False}


def test_one_announcement_for_each_transaction_after_the_commit(app: App) -> None:
    seen: list[int] = []
    found = heard(app)
    app.changed.connect(lambda _changed: seen.append(len(app.read(ops))))

    def act(session: Session) -> None:
        for name in ("a", "b", "c"):
            editing.add(session, "site", {"name": name})
        editing.add(session, "person", {"given_name": "Ana"})

    app.store.run_as("form:1", act)
    assert [(len(c.ids["site"]), len(c.ids["person"]), c.origin, c.outbox) for c in found] == [(3, 1, "form:1", True)]
    assert seen == [4]


def test_what_waits_is_announced_whichever_flush_wrote_it(app: App) -> None:
    found = heard(app)

    def act(session: Session) -> None:
        editing.add(session, "site", {"name": "ours"})
        session.add(Site(name="tried", space=journal.SAMPLE))
        session.flush()

    app.run(act)
    assert [changed.outbox for changed in found] == [True]


def test_a_rollback_writes_and_announces_nothing(app: App) -> None:
    found = heard(app)

    def act(session: Session) -> None:
        editing.add(session, "site", {"name": "a"})
        raise LookupError

    with pytest.raises(LookupError):
        app.run(act)
    assert (found, app.read(ops), app.read(editing.rows, "site")) == ([], [], [])
    app.run(editing.add, "site", {"name": "b"})
    assert [row.n for row in app.read(ops)] == [1]


@pytest.mark.parametrize(
    "statement", [insert(Person).values(id="x"), update(Person).values(role="x"), delete(Person)], ids=str
)
def test_bulk_statements_are_refused(app: App, statement: object) -> None:
    with pytest.raises(RuntimeError, match="journal"):
        app.run(lambda session: session.execute(statement))


def test_the_older_bulk_way_and_a_real_delete_are_refused(app: App) -> None:
    person = app.run(editing.add, "person", {"given_name": "Ana"})
    with pytest.raises(RuntimeError, match="journal"):
        app.run(lambda session: session.query(Person).update({"role": "x"}))

    def remove(session: Session) -> None:
        session.delete(session.get(Person, person))

    with pytest.raises(RuntimeError, match="deleted"):
        app.run(remove)
    assert app.read(editing.values, "person", person)["given_name"] == "Ana"


def test_a_reading_session_cannot_write(app: App) -> None:
    def act(session: Session) -> None:
        session.add(Site(id="x", space="y", owner="z"))
        session.flush()

    with pytest.raises(Exception, match=r"readonly|read-only|written"):
        app.read(act)


def test_a_write_inside_a_write_says_so(app: App) -> None:
    with pytest.raises(RuntimeError, match="inside"):
        app.run(lambda _session: app.run(editing.add, "site", {}))


def test_what_is_tried_on_the_sample_is_never_sent_and_leaves_no_hole(app: App) -> None:
    app.run(editing.add, "site", {"name": "before"})
    (space,) = app.read(outbox.spaces)
    app.run(samples.plant)
    person = app.read(editing.rows, "person")[0]["id"]
    app.run(editing.change, "person", person, {"role": "tried"})
    app.run(editing.add, "site", {"name": "tried"})
    assert app.read(outbox.spaces) == [space]
    first, batch = waiting(app, space=space)
    assert (first, len(batch), app.read(outbox.count)) == (1, 1, 1)
    assert app.run(samples.forget) > 50
    app.run(editing.add, "site", {"name": "after"})
    assert [row.n for row in app.read(ops)] == [1, 2]
    assert [row["name"] for row in app.read(editing.rows, "site")] == ["before", "after"]


def test_undo_takes_back_one_act_and_itself_can_be_undone(app: App) -> None:
    site = app.run(editing.add, "site", {"name": "North", "target_share": 30.0})
    app.run(editing.change, "site", site, {"name": "South", "target_share": None})
    assert app.run(history.undo, app.read(history.last_act)) == 1
    assert app.read(editing.values, "site", site)["name"] == "North"
    assert app.read(editing.values, "site", site)["target_share"] == 30.0
    app.run(history.undo, app.read(history.last_act))
    assert app.read(editing.values, "site", site)["target_share"] is None


def test_undo_leaves_alone_what_was_changed_since(app: App) -> None:
    site = app.run(editing.add, "site", {"name": "North", "operator": "A"})
    app.run(editing.change, "site", site, {"name": "South", "operator": "B"})
    act = app.read(history.last_act)
    app.run(editing.change, "site", site, {"operator": "C"})
    app.run(history.undo, act)
    now = app.read(editing.values, "site", site)
    assert (now["name"], now["operator"]) == ("North", "C")


def test_undo_of_making_puts_it_into_the_trash_and_undo_of_nothing_changes_nothing(app: App) -> None:
    assert app.run(history.undo, app.read(history.last_act)) == 0
    site = app.run(editing.add, "site", {"name": "North"})
    app.run(history.undo, app.read(history.last_act))
    assert [record.id for record in app.read(history.trash)] == [site]


def test_history_tells_who_did_what_in_order(app: App) -> None:
    app.set_person("Ana Silva")
    site = app.run(editing.add, "site", {"name": "North"})
    app.run(editing.change, "site", site, {"name": "South"})
    app.run(editing.remove, "site", site)
    steps = app.read(history.history, site)
    assert [step.values for step in steps] == [{"name": "North"}, {"name": "South"}, {"deleted": True}]
    assert {(step.by, step.mine, step.number, step.state) for step in steps} == {("Ana Silva", True, 0, "waiting")}
