"""The picture tour: two laptops and a Secretariat go through the main job, offscreen, and every outcome is checked."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtWidgets import QApplication

from ui.tour import initiatives, library, metrics, opening, organisation, secretariat, submissions, sync
from ui.tour.endpoint import Endpoint
from ui.tour.expectations import say
from ui.tour.gallery import take
from ui.tour.laptop import Laptop
from ui.tour.room import Room
from ui.tour.stage import Stage, Step


def run(out: Path, *, endpoint: bool = True, gallery: bool = True) -> int:
    """Take the tour; leave pictures, PDFs and summary.json in the folder. Returns the exit code.

    Without an endpoint steps 7 and 8 wait; without the gallery there is no picture of every page. It needs no network
    but this computer's own.
    """
    if not has_display():
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    start = time.monotonic()
    out.mkdir(parents=True, exist_ok=True)
    found = QApplication.instance()
    application = found if isinstance(found, QApplication) else QApplication([])
    steps, pictures = all_steps(), Step(0, "Pictures", take) if gallery else None
    with contextlib.ExitStack() as stack:
        stage = _set_up(stack, application, out, endpoint)
        try:
            for step in steps:
                step.run(stage)
            if pictures is not None:
                pictures.run(stage)
        finally:
            ok = _write_summary(stage, steps, pictures, round(time.monotonic() - start, 1))
    say(f"Tour {'done' if ok else 'NOT DONE'} in {time.monotonic() - start:.1f} s. See {out / 'summary.json'}")
    return 0 if ok else 1


def all_steps() -> list[Step]:
    """Return the steps in their order."""
    return [
        Step(1, "Start", opening.run),
        Step(2, "Organisation", organisation.run),
        Step(3, "Initiatives", initiatives.run),
        Step(4, "Library", library.run),
        Step(5, "Site metrics", metrics.run),
        Step(6, "Submissions", submissions.run),
        Step(7, "Sync centre", sync.run, needs_endpoint=True),
        Step(8, "The Secretariat", secretariat.run, needs_endpoint=True),
    ]


def has_display() -> bool:
    """Tell whether a window can be shown here."""
    if sys.platform in {"win32", "darwin"}:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _set_up(stack: contextlib.ExitStack, application: QApplication, out: Path, endpoint: bool) -> Stage:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wimdesk-tour-")))
    running = stack.enter_context(Endpoint(folder / "endpoint")) if endpoint else None
    second = Laptop.make("second", folder / "second")
    stack.callback(second.close)
    office = Room(application, folder / "secretariat", "secretariat", known=True)
    stack.callback(office.close)
    room = Room(application, folder / "first", "first")
    stack.callback(room.close)
    stage = Stage(out, running, room, second, office)
    stage.listen()
    stack.callback(stage.stop_listening)
    return stage


def _write_summary(stage: Stage, steps: list[Step], pictures: Step | None, seconds: float) -> bool:
    """Write summary.json; return whether everything that could be done went well."""
    done = [step for step in steps if not step.waiting]
    ok = bool(done) and all(step.ok for step in (*done, *filter(None, [pictures])))
    summary = {
        "ok": ok,
        "endpoint": stage.endpoint is not None,
        "steps": [step.summary() for step in steps],
        "pictures": pictures.summary() if pictures is not None else None,
        "screenshots": stage.pictures,
        "pdfs": stage.pdfs,
        "seconds": seconds,
    }
    text = json.dumps(summary, ensure_ascii=False, indent=2, default=str)
    (stage.out / "summary.json").write_text(text + "\n", encoding="utf-8")
    return ok
