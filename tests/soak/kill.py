"""Kill the program at random moments, a hundred times, and prove that nothing that was acknowledged is lost.

Run it with `python -m tests.soak.kill --times 100`; its last line is JSON, its exit code 1 where something is wrong.
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
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.soak import saver
from wimdesk.app import DATABASE, App
from wimdesk.services import editing
from wimdesk.store import backup, journal, keys, migrations, outbox, tables

ROOT = Path(__file__).parents[2]
WORD = "a passphrase for the soak"
KINDS = ("new", "save", "change", "start", "import", "receive", "migrate", "backup", "mixed", "mixed")
"""What is going on when the kill comes. `new` begins with an empty folder, `migrate` with an older database."""
OPENING = 0.6
"""Seconds that making or migrating a profile takes at most here: the kill shall come before its end, mostly."""
SLOWEST = 90.0


@dataclass
class Ledger:
    """What the child said was saved, over all the lives of one profile."""

    folder: Path
    temporary: Path
    steps: int = 0
    values: dict[str, str] = field(default_factory=dict)
    tags: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    sent: set[tuple[str, str]] = field(default_factory=set)
    """(record, value) that this computer made: each of them must wait in the outbox."""

    def note(self, line: dict[str, object]) -> int:
        """Take one line of the child; return how many saves it acknowledges."""
        records = line.get("records")
        if not isinstance(records, dict):
            return 0
        self.values |= records
        self.tags[str(line["wrote"])].update(records)
        if not line.get("received"):
            self.sent.update(records.items())
        return len(records)


@dataclass
class Outcome:
    """What the whole soak found."""

    times: int = 0
    acknowledged: int = 0
    lost: int = 0
    checks: int = 0
    wrong: list[str] = field(default_factory=list)
    killed_at: Counter[str] = field(default_factory=Counter)

    def expect(self, what: str, *, holds: bool) -> None:
        """Count one check; remember it where it fails."""
        self.checks += 1
        if not holds:
            self.wrong.append(what)


def environment(temporary: Path) -> dict[str, str]:
    """What the child starts with: a passphrase, and a folder of its own for temporary files."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WIMDESK", "PYTEST"))}
    places = dict.fromkeys(("TMPDIR", "TEMP", "TMP", "SQLITE_TMPDIR"), str(temporary))
    return kept | places | {"WIMDESK_PASSPHRASE": WORD, "PYTHONPATH": str(ROOT)}


def one_life(ledger: Ledger, kind: str, chance: random.Random, outcome: Outcome) -> None:
    """Start the child, kill it at a random moment, and keep what it had acknowledged."""
    command = [sys.executable, "-m", "tests.soak.saver", str(ledger.folder), kind, str(ledger.steps)]
    began, heard = threading.Event(), []
    wanted = "opening" if kind in {"new", "start", "migrate"} else "open"
    with subprocess.Popen(command, cwd=ROOT, env=environment(ledger.temporary), stdout=subprocess.PIPE) as child:

        def listen() -> None:
            assert child.stdout is not None
            for raw in child.stdout:
                line = json.loads(raw)
                heard.append(line)
                if line.get("at") == wanted:
                    began.set()
            began.set()

        listener = threading.Thread(target=listen)
        listener.start()
        began.wait(SLOWEST)
        time.sleep(chance.uniform(0, OPENING if wanted == "opening" else 0.9))
        ended = child.poll()
        child.kill()
        listener.join(SLOWEST)
    outcome.expect(f"{kind}: the child ended by itself with {ended}", holds=ended is None)
    outcome.acknowledged += sum(ledger.note(line) for line in heard)
    last = [line["at"] for line in heard if "at" in line][-1:] or ["starting"]
    outcome.killed_at[f"{kind}: {'saving' if 'wrote' in heard[-1] else last[0]}"] += 1


def look(ledger: Ledger, kind: str, outcome: Outcome) -> None:
    """Open what the killed program left and compare it with what was acknowledged."""
    with _future(ledger.steps):
        before = _readable(ledger)
        app = App.open(ledger.folder, WORD)
        try:
            app.check()
            outcome.checks += 1
            compare(app, ledger, kind, outcome)
            for copy in sorted((ledger.folder / "backups").glob("*.db"))[-2:]:
                backup.check(copy, app.store.key)
                outcome.checks += 1
            app.back_up()
        finally:
            app.close()
    found = before + _readable(ledger)
    outcome.expect(f"{kind}: readable files {found}", holds=not found)
    rest = sorted(path.name for path in ledger.folder.rglob("*") if path.is_file() and not _belongs(path))
    outcome.expect(f"{kind}: files that nobody needs {rest}", holds=not rest)
    left = [path.name for path in ledger.temporary.iterdir()]
    outcome.expect(f"{kind}: temporary files {left}", holds=not left)


@contextmanager
def _future(steps: int) -> Iterator[None]:
    """The migrations that the child knew."""
    kept = migrations.STEPS
    saver.with_more_steps(steps)
    try:
        yield
    finally:
        migrations.STEPS = kept


