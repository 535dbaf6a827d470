"""Cut the power at thousands of moments of real work, and prove that nothing that was acknowledged is lost.

A small library (recorder.c) is loaded into the program and notes each write, fsync, truncation and name; each cut
is rebuilt from the notes (replay.py) and opened with the program's own code. The controls take away what protects
the saves, and must be found out.

Run it with `python -m tests.soak.power --points 20000 --seed 1`; its last line is JSON, its exit code 1 where
something is wrong or a control is not found out. Needs Linux and gcc.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock
from sqlcipher3 import dbapi2

from tests.soak.kill import ROOT, WORD, Ledger, Outcome, compare, environment
from tests.soak.replay import Disk, Event, events
from wimdesk.app import DATABASE, App
from wimdesk.errors import WimdeskError
from wimdesk.store import backup, keys

SOURCE = Path(__file__).with_name("recorder.c")
LIVES = 7
PER_TRACE = 500
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
    """Open what is left, as the program would; only the slow way from the passphrase to the key is left out."""
    folder, outcome = ledger.folder, tally.outcome
    if keys.read(folder) is None:
        tally.before_keys += 1
        outcome.expect("keys are gone", holds=not ledger.values and not (folder / DATABASE).exists())
        return
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
