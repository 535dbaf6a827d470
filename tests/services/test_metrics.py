from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from wimdesk.app import App
from wimdesk.errors import RuleBroken, UserError
from wimdesk.records import Submission, observation
from wimdesk.services import editing, metric_rules, metric_shares, metrics

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

OCTOBER, SEPTEMBER = "2026-10", "2026-09"


@pytest.fixture
def site(app: App) -> str:
    return app.run(editing.add, "site", {"name": "Cerro Azul", "target_share": 20.0})


def fill(app: App, site: str, month: str, **values: float) -> None:
    for key, value in values.items():
        app.run(metrics.enter_cell, site, key, month, value)


def row(app: App, site: str, key: str, month: str = OCTOBER) -> metrics.Row:
    found = app.read(metrics.month_sheet, site, month).row(key)
    assert found is not None
    return found


def test_an_empty_month_has_every_indicator_and_no_figure(app: App, site: str) -> None:
    sheet = app.read(metrics.month_sheet, site, OCTOBER)
    assert [len(rows) for rows in sheet.sections().values()] == [6, 2, 2]
    assert next(iter(sheet.sections())) == "workforce"
    assert all(one.value is None and not one.problems and not one.is_answered for one in sheet.rows)
    assert not sheet.state


def test_blank_is_not_zero(app: App, site: str) -> None:
    fill(app, site, OCTOBER, women_hired=0)
    assert row(app, site, "women_hired").value == 0
    assert row(app, site, "women_hired").is_answered
    assert row(app, site, "women_left").value is None
    assert row(app, site, "women_left").change is None


def test_last_month_and_the_change_stand_beside_the_figure(app: App, site: str) -> None:
    fill(app, site, SEPTEMBER, women_employed=209, training_hours_women=388)
    fill(app, site, OCTOBER, women_employed=214, training_hours_women=412.5)
    assert (row(app, site, "women_employed").previous, row(app, site, "women_employed").change) == (209, 5)
    assert row(app, site, "training_hours_women").change == 24.5


def test_a_part_above_its_whole_can_not_be(app: App, site: str) -> None:
    fill(app, site, OCTOBER, women_employed=220, all_employees=214)
    problems = row(app, site, "women_employed").problems
    assert [kind for kind, _sentence in problems] == ["hard"]
    assert "214" in problems[0][1]
    fill(app, site, OCTOBER, all_employees=220)
    assert not row(app, site, "women_employed").problems


@pytest.mark.parametrize("value", [-1, 3.5, float("nan"), float("inf")])
def test_a_count_of_people_is_a_whole_number_from_zero_up(app: App, site: str, value: float) -> None:
    sheet = metrics.check(app.read(metrics.month_sheet, site, OCTOBER), {"women_employed": value})
    assert [key for key, _sentence in sheet.blockers()] == ["women_employed"]


def test_hours_may_have_decimals(app: App, site: str) -> None:
    sheet = metrics.check(app.read(metrics.month_sheet, site, OCTOBER), {"training_hours_all": 3.5})
    assert not sheet.blockers()


@pytest.mark.parametrize(
    ("before", "now", "asked"),
    [(8, 64, True), (8, 23, False), (8, 24, True), (1, 4, False), (0, 40, False), (30, 10, True), (30, 11, False)],
)
def test_a_jump_is_asked_about_and_never_refused(app: App, site: str, before: float, now: float, asked: bool) -> None:
    fill(app, site, SEPTEMBER, women_hired=before)
    fill(app, site, OCTOBER, women_hired=now)
    found = row(app, site, "women_hired")
    assert bool(found.sentence("soft")) is asked
    assert not found.sentence("hard")


def test_the_question_says_how_many_times(app: App, site: str) -> None:
    fill(app, site, SEPTEMBER, women_hired=8)
    fill(app, site, OCTOBER, women_hired=64)
    assert row(app, site, "women_hired").sentence("soft") == "64 is 8 times last month. Right? If so, leave it."


