"""Cut the power at thousands of moments of real work, and prove that nothing that was acknowledged is lost.

A small library (recorder.c) is loaded into the program and notes each write, fsync, truncation and name; each cut
is rebuilt from the notes (replay.py) and opened with the program's own code. The controls take away what protects
the saves, and must be found out.

Run it with `python -m tests.soak.power --points 20000 --seed 1`; its last line is JSON, its exit code 1 where
something is wrong or a control is not found out. Needs Linux and gcc.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from filelock import FileLock
from sqlcipher3 import dbapi2

from tests.soak import saver
from tests.soak.kill import ROOT, WORD, Ledger, Outcome, compare, environment
from tests.soak.replay import Disk, Event, events
from wimdesk.app import DATABASE, App
from wimdesk.errors import WimdeskError
from wimdesk.services import recovery
from wimdesk.store import backup, journal, keys, writeahead
from wimdesk.store.engine import connect

SOURCE = Path(__file__).with_name("recorder.c")
LIVES = 7
PER_TRACE = 1000
WHOLE = 10
"""Each so many-th cut is opened as a whole, with search and outbox and a backup; the others are read directly."""
CONTROLS = ("normal", "off", "plain")
_TOLD = "ACK"


def library(place: Path) -> Path:
    """Build the recorder."""
    made = place / "recorder.so"
    command = ["gcc", "-O2", "-shared", "-fPIC", "-o", str(made), str(SOURCE), "-ldl", "-lpthread"]
    subprocess.run(command, check=True, capture_output=True)
    return made


@dataclass
class Trace:
    """Everything that one run of the child wrote, and the keys to open it."""

    folder: Path
    events: list[Event]
    unlocked: keys.Unlocked


def record(place: Path, recorder: Path, kind: str, lives: int = LIVES) -> Trace:
    """Run the child in an empty folder; return what it wrote. Its end is checked as every cut is."""
    folder, log = place / "disk", place / "log"
    shutil.rmtree(folder, ignore_errors=True)
    log.unlink(missing_ok=True)
    folder.mkdir()
    names = {"RECORD_FOLDER": str(folder), "RECORD_LOG": str(log), "LD_PRELOAD": str(recorder)}
    command = [sys.executable, "-m", "tests.soak.recorded", str(folder / "profile"), str(lives), kind]
    with (folder / _TOLD).open("ab") as told:
        subprocess.run(command, cwd=ROOT, env=environment(place) | names, stdout=told, check=True)
    found = [Event("C", str(folder / _TOLD), 0, b""), *events(log)]
    return Trace(folder, found, keys.unlock(folder / "profile", WORD))


@dataclass
class Tally:
    """What all cuts together found."""

    points: int = 0
    acknowledged: int = 0
    before_keys: int = 0
    opened_whole: int = 0
    refused: int = 0
    told: int = 0
    bad: int = 0
    outcome: Outcome = field(default_factory=Outcome)


def cut(trace: Trace, points: int, chance: random.Random, place: Path, tally: Tally) -> None:
    """Cut at that many moments of one run, in their order."""
    last = len(trace.events)
    moments = sorted(chance.randrange(last + 1) for _ in range(points))
    disk, done = Disk(), 0
    ledger, rest = Ledger(place / "profile", place), b""
    for moment in moments:
        for event in trace.events[done:moment]:
            disk.take(event)
            if event.kind == "W" and event.path.endswith(f"/{_TOLD}"):
                *lines, rest = (rest + event.data).split(b"\n")
                tally.acknowledged += sum(ledger.note(json.loads(line)) for line in lines)
        done = moment
        _build(trace.folder / "profile", disk.after_cut(chance), ledger.folder)
        before = len(tally.outcome.wrong)
        _open(trace, ledger, tally)
        tally.bad += len(tally.outcome.wrong) > before
        tally.points += 1


def _build(was: Path, files: dict[str, bytes], folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for path, content in files.items():
        if Path(path).is_relative_to(was):
            target = folder / Path(path).relative_to(was)
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(content)


def _open(trace: Trace, ledger: Ledger, tally: Tally) -> None:
    """Judge what is left: each cut by what the program does first, each tenth by opening it as a whole."""
    folder, outcome = ledger.folder, tally.outcome
    if keys.read(folder) is None:
        tally.before_keys += 1
        outcome.expect("keys are gone", holds=not ledger.values and not (folder / DATABASE).exists())
    elif tally.points % WHOLE == 0 or not (folder / DATABASE).exists():
        tally.opened_whole += 1
        _open_whole(trace, ledger, tally)
    else:
        _look(trace, ledger, tally)


def _look(trace: Trace, ledger: Ledger, tally: Tally) -> None:
    """Prove the database whole as the program does at its start, and read it: saves, acts, waiting operations."""
    database, key, outcome = ledger.folder / DATABASE, trace.unlocked.database, tally.outcome
    try:
        tally.told += recovery.examine(database, key, thorough=True) == "unfinished"
        with contextlib.closing(connect(database, key, read_only=True)) as connection:
            rows = connection.execute("SELECT id, name, operator FROM site").fetchall()
            ops = connection.execute("SELECT record, payload, n FROM op WHERE state = 'waiting' ORDER BY n").fetchall()
    except (WimdeskError, dbapi2.Error) as problem:
        tally.refused += 1
        outcome.expect(f"damaged: {problem}", holds=not ledger.values and "no such table" in str(problem))
        return
    seen = {record: float(name.rpartition(" ")[2]) for record, name, _operator in rows}
    lost = [i for i, name in ledger.values.items() if seen.get(i, -1.0) < float(name.rpartition(" ")[2])]
    waiting = {(record, value) for record, payload, _n in ops for value in journal.unpack_payload(payload).values[:1]}
    lost += [record for record, name in ledger.sent if (record, name) not in waiting]
    outcome.checks += len(ledger.values) + len(ledger.sent)
    outcome.lost += len(lost)
    outcome.expect(f"lost {len(lost)}", holds=not lost)
    acts = Counter(operator for _record, _name, operator in rows)
    half = [tag for tag, count in acts.items() if count not in {1, saver.PAIR, saver.ROWS, saver.OPS}]
    half += [tag for tag, known in ledger.tags.items() if acts[tag] != len(known)]
    outcome.expect(f"{len(half)} acts are half there", holds=not half)
    numbers = [n for _record, _payload, n in ops]
    outcome.expect("a hole in the numbers", holds=numbers == list(range(1, len(numbers) + 1)))


def _open_whole(trace: Trace, ledger: Ledger, tally: Tally) -> None:
    """Open it as the program would; only the slow way from the passphrase to the key is left out."""
    folder, outcome = ledger.folder, tally.outcome
    lock = FileLock(folder / "lock", thread_local=False)
    lock.acquire()
    try:
        app = App.open_unlocked(folder, lock, trace.unlocked)
    except WimdeskError as problem:
        lock.release()
        tally.refused += 1
        outcome.expect(f"not opened: {problem}", holds=False)
        return
    try:
        tally.told += bool(app.told)
        compare(app, ledger, "cut", outcome)
        for copy in backup.every(folder / backup.FOLDER)[:1]:
            outcome.expect(f"{copy.name} is not whole", holds=backup.is_whole(copy, app.store.key))
        app.check()
    except (WimdeskError, dbapi2.Error) as problem:
        outcome.expect(f"damaged: {problem}", holds=False)
    finally:
        app.close()


@contextlib.contextmanager
def _remembered_sums() -> Iterator[None]:
    """The same frames stand in thousands of cuts: their checksums are counted once."""
    real = writeahead._sums  # noqa: SLF001 - a pure function; what it says stays the same
    writeahead._sums = lru_cache(maxsize=8192)(real)  # noqa: SLF001 - as above
    try:
        yield
    finally:
        writeahead._sums = real  # noqa: SLF001 - as above


@_remembered_sums()
def soak(points: int, seed: int, kind: str = "full", lives: int = LIVES) -> Tally:
    """Record runs and cut each of them up to PER_TRACE times."""
    chance, tally = random.Random(f"{kind} {seed}"), Tally()
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="power-", dir=memory if memory.is_dir() else None) as name:
        place = Path(name)
        recorder = library(place)
        (place / "cut").mkdir()
        while tally.points < points:
            trace = record(place, recorder, kind, lives)
            cut(trace, min(PER_TRACE, points - tally.points), chance, place / "cut", tally)
            sys.stderr.write(f"{kind}: {tally.points} cuts, {tally.bad} bad, {tally.outcome.lost} lost\n")
    return tally


def described(tally: Tally, seconds: float) -> dict[str, object]:
    """The figures of one kind."""
    return {
        "points": tally.points, "bad_points": tally.bad, "lost": tally.outcome.lost, "not_opened": tally.refused,
        "checks": tally.outcome.checks, "acknowledged": tally.acknowledged, "before_keys": tally.before_keys,
        "opened_whole": tally.opened_whole,
        "told_of_unfinished_save": tally.told, "wrong": sorted(set(tally.outcome.wrong))[:8],
        "points_per_second": round(tally.points / seconds, 1),
    }  # fmt: skip


def main(argv: list[str] | None = None) -> int:
    """Read the command line, cut, and say the outcome as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=20_000)
    parser.add_argument("--control-points", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    args = parser.parse_args(argv)
    found: dict[str, object] = {"seed": args.seed}
    passed = True
    for kind in ("full", *CONTROLS):
        began = time.monotonic()
        points = args.points if kind == "full" else args.control_points
        if not points:
            continue
        tally = soak(points, args.seed, kind)
        found[kind] = described(tally, time.monotonic() - began)
        passed = passed and (tally.bad > 0) == (kind != "full")
    sys.stdout.write(json.dumps(found) + "\n")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
