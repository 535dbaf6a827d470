"""What the Submissions page shows: every submission with its state in words."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from wimdesk.i18n import LANGUAGES, _
from wimdesk.records import Indicator, Organization, Submission
from wimdesk.records.indicator import catalogue
from wimdesk.records.submission import KINDS, STATES
from wimdesk.services import reporting, submissions
from wimdesk.store import history, identity
from wimdesk.store.journal import SAMPLE
from wimdesk.store.record import Values


@dataclass(frozen=True, slots=True)
class Line:
    """One submission in the list. `state` is a code of STATES, or "queued" while it waits for the next sync."""

    id: str
    title: str
    period: str
    language: str
    organisation: str
    state: str
    state_text: str
    at: str


@dataclass(frozen=True, slots=True)
class Detail:
    """One submission in full; `data` is its snapshot, `figures` its rows where it has no document."""

    line: Line
    kind: str
    reference: str
    digest: str
    data: Values
    note: str
    missing: tuple[str, ...]
    figures: tuple[tuple[str, str], ...]
    versions: tuple[Line, ...]
    may_send: bool
    may_answer: bool


def load(session: Session) -> list[Line]:
    """Return the submissions that this profile holds, the latest first."""
    who = identity.read(session)
    query = select(Submission).where(Submission.deleted.is_(False))
    query = query.where(Submission.space == SAMPLE) if who.sample else query.where(Submission.space != SAMPLE)
    found = session.scalars(query.order_by(Submission.created_at.desc(), Submission.id)).all()
    waiting = history.waiting_records(session, [each.id for each in found])
    return [_line(session, each, who, waiting) for each in found]


def _line(session: Session, found: Submission, who: identity.Identity, waiting: set[str]) -> Line:
    state = found.state or "draft"
    mine = found.owner == who.organisation
    if mine and state == "sent":
        # Sent is said when it has left; received once the endpoint has given it its place.
        state = "queued" if found.id in waiting or not who.enrolled else "received"
    owner = "" if mine else _organisation(session, found.owner)
    text = _("Waiting to send") if state == "queued" else _(STATES.get(state, ""))
    title = _(KINDS.get(found.kind, "")) or found.kind
    spoken = LANGUAGES.get(found.language, found.language)
    return Line(found.id, title, found.period, spoken, owner, state, text, found.updated_at)


def _organisation(session: Session, owner: str) -> str:
    found = session.get(Organization, owner)
    return found.caption() if found else _("Another organisation")


def detail(session: Session, submission: str) -> Detail:
    """Return one submission with what is missing and its other versions. Raises NotFound."""
    found = reporting.fetch(session, submission)
    who = identity.read(session)
    lines = load(session)
    line = next((each for each in lines if each.id == submission), _line(session, found, who, set()))
    alike = (Submission.kind == found.kind, Submission.period == found.period, Submission.owner == found.owner)
    ids = set(session.scalars(select(Submission.id).where(*alike, Submission.deleted.is_(False))))
    draft = found.state == "draft"
    return Detail(
        line,
        found.kind,
        found.reference,
        found.digest,
        found.data,
        found.note,
        tuple(each.hint for each in submissions.checks(session, found.kind, found.period) if not each.done)
        if draft
        else (),
        _figures(session, found),
        tuple(each for each in lines if each.id in ids and each.id != submission),
        draft and found.owner == who.organisation,
        found.state in {"sent", "received", "accepted", "returned"} and who.role == "secretariat",
    )


def _figures(session: Session, found: Submission) -> tuple[tuple[str, str], ...]:
    """The rows of a month of figures, which has no document."""
    values = found.data.get("values") if found.kind == "site_metrics" else None
    if not isinstance(values, dict):
        return ()
    indicators: dict[str, Indicator] = {each.key: each for each in session.scalars(catalogue())}
    ordered = [key for key in indicators if key in values]
    shown = {key: "–" if values[key] is None else f"{values[key]:g}" for key in ordered}
    return tuple((indicators[key].caption(), shown[key]) for key in ordered)
