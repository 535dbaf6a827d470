"""What the endpoint stands: many devices at once, and a log that has grown for years.

Run it with `python -m tests.bench.load --devices 200`, or with `--postgres` over a PostgreSQL that it starts itself.
The devices speak the protocol in their own processes and keep nothing, so that what is measured is the endpoint; each
sync opens its connection, as laptops do that sync now and then.
Its last line is JSON, its exit code 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.synchronize import Barrier
from pathlib import Path

from sync.protocol import MAX_OPS, Op
from sync.server.service import issue_code
from tests.bench import figures, scene
from tests.bench.figures import Figure, say
from tests.bench.scene import Served
from tests.postgres import cluster
from tests.sync.server.laptop import Laptop
from wimdesk.identifiers import new_id

PER_ORGANISATION = 10
OWN_SERVER = "postgresql"
FLAT = 1.2
"""How many times the cost at the shortest log a sync may cost at the longest."""
_PAYLOAD = 120
_SAMPLES = 200
_PATIENCE = 120
"""Seconds that tidying up may take at most."""
_AT_REST = 0.01
"""Seconds of processor within one, of somebody who has nothing to do."""


@dataclass(frozen=True)
class Place:
    """Where the endpoint is and what holds its log; `run` sets organisations apart in a database that stays."""

    served: Served
    data: Path
    database: str = ""
    run: str = field(default_factory=new_id)


@dataclass
class Device:
    """A device that makes small edits of the same few records and reads what the others of its organisation did."""

    laptop: Laptop
    made: int = 0

    def edits(self, count: int) -> list[Op]:
        """Return the next edits."""
        found = []
        for number in range(count):
            record = (self.made + number) % 1000 + 1
            payload = random.randbytes(_PAYLOAD)  # not a secret: only as long as an edit is
            found.append(self.laptop.op(self.laptop.shared, payload, record=self.laptop.id[:8] + record.to_bytes(8)))
        return found

    def sync(self, count: int) -> None:
        """Push so many edits and read what is new, in one round trip if that is all it takes."""
        laptop = self.laptop
        answer = laptop.push(self.made + 1, *self.edits(count)) if count else laptop.send(laptop.request())
        self.made += count
        for page in answer.pages:
            laptop.cursors[page.space] = page.first + len(page.ops) - 1
        laptop.generation = answer.generation
        if answer.more:
            laptop.pull()


def many(place: Place, devices: int, rounds: int, at_once: int) -> list[Figure]:
    """Have so many devices sync so often, some of them at the same moment."""
    workers = min(2, devices)
    codes = [_code(place, f"WIM {number // PER_ORGANISATION}") for number in range(devices)]
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(workers + 1), context.Queue()
    children = [
        context.Process(
            target=_work,
            args=(place.served.url, codes[number::workers], rounds, max(1, at_once // workers), barrier, results.put),
        )
        for number in range(workers)
    ]
    for child in children:
        child.start()
    barrier.wait(600)
    start, before = time.perf_counter(), place.served.processor_seconds()
    barrier.wait(600)
    seconds, after = time.perf_counter() - start, place.served.processor_seconds()
    found: list[tuple[list[float], Counter[str]]] = [results.get(timeout=600) for _child in children]
    for child in children:
        child.join()
    times = sorted(taken for each, _heads in found for taken in each)
    heads: Counter[str] = sum((each for _times, each in found), Counter())
    if len(times) != devices * rounds or sum(heads.values()) != devices * rounds:
        raise RuntimeError(f"{len(times)} syncs of {devices * rounds} came to an end; {sum(heads.values())} edits")
    return _said(
        Figure(f"{devices} devices, {at_once} at once: syncs", len(times) / seconds, "/s"),
        Figure("a sync then, median", statistics.median(times) * 1000, "ms"),
        Figure("a sync then, p99", times[int(len(times) * 0.99)] * 1000, "ms"),
        Figure("a sync then, longest", times[-1] * 1000, "ms"),
        Figure("a sync then, processor", _worked(before, after, len(times)), "ms"),
    )


def _work(
    url: str, codes: list[str], rounds: int, at_once: int, barrier: Barrier, tell: Callable[[object], object]
) -> None:
    """Be some of the devices; tell how long each sync took and how many edits of ours the endpoint has."""
    devices = [Device(Laptop(url, code)) for code in codes]

    def one(device: Device) -> float:
        start = time.perf_counter()
        device.sync(1)
        return time.perf_counter() - start

    with ThreadPoolExecutor(at_once) as threads:
        barrier.wait(600)
        times = [taken for _round in range(rounds) for taken in threads.map(one, devices)]
        barrier.wait(600)
    heads = Counter({device.laptop.me.device: device.laptop.known(device.laptop.shared) for device in devices})
    tell((times, heads))


def grown(place: Place, sizes: list[int], samples: int) -> list[Figure]:
    """Measure one sync, idle and with an edit, over a log that grows from size to size."""
    filler, walker = (Device(Laptop(place.served.url, _code(place, "WIM of old"))) for _twice in range(2))
    found: list[Figure] = []
    idle: list[Cost] = []
    edit: list[Cost] = []
    for size in sizes:
        start, before = time.perf_counter(), filler.made
        while (missing := size - filler.made - walker.made) > 0:
            filler.laptop.cursors[filler.laptop.shared] = filler.made + walker.made
            filler.sync(min(missing, MAX_OPS))
        rate = (filler.made - before) / (time.perf_counter() - start)
        walker.laptop.cursors[walker.laptop.shared] = filler.made + walker.made
        _rest(place)
        idle.append(_cost(place, walker, 0, samples))
        edit.append(_cost(place, walker, 1, samples))
        log = f"{size:,} operations in the log"
        found += _said(
            Figure(f"{log}: taken in", rate, "/s"),
            Figure(f"{log}: idle sync", idle[-1].waited, "ms"),
            Figure(f"{log}: idle sync, processor", idle[-1].worked, "ms"),
            Figure(f"{log}: sync of one edit", edit[-1].waited, "ms"),
            Figure(f"{log}: sync of one edit, processor", edit[-1].worked, "ms"),
        )
    return found + _said(*_growth("idle sync", idle), *_growth("sync of one edit", edit))


@dataclass(frozen=True)
class Cost:
    """What one sync costs in ms: a quarter were answered quicker; and how long the endpoint itself worked for it.

    `worked` is 0 where the system does not say it, or where a server that is not ours works for the endpoint.
    """

    waited: float
    worked: float


def _growth(what: str, costs: list[Cost]) -> list[Figure]:
    """Compare the longest log with the shortest, by work where it is known: waiting also measures who else is busy."""
    first, last = costs[0], costs[-1]
    waited = last.waited / first.waited
    if not first.worked:
        return [Figure(f"{what}, longest log against shortest", waited, "x", FLAT)]
    return [
        Figure(f"{what}, longest log against shortest, waiting", waited, "x"),
        Figure(f"{what}, longest log against shortest", last.worked / first.worked, "x", FLAT),
    ]


def _cost(place: Place, device: Device, edits: int, samples: int) -> Cost:
    taken = []
    before = place.served.processor_seconds()
    for _sample in range(samples):
        start = time.perf_counter()
        device.sync(edits)
        taken.append((time.perf_counter() - start) * 1000)
    after = place.served.processor_seconds()
    return Cost(sorted(taken)[len(taken) // 4], _worked(before, after, samples))


def _rest(place: Place) -> None:
    """Wait until the endpoint and its database are done with what came in: a year's log does not arrive in a minute,
    and tidying up behind it is nothing that a sync costs."""
    before = place.served.processor_seconds()
    for _second in range(_PATIENCE):
        time.sleep(1)
        after = place.served.processor_seconds()
        if before is None or after is None or after - before <= _AT_REST:
            return
        before = after


def _worked(before: float | None, after: float | None, syncs: int) -> float:
    """Return the milliseconds of each sync between two readings, 0 where they are not known."""
    return 0.0 if before is None or after is None else (after - before) * 1000 / syncs


def _code(place: Place, organisation: str) -> str:
    return issue_code(place.data, f"{organisation} {place.run}", "coordinator", place.database)["code"]


def _said(*found: Figure) -> list[Figure]:
    for figure in found:
        say(figure.line())
    return list(found)


def run(
    devices: int, rounds: int, at_once: int, sizes: list[int], database: str = "", samples: int = _SAMPLES
) -> list[Figure]:
    """Measure what was asked for, over a file, the database at an address, or (OWN_SERVER) a server of our own."""
    found: list[Figure] = []
    with contextlib.ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))) / "endpoint"
        workers = []
        if database == OWN_SERVER:
            server = stack.enter_context(cluster(durable=True))
            workers, database = [server.process], server.database().role
        served = stack.enter_context(scene.endpoint(data, *(["--database", database] if database else [])))
        served = served._replace(servers=tuple(workers), is_counted=bool(workers) or not database)
        place = Place(served, data, database)
        if devices:
            found += many(place, devices, rounds, at_once)
        if sizes:
            found += grown(place, sizes, samples)
    return found


def main(argv: list[str] | None = None) -> int:
    """Read the command line, measure, and say the outcome."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--devices", type=int, default=200, help="0 leaves this part out")
    parser.add_argument("--rounds", type=int, default=10, help="how often each device syncs")
    parser.add_argument("--at-once", type=int, default=16, help="how many devices sync at the same moment")
    parser.add_argument("--logs", default="10000,100000,1000000", help="sizes of the log; empty leaves this part out")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--database", default="", metavar="URL", help="the endpoint's database, where it is not a file")
    where.add_argument(
        "--postgres", dest="database", action="store_const", const=OWN_SERVER, help="a PostgreSQL server of its own"
    )
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(argv)
    random.seed(args.seed)
    sizes = [int(size) for size in args.logs.split(",") if size]
    found = run(args.devices, args.rounds, args.at_once, sizes, args.database)
    return figures.finish(found, devices=args.devices, database=args.database.split(":")[0], cores=os.cpu_count())


if __name__ == "__main__":
    sys.exit(main())
