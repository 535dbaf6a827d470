"""Three laptops and an endpoint as real processes on a faulty line, killed at random moments at both ends.

`python -m tests.soak.storm --times 1000 --seed 1` prints one line of JSON; its exit code is 1 where a run did not come
to rest within three rounds over a fair line, where laptops differed, or where a save was lost. One run: everybody works
and syncs while the line misbehaves and processes are killed; then it is fair, and everybody syncs in turn. At the end
the program proves for itself that what shows is what the log says, and all logs must be the same.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import random
import socket
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from sync.client import enrolment
from sync.server import service
from tests.sim.planted import PLANTED
from tests.soak.kill import WORD
from tests.soak.mate import Job, Profile, serve, work
from tests.soak.weather import Weather, blowing
from tests.support import free_port, introduce
from wimdesk.app import App

CREW = {"anna": "WIM Nowhere", "bela": "WIM Nowhere", "chipo": "WIM Elsewhere"}
ROUNDS = 3
"""So many rounds over a fair line it may take until all is quiet."""
_SAME_CREW = 25
"""Runs with the same laptops and endpoint, so that what one run left behind meets the next one."""
_STUCK = 150.0
"""Seconds after which a process that should have ended counts as stuck."""
_processes = multiprocessing.get_context("forkserver")


@dataclass
class Outcome:
    """What was found."""

    times: int = 0
    acknowledged: int = 0
    lost: int = 0
    stuck: int = 0
    divergent: int = 0
    rounds: Counter[int] = field(default_factory=Counter)
    killed: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    fates: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


@dataclass
class Book:
    """What was said to be saved: (type, record) -> name, who must see it, and the names that a record may show."""

    saved: dict[tuple[str, str], str] = field(default_factory=dict)
    of: dict[tuple[str, str], str] = field(default_factory=dict)
    """Whose it is; empty where everybody sees it."""
    may: dict[str, set[str]] = field(default_factory=dict)

    def note(self, organisation: str, said: tuple[str, ...]) -> None:
        """Take what a process said of its saves."""
        if said[0] == "try":
            self.may.setdefault(said[1], set()).add(said[2])
            return
        kind, type_name, record, name = said
        self.saved.setdefault((type_name, record), name)
        self.of.setdefault((type_name, record), "" if kind == "shared" else organisation)

    def settle(self, states: dict[str, dict[str, Any]]) -> None:
        """After all is quiet: what shows is what was meant."""
        for record in self.may:
            shown = {state["site"].get(record) for state in states.values()} - {None}
            self.saved["site", record] = str(next(iter(shown)))
        self.may.clear()


@dataclass
class Scene:
    """One endpoint, the laptops, and the line between them."""

    place: Path
    port: int
    weather: Weather
    outcome: Outcome
    chance: random.Random
    bug: str = ""
    profiles: dict[str, Profile] = field(default_factory=dict)
    book: Book = field(default_factory=Book)
    endpoint: ForkServerProcess | None = None

    def begin(self) -> None:
        """Enrol everybody; the organisation's key is there from the start."""
        self.start()
        for name, organisation in CREW.items():
            folder = self.place / name
            app = App.open(folder, WORD)
            try:
                code = service.issue_code(self.place / "endpoint", organisation, "coordinator")["code"]
                enrolment.enrol(app, code, f"http://127.0.0.1:{self.weather.port}")
                introduce(app, organisation)
            finally:
                app.close()
            self.profiles[name] = Profile.of(folder)

    def start(self) -> None:
        """Start the endpoint and wait until it answers."""
        self.endpoint = _processes.Process(target=serve, args=(self.place / "endpoint", self.port))
        self.endpoint.start()
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.01)
        raise RuntimeError("the endpoint did not start")

    def kill(self) -> None:
        """Kill the endpoint; nobody tells it before."""
        if self.endpoint is not None:
            self.endpoint.kill()
            self.endpoint.join()
            self.endpoint = None

    def go(self, name: str, turns: int) -> tuple[ForkServerProcess, Connection]:
        """Start a laptop."""
        organisation = CREW[name]
        ours = [record for (kind, record), of in self.book.of.items() if kind == "site" and of == organisation]
        known = tuple(self.chance.sample(ours, min(4, len(ours))))
        job = Job(self.profiles[name], name, self.chance.randrange(10**9), turns, known, self.bug)
        mine, theirs = _processes.Pipe(duplex=False)
        process = _processes.Process(target=work, args=(job, theirs))
        process.start()
        theirs.close()
        return process, mine

    def blow(self) -> None:
        """Everybody works and syncs at once while the line misbehaves and processes are killed."""
        self.weather.fair = False
        at_work = {name: self.go(name, self.chance.randint(1, 4)) for name in CREW}
        plans = [(self.chance.uniform(0, 1.2), name) for name in CREW if self.chance.random() < 0.35]
        if self.chance.random() < 0.4:
            plans.append((self.chance.uniform(0, 1.0), "endpoint"))
            if self.chance.random() < 0.7:
                plans.append((plans[-1][0] + self.chance.uniform(0, 0.4), "start"))
        began = time.monotonic()
        waiting = {pipe: name for name, (_process, pipe) in at_work.items()}
        plans.sort()
        while waiting and time.monotonic() - began < _STUCK:
            left = plans[0][0] - (time.monotonic() - began) if plans else 1.0
            for pipe in wait(list(waiting), max(0.0, left)):
                assert isinstance(pipe, Connection)
                if not self.hear(waiting[pipe], pipe):
                    del waiting[pipe]
            while plans and plans[0][0] <= time.monotonic() - began:
                self._strike(plans.pop(0)[1], at_work)
        for name in waiting.values():
            self._is_stuck(f"{name} at work", at_work[name][0])
        for process, _pipe in at_work.values():
            process.join(10)

    def _strike(self, whom: str, at_work: dict[str, tuple[ForkServerProcess, Connection]]) -> None:
        if whom == "start":
            if self.endpoint is None:
                self.start()
        elif whom == "endpoint":
            self.kill()
            self.outcome.killed["endpoint"] += 1
        elif at_work[whom][0].is_alive():
            at_work[whom][0].kill()
            self.outcome.killed["laptop"] += 1

    def hear(self, name: str, pipe: Connection, states: dict[str, dict[str, Any]] | None = None) -> bool:
        """Take one word of a laptop; say whether there may be more."""
        try:
            said = pipe.recv()
        except (EOFError, OSError):
            pipe.close()
            return False
        match said[0]:
            case "try" | "saved" | "shared":
                self.book.note(CREW[name], said)
                self.outcome.acknowledged += said[0] != "try"
            case "told":
                self.outcome.told[said[1]] += 1
                if states is not None:
                    self.outcome.wrong.append(f"{name} over a fair line: {said[1]}")
            case "broken":
                self.outcome.wrong.append(f"{name}: {said[1]}")
            case "state" if states is not None:
                states[name] = said[1]
        return True

    def rest(self) -> None:
        """Over a fair line: rounds until all is quiet, at most three; then look."""
        self.weather.fair = True
        if self.endpoint is None:
            self.start()
        problems = ["nothing was done"]
        states: dict[str, dict[str, Any]] = {}
        for number in range(1, ROUNDS + 1):
            states = {}
            for name in CREW:
                self._sync(name, states)
            problems = self._differences(states)
            if not problems:
                self.outcome.rounds[number] += 1
                self.book.settle(states)
                return
        self.outcome.divergent += 1
        self.outcome.wrong += problems
        self.book.settle(states)

    def _sync(self, name: str, states: dict[str, dict[str, Any]]) -> None:
        process, pipe = self.go(name, 0)
        until = time.monotonic() + _STUCK
        while (left := until - time.monotonic()) > 0 and (not pipe.poll(left) or self.hear(name, pipe, states)):
            pass
        if not pipe.closed:
            self._is_stuck(f"{name} over a fair line", process)
        process.join(10)

    def _is_stuck(self, what: str, process: ForkServerProcess) -> None:
        self.outcome.stuck += 1
        self.outcome.wrong.append(f"stuck: {what}")
        process.kill()

    def _differences(self, states: dict[str, dict[str, Any]]) -> list[str]:
        """What is not as it must be when all is quiet."""
        if set(states) != set(CREW):
            return [f"only {sorted(states)} came through"]
        found = []
        for name, state in states.items():
            found += [f"{name}: {state[what]} {what}" for what in ("waiting", "returning", "differing") if state[what]]
            found += self._missing(name, state)
            for other, theirs in states.items():
                both = state["logs"].keys() & theirs["logs"].keys()
                found += [f"{name}, {other}: {s}" for s in both if state["logs"][s] != theirs["logs"][s]]
        if states["anna"]["site"] != states["bela"]["site"]:
            found.append("anna and bela show other sites")
        return found

    def _missing(self, name: str, state: dict[str, Any]) -> list[str]:
        found = []
        for (type_name, record), value in self.book.saved.items():
            if self.book.of[type_name, record] not in {"", CREW[name]}:
                continue
            shown = state[type_name].get(record)
            if shown != value and shown not in self.book.may.get(record, ()):
                found.append(f"{name}: {type_name} {record} is {shown!r}, not {value!r}")
        return found


