"""Runs worlds, one after the other, from one seed; the same seed gives the same worlds to the last byte."""

from __future__ import annotations

import hashlib
import random
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from sync.client import engine
from sync.server import app as serving
from sync.server import exchange, pages
from tests.sim import checks, events, pace, passes
from tests.sim.fate import seeded, weighted
from tests.sim.laptop import Laptop
from tests.sim.scene import Scene
from tests.sim.world import Tally, Violation, World
from wimdesk import clock as clocks
from wimdesk.store import outbox, spared
from wimdesk.store.engine import Store

STEPS_OF_A_WORLD = 1000
BETWEEN_QUIET = 200
_WANTED = 0.2
"""How often an answer is left between two of its pieces, as where a person saves meanwhile."""
Event = Callable[[World, Laptop], str]
EVENTS: dict[Event, float] = {
    events.add: 16, events.change: 66, events.change_two: 8, events.clear: 6, events.remove: 7, events.put_back: 5,
    events.decide: 8, events.undo: 7, events.add_many: 0.3, events.newer_program: 0.5, passes.sync: 30,
    events.clock_jump: 4, events.restart: 1, events.crash_while_saving: 1, events.disk_full: 1,
    events.second_instance: 0.5, events.keep_copy: 1, events.restore_laptop: 0.7, events.clone_laptop: 0.1,
    passes.twins_return: 0.4,
    events.endpoint_restart: 0.3,
    events.endpoint_copy: 0.3, events.endpoint_restore: 0.15,
    events.endpoint_clock: 1, events.tokens_end: 0.7, events.late_letter: 2,
    events.submit: 2, events.answer: 5, events.change_role: 0.3, events.erase: 0.8, events.revoke: 0.05,
}  # fmt: skip


GOING_BACK = frozenset(
    {
        events.keep_copy,
        events.restore_laptop,
        events.clone_laptop,
        passes.twins_return,
        events.endpoint_copy,
        events.endpoint_restore,
    }
)
SMALL: tuple[tuple[object, str, int], ...] = (
    (outbox, "MAX_OPS", 20), (pages, "PAGE_OPS", 25), (exchange, "ANSWER_OPS", 90), (serving, "_SHORT", 1500),
    (serving, "_LONG", 16 * 1024), (engine, "_WORTH_ASKING", 1200), (engine, "_FAR", 15),
)  # fmt: skip
"""Limits as low as the amounts in a world, so that everything comes in more than one piece."""


@dataclass
class Outcome:
    """What a run found."""

    steps: int = 0
    worlds: int = 0
    seconds: float = 0.0
    violations: list[dict[str, object]] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    seeds: list[int] = field(default_factory=list)
    traces: list[str] = field(default_factory=list)

    @property
    def trace(self) -> str:
        """What happened in all worlds, as one digest."""
        return hashlib.sha256("".join(self.traces).encode()).hexdigest()

    def add(self, other: Outcome) -> None:
        """Take in what another process did at the same time."""
        self.steps += other.steps
        self.worlds += other.worlds
        self.seconds = max(self.seconds, other.seconds)
        self.violations += other.violations
        self.seeds += other.seeds
        self.traces += other.traces
        self.tally.add(other.tally)


@contextmanager
def scene(devices: int, folder: Path | None = None) -> Iterator[Scene]:
    """Make a scene in a folder of its own; in memory where the computer has a folder for that."""
    memory = Path("/dev/shm")
    place = folder or (memory if memory.is_dir() else None)
    with tempfile.TemporaryDirectory(prefix="simulation", dir=place) as made:
        yield Scene.make(Path(made), devices)


def run(
    here: Scene,
    steps: int,
    seed: int,
    *,
    stop_at_first: bool = False,
    steps_of_a_world: int = STEPS_OF_A_WORLD,
    often: float = 1.0,
    seconds: float = 0.0,
    erasing: float = 0.0,
) -> Outcome:
    """Run worlds until so many steps are done, or so many seconds are over (0: any). World k has the seed `seed` + k.

    What goes back in time does so `often` times as often as usual, and records are erased `erasing` times as often.
    """
    outcome = Outcome()
    began = time.perf_counter()
    weights = {event: weight * (often if event in GOING_BACK else 1.0) for event, weight in EVENTS.items()}
    weights[events.erase] *= erasing
    # So little is much there that nearly every removal is asked about, and some are not.
    with pace.brisk(), mock.patch.multiple(spared, FEW=1, MOST=3):
        while outcome.steps < steps and not (seconds and time.perf_counter() - began > seconds):
            length = min(steps_of_a_world, steps - outcome.steps)
            outcome.seeds.append(seed + outcome.worlds)
            outcome.traces.append(_one_world(here, length, outcome.seeds[-1], outcome, weights))
            outcome.worlds += 1
            pace.tidy()
            if outcome.violations and stop_at_first:
                break
    outcome.seconds = time.perf_counter() - began
    return outcome


@contextmanager
def _small() -> Iterator[None]:
    with ExitStack() as stack:
        for place, name, limit in SMALL:
            stack.enter_context(mock.patch.object(place, name, limit))
        yield


@contextmanager
def _wanted(seed: int) -> Iterator[None]:
    chance = random.Random(seed)

    def is_wanted(_store: Store) -> bool:
        return chance.random() < _WANTED

    with mock.patch.object(Store, "is_wanted", is_wanted):
        yield


def _one_world(here: Scene, length: int, seed: int, outcome: Outcome, weights: dict[Event, float]) -> str:
    with tempfile.TemporaryDirectory(dir=here.folder) as folder, seeded(seed), _small():
        world = World(here, Path(folder) / "world", seed, outcome.tally)
        with clocks.driven_by(world.clock.now), _wanted(seed):
            step = 0
            try:
                for step in range(1, length + 1):
                    one_step(world, weights)
                    if step % BETWEEN_QUIET == 0 or step == length:
                        checks.quiet(world)
            except Violation as violation:
                outcome.violations.append({"seed": seed, "step": step, "found": str(violation)})
            except Exception as unexpected:  # noqa: BLE001 - whatever else the program raises is a finding too
                where = "".join(traceback.format_exception(unexpected)[-3:])
                outcome.violations.append({"seed": seed, "step": step, "found": f"unexpected: {where}"})
            outcome.steps += step
            world.close()
        return world.trace.hexdigest()


def one_step(world: World, weights: dict[Event, float]) -> None:
    """One event, drawn by its weight, at a laptop drawn from all."""
    event = weighted(world.rng, list(weights), list(weights.values()))
    laptop = world.rng.choice(world.laptops)
    found = event(world, laptop)
    world.tally.kinds[event.__name__] += 1
    world.tally.outcomes[f"{event.__name__}: {found.split(',')[0]}"] += 1
    world.note(event.__name__, laptop.seat.name, found)