def test_typing_is_checked_without_saving(app: App, site: str) -> None:
    before = app.read(metrics.month_sheet, site, OCTOBER)
    typed = metrics.check(before, {"women_employed": 10.0, "all_employees": 5.0})
    assert typed.blockers()
    assert not metrics.check(typed, {"women_employed": None}).blockers()
    assert app.read(metrics.month_sheet, site, OCTOBER) == before


def test_copying_fills_only_empty_cells_and_says_so(app: App, site: str) -> None:
    fill(app, site, SEPTEMBER, women_employed=209, all_employees=1391, women_left=3)
    fill(app, site, OCTOBER, women_employed=214)
    app.run(metrics.set_status, site, "women_left", OCTOBER, "L")
    assert app.run(metrics.copy_month, site, OCTOBER) == 1
    copied = row(app, site, "all_employees")
    assert (copied.value, copied.status) == (1391, metrics.COPIED)
    assert row(app, site, "women_employed").value == 214
    assert row(app, site, "women_left").value is None
    assert app.run(metrics.copy_month, site, OCTOBER) == 0
    fill(app, site, OCTOBER, all_employees=1386)
    assert row(app, site, "all_employees").status == "A"


def test_a_blank_says_why_until_a_value_comes(app: App, site: str) -> None:
    fill(app, site, OCTOBER, women_left=3)
    app.run(metrics.set_status, site, "women_left", OCTOBER, "Q")
    found = row(app, site, "women_left")
    assert (found.value, found.status, found.is_answered) == (None, "Q", True)
    fill(app, site, OCTOBER, women_left=4)
    assert row(app, site, "women_left").status == "A"
    app.run(metrics.enter_cell, site, "women_left", OCTOBER, None)
    assert row(app, site, "women_left").status == ""


def test_shares_are_worked_out_and_compared_in_points(app: App, site: str) -> None:
    fill(app, site, SEPTEMBER, women_employed=209, all_employees=1391)
    fill(app, site, OCTOBER, women_employed=214, all_employees=1386)
    share = metric_shares.figures(app.read(metrics.month_sheet, site, OCTOBER))[0]
    assert share.key == "women_share"
    assert share.value == pytest.approx(100 * 214 / 1386)
    assert share.change == 0.4


def test_a_share_of_a_wrong_figure_is_a_dash_with_its_reason(app: App, site: str) -> None:
    fill(app, site, OCTOBER, women_employed=220, all_employees=214, women_left=3)
    women, supervisors, turnover = metric_shares.figures(app.read(metrics.month_sheet, site, OCTOBER))
    assert (women.value, women.is_wrong) == (None, True)
    assert (turnover.value, turnover.is_wrong) == (None, True)
    assert (supervisors.value, supervisors.is_wrong) == (None, False)
    assert women.reason != supervisors.reason


def test_nobody_is_divided_by_zero(app: App, site: str) -> None:
    fill(app, site, OCTOBER, women_employed=0, all_employees=0)
    share = metric_shares.figures(app.read(metrics.month_sheet, site, OCTOBER))[0]
    assert share.value is None
    assert share.reason


def test_the_chart_has_twelve_months_gaps_and_the_target(app: App, site: str) -> None:
    for month, women in (("2026-06", 10), ("2026-07", 11), ("2026-10", 13)):
        fill(app, site, month, women_employed=women, all_employees=100)
    chart = app.read(metric_shares.shares, site, OCTOBER)
    assert chart.target == 20
    labels = [label for label, _value in chart.series[0].points]
    assert len(set(labels)) == 12
    assert (labels[0], labels[-1]) == ("Nov", "Oct")
    assert [value for _label, value in chart.series[0].points][-5:] == [10, 11, None, None, 13]
    assert chart.alt.startswith("August 2026, September 2026 have no figures.")


def test_months_before_the_first_figure_are_not_called_missing(app: App, site: str) -> None:
    fill(app, site, OCTOBER, women_employed=13, all_employees=100)
    assert app.read(metric_shares.shares, site, OCTOBER).alt == ""


