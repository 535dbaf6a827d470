"""Run the simulator: `python -m tests.sim --steps 100000 --seed 1 --devices 8`. Prints JSON."""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import sys

from tests.sim.simulator import STEPS_OF_A_WORLD, run, scene
from tests.sim.world import Switches


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--devices", type=int, default=8)
    parser.add_argument("--world", type=int, default=STEPS_OF_A_WORLD, help="steps of one world")
    parser.add_argument("--first", action="store_true", help="stop at the first violation")
    parser.add_argument("--often", type=float, default=1.0, help="how much more often than usual one goes back in time")
    names = [switch.name for switch in dataclasses.fields(Switches)]
    parser.add_argument("--with", dest="on", action="append", default=[], choices=names, help="a fault that is off")
    given = parser.parse_args(words)
    logging.disable(logging.CRITICAL)
    switches = Switches(**dict.fromkeys(given.on, True))
    with scene(given.devices) as here:
        outcome = run(
            here, given.steps, given.seed, switches=switches, stop_at_first=given.first, steps_of_a_world=given.world,
            often=given.often,
        )  # fmt: skip
    tally = outcome.tally
    report = {
        "steps": outcome.steps,
        "seeds": [given.seed, given.seed + outcome.worlds - 1],
        "devices": given.devices,
        "off": [name for name in names if not getattr(switches, name)],
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
