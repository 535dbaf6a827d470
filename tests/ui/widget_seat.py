"""What tests of single widgets share: the light look, and figures to draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from ui import theme
from wimdesk.pdf.chart import Chart, Series

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARES = Chart(
    "Share of women",
    (
        Series("Women", (("Aug", 15.0), ("Sep", None), ("Oct", 15.4))),
        Series("Supervisors", (("Aug", 9.0), ("Sep", 9.1), ("Oct", 9.4))),
    ),
    "%",
    20.0,
    "Two lines rise.",
)


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[None]:
    theme.apply(qapp, "light", contrast=False)
    yield
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
