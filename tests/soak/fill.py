"""Fill the disk at many moments of real work: a sentence each time, nothing lost, and it goes on when there is room.

Run it with `python -m tests.soak.fill --times 100`; its last line is JSON, its exit code 1 where something is wrong.
Needs the right to mount a small disk in memory.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock

from tests.soak import saver
from tests.soak.kill import WORD
from wimdesk.app import DATABASE, App
from wimdesk.errors import DiskFull, EnvironmentProblem, WimdeskError
from wimdesk.services import editing, recovery
from wimdesk.store import keys

MEGABYTES = 24
STEP = 64 * 1024
ACTIONS = ("save", "import", "receive", "backup", "restore")
_TRIES = 400


@dataclass
class Outcome:
    """What all fills together found."""

    times: int = 0
    told: Counter[str] = field(default_factory=Counter)
    never_full: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    lost: int = 0
    wrong: list[str] = field(default_factory=list)

    def expect(self, what: str, *, holds: bool) -> None:
        """Remember what does not hold."""
        if not holds:
            self.wrong.append(what)


class Unmountable(RuntimeError):
    """This computer does not let a small disk be mounted."""


@contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """A disk of its own in memory. Raises Unmountable."""
    place.mkdir()
    mount = shutil.which("mount")
    command = [mount or "", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(place)]
    if mount is None or subprocess.run(command, capture_output=True, check=False).returncode:
        raise Unmountable
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def leave_room(disk: Path, room: int) -> Path:
    """Fill the disk but for that many bytes; return the file to delete."""
    filler = disk / "filler"
    state = os.statvfs(disk)
    filler.write_bytes(bytes(max(0, state.f_bavail * state.f_frsize - room)))
    return filler


def work(app: App, action: str, tell: Callable[[dict[str, str]], None]) -> None:
    """Do the same thing until the disk is full, or long enough."""
    steps: dict[str, Callable[[App], Iterator[None]]] = {
        "save": saver.save, "import": saver.bring_in, "receive": saver.receive, "backup": saver.back_up,
    }  # fmt: skip
    real = saver.say

    def heard(**what: object) -> None:
        records = what["records"]
        assert isinstance(records, dict)
        tell(records)

    saver.say = heard
    try:
        for _number, _none in zip(range(_TRIES), steps[action](app), strict=False):
            pass
    finally:
        saver.say = real


def one(disk: Path, unlocked: keys.Unlocked, action: str, chance: random.Random, outcome: Outcome) -> None:
    """Let the disk run full during one action, free it, and look."""
    folder = disk / "profile"
    room = chance.randrange(1, 24 if action == "restore" else 100) * STEP
    kept: dict[str, str] = {}
    app = _open(folder, unlocked)
    kept |= {str(row["id"]): str(row["name"]) for row in app.read(editing.rows, "site")}
    outcome.times += 1
    filler = leave_room(disk, room)
    try:
        if action == "restore":
            app.close()
            recovery.restore(folder / DATABASE, unlocked.database, recovery.pick(folder, unlocked.database))
            kept = {}
        else:
            work(app, action, kept.update)
        outcome.never_full[action] += 1
    except DiskFull as problem:
        outcome.told[action] += 1
        outcome.expect(f"{action}: no sentence", holds="full" in str(problem))
    except EnvironmentProblem as problem:
        outcome.told[f"{action}, otherwise"] += 1
        outcome.expect(f"{action}: {problem}", holds=bool(str(problem)))
    if action != "restore":
        _look(app, kept, f"{action}, full", outcome)
        app.close()
    filler.unlink()
    _after(folder, unlocked, kept, action, outcome)


def _after(folder: Path, unlocked: keys.Unlocked, kept: dict[str, str], action: str, outcome: Outcome) -> None:
    """There is room again: everything is there, saving and copying work, no half file is left."""
    try:
        app = _open(folder, unlocked)
    except WimdeskError as problem:
        outcome.wrong.append(f"{action}: does not open again: {problem}")
        return
    try:
        _look(app, kept, f"{action}, after", outcome)
        app.run(editing.add, "site", {"name": "after"})
        app.back_up()
        app.check()
    finally:
        app.close()
    rest = [path.name for path in folder.rglob("*") if ".part" in path.name or path.name.endswith(".new")]
    rest += [path.name for path in folder.glob("rest*")]
    outcome.expect(f"{action}: half files {rest}", holds=not rest)


def _look(app: App, kept: dict[str, str], when: str, outcome: Outcome) -> None:
    seen = {str(row["id"]): str(row["name"]) for row in app.read(editing.rows, "site")}
    lost = [record for record, name in kept.items() if seen.get(record) != name]
    outcome.acknowledged += len(kept)
    outcome.lost += len(lost)
    outcome.expect(f"{when}: lost {len(lost)}", holds=not lost)


def _open(folder: Path, unlocked: keys.Unlocked) -> App:
    lock = FileLock(folder / "lock", thread_local=False)
    lock.acquire()
    try:
        return App.open_unlocked(folder, lock, unlocked)
    except WimdeskError:
        lock.release()
        raise


def soak(times: int, seed: int) -> Outcome:
    """Fill that often; the actions take turns, each on a fresh copy of a small profile. Raises Unmountable."""
    chance, outcome = random.Random(seed), Outcome()
    with tempfile.TemporaryDirectory(prefix="fill-") as name:
        template = Path(name) / "template"
        app = App.open(template, WORD)
        for number in range(20):
            app.run(editing.add, "site", {"name": f"{saver.MARK} {number}"})
        app.back_up()
        app.close()
        unlocked = keys.unlock(template, WORD)
        for number in range(times):
            with small_disk(Path(name) / f"disk-{number}") as disk:
                shutil.copytree(template, disk / "profile")
                one(disk, unlocked, ACTIONS[number % len(ACTIONS)], chance, outcome)
    return outcome


def main(argv: list[str] | None = None) -> int:
    """Read the command line, fill, and say the outcome as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    args = parser.parse_args(argv)
    began = time.monotonic()
    outcome = soak(args.times, args.seed)
    found = {
        "times": outcome.times, "told": dict(outcome.told), "never_full": dict(outcome.never_full),
        "checked": outcome.acknowledged, "lost": outcome.lost,
        "wrong": outcome.wrong[:10], "seed": args.seed, "seconds": round(time.monotonic() - began),
    }  # fmt: skip
    sys.stdout.write(json.dumps(found) + "\n")
    return 1 if outcome.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
