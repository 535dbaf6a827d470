"""Step 5 of the tour: ten indicators for a month; sums and limits at the cell; blank is not zero."""

from __future__ import annotations

from PySide6.QtCore import Qt

from ui.pages.metrics import MetricsPage
from ui.tour import hands
from ui.tour.expectations import Details, expect
from ui.tour.room import Room
from ui.tour.stage import Stage
from wimdesk.services import metrics
from wimdesk.services.metrics import Sheet

FIGURES = {
    "women_employed": "120", "all_employees": "800", "women_supervisors": "12", "all_supervisors": "70",
    "women_hired": "9", "women_left": "", "training_hours_women": "340.5", "training_hours_all": "2,100",
    "recordable_injuries_women": "1", "discrimination_reports": "0",
}  # fmt: skip
WRONG = "900"


def run(stage: Stage) -> Details:
    """Fill in a month key by key, break a rule on purpose, mend it, and hand the month in."""
    room, site = stage.room, stage.known["site"]
    page = room.page("metrics", MetricsPage, site)
    sheet = page.form.sheet()
    expect(sheet is not None and len(sheet.rows) == len(FIGURES), "the form does not have ten indicators")
    month = sheet.month if sheet is not None else ""
    for indicator, text in FIGURES.items():
        _type(page, indicator, text)
    _type(page, "women_employed", WRONG)
    said = _break(stage, room, page, site, month)
    _type(page, "women_employed", FIGURES["women_employed"])
    read = stage.first.app.read
    hands.wait(lambda: not read(metrics.month_sheet, site, month).blockers(), "the cell never saved itself", 5)
    room.idle()
    _prove(stage.first.app.read(metrics.month_sheet, site, month))
    hands.press(page, page.submit_button.text())
    room.idle()
    handed = stage.first.app.read(metrics.submitted, site, month)
    expect(handed is not None, "the month was not handed in")
    stage.known |= {"month": month}
    return {"month": month, "rows": len(FIGURES), "filled": sum(map(bool, FIGURES.values())), "said_at_cell": said}


def _type(page: MetricsPage, indicator: str, text: str) -> None:
    """Go to a cell as with the keyboard, type over it, and leave it with Enter."""
    page.form.go_to(indicator)
    cell = next(cell for cell in page.form.cells() if cell.key == indicator)
    expect(cell.field.isVisible(), f"the cell {indicator} can't be seen")
    hands.rewrite(cell.field, text)
    hands.key(cell.field, Qt.Key.Key_Return)


def _break(stage: Stage, room: Room, page: MetricsPage, site: str, month: str) -> str:
    """More women than employees: the cell says so, and the month can't be handed in."""
    room.idle()
    cell = next(cell for cell in page.form.cells() if cell.key == "women_employed")
    said = cell.field.accessibleDescription()
    expect("800" in said, f"the cell says {said!r}")
    page.form.go_to("women_employed")
    stage.look("step5-limit-at-the-cell")
    hands.press(page, page.submit_button.text())
    room.idle()
    expect(stage.first.app.read(metrics.submitted, site, month) is None, "a figure that can't be was handed in")
    return said


def _prove(sheet: Sheet) -> None:
    """Read back from the database what was typed; a blank stays a blank and a zero a zero."""
    expect(not sheet.blockers(), f"still wrong: {sheet.blockers()}")
    for indicator, text in FIGURES.items():
        row = sheet.row(indicator)
        wanted = float(text.replace(",", "")) if text else None
        expect(row is not None and row.value == wanted, f"{indicator} is {row and row.value} instead of {wanted}")