def soak(times: int, seed: int, bug: str = "", until: float = float("inf")) -> Outcome:
    """Have so many storms, or as many as there are until that moment of `time.monotonic`."""
    outcome, chance = Outcome(), random.Random(seed)
    while outcome.times < times and time.monotonic() < until:
        with tempfile.TemporaryDirectory(prefix="storm-") as place:
            port = free_port()
            with blowing(port, chance.randrange(10**9)) as weather:
                scene = Scene(Path(place), port, weather, outcome, chance, bug)
                try:
                    scene.begin()
                    for _number in range(_SAME_CREW):
                        if outcome.times >= times or time.monotonic() > until:
                            break
                        before = len(outcome.wrong)
                        scene.blow()
                        scene.rest()
                        outcome.times += 1
                        if len(outcome.wrong) > before:
                            break  # what is wrong now would be wrong in each run after it
                finally:
                    scene.kill()
                    outcome.fates.update(weather.seen)
    outcome.lost = sum(" is " in each and ", not " in each for each in outcome.wrong)
    return outcome


def main(argv: list[str] | None = None) -> int:
    """Read the command line, soak, and say the outcome as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=0, help="end after so long, whatever was done")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--bug", choices=["", *PLANTED], default="", help="a bug that must be found")
    args = parser.parse_args(argv)
    until = time.monotonic() + args.minutes * 60 if args.minutes else float("inf")
    outcome = soak(args.times, args.seed, args.bug, until)
    found = {
        "times": outcome.times, "acknowledged": outcome.acknowledged, "lost": outcome.lost, "stuck": outcome.stuck,
        "divergent": outcome.divergent, "rounds": dict(sorted(outcome.rounds.items())), "killed": dict(outcome.killed),
        "fates": dict(outcome.fates), "told": dict(outcome.told.most_common(12)), "wrong": outcome.wrong[:20],
        "seed": args.seed,
    }  # fmt: skip
    sys.stdout.write(json.dumps(found) + "\n")
    return 1 if outcome.wrong else 0


_processes.set_forkserver_preload(["tests.soak.mate"])

if __name__ == "__main__":
    sys.exit(main())
