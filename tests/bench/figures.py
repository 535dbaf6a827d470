"""What a measurement found, beside its goal: a line of a table, and the same for machines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field


def say(line: str) -> None:
    """Write a line at once: whoever waits for an hour wants to see the first figures."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@dataclass
class Goal:
    """The most that a figure may be; None where there is no goal."""

    total: float | None = None
    """Bytes both ways."""
    requests: int | None = None
    seconds: float | None = None


@dataclass
class Wire:
    """What one step cost on the wire. `wrong` says what did not arrive as it should."""

    step: str
    records: int
    link: str
    space: str
    up: int
    down: int
    seconds: float
    requests: int
    round_trips: int
    connections: int
    floor: int | None = None
    tries: int = 1
    told: int | None = None
    """The bytes both ways that the laptop itself says of a pass."""
    ratio: float | None = None
    goal: Goal = field(default_factory=Goal)
    goal_of_ratio: float | None = None
    wrong: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Bytes both ways."""
        return self.up + self.down

    @property
    def missed(self) -> list[str]:
        """Which goals are not kept, in words."""
        pairs = (
            ("bytes", self.total, self.goal.total),
            ("requests", self.requests, self.goal.requests),
            ("seconds", round(self.seconds, 2), self.goal.seconds),
            ("ratio", self.ratio, self.goal_of_ratio),
        )
        found = [
            f"{name} {value:,} > {round(most, 2):,}"
            for name, value, most in pairs
            if most is not None and value is not None and value > most
        ]
        return found + self.wrong

    def line(self) -> str:
        """Return the row of the table."""
        times = f"{self.total / self.floor:.2f}" if self.floor else ""
        parts = (
            f"{self.step:<18}", f"{self.records:>6}", f"{self.link:<8}", f"{self.space:<8}", f"{self.up:>9,}",
            f"{self.down:>9,}", f"{self.total:>10,}", f"{times:>7}", f"{self.requests:>4}", f"{self.round_trips:>4}",
            f"{self.connections:>4}", f"{self.tries:>4}", f"{self.seconds:>8.2f}", self._goals(), self._verdict(),
        )  # fmt: skip
        return " ".join(parts)

    def _goals(self) -> str:
        named = (
            (self.goal.total, "B"), (self.goal.requests, "req"), (self.goal.seconds, "s"), (self.goal_of_ratio, "x"),
        )  # fmt: skip
        return f"{', '.join(f'{round(most, 2):,} {unit}' for most, unit in named if most is not None):<24}"

    def _verdict(self) -> str:
        found = f"{self.ratio:.2f} x; " if self.ratio is not None else ""
        return found + ("MISSED: " + "; ".join(self.missed) if self.missed else "kept")

    def summary(self) -> dict[str, object]:
        """Return everything as plain values."""
        return asdict(self) | {"total": self.total, "missed": self.missed, "kept": not self.missed}


WIRE_HEAD = (
    f"{'step':<18} {'N':>6} {'link':<8} {'space':<8} {'up':>9} {'down':>9} {'total':>10} {'x floor':>7} {'req':>4} "
    f"{'RTT':>4} {'con':>4} {'try':>4} {'seconds':>8} {'goal':<24} verdict"
)


@dataclass(frozen=True)
class Figure:
    """One number with its unit, and the most it may be."""

    name: str
    value: float
    unit: str
    goal: float | None = None

    @property
    def is_kept(self) -> bool:
        """Whether it is within its goal; without a goal it always is."""
        return self.goal is None or self.value <= self.goal

    def line(self) -> str:
        """Return the row of the table."""
        goal = "" if self.goal is None else f"{self.goal:,.6g} {self.unit}"
        verdict = "" if self.goal is None else "kept" if self.is_kept else "MISSED"
        return f"{self.name:<52} {self.value:>12,.2f} {self.unit:<8} {goal:>14}  {verdict}"

    def summary(self) -> dict[str, object]:
        """Return everything as plain values."""
        return asdict(self) | {"kept": self.is_kept}


def finish(figures: Iterable[Wire | Figure], **how: object) -> int:
    """Say everything once more as one line of JSON; return 0 where every goal is kept, else 1."""
    found = [figure.summary() for figure in figures]
    say(json.dumps(how | {"figures": found}, ensure_ascii=False))
    return 0 if all(figure["kept"] for figure in found) else 1
