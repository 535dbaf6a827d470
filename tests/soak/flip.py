"""Turn one bit somewhere in the files of a profile, thousands of times: it is noticed with a sentence, or harmless.

After a sentence the newest whole backup is restored, with what can still be read: no value may then be wrong, and
where one is missing that must have been said.

Run it with `python -m tests.soak.flip --times 2000`; its last line is JSON, its exit code 1 where something is wrong.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock

from tests.soak.kill import WORD
from wimdesk.app import DATABASE, App
from wimdesk.errors import NotAProfile, WimdeskError
from wimdesk.services import editing, recovery
from wimdesk.store import backup, keys

KINDS = ("database", "log", "keys", "backup", "manifest")
EARLY, LATE, LAST = 60, 40, "the last one"
"""Saves before the backup and after it; the very last one stands alone."""

Values = dict[str, tuple[str, str]]


@dataclass
class Scene:
    """A profile as a crash left it, closed since, and what is in it."""

    crashed: Path
    closed: Path
    unlocked: keys.Unlocked
    values: Values


@dataclass
class Outcome:
    """What all turned bits together did. `told` counts sentences by kind of file, `restored` what followed."""

    times: int = 0
    told: Counter[str] = field(default_factory=Counter)
    harmless: Counter[str] = field(default_factory=Counter)
    restored: int = 0
    complete: int = 0
    missing_and_said: int = 0
    silently_wrong: int = 0
    wrong: list[str] = field(default_factory=list)

    def fail(self, what: str) -> None:
        """Something was wrong and nobody said so."""
        self.silently_wrong += 1
        self.wrong.append(what)


def scene(place: Path) -> Scene:
    """Make the profile with real saves, a backup in between."""
    app = App.open(place / "closed", WORD)
    for number in range(EARLY):
        app.run(editing.add, "site", {"name": f"early {number}", "operator": "x" * number})
    app.back_up()
    app.back_up()
    for number in range(LATE):
        app.run(editing.add, "site", {"name": f"late {number}", "operator": "y" * number})
    app.check()  # folds the log into the file, so that what follows stands in a short one
    for number in range(4):
        app.run(editing.add, "site", {"name": LAST if number == 3 else f"in the log {number}"})
    values = read(app)
    shutil.copytree(place / "closed", place / "crashed", ignore=shutil.ignore_patterns("lock", "*-shm"))
    app.close()
    return Scene(place / "crashed", place / "closed", keys.unlock(place / "closed", WORD), values)


def read(app: App) -> Values:
    """Every value that a person sees, by record."""
    return {str(row["id"]): (str(row["name"]), str(row["operator"])) for row in app.read(editing.rows, "site")}


def target(folder: Path, kind: str) -> Path:
    """The file in which a bit is turned."""
    newest = backup.every(folder / backup.FOLDER)[0]
    files = {
        "database": folder / DATABASE, "log": folder / f"{DATABASE}-wal", "keys": folder / keys.FILE,
        "backup": newest.path, "manifest": newest.manifest,
    }  # fmt: skip
    return files[kind]


def turn(path: Path, chance: random.Random) -> int:
    """Turn one bit; return which."""
    held = bytearray(path.read_bytes())
    bit = chance.randrange(len(held) * 8)
    held[bit // 8] ^= 1 << bit % 8
    path.write_bytes(held)
    return bit


def one(scene: Scene, kind: str, chance: random.Random, folder: Path, outcome: Outcome) -> None:
    """Turn one bit of a fresh copy, open it, and judge what is seen."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(scene.crashed if kind == "log" else scene.closed, folder)
    where = f"{kind}, bit {turn(target(folder, kind), chance)}"
    outcome.times += 1
    try:
        app = _opened(folder, scene, slowly=kind == "keys")
    except WimdeskError as problem:
        outcome.told[kind] += 1
        if not str(problem).strip():
            outcome.fail(f"{where}: no sentence")
        _recover(scene, folder, where, outcome)
        return
    try:
        seen, told = read(app), list(app.told)
        app.check()
    except NotAProfile:
        outcome.told[kind] += 1
        return
    finally:
        app.close()
    _judge_backup(scene, kind, folder, where, outcome)
    if told:
        outcome.told[kind] += 1
        lost = {name for name, _operator in _gone(scene.values, seen)}
        if not seen.items() <= scene.values.items() or lost - {LAST}:
            outcome.fail(f"{where}: told {told}, but {len(lost)} are gone")
    elif seen != scene.values:
        outcome.fail(f"{where}: {len(_gone(scene.values, seen))} differ and nothing was said")
    elif kind in {"database", "log", "keys"}:
        outcome.harmless[kind] += 1


