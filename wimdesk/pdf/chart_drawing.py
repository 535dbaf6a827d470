"""The chart description drawn on paper; the window paints the same description in its own way."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from wimdesk.pdf.chart import Axis, axis, categories, runs, values
from wimdesk.pdf.page import ACCENT, COPPER, HAIRLINE, INK, LEFT, QUIET, TEAL, WIDTH, Sheet, write_paragraph
from wimdesk.pdf.text import one_line, shortened

if TYPE_CHECKING:
    from wimdesk.pdf.chart import Chart, Series

HEIGHT = 150.0
SIZE = 8.0
LONGEST_LABEL = 300  # letters, so that the values have room in the text too
INKS = (ACCENT, COPPER, TEAL, INK)
DASHES: tuple[tuple[float, ...], ...] = ((), (5, 2), (1.5, 2), (7, 2, 1.5, 2))  # so that colour is never alone


def write_chart(sheet: Sheet, chart: Chart) -> None:
    """Write a line chart with its legend; a chart without any value is a sentence instead."""
    _ = sheet.words.gettext
    if not values(chart):
        write_paragraph(sheet, _("There are no figures for this chart yet."), quiet=True)
        return
    sheet.need(HEIGHT + 80)
    top = sheet.y
    base = top - 46 - HEIGHT
    box = sheet.corners(LEFT, base - 22, LEFT + WIDTH, top)
    alternative = one_line(chart.alt) or _alternative(sheet, chart)
    with sheet.tree.mark(sheet.canvas, sheet.tree.add_figure(alternative, box)):
        _Plot(sheet, chart, base).draw(top)
    sheet.y = base - 30


def _alternative(sheet: Sheet, chart: Chart) -> str:
    """Say in words what the chart shows, value by value."""
    lines = [f"{_label(chart.title)}."]
    for series in chart.series:
        points = ", ".join(
            f"{sheet.writing.date(label)} {sheet.writing.quantity(value, chart.unit)}" for label, value in series.points
        )
        lines.append(f"{_label(series.label)}: {points}.")
    return " ".join(lines)


def _label(text: str) -> str:
    return shortened(one_line(text), LONGEST_LABEL)


class _Plot:
    """The plotting area of one chart: where a value and an x label lie on the page."""

    def __init__(self, sheet: Sheet, chart: Chart, base: float) -> None:
        self.sheet, self.chart, self.base = sheet, chart, base
        self.axis: Axis = axis(chart)
        self.labels = categories(chart)
        ticks = [self._tick(value) for value in self.axis.ticks()]
        self.left = LEFT + max(sheet.regular.width(tick, SIZE) for tick in ticks) + 8
        self.right = LEFT + WIDTH - 8

    def draw(self, top: float) -> None:
        """Draw title, legend, axes, target and series."""
        title = self.sheet.bold.fit(one_line(self.chart.title), 9.5, WIDTH)
        self.sheet.draw(title, LEFT, top - 11, self.sheet.bold, 9.5, INK)
        self._draw_legend(top - 28)
        self._draw_axes()
        self._draw_target()
        for index, series in enumerate(self.chart.series):
            self._draw_series(series, index)

    def x(self, index: int) -> float:
        """Return where the x label of that index lies."""
        return float(self.left + (self.right - self.left) * (index + 0.5) / len(self.labels))

    def y(self, value: float) -> float:
        """Return where a value lies."""
        return self.base + HEIGHT * self.axis.fraction(value)

    def _tick(self, value: float) -> str:
        return self.sheet.writing.quantity(value, self.chart.unit)

    def _label(self, label: str) -> str:
        """Write an x label; a period such as ``2026-10`` is written as a month."""
        return one_line(self.sheet.writing.date(label, "medium"))

    def _draw_axes(self) -> None:
        sheet = self.sheet
        for value in self.axis.ticks():
            y = self.y(value)
            sheet.rule((self.left, y), (self.right, y), QUIET if value == 0 else HAIRLINE, 0.5)
            text = self._tick(value)
            sheet.draw(text, self.left - 6 - sheet.regular.width(text, SIZE), y - 2.8, sheet.regular, SIZE, QUIET)
        widest = max(sheet.regular.width(self._label(label), SIZE) for label in self.labels) + 6
        every = max(1, -(-int(widest * len(self.labels)) // int(self.right - self.left)))
        for index, label in enumerate(self.labels[::every]):
            text = self._label(label)
            x = self.x(index * every) - sheet.regular.width(text, SIZE) / 2
            sheet.draw(text, x, self.base - 14, sheet.regular, SIZE, QUIET)

    def _draw_target(self) -> None:
        if self.chart.target is not None:
            y = self.y(self.chart.target)
            self.sheet.canvas.setDash([3, 2])
            self.sheet.rule((self.left, y), (self.right, y), QUIET, 0.9)
            self.sheet.canvas.setDash([])

    def _draw_series(self, series: Series, index: int) -> None:
        canvas = self.sheet.canvas
        ink = INKS[index % len(INKS)]
        canvas.setStrokeColorRGB(*ink)
        canvas.setFillColorRGB(*ink)
        canvas.setLineWidth(1.6)
        canvas.setDash(list(DASHES[index % len(DASHES)]))
        for stretch in runs(series, self.labels):
            spots = [(self.sheet.across(self.x(at)), self.y(value)) for at, value in stretch]
            for start, end in itertools.pairwise(spots):
                canvas.line(*start, *end)
            for x, y in spots:
                canvas.circle(x, y, 2.4, stroke=0, fill=1)
        canvas.setDash([])

    def _draw_legend(self, y: float) -> None:
        _ = self.sheet.words.gettext
        x = LEFT
        entries = [(series.label, INKS[i % 4], DASHES[i % 4]) for i, series in enumerate(self.chart.series)]
        if self.chart.target is not None:
            label = _("Target {value}").format(value=self._tick(self.chart.target))
            entries.append((label, QUIET, (3, 2)))
        room = WIDTH / len(entries) - 43  # the text for those who do not see the chart has every label in full
        for label, ink, dash in entries:
            text = self.sheet.regular.fit(one_line(label), SIZE, room)
            self.sheet.canvas.setDash(list(dash))
            self.sheet.rule((x, y + 3), (x + 20, y + 3), ink, 1.6)
            self.sheet.canvas.setDash([])
            self.sheet.draw(text, x + 25, y, self.sheet.regular, SIZE, INK)
            x += 25 + self.sheet.regular.width(text, SIZE) + 18
