"""The other measurements in their short forms: they come to an end, and they notice what did not arrive."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench import apply, load, scene, workload
from tests.bench.figures import Figure, finish
from wimdesk.app import App

GAPS = ["longest gap before", "longest gap while applying", "gaps beyond 50 ms", "tenth longest gap"]


@pytest.mark.usefixtures("qtbot")
def test_edits_arrive_behind_the_window() -> None:
    found = apply.run(60, "home")
    assert [figure.name for figure in found[12:]] == [f"window: {name}" for name in GAPS]
    assert found[5].name == "60 edits: applying"
    assert 0 < found[5].value < found[9].value
    assert found[11].value > 0.1
    assert found[13].value > 1


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
