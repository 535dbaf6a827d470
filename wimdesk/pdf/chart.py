"""One description of a chart for paper and for the screen, so that both always show the same figures.

Nothing here draws and nothing here is imported beyond the standard library: the PDF and the window each paint it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Series:
    """One line of a chart: its label and its points ``(x label, value)``; a value of None is a gap."""

    label: str
    points: tuple[tuple[str, float | None], ...]


@dataclass(frozen=True)
class Chart:
    """A line chart: title, series, the unit of the values, an optional target value and the text alternative."""

    title: str
    series: tuple[Series, ...]
    unit: str = ""
    target: float | None = None
    alt: str = ""


@dataclass(frozen=True)
class Axis:
    """A value axis from ``low`` to ``high`` in round steps of ``step``."""

    low: float
    high: float
    step: float

    def ticks(self) -> tuple[float, ...]:
        """Return the values to label, from the lowest to the highest."""
        count = round((self.high - self.low) / self.step)
        return tuple(round(self.low + index * self.step, 9) for index in range(count + 1))

    def fraction(self, value: float) -> float:
        """Return where a value lies between the ends of the axis (0 at the bottom, 1 at the top)."""
        return (value - self.low) / (self.high - self.low)


def categories(chart: Chart) -> tuple[str, ...]:
    """Return the x labels of all series in the order in which they first appear."""
    return tuple(dict.fromkeys(label for series in chart.series for label, _value in series.points))


def values(chart: Chart) -> tuple[float, ...]:
    """Return every value that is really there, without the gaps."""
    return tuple(value for series in chart.series for _label, value in series.points if value is not None)


def axis(chart: Chart, ticks: int = 5) -> Axis:
    """Return an axis with about ``ticks`` round steps that starts at zero unless there are values below zero."""
    shown = list(values(chart))
    if chart.target is not None:
        shown.append(chart.target)
    low, high = min([0.0, *shown]), max([0.0, *shown])
    if high == low:
        high = low + 1.0
    step = _round_step((high - low) / ticks)
    return Axis(math.floor(low / step) * step, math.ceil(high / step - 1e-9) * step, step)


def runs(series: Series, labels: tuple[str, ...]) -> list[list[tuple[int, float]]]:
    """Return the unbroken stretches of a series as ``(index of the x label, value)``: a gap is never bridged."""
    by_label = dict(series.points)
    stretches: list[list[tuple[int, float]]] = [[]]
    for index, label in enumerate(labels):
        value = by_label.get(label)
        if value is not None:
            stretches[-1].append((index, value))
        elif stretches[-1]:
            stretches.append([])
    return [stretch for stretch in stretches if stretch]


def _round_step(rough: float) -> float:
    """Return the next of 1, 2, 2.5, 5 or 10 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= rough * (1 - 1e-9))
