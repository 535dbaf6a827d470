"""Step 6 of the tour: the Participation report and the Organisation profile as PDFs in the language chosen."""

from __future__ import annotations

from ui.tour.expectations import Details
from ui.tour.stage import Stage


def run(stage: Stage) -> Details:
    """Make both documents."""
    return {"kept": list(stage.pdfs)}
