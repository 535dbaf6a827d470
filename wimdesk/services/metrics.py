"""The monthly figures of a site: the form with its checks, the shares worked out from it, and handing it in.

Blank is not zero: a blank has no value and may say why (SDMX observation status L, M or Q).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from babel.dates import format_date
from sqlalchemy import select
from sqlalchemy.orm import Session

from wimdesk import clock
from wimdesk.errors import RuleBroken, UserError
from wimdesk.i18n import _, language
from wimdesk.pdf.writing import Writing
from wimdesk.records import Observation, Site, Submission, indicator, observation
from wimdesk.services import handover
from wimdesk.services.metric_rules import Finding, Measure, findings, measure
from wimdesk.store import history

KIND = "site_metrics"
BLANKS = ("L", "M", "Q")
"""Why a cell is blank: exists but is not collected, can't exist here, is withheld."""
COPIED = "P"
"""A value taken over from last month is provisional until somebody types over it or says that it is right."""


@dataclass(frozen=True, slots=True)
class SiteChoice:
    """A site to choose, with its target share of women in per cent."""

    id: str
    name: str
    target: float | None


@dataclass(frozen=True, slots=True)
class Row:
    """One cell of the month with last month's value beside it; `problems` are ("hard" or "soft", sentence)."""

    measure: Measure
    value: float | None
    previous: float | None
    status: str = ""
    problems: tuple[Finding, ...] = ()

    @property
    def key(self) -> str:
        """The key of the indicator."""
        return self.measure.key

    @property
    def change(self) -> float | None:
        """This month minus last month; None where one of them is blank."""
        if self.value is None or self.previous is None:
            return None
        return round(self.value - self.previous, 6)

    @property
    def is_answered(self) -> bool:
        """Whether there is a value, or a reason why there is none."""
        return self.value is not None or self.status in BLANKS

    def sentence(self, kind: str) -> str:
        """Return the first sentence of a kind ("hard", "soft"), or an empty text."""
        return next((text for found, text in self.problems if found == kind), "")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A month of a site as the form shows it; months are text such as "2026-10"."""

    site: SiteChoice
    month: str
    rows: tuple[Row, ...]
    state: str = ""
    """The state of what was handed in for this month ("sent", "received", ...), or an empty text."""
    changed_since: bool = False
    """Whether the figures differ from what was handed in last."""

    def row(self, key: str) -> Row | None:
        """Return the row of an indicator."""
        return next((row for row in self.rows if row.key == key), None)

    def sections(self) -> dict[str, tuple[Row, ...]]:
        """Return the rows by section, in the order of the form."""
        found: dict[str, tuple[Row, ...]] = {}
        for row in self.rows:
            found[row.measure.section] = (*found.get(row.measure.section, ()), row)
        return found

    def blockers(self) -> list[tuple[str, str]]:
        """Return (indicator key, sentence) for each figure that can't be right."""
        return [(row.key, sentence) for row in self.rows if (sentence := row.sentence("hard"))]


def month_before(month: str, steps: int = 1) -> str:
    """Return the month so many steps earlier (later for negative steps)."""
    count = int(month[:4]) * 12 + int(month[5:7]) - 1 - steps
    return f"{count // 12:04d}-{count % 12 + 1:02d}"


def month_name(month: str, width: str = "long") -> str:
    """Write a month in the reader's language, such as "October 2026"."""
    name = Writing(language()).date(month, width)
    return name[:1].upper() + name[1:]


def month_word(month: str) -> str:
    """Return the month's name alone, as it stands within a sentence, such as "septembre"."""
    day = date(int(month[:4]), int(month[5:7]), 1)
    return str(format_date(day, "LLLL", locale=Writing(language()).locale))


def sites(session: Session) -> list[SiteChoice]:
    """Return our sites by name."""
    query = select(Site).where(Site.deleted.is_(False)).order_by(Site.name, Site.id)
    return [SiteChoice(site.id, site.name or site.id, site.target_share) for site in session.scalars(query)]


def site_choice(session: Session, site: str) -> SiteChoice:
    """Return one site; raises NotFound."""
    found = history.fetch(session, "site", site)
    return SiteChoice(site, found.caption(), getattr(found, "target_share", None))


def month_to_fill(session: Session, site: str) -> str:
    """Return the month to open first: last month until it is handed in, then the current one."""
    current = clock.this_month()
    last = month_before(current)
    return current if submitted(session, site, last) is not None else last


def measures(session: Session) -> list[Measure]:
    """Return the indicators of the form, in its order, in the reader's language."""
    return [measure(found) for found in session.scalars(indicator.catalogue())]


