"""The participation report: what an organisation took part in during a period, and its monthly figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wimdesk.pdf.archive import Submission, Title
from wimdesk.pdf.chart_drawing import write_chart
from wimdesk.pdf.cover import write_cover, write_receipt
from wimdesk.pdf.page import Sheet, write_heading, write_paragraph
from wimdesk.pdf.table import Column, Setting, has_room, write_facts, write_table
from wimdesk.pdf.text import Fonts
from wimdesk.pdf.writing import DASH

if TYPE_CHECKING:
    from wimdesk.pdf.chart import Chart
    from wimdesk.pdf.writing import Words

KIND = "participation_report"
MONTHS_ACROSS = (12, 6, 3, 1)


@dataclass(frozen=True)
class Participation:
    """One initiative the organisation takes part in; ``start`` and ``end`` are ISO dates, partial or empty."""

    initiative: str
    theme: str
    role: str
    capacity: str
    start: str = ""
    end: str = ""


@dataclass(frozen=True)
class Activity:
    """One thing done: the ISO date, for which initiative, what, and the hours given (None if not counted)."""

    date: str
    initiative: str
    text: str
    hours: float | None = None


@dataclass(frozen=True)
class Metric:
    """One indicator: label, unit and one value per month of the report (None where nothing was reported)."""

    label: str
    unit: str
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class ParticipationReport:
    """All that the report says; ``made_on`` is a full ISO date, ``months`` are periods such as ``2026-10``."""

    reference: str
    organisation: str
    acronym: str
    country: str
    region: str
    period: str
    language: str
    made_on: str
    prepared_by: str
    participations: tuple[Participation, ...] = ()
    activities: tuple[Activity, ...] = ()
    months: tuple[str, ...] = ()
    metrics: tuple[Metric, ...] = ()
    share_of_women: Chart | None = None
    notes: str = ""

    def __post_init__(self) -> None:
        """Refuse figures that do not line up with the months."""
        for metric in self.metrics:
            if len(metric.values) != len(self.months):
                raise ValueError(f"{metric.label}: {len(metric.values)} values for {len(self.months)} months")


def build(data: ParticipationReport, *, words: Words, fonts: Fonts | None = None) -> bytes:
    """Return the report as PDF/A-3a and PDF/UA-1 with its data attached; the same input gives the same bytes.

    A letter that the fonts lack is drawn as a stand-in, which the document then says.
    """
    _ = words.gettext
    name = _name(data.organisation, data.acronym)
    title = _("Participation report")
    subject = _("Participation report of {organisation} for {period}").format(organisation=name, period=data.period)
    about = Title(f"{title} {DASH} {data.period}", name, subject, data.language, data.reference, data.made_on)
    sheet = Sheet(about, data.organisation, Submission.of(KIND, data), words, fonts or Fonts())
    write_cover(sheet, name, title, data.period)
    _write_facts(sheet, data)
    _write_participations(sheet, data)
    _write_activities(sheet, data)
    _write_metrics(sheet, data)
    if data.share_of_women is not None:
        write_heading(sheet, _("Share of women"), 230.0)
        write_chart(sheet, data.share_of_women)
    if data.notes.strip():
        write_heading(sheet, _("Notes"))
        write_paragraph(sheet, data.notes)
    write_heading(sheet, _("Declaration"))
    write_paragraph(sheet, _("Taking part does not affect the independence of the organisation."))
    write_receipt(sheet, data.prepared_by)
    return sheet.finish()


def _name(organisation: str, acronym: str) -> str:
    return f"{organisation} ({acronym})" if acronym and acronym != organisation else organisation


def _write_facts(sheet: Sheet, data: ParticipationReport) -> None:
    _ = sheet.words.gettext
    write_facts(
        sheet,
        (
            (_("Organisation"), _name(data.organisation, data.acronym)),
            (_("Country"), data.country),
            (_("Region"), data.region),
            (_("Period"), data.period),
            (_("Reference"), data.reference),
            (_("Made on"), sheet.writing.date(data.made_on)),
            (_("Prepared by"), data.prepared_by),
        ),
    )


def _write_participations(sheet: Sheet, data: ParticipationReport) -> None:
    _ = sheet.words.gettext
    write_heading(sheet, _("Initiatives"))
    if not data.participations:
        write_paragraph(sheet, _("The organisation took part in no initiative in this period."), quiet=True)
        return
    columns = (
        Column(_("Initiative"), 28),
        Column(_("Theme"), 22),
        Column(_("Role"), 15),
        Column(_("Capacity"), 18),
        Column(_("From and to"), 17),
    )
    rows = [
        (each.initiative, each.theme, each.role, each.capacity or DASH, sheet.writing.span(each.start, each.end))
        for each in data.participations
    ]
    write_table(sheet, columns, rows, Setting(row_heads=True))


def _write_activities(sheet: Sheet, data: ParticipationReport) -> None:
    _ = sheet.words.gettext
    write_heading(sheet, _("Activities"))
    count = len(data.activities)
    if not count:
        write_paragraph(sheet, _("No activity was recorded in this period."), quiet=True)
        return
    hours = sum(each.hours or 0.0 for each in data.activities)
    ngettext = sheet.words.ngettext
    summary = ngettext("{count} activity, {hours} hours in all", "{count} activities, {hours} hours in all", count)
    write_paragraph(sheet, summary.format(count=sheet.writing.number(count), hours=sheet.writing.number(hours)))
    columns = (
        Column(_("Date"), 15),
        Column(_("Initiative"), 25),
        Column(_("What was done"), 49),
        Column(_("Hours"), 11, figures=True),
    )
    rows = [
        (sheet.writing.date(each.date, "medium"), each.initiative or DASH, each.text, sheet.writing.number(each.hours))
        for each in data.activities
    ]
    write_table(sheet, columns, rows)


def _write_metrics(sheet: Sheet, data: ParticipationReport) -> None:
    """Write the figures with as many months across as have room; more months make a further table."""
    _ = sheet.words.gettext
    write_heading(sheet, _("Monthly figures"))
    if not data.metrics or not data.months:
        write_paragraph(sheet, _("No figures were reported for this period."), quiet=True)
        return
    across = next(count for count in MONTHS_ACROSS if count == 1 or _have_room(sheet, data, count))
    for start in range(0, len(data.months), across):
        columns, rows, setting = _months_table(sheet, data, start, across)
        write_table(sheet, columns, rows, setting)
    if any(value is None for each in data.metrics for value in each.values):
        write_paragraph(sheet, _("A dash means that no figure was reported."), quiet=True)


def _have_room(sheet: Sheet, data: ParticipationReport, across: int) -> bool:
    """Tell whether no figure would be cut in tables of so many months."""
    return all(
        has_room(sheet, *_months_table(sheet, data, start, across)) for start in range(0, len(data.months), across)
    )


def _months_table(
    sheet: Sheet, data: ParticipationReport, start: int, across: int
) -> tuple[list[Column], list[list[str]], Setting]:
    """Return columns, rows and sizes of the table of ``across`` months from the one at ``start``."""
    _ = sheet.words.gettext
    months = data.months[start : start + across]
    wide = len(months) > 6
    columns = [Column(_("Indicator"), 30 if wide else 40), Column(_("Unit"), 10 if wide else 14)]
    columns += [Column(sheet.writing.month_over_year(month), 7 if wide else 11, figures=True) for month in months]
    rows = [
        [each.label, each.unit or DASH, *map(sheet.writing.number, each.values[start : start + across])]
        for each in data.metrics
    ]
    return columns, rows, Setting(7.2, 10.0, 3.5, 3.0, row_heads=True) if wide else Setting(row_heads=True)
