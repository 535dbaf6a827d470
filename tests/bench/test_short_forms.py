"""The other measurements in their short forms: they come to an end, and they notice what did not arrive."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench import apply, contacts, everything, load, people, scene, workload
from tests.bench.figures import Figure, finish
from ui.bench import papers
from wimdesk.app import App

ROOT = Path(__file__).parents[2]
GAPS = ["longest gap before", "longest gap while applying", "gaps beyond 50 ms", "tenth longest gap"]


@pytest.mark.usefixtures("qtbot")
def test_edits_arrive_behind_the_window() -> None:
    found = apply.run(60, "home")
    assert [figure.name for figure in found[12:]] == [f"window: {name}" for name in GAPS]
    assert found[5].name == "60 edits: applying"
    assert 0 < found[5].value < found[9].value
    assert found[11].value > 0.1
    assert found[13].value > 1


@pytest.mark.usefixtures("qtbot")
def test_edits_of_people_arrive_behind_the_list_of_them() -> None:
    found = {figure.name: figure.value for figure in contacts.run(200, 40)}
    assert 0 < found["40 edits of people: applying"] < found["40 edits of people: whole pass"]
    assert found["window: longest gap while applying"] > 1
    assert found["memory after it"] > 50


def test_a_report_takes_longer_than_its_bare_lines() -> None:
    found = {figure.name: figure for figure in papers.run(1)}
    figure = next(each for name, each in found.items() if name.endswith("/ bare canvas"))
    assert figure.floor is not None
    assert figure.value > figure.floor > 0


@pytest.mark.usefixtures("qtbot")
def test_the_box_answers_among_people() -> None:
    found = everything.run(300)
    assert [figure.goal for figure in found if figure.goal] == [80.0, 50.0, 50.0, 50.0]
    assert all(figure.value > 0 for figure in found)


def test_row_p06_a_list_of_people_answers_in_time_and_takes_little_memory() -> None:
    """The short form of `python -m tests.bench.people --n 100000`, in a process of its own as there."""
    command = [sys.executable, "-m", "tests.bench.people", "--n", "3000"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300, check=False, cwd=ROOT)
    found = {each["name"]: each["value"] for each in json.loads(done.stdout.splitlines()[-1])["figures"]}
    assert 0 < found["an answer: slowest"] < people.GOAL_ANSWER
    assert 0 < found["memory at the end"] < people.GOAL_MEMORY


def test_edits_that_did_not_arrive_are_noticed(tmp_path: Path) -> None:
    rows = workload.records(5)
    wanted = workload.edits(rows, 5, 3)
    app = App.open(tmp_path / "profile", scene.WORD)
    try:
        app.run(scene.add, rows, "alliance")
        with pytest.raises(RuntimeError, match="5 of 5 edits did not arrive"):
            apply.prove(app, rows, wanted)
        app.run(scene.change_all, rows, wanted)
        apply.prove(app, rows, wanted)
    finally:
        app.close()


def test_many_devices_and_a_growing_log(capsys: pytest.CaptureFixture[str]) -> None:
    found = load.run(4, 3, 2, [50, 100], samples=20)
    names = [figure.name for figure in found]
    assert names[0] == "4 devices, 2 at once: syncs"
    assert names[-1] == "sync of one edit, longest log against shortest"
    assert "idle sync, longest log against shortest" in names
    assert all(figure.value > 0 for figure in found)
    assert finish([Figure("much", 2, "x", 1.2)], devices=4) == 1
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["devices"], last["figures"][0]["kept"]) == (4, False)
