"""How the box of Ctrl+K stands 100,000 contacts: from each key to the painted answer.

Run it with `python -m tests.bench.everything --n 100000`. The profile of `tests.bench.people` gets some thousand
records of the other kinds; then questions are typed letter by letter into the box of the real window, offscreen. Its
last line is JSON, its exit code 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

from tests.bench import figures
from tests.bench.figures import Figure, say
from tests.bench.people import WORD, Pulse, stay, wait_until
from ui.application import Program
from ui.bench.measure import memory, p95
from ui.palette import Palette
from ui.tour import hands
from wimdesk.app import App
from wimdesk.identifiers import derived_id
from wimdesk.records import Activity, Initiative, LibraryItem, Organization, Site
from wimdesk.store import inbox

GOAL_P95 = 80.0
GOAL_GAP = 50.0
_QUESTIONS = ("lima", "ana", "traore", "w12", "training", "zoé qui", "mentor", "settings", "arequipa")
_PLACES = ("Lima", "Arequipa", "Tarkwa", "Mwanza", "Kédougou", "Oruro")
_OTHERS = 500
"""Records of each of the other kinds."""


def fill(folder: Path) -> None:
    """Put records of the other kinds beside the people, as if they had been received."""
    app = App.open(folder, WORD)
    base = {"space": app.store.author.spaces["private"], "owner": app.identity().organisation}
    for cls, name in ((Site, "name"), (Activity, "text"), (Initiative, "title"), (LibraryItem, "title")):
        app.run(inbox.plant, cls, [base | _made(cls.__name__, name, number) for number in range(_OTHERS)])
    app.run(inbox.plant, Organization, [base | _made("Organization", "name", number) for number in range(_OTHERS)])
    app.close()


def _made(kind: str, name: str, number: int) -> dict[str, object]:
    words = f"{kind} {number} {_PLACES[number % len(_PLACES)]} training of young members"
    plain = kind in {"Site", "Activity"}
    return {"id": derived_id("everything", kind, str(number)), name: words if plain else {"en": words}}


def run(count: int) -> list[Figure]:
    """Measure with so many people."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name) / "profile"
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "tests.bench.people", "--n", str(count), "--fill", folder], check=True)
        fill(folder)
        say(f"{count:,} people written in {time.perf_counter() - start:.0f} s; load {os.getloadavg()[0]:.1f}")
        found = QApplication.instance()
        application = found if isinstance(found, QApplication) else QApplication(sys.argv[:1])
        program = Program(application, folder, WORD)
        try:
            program.start()
            wait_until(lambda: program.desk is not None)
            stay(2.0)
            return _ask(application, program)
        finally:
            program.window.close()
            program.close()


def _ask(application: QApplication, program: Program) -> list[Figure]:
    program.window.open_palette()
    box = program.window.palette_box
    if box is None:
        raise RuntimeError("the box did not open")
    heart = Pulse()
    heart.start(application)
    stay(1.0)
    heart.longest()
    _type(box, _QUESTIONS[0])  # what is read for the first time comes from the disk
    first, _busy = heart.longest()
    taken = [each for _round in range(3) for question in _QUESTIONS for each in _type(box, question)]
    gap, busy = heart.longest()
    found = [
        Figure("from a key to the painted answer: median", statistics.median(taken), "ms"),
        Figure("from a key to the painted answer: p95", p95(taken), "ms", GOAL_P95),
        Figure("from a key to the painted answer: slowest", max(taken), "ms"),
        Figure("longest gap of the window at the first question", first, "ms", GOAL_GAP),
        Figure("longest gap of the window while typing", gap, "ms", GOAL_GAP),
        Figure("longest computing of the window's thread", busy, "ms", GOAL_GAP),
        Figure("memory", memory(), "MB"),
    ]
    for figure in found:
        say(figure.line())
    return found


def _type(box: Palette, question: str) -> list[float]:
    """Type a question; return how long each letter's answer took until it was painted."""
    box.field.clear()
    wait_until(lambda: box.answered == "")
    return [_letter(box, box.list.viewport(), question[: end + 1]) for end in range(len(question))]


def _letter(box: Palette, painted: QWidget, so_far: str) -> float:
    start = time.perf_counter()
    hands.write_letter(box.field, so_far[-1])
    wait_until(partial(_is_answered, box, so_far), pause=0.0)
    painted.repaint()
    return (time.perf_counter() - start) * 1000


def _is_answered(box: Palette, question: str) -> bool:
    return box.answered == question.strip()


def main() -> int:
    """Measure and say so; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=100_000, help="how many people")
    args = parser.parse_args()
    return figures.finish(run(args.n), n=args.n)


if __name__ == "__main__":
    sys.exit(main())
