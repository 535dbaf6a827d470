from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from wimdesk import clock
from wimdesk.app import App
from wimdesk.errors import RuleBroken, UserError
from wimdesk.identifiers import new_id
from wimdesk.records import participation as parts
from wimdesk.services import catalogue, editing, samples, taking_part
from wimdesk.store import facts, history

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session


@pytest.fixture
def on_day(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def go(day: str) -> None:
        monkeypatch.setattr(clock, "today", lambda: date.fromisoformat(day))

    go("2026-11-22")
    return go


@pytest.fixture
def app(app: App, on_day: Callable[[str], None]) -> App:
    app.run(lambda session: facts.put(session, organisation_name="WIM Test"))
    return app


@pytest.fixture
def full(app: App) -> App:
    app.run(samples.plant)
    return app


def as_secretariat(app: App) -> None:
    app.run(lambda session: facts.put(session, role="secretariat"))


def joint(app: App, **values: object) -> str:
    given = {"title": {"en": "Joint"}, "state": "running", "level": "global"} | values

    def write(session: Session) -> str:
        record = editing.add(session, "initiative", given)
        history.fetch(session, "initiative", record).space = "alliance"
        return record

    return app.run(write)


def test_initiatives_come_in_three_groups_in_order(full: App) -> None:
    entries = full.read(taking_part.load).entries
    assert [entry.group for entry in entries] == ["running"] * 4 + ["planned"] * 2 + ["done"] * 2
    assert [entry.end for entry in entries if entry.group == "running"] == sorted(
        entry.end for entry in entries if entry.group == "running"
    )
    assert [entry.end for entry in entries if entry.group == "done"] == ["2026-06-15", "2022-06-30"]


def test_themes_count_their_initiatives(full: App) -> None:
    board = full.read(taking_part.load)
    assert len(board.themes) == 4
    assert sum(theme.count for theme in board.themes) == len(board.entries) == 8
    assert {theme.colour for theme in board.themes} == {"accent", "copper", "ok", "info"}


def test_themes_are_there_before_any_initiative(app: App) -> None:
    board = app.read(taking_part.load)
    assert board.entries == ()
    assert len(board.themes) == len(catalogue.content.themes())


def test_rows_say_in_which_role_we_take_part(full: App) -> None:
    roles = {entry.title: entry.role for entry in full.read(taking_part.load).entries}
    assert roles["Campus days across Latin America"] == "wg_member"
    assert "" in roles.values()


def test_detail_reads_well(full: App) -> None:
    entry = next(e for e in full.read(taking_part.load).entries if e.title.startswith("Campus days"))
    found = full.read(taking_part.detail, entry.id)
    assert found.deliverables == ("Event guide and invitation letters", "List of training places offered")
    assert found.regions == ("South America", "Central America")
    assert found.theme is not None
    assert found.theme.stake
    assert found.part is not None
    assert found.part.organisation == "WIM Arequipa"
    assert found.hours == sum(line.hours or 0 for line in found.log) > 0
    assert found.log[0].date == max(line.date for line in found.log)
    assert "join" not in found.can


def test_joining_leaving_and_joining_again(app: App, on_day: Callable[[str], None]) -> None:
    initiative = joint(app)
    assert "join" in app.read(taking_part.detail, initiative).can
    part = app.run(taking_part.take_part, initiative, "champion", " two people ")
    found = app.read(taking_part.detail, initiative)
    assert found.part is not None
    assert (found.part.id, found.part.role, found.part.capacity) == (part, "champion", "two people")
    assert found.counts == {"champion": 1}
    with pytest.raises(UserError, match="already"):
        app.run(taking_part.take_part, initiative, "participant")
    on_day("2026-12-01")
    app.run(taking_part.leave, part)
    left = app.read(taking_part.detail, initiative)
    assert (left.part, left.counts, [each.end for each in left.before]) == (None, {}, ["2026-12-01"])
    app.run(taking_part.take_part, initiative, "participant")
    assert len(app.read(taking_part.own_parts, initiative)) == 2


def test_who_takes_part_depends_on_the_day(app: App, on_day: Callable[[str], None]) -> None:
    initiative = joint(app)
    part = app.run(taking_part.take_part, initiative, "participant")
    on_day("2026-12-24")
    app.run(taking_part.leave, part)
    assert app.read(taking_part.detail, initiative, "2026-11-21").counts == {}
    assert app.read(taking_part.detail, initiative, "2026-12-23").counts == {"participant": 1}
    assert app.read(taking_part.detail, initiative, "2026-12-24").counts == {}


def test_leaving_twice_keeps_the_day_of_the_first_time(app: App, on_day: Callable[[str], None]) -> None:
    part = app.run(taking_part.take_part, joint(app), "participant")
    on_day("2026-12-01")
    app.run(taking_part.leave, part)
    on_day("2026-12-05")
    with pytest.raises(UserError, match="Nothing was changed"):
        app.run(taking_part.leave, part)
    assert app.read(editing.values, "participation", part)["end_date"] == "2026-12-01"


def test_nobody_says_of_another_organisation_that_it_takes_part(app: App) -> None:
    initiative, other = joint(app), new_id()
    values = {"initiative_id": initiative, "organization_id": other, "role": "champion", "start_date": "2026-01-01"}
    app.run(editing.add, "participation", values)
    found = app.read(taking_part.detail, initiative)
    assert (found.now, found.counts) == ((), {})
    assert [entry.count for entry in app.read(taking_part.load).entries] == [0]
    app.run(parts.join, initiative, other, "participant")  # as that organisation, or the Secretariat for it
    assert app.read(taking_part.detail, initiative).counts == {"participant": 1}


def test_an_organisation_is_counted_once_in_a_role_however_many_periods_overlap(app: App) -> None:
    initiative = joint(app)
    first = app.run(taking_part.take_part, initiative, "participant")
    act = app.run(taking_part.leave, first)
    app.run(taking_part.take_part, initiative, "participant")
    app.run(history.undo, act)
    found = app.read(taking_part.detail, initiative)
    assert (len(found.now), found.counts) == (2, {"participant": 1})


def test_leaving_can_be_undone(app: App) -> None:
    initiative = joint(app)
    part = app.run(taking_part.take_part, initiative, "participant")
    act = app.run(taking_part.leave, part)
    assert app.read(taking_part.detail, initiative).part is None
    app.run(history.undo, act)
    again = app.read(taking_part.detail, initiative).part
    assert again is not None
    assert again.id == part


def test_nobody_joins_what_is_done_or_in_an_unknown_role(app: App) -> None:
    done = joint(app, state="closed")
    with pytest.raises(UserError, match="Nobody can join"):
        app.run(taking_part.take_part, done, "participant")
    with pytest.raises(RuleBroken):
        app.run(taking_part.take_part, joint(app), "boss")
    assert app.read(editing.rows, "participation") == []


def test_an_organisation_without_a_name_is_asked_for_one_first(app: App) -> None:
    app.run(lambda session: facts.put(session, organisation_name=""))
    with pytest.raises(UserError, match="no name yet"):
        app.run(taking_part.take_part, joint(app), "participant")


def test_a_reader_may_do_nothing(app: App) -> None:
    initiative = joint(app)
    app.run(lambda session: facts.put(session, role="reader"))
    assert app.read(taking_part.detail, initiative).can == frozenset()
    assert app.read(taking_part.load).can == frozenset()


def test_the_log_counts_hours_and_refuses_empty_lines(app: App) -> None:
    initiative = joint(app)
    app.run(taking_part.log, initiative, "2026-11-01", "Call", 2.5)
    app.run(taking_part.log, initiative, "2026-11-20", " Visit ", None)
    found = app.read(taking_part.detail, initiative)
    assert [(line.date, line.text, line.hours) for line in found.log] == [
        ("2026-11-20", "Visit", None),
        ("2026-11-01", "Call", 2.5),
    ]
    assert found.hours == 2.5
    for text, hours in ((" ", 1.0), ("Call", -1.0), ("Call", float("nan"))):
        with pytest.raises(RuleBroken):
            app.run(taking_part.log, initiative, "2026-11-01", text, hours)
    act = app.run(taking_part.remove, "activity", found.log[0].id)
    assert len(app.read(taking_part.detail, initiative).log) == 1
    app.run(history.undo, act)
    assert len(app.read(taking_part.detail, initiative).log) == 2


def test_our_own_initiative_is_ours_to_edit_not_to_join(app: App) -> None:
    theme = app.read(taking_part.load).themes[0].id
    own = app.run(taking_part.begin, theme)
    found = app.read(taking_part.detail, own)
    assert (found.level, found.state) == ("own", "proposed")
    assert found.can == {"edit", "log", "share"}
    assert found.theme is not None
    assert found.theme.id == theme


def test_the_secretariat_publishes_and_the_copy_stands_for_its_source(app: App) -> None:
    as_secretariat(app)
    source = app.run(taking_part.begin)
    app.run(taking_part.log, source, "2026-11-01", "Wrote the plan", 3.0)
    assert "publish" in app.read(taking_part.detail, source).can
    with pytest.raises(RuleBroken):
        app.run(taking_part.publish, source)
    app.run(editing.change, "initiative", source, {"title": {"en": "Joint figures"}})
    copy = app.run(taking_part.publish, source)
    assert copy != source
    assert [entry.id for entry in app.read(taking_part.load).entries] == [copy]
    found = app.read(taking_part.detail, copy)
    assert found.can == {"edit", "join", "log"}
    assert [line.text for line in found.log] == ["Wrote the plan"]


def test_taking_part_again_is_a_time_of_its_own_and_taking_a_join_back_frees_its_place(app: App) -> None:
    record = joint(app)
    first = app.run(taking_part.take_part, record, "participant")
    app.run(taking_part.leave, first)
    second = app.run(taking_part.take_part, record, "champion")
    assert second != first
    app.run(taking_part.remove, "participation", second)
    assert app.run(taking_part.take_part, record, "coordinator") == second
    assert app.read(taking_part.own_parts, record) == sorted([first, second])
