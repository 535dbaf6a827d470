"""Progress reports: called for, written with no network, sent to the Secretariat, and rolled up with who is missing.

A report is private until its organisation sends it: then a copy stands in the space that it shares with the Secretariat
(services.publishing). Who is asked follows from who takes part in the initiative on the day of the call's end, so
everybody sees whether she is asked; who has answered, only the Secretariat and the organisation itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.protocol import ALLIANCE
from wimdesk import clock
from wimdesk.errors import RuleBroken, UserError
from wimdesk.i18n import _, pick
from wimdesk.records import Initiative, Organization, Participation, ProgressReport, ReportRound
from wimdesk.records.organization import region_name
from wimdesk.records.participation import active_on
from wimdesk.search import fold
from wimdesk.services import editing, events, publishing
from wimdesk.services.days import days_until
from wimdesk.store import erasures, history, identity, journal
from wimdesk.store.journal import SAMPLE

ROUND, REPORT = "report_round", "progress_report"
SOON = 14
"""Days before its day on which a report that we owe shows on the start page."""


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A call as a row. `ours` is "" where we are not asked, else "due", "draft" or "sent"; `days` are until its day."""

    id: str
    title: str
    initiative: str
    due: str
    days: int | None
    ours: str
    closed: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One organisation that is asked: `report` is the id of what it sent, empty where it is missing."""

    organisation: str
    organisation_id: str
    region: str
    report: str
    sent_on: str
    people: int | None
    hours: float | None


@dataclass(frozen=True, slots=True)
class RegionSum:
    """The reports of one region: how many are here of how many that are asked for, and their sums."""

    region: str
    reported: int
    asked: int
    people: int
    hours: float


@dataclass(frozen=True, slots=True)
class RollUp:
    """Everything a call brought in. `percent` is of those asked, whole."""

    reported: int
    asked: int
    percent: int
    missing: tuple[str, ...]
    regions: tuple[RegionSum, ...]
    people: int
    hours: float


@dataclass(frozen=True, slots=True)
class RoundCard:
    """One call. `can` may hold "edit", "report" (we are asked) and "roll" (we see every report)."""

    id: str
    title: str
    initiative: str
    period: str
    due: str
    questions: str
    summary: str
    expected: int | None
    received: int | None
    closed_on: str
    lines: tuple[Line, ...]
    roll_up: RollUp
    ours: str
    report: str
    can: frozenset[str]


def call(session: Session, initiative: str, due: str, period: str = "", title: str = "") -> str:
    """Call for reports from whoever takes part in an initiative; return the id. Raises RuleBroken."""
    found = history.fetch(session, "initiative", initiative)
    if found.space not in {ALLIANCE, SAMPLE}:  # everybody would read its title
        raise UserError(_("Only a joint initiative is reported on. Nothing was made. Publish it first."))
    try:
        date.fromisoformat(due)
    except ValueError:
        raise RuleBroken([("due", _("Say until which day, such as 2026-12-31. Nothing was made."))]) from None
    values = {
        "initiative_id": found.id, "due": due, "period": period,
        "title": dict(found.title) if isinstance(found, Initiative) and not title else {},
    }  # fmt: skip
    made = editing.add(session, ROUND, values)
    if title:
        editing.change(session, ROUND, made, {"title": editing.parse(ReportRound, "title", title)})
    return made


def rounds(session: Session) -> list[RoundRow]:
    """Return the calls, open ones first by their day."""
    who = identity.read(session)
    found = publishing.seen(session, ReportRound)
    names = {each.id: each.caption() for each in session.scalars(select(Initiative))}
    rows = [
        RoundRow(
            each.id, pick(each.title) or names.get(each.initiative_id, "") or _("Without a title"),
            names.get(each.initiative_id, ""), each.due, days_until(each.due), _ours(session, each, who.organisation),
            bool(each.closed_on),
        )
        for each in found
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row.closed, row.due or "9", fold(row.title), row.id))


def due_soon(session: Session) -> list[RoundRow]:
    """Return the calls that we still owe a report and that end within two weeks or have ended."""
    return [
        row for row in rounds(session)
        if not row.closed and row.ours in {"due", "draft"} and row.days is not None and row.days <= SOON
    ]  # fmt: skip


def _asked(session: Session, found: ReportRound) -> list[str]:
    """Return the organisations that take part on the day of the call, or today while that is to come."""
    day = min(found.due or clock.today().isoformat(), clock.today().isoformat())
    parts = session.scalars(active_on(day).where(Participation.initiative_id == found.initiative_id))
    return list(dict.fromkeys(part.organization_id for part in parts if part.organization_id))


def _ours(session: Session, found: ReportRound, organisation: str) -> str:
    report = session.get(ProgressReport, _report_id(session, found.id, organisation))
    if report is not None and not report.deleted and report.submitted_on:
        return "sent"
    if organisation not in _asked(session, found):
        return ""
    return "draft" if report is not None and not report.deleted else "due"


def _report_id(session: Session, call_id: str, organisation: str) -> str:
    return erasures.own_id(session, organisation, REPORT, call_id, organisation)


def fetch(session: Session, call_id: str) -> ReportRound:
    """Return the call; raises NotFound."""
    found = history.fetch(session, ROUND, call_id)
    if not isinstance(found, ReportRound):
        raise TypeError(ROUND)
    return found


def begin_report(session: Session, call_id: str) -> str:
    """Begin our report, or go on with it; return its id. Raises UserError where we are not asked."""
    found, who = fetch(session, call_id), identity.read(session)
    if who.organisation not in _asked(session, found):
        raise UserError(_("Your organisation does not take part in this initiative. Nothing was made."))
    record = _report_id(session, call_id, who.organisation)
    report = session.get(ProgressReport, record)
    if report is None:
        editing.add(session, REPORT, {"round_id": call_id, "organization_id": who.organisation}, record)
    elif report.deleted:
        report.deleted = False
    return record


def send(session: Session, call_id: str) -> int:
    """Send our report to the Secretariat, also once more after a change; return the act. Raises RuleBroken if empty."""
    record = begin_report(session, call_id)
    report = session.get(ProgressReport, record)
    if report is None or not (report.text.strip() or report.people is not None or report.hours is not None):
        raise RuleBroken([("text", _("Write first what was done. Nothing was sent."))])
    report.submitted_on = clock.today().isoformat()
    session.flush()
    publishing.publish(session, REPORT, record, "shared")
    return journal.scribe_of(session).act


def card(session: Session, call_id: str) -> RoundCard:
    """Return a call with what came in, as far as this computer may see it. Raises NotFound."""
    found, who = fetch(session, call_id), identity.read(session)
    lines = _lines(session, found)
    can = set()
    if who.role != "reader":
        if who.organisation in {line.organisation_id for line in lines}:
            can.add("report")
        if found.owner == who.organisation or who.role == "secretariat":
            can.add("edit")
    if who.role == "secretariat" or found.space == SAMPLE:
        can.add("roll")
    initiative = session.get(Initiative, found.initiative_id) if found.initiative_id else None
    record = _report_id(session, call_id, who.organisation)
    known = session.get(ProgressReport, record)
    return RoundCard(
        call_id, pick(found.title) or _("Without a title"), initiative.caption() if initiative else "", found.period,
        found.due, pick(found.questions), pick(found.summary), found.expected, found.received, found.closed_on,
        tuple(lines), roll_up(lines), _ours(session, found, who.organisation),
        record if known is not None and not known.deleted else "", frozenset(can),
    )  # fmt: skip


def _lines(session: Session, found: ReportRound) -> list[Line]:
    """Everybody who is asked or has sent something, with the report that she sent: only the owner's own counts."""
    who = identity.read(session)
    query = select(ProgressReport).where(
        ProgressReport.round_id == found.id, ProgressReport.deleted.is_(False), ProgressReport.submitted_on != ""
    )
    sent: dict[str, ProgressReport] = {}
    for report in session.scalars(query):
        is_private = report.space.endswith("/private")
        if report.owner == report.organization_id and (not is_private or report.owner not in sent):
            sent[report.owner] = report
    asked = list(dict.fromkeys([*_asked(session, found), *sent]))
    organisations = {each.id: each for each in session.scalars(select(Organization).where(Organization.id.in_(asked)))}
    names = dict(zip(asked, events.named(session, asked), strict=True))
    if who.organisation_name and names.get(who.organisation) == who.organisation:
        names[who.organisation] = who.organisation_name
    lines = [
        Line(
            names[each], each, region_name(organisations[each].country_code) if each in organisations else "",
            sent[each].id if each in sent else "", sent[each].submitted_on if each in sent else "",
            sent[each].people if each in sent else None, sent[each].hours if each in sent else None,
        )
        for each in asked
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (fold(line.region), fold(line.organisation), line.organisation_id))


