"""Speed as ratios against a floor that is measured in the same run, so that they mean the same on every machine."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from PySide6.QtWidgets import QApplication

from ui import theme
from ui.bench import measure, papers, saving, screens, searching, shelves, starting
from ui.bench.measure import Figure
from ui.tour.expectations import say
from ui.tour.journey import has_display
from wimdesk.app import App

_FULL, _QUICK = 100_000, 10_000


def run(*, quick: bool = False) -> int:
    """Measure, print a table and then the same as one line of JSON. Returns 0 where every goal is kept, else 1."""
    if not has_display():
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    found = QApplication.instance()
    application = found if isinstance(found, QApplication) else QApplication([])
    theme.apply(application, "light")
    figures: list[Figure] = []
    say(measure.HEAD)
    with tempfile.TemporaryDirectory(prefix="wimdesk-bench-") as name:
        for part in _parts(Path(name), quick):
            figures.append(part)
            say(part.line())
    say(json.dumps({"quick": quick, "figures": [figure.summary() for figure in figures]}, ensure_ascii=False))
    return 0 if all(figure.is_met for figure in figures) else 1


def _parts(folder: Path, quick: bool) -> list[Figure]:
    count, rounds = (_QUICK, 2) if quick else (_FULL, 5)
    figures = starting.run(folder / "start", 3 if quick else 5)
    app = App.open(folder / "profile", os.urandom(16).hex())
    try:
        figures += saving.run(app, folder, 50 if quick else 200)
        figures.append(Figure("memory with an open profile", measure.memory(), "MB"))
        filled = measure.milliseconds(lambda: shelves.fill(app, count))
        figures.append(Figure(f"{count:,} practices received and indexed", filled / 1000, "s"))
        figures += searching.run(app, rounds)
        figures += screens.run(app, count, rounds)
        figures.append(Figure("memory at the end", measure.memory(), "MB"))
    finally:
        app.close()
    figures += papers.run(3 if quick else 9)  # after the figures of memory, as the PDF writer takes some
    return figures