def month_sheet(session: Session, site: str, month: str) -> Sheet:
    """Return the form of one month with values, last month's values and what needs a second look."""
    before = month_before(month)
    cells = {(o.indicator_key, o.time_period): o for o in session.scalars(observation.of_site(site, before, month))}
    rows = []
    for one in measures(session):
        now, then = cells.get((one.key, month)), cells.get((one.key, before))
        rows.append(
            Row(one, now.obs_value if now else None, then.obs_value if then else None, now.obs_status if now else "")
        )
    sheet = check(Sheet(site_choice(session, site), month, tuple(rows)))
    last = submitted(session, site, month)
    if last is None:
        return sheet
    return replace(sheet, state=last.state, changed_since=last.shown.digest != digest(snapshot(sheet)))


def check(sheet: Sheet, typed: Mapping[str, float | None] | None = None) -> Sheet:
    """Return the sheet with these values typed into it and every check made anew; pure."""
    given = typed or {}
    rows = [replace(row, value=given.get(row.key, row.value)) for row in sheet.rows]
    values = {row.key: row.value for row in rows}
    previous = {row.key: row.previous for row in rows}
    labels = {row.key: row.measure.label for row in rows}
    checked = [replace(row, problems=findings(row.measure, values, previous, labels)) for row in rows]
    return replace(sheet, rows=tuple(checked))


def enter_cell(session: Session, site: str, key: str, month: str, value: float | None) -> None:
    """Put a value into a cell as a person types it; None empties it. A reason for a blank gives way to a value."""
    found = observation.enter(session, site, key, month, value)
    if value is None:
        found.obs_status = found.obs_status if found.obs_status in BLANKS else ""
    elif found.obs_status in {"", COPIED, *BLANKS}:
        found.obs_status = "A"


def set_status(session: Session, site: str, key: str, month: str, status: str) -> None:
    """Say why a cell is blank (L, M, Q) or how sure a value is (A, E, P, U); an empty text takes it back."""
    found = session.get(Observation, observation.cell_id(site, key, month))
    if found is None:
        found = observation.enter(session, site, key, month, None)
    found.obs_status = status
    if status in BLANKS:
        found.obs_value = None


def copy_month(session: Session, site: str, month: str) -> int:
    """Fill the empty cells with last month's values, as provisional ones; return how many were filled."""
    count = 0
    for row in month_sheet(session, site, month).rows:
        if not row.is_answered and row.previous is not None:
            observation.enter(session, site, row.key, month, row.previous).obs_status = COPIED
            count += 1
    return count


def snapshot(sheet: Sheet) -> dict[str, object]:
    """Return what the Secretariat gets of a month: no names of persons, no comments."""
    return {
        "site_id": sheet.site.id,
        "site": sheet.site.name,
        "month": sheet.month,
        "values": {row.key: row.value for row in sheet.rows if row.value is not None},
        "statuses": {row.key: row.status for row in sheet.rows if row.status},
    }


def digest(data: Mapping[str, object]) -> str:
    """Return the SHA-256 of the data, written the same way on every computer."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def submitted(session: Session, site: str, month: str) -> handover.Kept | None:
    """Return the latest submission of a month, or None."""
    found = handover.kept(session, Submission.kind == KIND, Submission.period == month)
    return next((each for each in found if (each.shown.data or {}).get("site_id") == site), None)


def submit_month(session: Session, site: str, month: str) -> str:
    """Hand a month to the Secretariat and return the submission's id; a month that came back is sent anew.

    Raises RuleBroken while a figure can't be right, UserError when there is nothing to hand in.
    """
    sheet = month_sheet(session, site, month)
    blockers = sheet.blockers()
    if blockers:
        raise RuleBroken([(key, _name_cell(sheet, key, sentence)) for key, sentence in blockers])
    if not any(row.is_answered for row in sheet.rows):
        raise UserError(_("This month is still empty. Nothing was sent. Fill in a figure first."))
    data = snapshot(sheet)
    earlier = submitted(session, site, month)
    has_left = earlier is not None and earlier.state not in {"draft", "returned"}
    if earlier is not None and has_left and earlier.shown.digest == digest(data):
        return earlier.id
    values = {
        "kind": KIND,
        "period": month,
        "language": language(),
        "reference": f"{sheet.site.name} {month}",
        "digest": digest(data),
        "data": data,
    }
    made = handover.write_draft(session, earlier, values)
    handover.send(session, made)
    return made


def _name_cell(sheet: Sheet, key: str, sentence: str) -> str:
    row = sheet.row(key)
    return f"{row.measure.label if row else key}: {sentence}"
