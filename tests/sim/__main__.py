"""Run the simulator: `python -m tests.sim --steps 100000 --seed 1 --devices 8`. Prints JSON."""

from __future__ import annotations

import argparse
import json
import logging
import sys

from tests.sim.simulator import STEPS_OF_A_WORLD, run, scene


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--devices", type=int, default=8)
    parser.add_argument("--world", type=int, default=STEPS_OF_A_WORLD, help="steps of one world")
    parser.add_argument("--first", action="store_true", help="stop at the first violation")
    parser.add_argument("--often", type=float, default=1.0, help="how much more often than usual one goes back in time")
    given = parser.parse_args(words)
    logging.disable(logging.CRITICAL)
    with scene(given.devices) as here:
        outcome = run(
            here, given.steps, given.seed, stop_at_first=given.first, steps_of_a_world=given.world,
            often=given.often,
        )  # fmt: skip
    tally = outcome.tally
    report = {
        "steps": outcome.steps,
        "seeds": [given.seed, given.seed + outcome.worlds - 1],
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
