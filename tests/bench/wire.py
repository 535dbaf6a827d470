"""What sync costs on the wire, step by step, against the best that was measured of others.

Run it with `python -m tests.bench.wire`, or one step quickly: `python -m tests.bench.wire --steps a,c,d --n 1000`.
a: the first laptop pushes N new records; b: the second pulls them; c: nothing has changed; d: one edit is pushed, then
pulled; e: the same with 100 edits; f, g: two laptops edit one record, different fields, the same field; h: the push is
cut in the middle and tried again; i: push and pull over a line that dies after every 64 KiB, and after every 8 KiB.
Its last line is JSON, its exit code 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tests.bench import figures, scene, workload
from tests.bench.figures import Goal, Wire, say
from tests.bench.link import Link, Speed, Way, linked
from tests.bench.scene import Laptop, Measured, Scene
from tests.bench.workload import Edit, Workload
from wimdesk.errors import WimdeskError

Space = Literal["alliance", "private"]
SPEEDS = {"loopback": Speed(), "shaped": Speed(0.3, 64), "latency": Speed(0.3)}
"""`latency` is slow in answering only: seconds / 0.6 are the round trips that somebody really waits for."""
STEPS = "abcdefghi"
SEALED = 1.4
"""How much more the private space may cost than what is readable."""
_CUTS = ((64 * 1024, 40), (8 * 1024, 200))
_FAR = 1000
"""Records from which on a shaped push takes minutes; it has no goal then."""


@dataclass
class Bench:
    """One workload in one space over one link, with a scene in which everything waits to be pushed."""

    work: Workload
    base: Scene
    link: Link
    speed: str
    space: Space
    steps: str
    clean: dict[Way, int] = field(default_factory=dict)

    def run(self) -> Iterator[Wire]:
        """Do the steps in order."""
        if set(self.steps) & set("abcdefg"):
            yield from self._in_one_go()
        if "h" in self.steps:
            yield self._cut_at_half()
        if "i" in self.steps:
            for size, most in _CUTS:
                yield from self._over_a_dying_line(size, most)

    # ------------------------------------------------------------- a to g

    def _in_one_go(self) -> Iterator[Wire]:
        with self._copied("line").running() as here:
            anna, bela = here.laptop("anna"), here.laptop("bela")
            floor = self.work.floor_of_records()
            yield from self._wanted("a", self._measure(anna, "a push", "a"), floor, "a")
            step = self._measure(bela, "b pull", "b")
            yield from self._wanted("b", step, floor, "b", self._difference(anna, bela))
            with here.at_full_speed():
                anna.sync()
                bela.sync()
            if "c" in self.steps:
                yield self._wire("c idle", anna.measure(self.link), None, "c")
            for name, edits in (("d", self.work.one), ("e", self.work.hundred)):
                if name in self.steps:
                    yield from self._edit(name, edits, anna, bela)
            for name, other in (("f", "role"), ("g", "person")):
                if name in self.steps:
                    yield self._both(name, other, anna, bela)

    def _measure(self, laptop: Laptop, name: str, step: str) -> Measured:
        """Sync; at full speed where nobody asked for the figure."""
        self.link.shape(SPEEDS[self.speed] if step in self.steps else Speed())
        measured = laptop.measure(self.link)
        self.link.shape(SPEEDS[self.speed])
        if name.endswith("push"):
            self.clean["up"] = measured.count.up
        return measured

    def _wanted(
        self, step: str, measured: Measured, floor: int, goal: str, wrong: list[str] | None = None
    ) -> Iterator[Wire]:
        name = {"a": "a push", "b": "b pull"}[step]
        if step in self.steps:
            yield self._wire(name, measured, floor, goal, wrong)

    def _edit(self, step: str, edits: list[Edit], anna: Laptop, bela: Laptop) -> Iterator[Wire]:
        anna.app.run(scene.change, self.work.records, edits)
        floor = self.work.floor_of_edits(edits)
        yield self._wire(f"{step} push", anna.measure(self.link), floor, step)
        pulled = bela.measure(self.link)
        yield self._wire(f"{step} pull", pulled, floor, step, self._difference(anna, bela))

    def _both(self, step: str, other: str, anna: Laptop, bela: Laptop) -> Wire:
        """Both edit the same record, then sync in turn until both have both; one figure for all three passes."""
        index, first, second = len(self.work.records) // 3, f"anna {step}", f"bela {step}"
        anna.app.run(scene.change, self.work.records, [(index, "person", first)])
        bela.app.run(scene.change, self.work.records, [(index, other, second)])
        before = anna.decisions()
        start = time.perf_counter()
        passes = [laptop.measure(self.link) for laptop in (anna, bela, anna)]
        counts = [each.count for each in passes]
        wrong = self._difference(anna, bela)
        shown = anna.shown()[str(self.work.records[index]["id"])]
        asked = [laptop.decisions() - before for laptop in (anna, bela)]
        names = list(scene.COLUMNS)
        wanted = {"person": first} | {other: second}  # the later one wins where both set the same field
        wrong += [f"{name} is lost" for name, value in wanted.items() if shown[names.index(name)] != value]
        if asked != [int(step == "g")] * 2:
            wrong.append(f"{asked} questions")
        return Wire(
            f"{step} two laptops", len(self.work.records), self.speed, self.space, sum(each.up for each in counts),
            sum(each.down for each in counts), time.perf_counter() - start, sum(each.requests for each in counts),
            sum(each.round_trips for each in counts), sum(each.connections for each in counts), wrong=wrong,
        )  # fmt: skip

    def _difference(self, anna: Laptop, bela: Laptop) -> list[str]:
        """Say where the laptops do not show the same, or not all."""
        here, there = anna.shown(), bela.shown()
        if here == there and len(here) == len(self.work.records):
            return []
        differ = sum(here.get(record) != there.get(record) for record in here.keys() | there.keys())
        return [f"{differ} records differ; {len(here)} here, {len(there)} there"]

    # ------------------------------------------------------------- h and i

    def _cut_at_half(self) -> Wire:
        self.link.shape(Speed())  # with or without waiting, the bytes are the same
        if not self.clean:
            with self._copied("clean").running() as here:
                self.clean["up"] = here.laptop("anna").measure(self.link).count.up
        with self._copied("half").running() as here:
            anna, start = here.laptop("anna"), time.perf_counter()
            self.link.reset()
            tries = self._persist(anna, "up", self.clean["up"] // 2, 1)
            wrong = [] if tries == 1 else ["the cut was not noticed"]
            self.link.heal()
            anna.sync()
            found = self._interrupted("h cut at half", start, 2, wrong)
            found.wrong += self._arrived(here)
        found.floor = self.work.floor_of_records()
        found.ratio, found.goal_of_ratio = round(found.up / self.clean["up"], 3), 1.05
        return found

    def _over_a_dying_line(self, size: int, most: int) -> Iterator[Wire]:
        self.link.shape(Speed())
        floor = self.work.floor_of_records()
        goal = Goal(round(floor * (110 / 91 if size > 8192 else 1.3) * (SEALED if self.space == "private" else 1)))
        with self._copied(f"dying {size}").running() as here:
            ways: tuple[tuple[Way, str], ...] = (("up", "anna"), ("down", "bela"))
            for way, who in ways:
                laptop, start = here.laptop(who), time.perf_counter()
                self.link.reset()
                tries = self._persist(laptop, way, size, most)
                wrong = [] if tries < most else [f"not done in {most} tries"]
                name = f"i {size // 1024} KiB {'push' if way == 'up' else 'pull'}"
                found = self._interrupted(name, start, min(tries + 1, most), wrong)
                self.link.heal()
                laptop.sync()
                if way == "down":
                    found.wrong += self._arrived(here)
                found.floor, found.goal = floor, goal
                yield found

    def _persist(self, laptop: Laptop, way: Way, size: int, most: int) -> int:
        """Sync over and over while the line dies each time after so many bytes; return how often it died."""
        for died in range(most):
            self.link.heal()
            counted = self.link.count.up if way == "up" else self.link.count.down
            self.link.cut_after(
                up=counted + size if way == "up" else None, down=counted + size if way == "down" else None
            )
            try:
                laptop.sync()
            except WimdeskError:
                continue
            return died
        return most

    def _arrived(self, here: Scene) -> list[str]:
        here.laptop("bela").sync()
        return self._difference(here.laptop("anna"), here.laptop("bela"))

    def _interrupted(self, name: str, start: float, tries: int, wrong: list[str]) -> Wire:
        count, seconds = self.link.count, time.perf_counter() - start
        self.link.reset()
        return Wire(
            name, len(self.work.records), "loopback", self.space, count.up, count.down, seconds, count.requests,
            count.round_trips, count.connections, tries=tries, wrong=wrong,
        )  # fmt: skip

    # ------------------------------------------------------------- what is common

    def _copied(self, name: str) -> Scene:
        return self.base.copy(self.base.place.parent / f"{self.speed} {name}")

    def _wire(
        self, name: str, measured: Measured, floor: int | None, step: str, wrong: list[str] | None = None
    ) -> Wire:
        count, report = measured.count, measured.report
        return Wire(
            name, len(self.work.records), self.speed, self.space, count.up, count.down, measured.seconds,
            count.requests, count.round_trips, count.connections, floor, told=report.bytes_up + report.bytes_down,
            goal=goal_of(step, len(self.work.records), self.speed, self.space, floor), wrong=wrong or [],
        )  # fmt: skip


def goal_of(step: str, count: int, speed: str, space: Space, floor: int | None) -> Goal:
    """Return the most that a step may cost: bytes both ways, requests, and seconds on the shaped line."""
    more = SEALED if space == "private" else 1.0
    records = {1000: 91_000, 10_000: 790_000}.get(count, floor or 0)
    total = {"a": records, "b": records, "c": 450, "d": 550, "e": 3500}[step] * more
    seconds = {"a": 13.0, "b": 13.0, "c": 1.3, "d": 1.4, "e": 1.8}[step] * more
    has_time = speed == "shaped" and (step in "cde" or count <= _FAR)
    return Goal(round(total), 1 if step in "cde" else None, round(seconds, 2) if has_time else None)


def run(
    works: list[Workload],
    steps: str,
    speeds: list[str],
    spaces: list[Space],
    *,
    keeps_connection: bool = False,
    far: bool = False,
) -> list[Wire]:
    """Measure the steps for each workload, space and link; say each figure as it comes."""
    found: list[Wire] = []
    say(figures.WIRE_HEAD)
    with tempfile.TemporaryDirectory(prefix="bench-") as name, linked("") as link:
        for number, (work, space) in enumerate((work, space) for work in works for space in spaces):
            place = Path(name) / str(number)
            base = Scene(place / "base", link, keeps_connection)
            base.make()
            with base.running():
                base.laptop("anna").app.run(scene.add, work.records, space)
            for speed in speeds:
                left_out = set("hi") if speed != speeds[0] else set()
                if speed != "loopback" and len(work.records) > _FAR and not far:
                    left_out |= set("ab")
                link.shape(SPEEDS[speed])
                wanted = "".join(step for step in steps if step not in left_out)
                for figure in Bench(work, base, link, speed, space, wanted).run():
                    say(figure.line())
                    found.append(figure)
    return found


def main(argv: list[str] | None = None) -> int:
    """Read the command line, measure, and say the outcome."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", default=",".join(STEPS), help="for example a,c,d")
    parser.add_argument("--n", default="1000,10000", help="how many records, for example 1000")
    parser.add_argument("--links", default="loopback,shaped", help=", ".join(SPEEDS))
    parser.add_argument("--spaces", default="alliance,private")
    parser.add_argument("--kept", action="store_true", help="keep the connection from one pass to the next")
    parser.add_argument(
        "--far", action="store_true", help="push and pull more than 1,000 records over the slow links too"
    )
    parser.add_argument("--records", type=Path, help="a file with one JSON record of twelve fields a line")
    parser.add_argument("--edits", type=Path, help='a file with {"d": [[index, field, value]], "e": [...]}')
    args = parser.parse_args(argv)
    counts = [int(count) for count in args.n.split(",")]
    speeds, spaces = args.links.split(","), args.spaces.split(",")
    steps = args.steps.replace(",", "")
    if not set(steps) <= set(STEPS) or not set(speeds) <= SPEEDS.keys() or not set(spaces) <= {"alliance", "private"}:
        parser.error("unknown step, link or space")
    works = [_work(args, count) for count in counts]
    found = run(works, steps, speeds, spaces, keeps_connection=args.kept, far=args.far)
    return figures.finish(found, kept_connection=args.kept, records=str(args.records or "own"))


def _work(args: argparse.Namespace, count: int) -> Workload:
    return workload.read(args.records, args.edits, count) if args.records else workload.made(count)


if __name__ == "__main__":
    sys.exit(main())