def _belongs(path: Path) -> bool:
    return path.name in {DATABASE, keys.FILE, keys.COPY, "lock", "settings.json"} or (
        path.parent.name == backup.FOLDER and path.suffix in {".db", ".json"}
    )


def _readable(ledger: Ledger) -> list[str]:
    files = [path for place in (ledger.folder, ledger.temporary) for path in place.rglob("*") if path.is_file()]
    marks = (saver.MARK.encode(), saver.MARK.lower().encode(), saver.MARK.encode("utf-16-le"))
    return [path.name for path in files if any(mark in path.read_bytes() for mark in marks)]


def compare(app: App, ledger: Ledger, kind: str, outcome: Outcome) -> None:
    """Hold an open profile against what was acknowledged."""
    rows = {str(row["id"]): row for row in app.read(editing.rows, "site")}
    lost = [record for record in ledger.values if record not in rows]
    old = [i for i, name in ledger.values.items() if i in rows and _number(str(rows[i]["name"])) < _number(name)]
    outcome.checks += len(ledger.values)
    outcome.lost += len(lost) + len(old)
    outcome.expect(f"{kind}: lost {len(lost)}, older {len(old)}", holds=not lost and not old)
    # What was on its way may be there, but then whole.
    acts = Counter(str(row["operator"]) for row in rows.values())
    half = {tag: n for tag, n in acts.items() if n not in {1, saver.PAIR, saver.ROWS, saver.OPS}}
    half |= {tag: acts[tag] for tag, known in ledger.tags.items() if acts[tag] != len(known)}
    outcome.expect(f"{kind}: acts that are half there {half}", holds=not half)
    waiting, numbers = app.read(_operations)
    missing = ledger.sent - waiting
    outcome.checks += len(ledger.sent)
    outcome.lost += len(missing)
    outcome.expect(f"{kind}: {len(missing)} saves without an operation", holds=not missing)
    outcome.expect(f"{kind}: a hole in the numbers", holds=numbers == list(range(1, len(numbers) + 1)))
    shown = {item.record for item in app.read(outbox.waiting, 10**9)}
    outcome.expect(f"{kind}: the outbox", holds={record for record, _name in ledger.sent} <= shown)
    hits = {hit.id for hit in app.searcher().ask(saver.MARK, types=("site",), limit=10**6) or []}
    outcome.expect(f"{kind}: the search knows {len(hits)} of {len(rows)}", holds=hits == set(rows))
    outcome.expect(f"{kind}: the steps", holds=app.read(_steps, ledger.steps))


def _number(name: str) -> float:
    return float(name.rpartition(" ")[2])


def _operations(session: Session) -> tuple[set[tuple[str, str]], list[int]]:
    """What waits as (record, name), and the numbers of all own operations in order."""
    rows = session.execute(select(tables.op).where(tables.op.c.state == tables.WAITING).order_by(tables.op.c.n)).all()
    found = {(row.record, str(journal.values_of(row).get("name", ""))) for row in rows}
    return found, [row.n for row in rows]


def _steps(session: Session, steps: int) -> bool:
    version = session.scalar(text("PRAGMA user_version"))
    counts = [session.scalar(text(f"SELECT count(*) FROM soak_{number}")) for number in range(steps)]
    return version == len(migrations.STEPS) and counts == [saver.STEP_ROWS] * steps


def soak(times: int, seed: int, kinds: tuple[str, ...] = KINDS) -> Outcome:
    """Kill that many times; the kinds take turns and a `new` one starts over with an empty folder."""
    chance, outcome = random.Random(seed), Outcome()
    with tempfile.TemporaryDirectory(prefix="soak-") as place:
        ledger = _fresh(Path(place), 0)
        for number in range(times):
            kind = kinds[number % len(kinds)]
            if kind == "new":
                shutil.rmtree(ledger.folder.parent)
                ledger = _fresh(Path(place), number)
            ledger.steps += kind == "migrate"
            one_life(ledger, kind, chance, outcome)
            look(ledger, kind, outcome)
            outcome.times += 1
    return outcome


def _fresh(place: Path, number: int) -> Ledger:
    temporary = place / str(number) / "temporary"
    temporary.mkdir(parents=True)
    return Ledger(place / str(number) / "profile", temporary)


def main(argv: list[str] | None = None) -> int:
    """Read the command line, soak, and say the outcome as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    args = parser.parse_args(argv)
    outcome = soak(args.times, args.seed)
    found = {
        "times": outcome.times, "acknowledged": outcome.acknowledged, "lost": outcome.lost, "checks": outcome.checks,
        "wrong": outcome.wrong[:20], "killed": dict(sorted(outcome.killed_at.items())), "seed": args.seed,
    }  # fmt: skip
    sys.stdout.write(json.dumps(found) + "\n")
    return 1 if outcome.wrong or outcome.lost else 0


if __name__ == "__main__":
    sys.exit(main())
