"""The second door: pages of the log, whatever is in them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, select, update

from sync.protocol import ALLIANCE, SHIPPED_OWNER, private_space
from tests.log import Log
from tests.support import waiting
from wimdesk.identifiers import new_id
from wimdesk.services import editing
from wimdesk.store import history, inbox, outbox, tables
from wimdesk.store.record import fields, types

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.support import Office
    from wimdesk.app import App


def shadows(session: Session) -> list[tuple[object, ...]]:
    query = select(tables.shadow.c.record, tables.shadow.c.state, tables.shadow.c.parked)
    return [tuple(row) for row in session.execute(query.order_by(tables.shadow.c.record))]


def clashes(session: Session) -> list[tuple[object, ...]]:
    return sorted(tuple(row) for row in session.execute(select(tables.clash)))


def test_a_page_is_shown_and_announced_once(app: App) -> None:
    log, site = Log(), new_id()
    log.add(site, name="North")
    log.add(site, operator="Co-op", base={})
    found = []
    app.changed.connect(found.append)
    assert app.store.run_as("sync", inbox.apply_page, log.page()) == 2
    now = app.read(editing.values, "site", site)
    assert (now["name"], now["operator"], now["created_by"], now["space"]) == ("North", "Co-op", "Bela", ALLIANCE)
    assert [(c.ids, c.origin, c.outbox) for c in found] == [({"site": frozenset({site})}, "sync", False)]


def test_the_same_page_again_changes_nothing(app: App) -> None:
    log, site = Log(), new_id()
    log.add(site, name="North")
    app.run(inbox.apply_page, log.page())
    before = app.read(shadows), app.read(clashes), app.read(history.history, site)
    assert app.run(inbox.apply_page, log.page()) == 0
    log.add(site, name="South", base={"name": 1})
    assert app.run(inbox.apply_page, log.page()) == 1, "only what is new of a page that overlaps"
    assert app.read(history.history, site)[:1] == before[2]
    assert app.read(editing.values, "site", site)["name"] == "South"


def test_a_gap_is_refused_and_changes_nothing(app: App) -> None:
    log, site = Log(), new_id()
    for name in ("a", "b", "c"):
        log.add(site, name=name)
    app.run(inbox.apply_page, log.page(1, 1))
    with pytest.raises(inbox.GapInPage):
        app.run(inbox.apply_page, log.page(3))
    assert app.read(outbox.cursors) == {ALLIANCE: 1}
    assert app.read(editing.values, "site", site)["name"] == "a"


def test_an_unknown_type_is_parked_and_shown_after_the_upgrade(app: App) -> None:
    log, record = Log(), new_id()
    log.add(record, type_name="mentorship", name="Later")
    app.run(inbox.apply_page, log.page())
    assert app.run(inbox.show_parked) == 0

    def upgrade(session: Session) -> None:
        """What the type would be called after it became known."""
        state = inbox._unpack_state(session.scalar(select(tables.shadow.c.state)))  # noqa: SLF001 - to rename a type
        state.type = "site"
        session.execute(update(tables.shadow).values(state=msgspec.msgpack.encode(state), type="site"))

    app.run(upgrade)
    assert app.run(inbox.show_parked) == 1
    now = app.read(editing.values, "site", record)
    assert (now["name"], now["created_by"], now["updated_at"]) == ("Later", "Bela", "2026-01-02T03:04:05Z")
    assert app.run(inbox.show_parked) == 0


def test_an_unknown_field_is_parked_and_the_known_ones_are_shown(app: App) -> None:
    log, site = Log(), new_id()
    log.add(site, name="North", altitude=1200)
    app.run(inbox.apply_page, log.page())
    assert app.read(editing.values, "site", site)["name"] == "North"
    assert [parked for _record, _state, parked in app.read(shadows)] == [True]
    app.run(inbox.show_parked)
    assert app.read(editing.values, "site", site)["updated_by"] == "Bela"
    app.run(editing.change, "site", site, {"operator": "mine"})
    assert app.read(inbox.said_of, [site])[site]["altitude"].value == 1200


def test_own_edits_that_wait_stay_on_top(app: App) -> None:
    log, site = Log(), new_id()
    log.add(site, name="North", operator="A")
    app.run(inbox.apply_page, log.page())
    app.run(editing.change, "site", site, {"name": "Mine"})
    log.add(site, name="Theirs", operator="B", base={"name": 1, "operator": 1})
    app.run(inbox.apply_page, log.page(2))
    now = app.read(editing.values, "site", site)
    assert (now["name"], now["operator"]) == ("Mine", "B")
    (space,) = app.read(outbox.spaces)
    assert waiting(app, space=space)[1][0].base == {"name": 1}


def test_what_ships_with_the_program_is_not_taken_over_by_whoever_writes_first(app: App) -> None:
    theme = app.read(editing.rows, "theme")[0]
    thief, keeper = Log(), Log(owner=uuid.UUID(SHIPPED_OWNER).bytes)
    thief.add(theme["id"], type_name="theme", title={"en": "Forged"})
    app.run(inbox.apply_page, thief.page())
    assert app.read(editing.values, "theme", theme["id"])["title"] == theme["title"]
    keeper.ops = list(thief.ops)
    keeper.add(theme["id"], type_name="theme", title={"en": "New"})
    app.run(inbox.apply_page, keeper.page(2))
    assert app.read(editing.values, "theme", theme["id"])["title"] == {"en": "New"}


def test_a_value_that_is_nested_too_deep_stops_nothing(app: App) -> None:
    deep: object = 1
    for _level in range(400):
        deep = {"a": deep}
    log, site = Log(), new_id()
    log.add(new_id(), type_name="submission", data=deep)
    log.add(site, name="Behind")
    app.run(inbox.apply_page, log.page())
    assert app.read(editing.values, "site", site)["name"] == "Behind"


def test_a_record_of_ours_is_not_changed_from_another_space(app: App) -> None:
    person = app.run(editing.add, "person", {"given_name": "Ana"})
    organisation = app.identity().organisation
    log = Log(owner=uuid.UUID(organisation).bytes)
    log.add(person, type_name="person", given_name="Mallory")
    app.run(inbox.apply_page, log.page())
    assert app.read(editing.values, "person", person)["given_name"] == "Ana"
    # What follows in the record's own space still arrives.
    own = Log(private_space(organisation), uuid.UUID(organisation).bytes)
    own.add(person, type_name="person", role="Secretary")
    app.run(inbox.apply_page, own.page())
    now = app.read(editing.values, "person", person)
    assert (now["given_name"], now["role"]) == ("Ana", "Secretary")


@pytest.mark.parametrize("name", ["id", "space", "owner", "versions", "created_by", "updated_at"])
def test_nobody_sets_what_is_ours_to_keep(app: App, name: str) -> None:
    log, site = Log(), new_id()
    log.add(site, name="North")
    log.add(site, **{name: "x" if name != "versions" else {"name": 99}})
    app.run(inbox.apply_page, log.page())
    now = app.read(editing.values, "site", site)
    assert (now["id"], now["space"], now["created_by"]) == (site, ALLIANCE, "Bela")


ODD = [
    None, 1, True, 1.5, float("nan"), float("inf"), 2**70, -(2**63) - 1, "x", b"x", [], [1], {}, {"en": 1}, {1: 2},
    {"a": b"x"}, [[[]]], "\0", "x" * 100_000, msgspec.msgpack.Ext(5, b"x"),
]  # fmt: skip


@pytest.mark.parametrize("type_name", sorted(types()))
def test_odd_values_of_others_stop_nobody(app: App, type_name: str) -> None:
    log, good = Log(), new_id()
    for odd in ODD:
        try:
            log.add(new_id(), type_name=type_name, **dict.fromkeys([*fields(types()[type_name]), "deleted"], odd))
        except (msgspec.ValidationError, OverflowError):
            continue
    log.add(good, name="Good")
    assert app.run(inbox.apply_page, log.page()) == len(log.ops)
    assert app.read(editing.values, "site", good)["name"] == "Good"
    for row in app.read(editing.rows, type_name):
        app.read(editing.caption, type_name, row["id"])
        app.read(history.history, row["id"])
    app.read(outbox.waiting)


@pytest.mark.parametrize(
    "raw", [b"", b"\xc1", b"\x93\x91\xa1", b"\x93\x92\x01\x02\xa0\xa0", b"\x91" * 5000, b"\x93\x91\xa1\xff\xa0\xa0"]
)
def test_a_payload_that_nobody_can_read_stops_nobody(app: App, raw: bytes) -> None:
    log, bad, good = Log(), new_id(), new_id()
    log.raw(bad, raw, ("name",))
    log.add(good, name="Good")
    log.add(bad, name="Mended")
    log.raw(good, raw, ("name",))
    app.run(inbox.apply_page, log.page())
    assert app.read(editing.values, "site", good)["name"] == "Good"
    assert app.read(editing.values, "site", bad)["name"] == "Mended"
    assert [step.values for step in app.read(history.history, bad)] == [{}, {"name": "Mended"}]


def test_an_epoch_of_64_bits_fits(app: App) -> None:
    log, site = Log(), new_id()
    log.add(site, name="North")
    log.add(site, name="South", base={"name": -1})
    app.run(inbox.apply_page, log.page(epoch=2**64 - 1))
    assert app.read(editing.values, "site", site)["name"] == "South"
    assert app.read(history.count_clashes) == 0


def test_a_question_shows_what_shows_now(app: App) -> None:
    log, site = Log(), new_id()
    log.add(site, name="first")
    log.add(site, name="second")  # without a base: not seen
    log.add(site, name="third", base={"name": -2})
    app.run(inbox.apply_page, log.page())
    (found,) = app.read(history.open_clashes, site)
    assert (found.shown.value, found.other.value) == ("third", "first")


def test_many_questions_take_no_more_statements_than_one(app: App) -> None:
    log, said = Log(), list[str]()

    def asked(count: int) -> int:
        for _ in range(count):
            site = new_id()
            log.add(site, name="first")
            log.add(site, name="second")
        app.run(inbox.apply_page, log.page())
        said.clear()
        assert app.read(history.open_clashes)
        return len(said)

    def hear(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        assert 0 < asked(1) == asked(20)
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def test_deletion_and_an_edit_that_it_did_not_know_ask(app: App) -> None:
    log, site = Log(), new_id()
    log.add(site, name="North")
    log.add(site, operator="B", base={})
    log.author = 1
    log.add(site, deleted=True, base={"name": 1})
    app.run(inbox.apply_page, log.page())
    (found,) = app.read(history.open_clashes, site)
    assert (found.field, found.shown.value, found.other.value) == ("deleted", True, {"operator": "B"})
    assert app.read(editing.values, "site", site)["deleted"] is True


changes = st.tuples(
    st.sampled_from(["name", "operator", "deleted"]), st.integers(0, 2), st.integers(-1, 30), st.integers(0, 3)
)


@given(st.lists(changes, min_size=1, max_size=14), st.lists(st.integers(1, 4), max_size=10))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_makes_no_difference_how_the_log_is_cut_into_pages(
    office: Office, log_of: list[tuple[str, int, int, int]], cuts: list[int]
) -> None:
    log, site = Log(), new_id()
    for name, value, base, kind in log_of:
        log.author, everything = kind % 2, kind > 1
        found: object = value > 0 if name == "deleted" else f"value {value}"
        bases = {name: min(base, len(log.ops))} if base >= 0 else {}
        log.add(
            site,
            base=(dict.fromkeys(("name", "operator", "deleted"), max(base, 0)) if everything else {}) | bases,
            **{name: found},
        )
    office.close()
    office.opened.clear()
    whole, parts = office.app(f"whole {site}"), office.app(f"parts {site}")
    whole.run(inbox.apply_page, log.page())
    at = 1
    for size in [*cuts, len(log.ops)]:
        parts.run(inbox.apply_page, log.page(at, at + size - 1))
        at = min(at + size, len(log.ops) + 1)
    assert parts.read(clashes) == whole.read(clashes)
    assert parts.read(shadows) == whole.read(shadows)