def roll_up(lines: Iterable[Line]) -> RollUp:
    """Return the sums over all and by region, and who is missing; pure."""
    all_lines = list(lines)
    regions: dict[str, list[Line]] = {}
    for line in all_lines:
        regions.setdefault(line.region or _("Region not known"), []).append(line)
    sums = tuple(
        RegionSum(
            region, sum(bool(line.report) for line in of_it), len(of_it), sum(line.people or 0 for line in of_it),
            sum(line.hours or 0 for line in of_it),
        )
        for region, of_it in regions.items()
    )  # fmt: skip
    reported = sum(each.reported for each in sums)
    return RollUp(
        reported, len(all_lines), round(100 * reported / len(all_lines)) if all_lines else 0,
        tuple(line.organisation for line in all_lines if not line.report), sums, sum(each.people for each in sums),
        sum(each.hours for each in sums),
    )  # fmt: skip


def close(session: Session, call_id: str) -> int:
    """Close a call and let everybody see how many reports came, of how many; return the act. Raises UserError."""
    found = card(session, call_id)
    if not {"edit", "roll"} <= found.can:
        raise UserError(_("Only the Secretariat sees every report. Nothing was closed."))
    values = {
        "closed_on": clock.today().isoformat(), "expected": found.roll_up.asked, "received": found.roll_up.reported,
    }  # fmt: skip
    editing.change(session, ROUND, call_id, values)
    return journal.scribe_of(session).act
