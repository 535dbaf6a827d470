"""Figures of a measurement: medians against a floor of the same run, and what is said about them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `floor` is 0 where nothing bare can be compared; `goal` 0 where none is set.

    With a floor the goal is a ratio, without one it is in the unit.
    """

    name: str
    value: float
    unit: str = "ms"
    floor: float = 0.0
    goal: float = 0.0
    note: str = ""

    @property
    def ratio(self) -> float:
        """How many times the floor, 0 where there is none."""
        return self.value / self.floor if self.floor else 0.0

    @property
    def is_met(self) -> bool:
        """Whether the goal is kept; true where there is none."""
        return not self.goal or (self.ratio or self.value) <= self.goal

    def line(self) -> str:
        """Return the line of the table."""
        floor = f"{self.floor:10.2f}" if self.floor else " " * 10
        ratio = f"{self.ratio:7.2f}" if self.floor else " " * 7
        goal = f"<= {self.goal:g}" if self.goal else ""
        kept = ("kept" if self.is_met else "MISSED") if self.goal else ""
        return f"{self.name:44}{self.value:10.2f} {self.unit:4}{floor}{ratio}  {goal:8} {kept:7}{self.note}".rstrip()

    def summary(self) -> dict[str, object]:
        """Return what the JSON says."""
        return asdict(self) | {"ratio": round(self.ratio, 3), "met": self.is_met}


HEAD = f"{'':44}{'measured':>10}     {'floor':>10}{'ratio':>7}  goal"


def milliseconds(work: Callable[[], object]) -> float:
    """Return how long one call takes."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def median(values: list[float]) -> float:
    """Return the middle value."""
    return statistics.median(values)


def p95(values: list[float]) -> float:
    """Return the value that 95 of 100 stay below."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, round(0.95 * (len(ranked) - 1)))]


def interleaved(rounds: int, *works: Callable[[], object]) -> list[float]:
    """Return the median of each work in milliseconds; they take turns, so that a busy moment hits all alike."""
    taken: list[list[float]] = [[] for _work in works]
    for _round in range(rounds):
        for place, work in enumerate(works):
            taken[place].append(milliseconds(work))
    return [median(each) for each in taken]


def memory() -> float:
    """Return how much memory this process holds now, in MB; 0 where the system does not say it simply."""
    try:
        lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)
