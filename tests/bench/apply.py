"""How long a laptop takes to apply what others did, and how long its window stands still meanwhile.

Run it with `python -m tests.bench.apply --n 10000`. A second laptop makes records and edits each of them once; this one
pulls the edits with its real window open, offscreen, while a timer of 5 ms says when the window could not answer.
Its last line is JSON, its exit code 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from tests.bench import figures, scene, workload
from tests.bench.figures import Figure, say
from tests.bench.heart import Heart
from tests.bench.link import Link
from tests.bench.scene import Scene
from tests.bench.workload import Edit, Row
from ui.application import Program
from ui.bench.measure import memory
from wimdesk.app import DATABASE, App
from wimdesk.store import engine, keys
from wimdesk.store.engine import Store

P = ParamSpec("P")
R = TypeVar("R")
GOAL_SECONDS = 1.0
"""For 10,000 edits."""
GOAL_GAP = 50.0
_WRITTEN = ("op", "shadow", "organization")
_PATIENCE = 300.0


@dataclass
class Stopwatch:
    """How long the writer was at work for the network: applying, indexing and committing."""

    seconds: float = 0.0
    processor: float = 0.0
    transactions: int = 0
    longest: float = 0.0

    def watch(self, store: Store) -> None:
        """Measure whatever this store writes for the sync from now on."""
        run_as = store.run_as
        clock = time.pthread_getcpuclockid(store.run(lambda _session: threading.get_ident()))

        def timed(origin: str, verb: Callable[..., R], *args: object, **kwargs: object) -> R:
            start, before = time.perf_counter(), time.clock_gettime(clock)
            try:
                return run_as(origin, verb, *args, **kwargs)
            finally:
                self.processor += time.clock_gettime(clock) - before
                self._note(time.perf_counter() - start)

        store.run_as = timed  # type: ignore[method-assign]  # measured from outside, so that nothing in it has to change

    def _note(self, seconds: float) -> None:
        self.seconds += seconds
        self.transactions += 1
        self.longest = max(self.longest, seconds)


def run(count: int, page: str, seed: int = 3) -> list[Figure]:
    """Measure with so many records, while the window shows a page."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        here = Scene(Path(name), Link(""))
        (here.place / "endpoint").mkdir()
        with scene.endpoint(here.place / "endpoint") as served:
            here.link.url = served.url
            here.enrol()
            rows = workload.records(count)
            edits = workload.edits(rows, len(rows), seed)
            first = _pull_new(here, rows, edits)
            return [*first, *_pull_edits(here, rows, edits, page)]


def _pull_new(here: Scene, rows: list[Row], edits: list[Edit]) -> list[Figure]:
    anna, bela = here.laptop("anna"), here.laptop("bela")
    try:
        anna.app.run(scene.add, rows, "alliance")
        anna.sync()
        watch = Stopwatch()
        watch.watch(bela.app.store)
        start = time.perf_counter()
        bela.sync()
        whole = time.perf_counter() - start
        bela.app.settings.put("sync_automatically", False)
        bela.app.settings.put("first_run_done", True)
        anna.app.run(scene.change_all, rows, edits)
        anna.sync()
    finally:
        for laptop in here.laptops.values():
            laptop.close()
        here.laptops.clear()
    return told_work(f"{len(rows):,} new records, no window", watch, whole, None)


def told_work(what: str, watch: Stopwatch, whole: float, goal: float | None) -> list[Figure]:
    """Say what the writer did, and how long the whole pass took."""
    found = [
        Figure(f"{what}: applying", watch.seconds, "s", goal),
        Figure(f"{what}: processor while applying", watch.processor, "s"),
        Figure(f"{what}: transactions", watch.transactions, ""),
        Figure(f"{what}: longest transaction", watch.longest, "s"),
        Figure(f"{what}: whole pass", whole, "s"),
    ]
    for figure in found:
        say(figure.line())
    return found


@dataclass
class Pulled:
    """How the window took in what waited: the writer's work, seconds of the pass, gaps in ms, and MB after it."""

    watch: Stopwatch
    seconds: float
    calm: list[float]
    gaps: list[float]
    memory: float


