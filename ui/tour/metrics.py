"""Step 5 of the tour: ten indicators for a month; sums and limits at the cell; blank is not zero."""

from __future__ import annotations

from ui.tour.stage import Details, Stage, expect
from wimdesk.errors import RuleBroken
from wimdesk.services import metrics

FIGURES = {
    "women_employed": 120, "all_employees": 800, "women_supervisors": 12, "all_supervisors": 70, "women_hired": 9,
    "women_left": 0, "training_hours_women": 340.5, "training_hours_all": 2100.0, "recordable_injuries_women": 1,
    "discrimination_reports": 0,
}  # fmt: skip


def run(stage: Stage) -> Details:
    """Fill in a month, break a rule on purpose, mend it, and hand the month in."""
    app, site = stage.first.app, stage.known["site"]
    month = app.read(metrics.month_to_fill, site)
    for key, value in FIGURES.items():
        app.run(metrics.enter_cell, site, key, month, float(value))
    app.run(metrics.enter_cell, site, "women_employed", month, 900.0)
    sheet = app.read(metrics.month_sheet, site, month)
    expect([key for key, _sentence in sheet.blockers()] == ["women_employed"], f"blockers: {sheet.blockers()}")
    refused = False
    try:
        app.run(metrics.submit_month, site, month)
    except RuleBroken:
        refused = True
    expect(refused, "a figure that can't be was handed in")
    app.run(metrics.enter_cell, site, "women_employed", month, 120.0)
    app.run(metrics.enter_cell, site, "women_left", month, None)
    sheet = app.read(metrics.month_sheet, site, month)
    blank, zero = sheet.row("women_left"), sheet.row("discrimination_reports")
    expect(blank is not None and blank.value is None, "a blank became a number")
    expect(zero is not None and zero.value == 0, "a zero became a blank")
    submission = app.run(metrics.submit_month, site, month)
    stage.known |= {"month": month, "figures": submission}
    return {"month": month, "filled": sum(row.value is not None for row in sheet.rows), "rows": len(sheet.rows)}
