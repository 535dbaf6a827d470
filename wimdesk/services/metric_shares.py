"""The shares worked out from the monthly figures, for the three numbers and the chart beside the form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from sqlalchemy.orm import Session

from resources import content
from wimdesk.i18n import N_, _, language, ngettext, pick
from wimdesk.pdf.chart import Chart, Series
from wimdesk.pdf.writing import Writing
from wimdesk.records import observation
from wimdesk.services.metrics import (
    Row,
    Sheet,
    SiteChoice,
    check,
    measures,
    month_before,
    month_name,
    month_sheet,
    month_to_fill,
    site_choice,
    sites,
)

_LINES = {"women_share": N_("Women"), "women_supervisors_share": N_("Supervisors")}
"""The figures drawn as lines, with names short enough for the end of a line."""


@dataclass(frozen=True, slots=True)
class Share:
    """One figure in per cent; `value` is None where it can't be worked out, and `reason` says why.

    `change` is in percentage points since last month; `better` says which way is good (up, down, none).
    """

    key: str
    label: str
    definition: str
    value: float | None
    change: float | None
    reason: str
    is_wrong: bool
    better: str
    decimals: int


def figures(sheet: Sheet) -> list[Share]:
    """Return the figures of the month in the order women, supervisors, turnover; pure."""
    return [_share(sheet, figure) for figure in content.figures()]


def _share(sheet: Sheet, figure: content.Figure) -> Share:
    top, bottom = sheet.row(figure["numerator"]), sheet.row(figure["denominator"])
    wrong = any(row is not None and row.sentence("hard") for row in (top, bottom))
    value = None if wrong else _ratio(top.value if top else None, bottom.value if bottom else None)
    before = _ratio(top.previous if top else None, bottom.previous if bottom else None)
    reason = ""
    if wrong:
        reason = _("check the entry")
    elif value is None:
        reason = _("figures missing") if not (bottom and bottom.value == 0) else _("nobody to count")
    digits = figure["decimals"]
    change = None if value is None or before is None else round(round(value, digits) - round(before, digits), digits)
    label, definition = pick(figure["label"]), pick(figure["definition"])
    return Share(figure["key"], label, definition, value, change, reason, wrong, figure["direction"], digits)


def _ratio(top: float | None, bottom: float | None) -> float | None:
    return 100 * top / bottom if top is not None and bottom else None


def shares(session: Session, site: str, last_month: str, months: int = 12) -> Chart:
    """Return the shares of women over the months up to `last_month`; a month without both figures is a gap.

    The chart's `alt` names the months that are missing between others.
    """
    where = site_choice(session, site)
    period = [month_before(last_month, step) for step in range(months - 1, -1, -1)]
    catalogue = measures(session)
    cells: dict[str, dict[str, float | None]] = {month: {} for month in period}
    for found in session.scalars(observation.of_site(site, period[0], last_month)):
        cells[found.time_period][found.indicator_key] = found.obs_value
    sheets = {
        month: check(Sheet(where, month, tuple(Row(one, cells[month].get(one.key), None) for one in catalogue)))
        for month in period
    }
    drawn = {month: {share.key: share.value for share in figures(sheet)} for month, sheet in sheets.items()}
    series = tuple(
        Series(_(name), tuple((axis_label(month, months), _rounded(drawn[month][key])) for month in period))
        for key, name in _LINES.items()
    )
    first = next(iter(_LINES))
    alt = gap_sentence([month for month in _between(period, drawn, first) if drawn[month][first] is None])
    return Chart(_("Share of women, last {count} months").format(count=months), series, "%", where.target, alt)


def sheet_and_chart(session: Session, site: str, month: str) -> tuple[Sheet, Chart]:
    """Return the form of a month and the chart that ends with it."""
    return month_sheet(session, site, month), shares(session, site, month)


def overview(session: Session, site: str, month: str) -> tuple[list[SiteChoice], Sheet | None, Chart | None]:
    """Return our sites, and form and chart of the site and month wanted; else of those to begin with."""
    known = sites(session)
    if not known:
        return known, None, None
    where = site if site in {one.id for one in known} else known[0].id
    sheet, chart = sheet_and_chart(session, where, month or month_to_fill(session, where))
    return known, sheet, chart


def axis_label(month: str, months: int = 12) -> str:
    """Write a month for the axis: its short name, with the year where names would come twice."""
    words = Writing(language())
    if months > 12:
        return words.date(month, "medium")
    return str(format_date(date(int(month[:4]), int(month[5:7]), 1), "LLL", locale=words.locale))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _between(period: list[str], drawn: dict[str, dict[str, float | None]], key: str) -> list[str]:
    known = [at for at, month in enumerate(period) if drawn[month][key] is not None]
    return period[known[0] : known[-1]] if known else []


def gap_sentence(missing: list[str]) -> str:
    """Return the sentence that says where the line is open; empty where nothing is missing."""
    if not missing:
        return ""
    names = ", ".join(month_name(month) for month in missing)
    return ngettext(
        "{months} has no figures. The line is left open rather than guessed.",
        "{months} have no figures. The line is left open rather than guessed.",
        len(missing),
    ).format(months=names)
