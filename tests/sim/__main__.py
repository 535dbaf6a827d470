"""Run the simulator: `python -m tests.sim --steps 100000 --seed 1 --devices 8 --workers 2`. Prints JSON."""

from __future__ import annotations

import argparse
import json
import sys

from tests.sim.crew import Task, work
from tests.sim.simulator import STEPS_OF_A_WORLD


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--devices", type=int, default=8)
    parser.add_argument("--world", type=int, default=STEPS_OF_A_WORLD, help="steps of one world")
    parser.add_argument("--first", action="store_true", help="stop at the first violation")
    parser.add_argument("--often", type=float, default=1.0, help="how much more often than usual one goes back in time")
    parser.add_argument("--erasing", type=float, default=0.0, help="how often records are erased; 1 is now and then")
    parser.add_argument("--workers", type=int, default=1, help="processes; the outcome is the same for any number")
    parser.add_argument("--minutes", type=float, default=0.0, help="end after so many, behind a whole world")
    given = parser.parse_args(words)
    task = Task(
        given.steps,
        given.seed,
        given.devices,
        given.world,
        given.often,
        60 * given.minutes,
        stop_at_first=given.first,
        erasing=given.erasing,
    )
    outcome = work(task, given.workers)
    tally = outcome.tally
    report = {
        "steps": outcome.steps,
        "worlds": outcome.worlds,
        "seeds": [outcome.seeds[0], outcome.seeds[-1]],
        "devices": given.devices,
        "events": dict(sorted(tally.kinds.items())),
        "faults": dict(sorted(tally.faults.items())),
        "outcomes": dict(sorted(tally.outcomes.items())),
        "checks": dict(sorted(tally.checks.items())),
        "violations": outcome.violations,
        "trace": outcome.trace,
        "seconds": round(outcome.seconds, 1),
        "steps_per_second": round(outcome.steps / outcome.seconds, 1),
    }
    sys.stdout.write(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    return 1 if outcome.violations else 0


if __name__ == "__main__":
    sys.exit(main())
