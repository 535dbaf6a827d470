"""A chart of lines, what it tells, and its table."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale
from PySide6.QtGui import QColor

from tests.ui.widget_seat import SHARES
from tests.ui.widget_seat import dressed as dressed
from ui import theme
from ui.widgets.chartcard import ChartCard
from ui.widgets.linechart import EndLabel, LineChart, spread
from wimdesk.pdf.chart import Chart, Series

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_a_chart_tells_its_values_gaps_and_target(qtbot: QtBot) -> None:
    chart = LineChart()
    chart.setLocale(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    qtbot.addWidget(chart)
    chart.show_chart(SHARES)
    told = chart.accessibleDescription()
    assert chart.accessibleName() == "Share of women"
    for part in (
        "Two lines rise.",
        "Women: Aug 15%",
        "Sep no figure",
        "Oct 15.4%",
        "Supervisors: Aug 9%",
        "Target 20%",
    ):
        assert part in told


def test_end_labels_never_overlap() -> None:
    ends = [EndLabel("a", "accent", 50.0), EndLabel("b", "copper", 51.0), EndLabel("c", "ok", 99.0)]
    spread(ends, 15.0, 0.0, 100.0)
    heights = sorted(end.y for end in ends)
    assert all(later - earlier >= 15 for earlier, later in itertools.pairwise(heights))
    assert heights[-1] <= 92.5


def count_colour(chart: LineChart, colour: QColor) -> int:
    image = chart.grab().toImage()
    wanted = colour.rgb()
    return sum(image.pixel(x, y) == wanted for x in range(image.width()) for y in range(image.height()))


def test_a_gap_is_left_open_and_no_figures_are_said(qtbot: QtBot) -> None:
    chart = LineChart()
    qtbot.addWidget(chart)
    chart.resize(460, 220)
    whole = Series("Women", (("Aug", 15.0), ("Sep", 15.0), ("Oct", 15.0)))
    broken = Series("Women", (("Aug", 15.0), ("Sep", None), ("Oct", 15.0)))
    chart.show_chart(Chart("x", (whole,)))
    full = count_colour(chart, theme.token("accent"))
    chart.show_chart(Chart("x", (broken,)))
    assert 0 < count_colour(chart, theme.token("accent")) < full * 0.8
    chart.show_chart(Chart("x", (Series("Women", (("Aug", None),)),)))
    assert count_colour(chart, theme.token("accent")) == 0


def test_the_table_shows_the_same_figures(qtbot: QtBot) -> None:
    card = ChartCard(SHARES)
    qtbot.addWidget(card)
    assert card.table.rowCount() == 3
    assert [card.table.item(row, 1).text() for row in (0, 1, 2)][1] == "no figure"
    assert card.table.accessibleName() == "Share of women"