def test_a_month_with_an_impossible_figure_is_a_gap(app: App, site: str) -> None:
    fill(app, site, OCTOBER, women_employed=130, all_employees=100)
    assert app.read(metric_shares.shares, site, OCTOBER).series[0].points[-1][1] is None


def submission(session: Session, record: str) -> dict[str, object]:
    found = session.get(Submission, record)
    assert found is not None
    return {name: getattr(found, name) for name in ("kind", "period", "state", "data", "space", "version_of_id")}


def test_a_month_is_handed_in_as_a_snapshot(app: App, site: str) -> None:
    fill(app, site, OCTOBER, women_employed=214, all_employees=1386, women_hired=0)
    app.run(metrics.set_status, site, "women_left", OCTOBER, "L")
    made = app.read(submission, app.run(metrics.submit_month, site, OCTOBER))
    assert made["space"] == f"org/{app.identity().organisation}/private"
    assert (made["kind"], made["period"], made["state"]) == (metrics.KIND, OCTOBER, "sent")
    data = made["data"]
    assert isinstance(data, dict)
    assert data["site"] == "Cerro Azul"
    assert data["values"] == {"women_employed": 214, "all_employees": 1386, "women_hired": 0}
    assert data["statuses"]["women_left"] == "L"
    assert app.read(metrics.month_sheet, site, OCTOBER).state == "sent"


def test_a_month_is_handed_in_once_until_it_changes(app: App, site: str) -> None:
    fill(app, site, OCTOBER, women_employed=214)
    first = app.run(metrics.submit_month, site, OCTOBER)
    assert app.run(metrics.submit_month, site, OCTOBER) == first
    fill(app, site, OCTOBER, women_employed=215)
    assert app.read(metrics.month_sheet, site, OCTOBER).changed_since
    second = app.run(metrics.submit_month, site, OCTOBER)
    assert second != first
    assert app.read(submission, second)["version_of_id"] == first
    assert not app.read(metrics.month_sheet, site, OCTOBER).changed_since


def test_an_impossible_figure_is_not_handed_in(app: App, site: str) -> None:
    fill(app, site, OCTOBER, women_employed=220, all_employees=214)
    with pytest.raises(RuleBroken, match="Women employed") as refused:
        app.run(metrics.submit_month, site, OCTOBER)
    assert refused.value.problems[0][0] == "women_employed"
    assert not app.read(lambda session: list(session.scalars(select(Submission.id))))


def test_an_empty_month_is_not_handed_in(app: App, site: str) -> None:
    with pytest.raises(UserError, match="empty"):
        app.run(metrics.submit_month, site, OCTOBER)


def test_last_month_is_opened_until_it_is_handed_in(app: App, site: str) -> None:
    last = app.read(metrics.month_to_fill, site)
    fill(app, site, last, women_employed=1)
    app.run(metrics.submit_month, site, last)
    assert app.read(metrics.month_to_fill, site) == metrics.month_before(last, -1)


@pytest.mark.parametrize(("month", "steps", "found"), [("2026-01", 1, "2025-12"), ("2026-12", -1, "2027-01")])
def test_months_turn_over_with_the_year(month: str, steps: int, found: str) -> None:
    assert metrics.month_before(month, steps) == found


def test_two_laptops_fill_the_same_cell(app: App, site: str) -> None:
    fill(app, site, OCTOBER, women_left=1)
    cell = observation.cell_id(site, "women_left", OCTOBER)
    assert app.read(editing.values, "observation", cell)["obs_value"] == 1


def test_rules_are_pure(app: App, site: str) -> None:
    one = app.read(metrics.measures)[0]
    strict = dataclasses.replace(one, part_of="", jump_factor=0)
    assert metric_rules.findings(strict, {one.key: 900.0}, {one.key: 1.0}, {}) == ()
    assert metric_rules.findings(one, {one.key: None}, {one.key: 1.0}, {}) == ()
