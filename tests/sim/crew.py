"""One run over several processes: worlds are independent, so the outcome is the same however many there are."""

from __future__ import annotations

import logging
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from tests.sim.simulator import STEPS_OF_A_WORLD, Outcome, run, scene


@dataclass(frozen=True)
class Task:
    """What is asked of a run; `seconds` ends it early, behind a whole world (0: never)."""

    steps: int
    seed: int
    devices: int
    steps_of_a_world: int = STEPS_OF_A_WORLD
    often: float = 1.0
    seconds: float = 0.0
    stop_at_first: bool = False
    erasing: float = 0.0


def work(task: Task, workers: int = 1) -> Outcome:
    """Do the task in so many processes."""
    shares = list(_shares(task, workers))
    if len(shares) == 1:
        return _one(task)
    outcome = Outcome()
    with ProcessPoolExecutor(len(shares), mp_context=multiprocessing.get_context("spawn")) as pool:
        for part in pool.map(_one, shares):
            outcome.add(part)
    return outcome


def _shares(task: Task, workers: int) -> Iterator[Task]:
    """Yield what each process does: whole worlds, one after the other."""
    worlds = -(-task.steps // task.steps_of_a_world)
    begin = 0
    for number in range(workers):
        end = worlds * (number + 1) // workers
        steps = min(task.steps, end * task.steps_of_a_world) - begin * task.steps_of_a_world
        if steps > 0:
            yield Task(
                steps, task.seed + begin, task.devices, task.steps_of_a_world, task.often, task.seconds,
                task.stop_at_first, task.erasing,
            )  # fmt: skip
        begin = end


def _one(task: Task) -> Outcome:
    logging.disable(logging.CRITICAL)
    with scene(task.devices) as here:
        return run(
            here, task.steps, task.seed, stop_at_first=task.stop_at_first, steps_of_a_world=task.steps_of_a_world,
            often=task.often, seconds=task.seconds, erasing=task.erasing,
        )  # fmt: skip
