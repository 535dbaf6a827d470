"""How long a document of twelve pages takes against a bare canvas that writes the same lines with the same font."""

from __future__ import annotations

import io
from functools import partial

import pypdfium2
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from ui.bench.measure import Figure, interleaved
from wimdesk.i18n import translator
from wimdesk.pdf import participation_report
from wimdesk.pdf.chart import Chart, Series
from wimdesk.pdf.participation_report import Activity, Metric, Participation, ParticipationReport
from wimdesk.pdf.text import Fonts, face

PAGES = 12
_MONTHS = tuple(f"2026-{month:02d}" for month in range(1, 13))
_WORDS = "Talked with the crew of shift {number} about protective clothing and noted what is missing."
_LEADING = 11.5


def run(rounds: int) -> list[Figure]:
    """Write both by turns, tags, data and fonts included."""
    data = _long_enough()
    words = translator(data.language)
    pages = _lines(participation_report.build(data, words=words))
    ours, floor = interleaved(rounds, partial(participation_report.build, data, words=words), partial(_bare, pages))
    name = f"PDF report of {len(pages)} pages"
    return [
        Figure(f"{name} / bare canvas", ours, floor=floor, goal=8.0, note=f"median of {rounds}"),
        Figure(name, ours / 1000, "s", goal=0.5),
    ]


def _long_enough() -> ParticipationReport:
    """Return a report with as many activities as make twelve pages."""
    count = 100
    while len(_lines(participation_report.build(_report(count), words=translator("en")))) < PAGES:
        count += 10
    return _report(count)


def _report(activities: int) -> ParticipationReport:
    values = tuple(1200.0 + month for month in range(len(_MONTHS)))
    return ParticipationReport(
        reference="BENCH-2026",
        organisation="Women of the Shaft",
        acronym="WS",
        country="Bolivia",
        region="South America",
        period="2026",
        language="en",
        made_on="2026-11-22",
        prepared_by="Ana Condori",
        participations=(Participation("Safe equipment", "Safety", "Coordinator", "Two days a week", "2026-03"),),
        activities=tuple(
            Activity(f"2026-{1 + at % 12:02d}-{1 + at % 28:02d}", "Safe equipment", _WORDS.format(number=at), 2.5)
            for at in range(activities)
        ),
        months=_MONTHS,
        metrics=tuple(Metric(f"Indicator {number}", "persons", values) for number in range(8)),
        share_of_women=Chart("Share", (Series("All sites", tuple(zip(_MONTHS, values, strict=True))),)),
    )


def _lines(content: bytes) -> list[list[str]]:
    """Return the lines of each page."""
    document = pypdfium2.PdfDocument(content)
    pages = [page.get_textpage().get_text_bounded().splitlines() for page in document]
    document.close()
    return pages


def _bare(pages: list[list[str]]) -> bytes:
    """Write the lines with nothing else: no tags, no tables, no data inside."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4, pageCompression=1, invariant=1)
    fonts = Fonts()
    name = face(fonts.regular, fonts.arabic).name
    for lines in pages:
        canvas.setFont(name, 8.5)
        for place, line in enumerate(lines):
            canvas.drawString(62, A4[1] - 62 - place * _LEADING, line)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()