def _gone(values: Values, seen: Values) -> set[tuple[str, str]]:
    return {value for record, value in values.items() if seen.get(record) != value}


def _opened(folder: Path, scene: Scene, *, slowly: bool) -> App:
    if slowly:
        return App.open(folder, WORD)
    lock = FileLock(folder / "lock", thread_local=False)
    lock.acquire()
    try:
        return App.open_unlocked(folder, lock, scene.unlocked)
    except WimdeskError:
        lock.release()
        raise


def _judge_backup(scene: Scene, kind: str, folder: Path, where: str, outcome: Outcome) -> None:
    """A damaged backup is known as such; where only its manifest is, the database still proves itself."""
    if kind not in {"backup", "manifest"}:
        return
    key = scene.unlocked.database
    name = target(scene.closed, kind).stem
    copy = next(each for each in backup.every(folder / backup.FOLDER) if each.name == name)
    if kind == "backup" and backup.is_whole(copy, key):
        outcome.fail(f"{where}: the damaged backup counts as whole")
    elif kind == "manifest" and not backup.is_whole(copy, key):
        outcome.fail(f"{where}: the backup is whole but does not count")
    else:
        (outcome.told if kind == "backup" else outcome.harmless)[kind] += 1


def _recover(scene: Scene, folder: Path, where: str, outcome: Outcome) -> None:
    key = scene.unlocked.database
    try:
        done = recovery.restore(folder / DATABASE, key, recovery.pick(folder, key))
        app = _opened(folder, scene, slowly=False)
    except WimdeskError as problem:
        outcome.fail(f"{where}: not restored: {problem}")
        return
    try:
        seen = read(app)
        app.check()
    finally:
        app.close()
    outcome.restored += 1
    gone = _gone(scene.values, seen)
    outcome.complete += not gone
    outcome.missing_and_said += bool(gone) and not done.complete
    if gone and done.complete:
        outcome.fail(f"{where}: {len(gone)} are missing after the restoring and nothing was said")
    if not set(seen.values()) <= set(scene.values.values()) | {(name, "") for name, _operator in scene.values.values()}:
        outcome.fail(f"{where}: a value is wrong after the restoring")
    if any(name.startswith("early") for name, _operator in gone):
        outcome.fail(f"{where}: the restoring lost what the backup held")


def soak(times: int, seed: int, kinds: tuple[str, ...] = KINDS) -> Outcome:
    """Turn that many bits; the kinds of files take turns."""
    chance, outcome = random.Random(seed), Outcome()
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="flip-", dir=memory if memory.is_dir() else None) as name:
        made = scene(Path(name))
        for number in range(times):
            one(made, kinds[number % len(kinds)], chance, Path(name) / "trial", outcome)
            if number % 100 == 99:
                sys.stderr.write(f"{number + 1} bits, {outcome.silently_wrong} wrong\n")
    return outcome


def main(argv: list[str] | None = None) -> int:
    """Read the command line, turn bits, and say the outcome as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    args = parser.parse_args(argv)
    began = time.monotonic()
    outcome = soak(args.times, args.seed)
    found = {
        "times": outcome.times, "told": dict(outcome.told), "harmless": dict(outcome.harmless),
        "restored": outcome.restored, "restored_completely": outcome.complete,
        "restored_with_losses_that_were_told": outcome.missing_and_said, "silently_wrong": outcome.silently_wrong,
        "wrong": outcome.wrong[:10], "seed": args.seed, "seconds": round(time.monotonic() - began),
    }  # fmt: skip
    sys.stdout.write(json.dumps(found) + "\n")
    return 1 if outcome.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
