from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ui.tour import stage
from ui.tour.expectations import Details, expect
from ui.tour.laptop import Laptop

ROOT = Path(__file__).parents[2]


def take_tour(out: Path, *words: str) -> tuple[subprocess.CompletedProcess[str], dict[str, object]]:
    """Take the tour as a person does, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-m", "wimdesk", "tour", "--out", str(out), *words],
        cwd=ROOT, env=dict(os.environ, PYTHONUTF8="1"), capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    return done, json.loads((out / "summary.json").read_text("utf-8"))


def test_the_whole_job_goes_through_with_an_endpoint(tmp_path: Path) -> None:
    done, summary = take_tour(tmp_path / "out")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert summary["ok"] is True
    assert [(step["step"], step["ok"]) for step in summary["steps"]] == [(number, True) for number in range(1, 9)]
    for name in (*summary["screenshots"], *summary["pdfs"]):
        assert (tmp_path / "out" / name).stat().st_size > 1000, name
    assert "Traceback" not in done.stderr


def test_steps_1_to_6_need_no_endpoint(tmp_path: Path) -> None:
    done, summary = take_tour(tmp_path / "out", "--no-endpoint", "--no-gallery")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert (summary["ok"], summary["endpoint"]) == (True, False)
    told = {step["step"]: step.get("waiting", step["ok"]) for step in summary["steps"]}
    assert told == dict.fromkeys(range(1, 7), True) | {7: "no endpoint", 8: "no endpoint"}


def test_an_expectation_that_fails_makes_the_step_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def work(_stage: stage.Stage) -> Details:
        expect([], "nothing came")
        return {}

    laptop = Laptop.make("first", tmp_path / "profile")
    step = stage.Step(1, "Start", work)
    step.run(stage.Stage(tmp_path, None, laptop, laptop, laptop))
    laptop.close()
    assert step.summary()["ok"] is False
    assert step.details["problem"] == "nothing came"
    assert "NOT DONE" in capsys.readouterr().out


def test_what_is_raised_in_a_slot_makes_the_step_fail(tmp_path: Path) -> None:
    def work(board: stage.Stage) -> Details:
        board.heard.append("QLayout: something is wrong")
        return {}

    laptop = Laptop.make("first", tmp_path / "profile")
    step = stage.Step(1, "Start", work)
    step.run(stage.Stage(tmp_path, None, laptop, laptop, laptop))
    laptop.close()
    assert step.ok is False
    assert "something is wrong" in str(step.details)
