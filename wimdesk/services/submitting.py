"""What the Submissions page shows: every submission once, with its state in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import Session

from wimdesk.i18n import LANGUAGES, _, ngettext
from wimdesk.records import (
    ContactDetail,
    Indicator,
    Observation,
    Organization,
    Participation,
    PostHolding,
    Site,
    Submission,
)
from wimdesk.records.indicator import catalogue
from wimdesk.records.submission import KINDS, STATES
from wimdesk.services import handover, people, periods
from wimdesk.store import history, identity
from wimdesk.store.identity import Identity
from wimdesk.store.record import Values

T = TypeVar("T")
REPORT, PROFILE, METRICS = KINDS
DOCUMENTS = (REPORT, PROFILE)
"""The kinds of which a PDF is made."""


@dataclass(frozen=True, slots=True)
class Line:
    """One submission in the list. `state` is a code of STATES, or "queued" while it waits for the next sync.

    `sent_id` is the id of what was sent of it, by which others know it; empty while nothing was.
    """

    id: str
    sent_id: str
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
    may_correct: bool
    """Whether it came back and a draft can be made of it here; figures are corrected on their own page."""
    may_answer: bool
    sending: int
    """The act that sent it, to take it back, as long as it waits here; 0 where there is nothing to take back."""


def load(session: Session) -> list[Line]:
    """Return the submissions that this profile may see, the latest first: a draft and what was sent of it are one."""
    return _lines(session, handover.kept(session))


def _lines(session: Session, found: list[handover.Kept]) -> list[Line]:
    who = identity.read(session)
    waiting = history.waiting_records(session, [each.shown.id for each in found])
    return [_line(session, each, who, waiting) for each in found]


def _line(session: Session, found: handover.Kept, who: Identity, waiting: set[str]) -> Line:
    state, shown = found.state, found.shown
    mine = shown.owner == who.organisation
    if mine and state == "sent":
        # Sent is said when it has left; received once the endpoint has given it its place.
        state = "queued" if shown.id in waiting or not who.enrolled else "received"
    owner = "" if mine else _organisation(session, shown.owner)
    text = _("Waiting to send") if state == "queued" else _(STATES.get(state, ""))
    title = _(KINDS.get(shown.kind, "")) or shown.kind
    spoken = LANGUAGES.get(shown.language, shown.language)
    sent_id = found.copy.id if found.copy is not None else ""
    return Line(found.id, sent_id, title, shown.period, spoken, owner, state, text, shown.updated_at)


def _organisation(session: Session, owner: str) -> str:
    found = session.get(Organization, owner)
    return found.caption() if found else _("Another organisation")


def detail(session: Session, submission: str) -> Detail:
    """Return one submission with what is missing and its other versions. Raises NotFound."""
    found = handover.find(session, submission)
    shown, who = found.shown, identity.read(session)
    mine = shown.owner == who.organisation and who.role != "reader"
    alike = (Submission.kind == shown.kind, Submission.period == shown.period, Submission.owner == shown.owner)
    lines = _lines(session, [each for each in handover.kept(session, *alike) if _site(each) == _site(found)])
    return Detail(
        line=next(each for each in lines if each.id == found.id),
        kind=shown.kind,
        reference=shown.reference,
        digest=shown.digest,
        data=shown.data,
        note=found.note,
        missing=missing(session, shown.kind, shown.period) if found.state == "draft" else (),
        figures=_figures(session, shown),
        versions=tuple(each for each in lines if each.id != found.id),
        may_send=found.state == "draft" and mine,
        may_correct=found.state == "returned" and mine and shown.kind in DOCUMENTS,
        may_answer=found.state in handover.SENT and who.role == "secretariat",
        sending=handover.sending(session, found) if mine else 0,
    )


def _site(found: handover.Kept) -> object:
    return (found.shown.data or {}).get("site_id", "")


def _figures(session: Session, found: Submission) -> tuple[tuple[str, str], ...]:
    """The rows of a month of figures, which has no document."""
    values = found.data.get("values") if found.kind == METRICS else None
    if not isinstance(values, dict):
        return ()
    indicators: dict[str, Indicator] = {each.key: each for each in session.scalars(catalogue())}
    ordered = [key for key in indicators if key in values]
    shown = {key: "–" if values[key] is None else f"{values[key]:g}" for key in ordered}
    return tuple((indicators[key].caption(), shown[key]) for key in ordered)


# ----------------------------------------------------------------- what is still missing


@dataclass(frozen=True, slots=True)
class Check:
    """Something a document says, or would like to say; `hint` tells how to add it."""

    label: str
    done: bool
    hint: str


def missing(session: Session, kind: str, period: str) -> tuple[str, ...]:
    """Return what a document would still like to say, each with what to do; nothing of it stops a submission."""
    return tuple(f"{each.label}. {each.hint}" for each in _checks(session, kind, period) if not each.done)


def _checks(session: Session, kind: str, period: str) -> list[Check]:
    if kind not in DOCUMENTS:
        return []
    who = identity.read(session)
    profile = session.get(Organization, who.organisation)
    found = [
        Check(_("Country"), bool(profile and profile.country_code), _("Choose the country.")),
        Check(_("Who prepared it"), bool(who.person_name), _("Write your name in the settings.")),
    ]
    return found + (_profile_checks(session, profile, who) if kind == PROFILE else _report_checks(session, period, who))


def _report_checks(session: Session, period: str, who: Identity) -> list[Check]:
    months = periods.months_of(period)
    filled = _filled_months(session, months)
    parts = people.ours(session, Participation).where(Participation.organization_id == who.organisation)
    count = ngettext("{filled} of {count} month", "{filled} of {count} months", len(months))
    return [
        Check(_("Initiatives"), _any(session, parts), _("Join an initiative or start one.")),
        Check(
            _("Monthly figures: {months}").format(months=count.format(filled=filled, count=len(months))),
            bool(months) and filled == len(months),
            _("Fill in the months that are missing."),
        ),
    ]


def _profile_checks(session: Session, profile: Organization | None, who: Identity) -> list[Check]:
    here = _("Write it on the page of your organisation.")
    details = people.ours(session, ContactDetail).where(ContactDetail.organization_id == who.organisation)
    reach = _any(session, details) or bool(profile and profile.website)
    return [
        Check(_("Kind of organisation"), bool(profile and profile.classification), here),
        Check(_("Number of members"), bool(profile and profile.member_count is not None), here),
        Check(_("A way to reach you"), reach, here),
        Check(_("Who holds a post"), _any(session, people.ours(session, PostHolding)), here),
        Check(_("Sites"), _any(session, people.ours(session, Site)), here),
    ]


def _any(session: Session, query: Select[T]) -> bool:
    return session.scalars(query.limit(1)).first() is not None


def _filled_months(session: Session, months: list[str]) -> int:
    """Count the months in which at least one figure of one of our sites is there."""
    query = people.ours(session, Observation).where(
        Observation.time_period.in_(months), Observation.obs_value.is_not(None)
    )
    return len({found.time_period for found in session.scalars(query)})
