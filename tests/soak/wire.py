"""Kill `wimdesk sync` and the endpoint half-way: nothing acknowledged is lost, nothing stands there twice.

Run it with `python -m tests.soak.wire --times 20`; its last line is JSON, its exit code 1 where something is wrong.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.client import enrolment
from sync.client.engine import SyncEngine
from sync.server.service import issue_code
from tests.soak.kill import ROOT, WORD, Outcome, environment
from tests.support import introduce
from wimdesk.app import App
from wimdesk.errors import WimdeskError
from wimdesk.services import editing
from wimdesk.store import outbox, tables

ORGANISATION = "WIM Nowhere"
BATCH = 3000
"""Saves before each kill: more than fit into one request."""
FILLING = "x" * 700


@dataclass
class Scene:
    """One endpoint, one laptop that is killed and one that reads afterwards."""

    place: Path
    port: int
    saved: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.place / "endpoint"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """A process of the program."""
        command = [sys.executable, "-m", "wimdesk", *words]
        return subprocess.Popen(
            command, cwd=ROOT, env=environment(self.place / "temporary"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    @contextlib.contextmanager
    def endpoint(self) -> Iterator[subprocess.Popen[bytes]]:
        """The endpoint as a process, always at the same address."""
        listen = ("--listen", f"127.0.0.1:{self.port}")
        with self.start("secretariat", "serve", "--data", str(self.data), *listen) as child:
            assert child.stdout is not None
            try:
                child.stdout.readline()
                yield child
            finally:
                child.kill()

    @contextlib.contextmanager
    def laptop(self, name: str) -> Iterator[App]:
        """The profile of that name, open."""
        app = App.open(self.place / name, WORD)
        try:
            yield app
        finally:
            app.close()


def _save(session: Session, number: int) -> dict[str, str]:
    names = {f"{number}.{row}": row for row in range(BATCH)}
    records = [editing.prepare(session, editing.type_of("site"), {"name": n, "operator": FILLING}) for n in names]
    session.flush()
    return {record.id: name for record, name in zip(records, names, strict=True)}


def _placed(session: Session) -> Counter[str]:
    """How many operations on sites stand in the log, by record."""
    query = select(tables.op.c.record).where(tables.op.c.type == "site", tables.op.c.state == tables.PLACED)
    return Counter(session.scalars(query))


def soak(times: int, seed: int) -> Outcome:
    """Kill the client and the endpoint in turns, that many times; look from a second laptop after each."""
    chance, outcome = random.Random(seed), Outcome()
    with tempfile.TemporaryDirectory(prefix="wire-") as place:
        scene = Scene(Path(place), _free_port())
        (scene.place / "temporary").mkdir()
        with scene.endpoint():
            for name in ("anna", "bela"):
                with scene.laptop(name) as app:
                    enrolment.enrol(app, issue_code(scene.data, ORGANISATION, "coordinator")["code"], scene.url)
                    introduce(app, ORGANISATION)
        for number in range(times):
            with scene.laptop("anna") as app:
                scene.saved |= app.run(_save, number)
            outcome.acknowledged = len(scene.saved)
            sent = _kill_client(scene, chance, outcome) if number % 2 else _kill_endpoint(scene, chance, outcome)
            _look(scene, sent, outcome)
            outcome.times += 1
    return outcome


def _kill_client(scene: Scene, chance: random.Random, outcome: Outcome) -> int:
    """Kill `wimdesk sync` at a random moment; return how many saves the endpoint had taken by then."""
    with scene.endpoint(), scene.start("--profile", str(scene.place / "anna"), "sync") as child:
        _at_work(scene, chance)
        outcome.killed_at["client: finished" if child.poll() is not None else "client: at work"] += 1
        child.kill()
    return _known(scene)


def _kill_endpoint(scene: Scene, chance: random.Random, outcome: Outcome) -> int:
    """Kill the endpoint during a sync; the client must end with a sentence."""
    with scene.endpoint() as endpoint, scene.start("--profile", str(scene.place / "anna"), "sync") as child:
        _at_work(scene, chance)
        outcome.killed_at["endpoint: after" if child.poll() is not None else "endpoint: at work"] += 1
        endpoint.kill()
        _out, err = child.communicate(timeout=120)
    said = err.decode()
    outcome.expect(f"endpoint killed: the client said {said!r}", holds=child.returncode in {0, 1})
    outcome.expect("endpoint killed: a traceback", holds="Traceback" not in said)
    return _known(scene)


def _at_work(scene: Scene, chance: random.Random) -> None:
    """Wait until something of the push can have begun, then for a random moment."""
    log = scene.data / "endpoint.db-wal"
    before, until = _stamp(log), time.monotonic() + 10
    while time.monotonic() < until and _stamp(log) == before:
        time.sleep(0.002)
    time.sleep(chance.uniform(0, 1.2))


def _stamp(file: Path) -> int:
    return file.stat().st_mtime_ns if file.exists() else 0


def _known(scene: Scene) -> int:
    """How many operations the laptop that was killed holds as acknowledged."""
    with scene.laptop("anna") as app:
        app.check()
        return sum(app.read(_placed).values())


def _look(scene: Scene, sent: int, outcome: Outcome) -> None:
    """Finish the sync; then both laptops have each save once, and the outbox is empty."""
    outcome.killed_at["half sent"] += sent not in {0, len(scene.saved)}
    with scene.endpoint():
        for name in ("anna", "bela"):
            with scene.laptop(name) as app:
                _finish(app, name, outcome)
                app.check()
                _compare(app, name, scene, outcome)


def _finish(app: App, name: str, outcome: Outcome) -> None:
    engine = SyncEngine(app)
    try:
        engine.run_once()
    except WimdeskError as problem:
        outcome.expect(f"{name} can't finish: {problem}", holds=False)
    finally:
        engine.stop()


def _compare(app: App, name: str, scene: Scene, outcome: Outcome) -> None:
    rows = {row["id"]: row["name"] for row in app.read(editing.rows, "site")}
    lost = {record for record, value in scene.saved.items() if rows.get(record) != value}
    outcome.lost += len(lost)
    outcome.checks += len(scene.saved)
    outcome.expect(f"{name}: lost {len(lost)}", holds=not lost)
    outcome.expect(f"{name}: {len(rows) - len(scene.saved)} too many", holds=len(rows) == len(scene.saved))
    doubled = [record for record, count in app.read(_placed).items() if count != 1]
    outcome.expect(f"{name}: doubled {len(doubled)}", holds=not doubled)
    outcome.expect(f"{name}: {app.read(outbox.count)} wait", holds=app.read(outbox.count) == 0)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def main(argv: list[str] | None = None) -> int:
    """Read the command line, soak, and say the outcome as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20)
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