def pull(place: Path, page: str, prove_it: Callable[[App], None], ready: Callable[[Program], bool]) -> Pulled:
    """Open the window on a profile, show a page, wait until it is ready, and pull what waits at the endpoint."""
    found = QApplication.instance()
    application = found if isinstance(found, QApplication) else QApplication(sys.argv[:1])
    program = Program(application, place, scene.WORD)
    heart, watch = Heart(), Stopwatch()
    try:
        program.start()
        _wait(lambda: program.engine is not None and program.engine.latest.state == "idle")
        assert program.app is not None
        assert program.engine is not None
        assert program.desk is not None
        program.desk.navigate(page)
        _wait(lambda: ready(program))
        _stay(2.0)
        heart.start(application)
        _stay(3.0)
        calm = heart.taken()
        watch.watch(program.app.store)
        ends: list[float] = []
        program.engine.status.connect(
            lambda status: ends.append(time.perf_counter()) if status.state == "idle" else None
        )
        start = time.perf_counter()
        program.engine.sync_now()
        _wait(lambda: bool(ends))
        _wait(lambda: not program.desk.tasks.busy())  # type: ignore[union-attr]  # it was there a moment ago
        _stay(1.0)
        gaps = heart.taken()
        prove_it(program.app)
        return Pulled(watch, ends[0] - start, calm, gaps, memory())
    finally:
        program.window.close()
        program.close()


def _pull_edits(here: Scene, rows: list[Row], edits: list[Edit], page: str) -> list[Figure]:
    pulled = pull(here.place / "bela", page, lambda app: prove(app, rows, edits), lambda _program: True)
    goal = GOAL_SECONDS * len(rows) / 10_000
    told = told_work(f"{len(rows):,} edits", pulled.watch, pulled.seconds, goal)
    bare = _bare(here.place, len(rows), told[0].value, pulled.watch.transactions)
    return [*told, *bare, *told_gaps(pulled)]


def _bare(place: Path, count: int, seconds: float, transactions: int) -> list[Figure]:
    """Measure the least: the rows of the same edits from memory into an encrypted file, by the driver alone."""
    key = keys.unlock(place / "bela", scene.WORD).database
    source = engine.connect(place / "bela" / DATABASE, key, read_only=True)
    copy = engine.connect(place / "bare.db", key, create=True)
    found: dict[str, list[tuple[object, ...]]] = {}
    try:
        for name in _WRITTEN:
            rows = source.execute(f"SELECT * FROM {name} ORDER BY rowid").fetchall()
            found[name] = rows[-count:]
            for (statement,) in source.execute("SELECT sql FROM sqlite_master WHERE tbl_name=? AND sql<>''", (name,)):
                copy.execute(statement)
            copy.execute("BEGIN")
            copy.executemany(_insert(name, rows), rows[:-count] if name == "op" else rows)
            copy.execute("COMMIT")
        start = time.perf_counter()
        size = -(-count // max(1, transactions))
        for at in range(0, count, size):
            copy.execute("BEGIN IMMEDIATE")
            for name, rows in found.items():
                copy.executemany(_insert(name, rows), rows[at : at + size])
            copy.execute("COMMIT")
        floor = time.perf_counter() - start
    finally:
        source.close()
        copy.close()
    bare = [
        Figure("bare rows into an encrypted file, as many commits", floor, "s"),
        Figure("applying, as a multiple of that", seconds / floor, ""),
    ]
    for figure in bare:
        say(figure.line())
    return bare


def _insert(name: str, rows: list[tuple[object, ...]]) -> str:
    return f"INSERT OR REPLACE INTO {name} VALUES ({','.join('?' * len(rows[0]))})"


def told_gaps(pulled: Pulled) -> list[Figure]:
    """Say how long the window could not answer, before and meanwhile."""
    gaps = pulled.gaps
    found = [
        Figure("window: longest gap before", pulled.calm[0], "ms"),
        Figure("window: longest gap while applying", gaps[0], "ms", GOAL_GAP),
        Figure("window: gaps beyond 50 ms", sum(gap > GOAL_GAP for gap in gaps), "", None),
        Figure("window: tenth longest gap", gaps[min(9, len(gaps) - 1)], "ms"),
    ]
    for figure in found:
        say(figure.line())
    return found


def prove(app: App, rows: list[Row], wanted: list[Edit]) -> None:
    """Raise where an edit did not arrive: an empty pull would be very quick."""
    shown = app.read(scene.shown)
    names = list(scene.COLUMNS)
    lost = sum(
        shown[str(rows[index]["id"])][names.index(name)] != next(iter(scene.values_of({name: value}).values()))
        for index, name, value in wanted
    )
    if lost:
        raise RuntimeError(f"{lost} of {len(wanted)} edits did not arrive")


def _stay(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(int(seconds * 1000), loop.quit)
    loop.exec()


def _wait(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + _PATIENCE
    while not is_so():
        if time.monotonic() > until:
            raise RuntimeError("it never came to an end")
        _stay(0.02)


def main(argv: list[str] | None = None) -> int:
    """Read the command line, measure, and say the outcome."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=10_000, help="how many records, each edited once")
    parser.add_argument("--page", default="organisation", help="the page that the window shows meanwhile")
    parser.add_argument("--seed", type=int, default=3, help="which edits")
    args = parser.parse_args(argv)
    return figures.finish(run(args.n, args.page, args.seed), n=args.n, page=args.page, seed=args.seed)


if __name__ == "__main__":
    sys.exit(main())
