"""The list of submissions and one of them in full, as the screen shows them: words instead of codes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from wimdesk.i18n import _, ngettext
from wimdesk.records import ContactDetail, Observation, Organization, Participation, PostHolding, Site, Submission
from wimdesk.records.indicator import catalogue
from wimdesk.records.observation import STATUS
from wimdesk.records.submission import KINDS, STATES
from wimdesk.services import people, periods, reporting, timeline
from wimdesk.services.metric_rules import number
from wimdesk.services.sizes import size_text
from wimdesk.store import history, identity
from wimdesk.store.identity import Identity
from wimdesk.store.journal import SAMPLE
from wimdesk.store.record import Values

T = TypeVar("T")
REPORT, PROFILE, METRICS = KINDS
DOCUMENTS = (REPORT, PROFILE)
"""The kinds of which a PDF is made."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One submission in the list. `state` is what it has come to: "received" once the sync has delivered it."""

    id: str
    kind: str
    title: str
    period: str
    language: str
    organisation: str
    state: str
    state_label: str
    at: str
    size: str
    reference: str


@dataclass(frozen=True, slots=True)
class Board:
    """All submissions, the latest first. `reviews` says that we are the Secretariat; `makes`, that we may send."""

    entries: tuple[Entry, ...]
    reviews: bool
    makes: bool


@dataclass(frozen=True, slots=True)
class Check:
    """Something the document says, or would like to say; `page` is where it can be written down."""

    label: str
    done: bool
    hint: str
    page: str


@dataclass(frozen=True, slots=True)
class Version:
    """One of the submissions about the same thing."""

    id: str
    title: str
    state_label: str
    state: str
    shown: bool


@dataclass(frozen=True, slots=True)
class Detail:
    """A submission in full. `can` holds "send", "discard", "renew" and "answer"; `lines` stand in for a PDF."""

    entry: Entry
    note: str
    waiting: bool
    has_document: bool
    changed: bool
    """Whether a draft is behind what is recorded now."""
    checks: tuple[Check, ...]
    versions: tuple[Version, ...]
    lines: tuple[tuple[str, str], ...]
    can: frozenset[str]


def load(session: Session) -> Board:
    """Return the submissions this profile may see: our own, for the Secretariat those of everybody."""
    who = identity.read(session)
    found = list(session.scalars(_visible(session, who)))
    waiting = history.waiting_records(session, [each.id for each in found])
    names = _organisations(session, who, {each.owner for each in found})
    entries = [_entry(each, names.get(each.owner, ""), each.id in waiting) for each in found]
    entries.sort(key=lambda entry: (entry.at, entry.id), reverse=True)
    return Board(tuple(entries), who.role == "secretariat", who.role != "reader")


def detail(session: Session, submission: str) -> Detail:
    """Return one submission with its versions and what could be added to it; raises NotFound."""
    found = reporting.fetch(session, submission)
    who = identity.read(session)
    waiting = history.waiting_records(session, [submission])
    names = _organisations(session, who, {found.owner})
    entry = _entry(found, names.get(found.owner, ""), submission in waiting)
    mine = found.owner == who.organisation
    draft = found.state == "draft" and mine
    return Detail(
        entry=entry,
        note=found.note,
        waiting=submission in waiting,
        has_document=found.kind in DOCUMENTS,
        changed=draft and found.kind in DOCUMENTS and _is_behind(session, found),
        checks=checks(session, found.kind, found.period) if draft else (),
        versions=_versions(session, found),
        lines=_figures(session, found.data) if found.kind == METRICS else (),
        can=_allowed(found, entry.state, who),
    )


def document(session: Session, submission: str) -> tuple[str, Values, str]:
    """Return (kind, data, language) of a document: of a draft as it would be now, else as it was approved."""
    found = reporting.fetch(session, submission)
    if found.state == "draft" and found.owner == identity.read(session).organisation:
        return found.kind, reporting.gather(session, found.kind, found.period, found.language), found.language
    return found.kind, found.data, found.language


def file_name(entry: Entry) -> str:
    """Return a name for the PDF that is fit for every file system."""
    kept = "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in entry.reference)
    return f"{kept or entry.id}.pdf"


def period_choices() -> list[tuple[str, str]]:
    """Return the periods to choose from as (code, words)."""
    return [(code, periods.words(code)) for code in periods.latest()]


def checks(session: Session, kind: str, period: str) -> tuple[Check, ...]:
    """Return what the document says and what it would still like to say; nothing of it stops a submission."""
    who = identity.read(session)
    profile = session.get(Organization, who.organisation)
    found = [
        Check(_("Country"), bool(profile and profile.country_code), _("Choose the country."), "organisation"),
        Check(_("Who prepared it"), bool(who.person_name), _("Write your name in the settings."), "settings"),
    ]
    if kind == PROFILE:
        return (*found, *_profile_checks(session, profile, who))
    months = periods.months_of(period)
    filled = _filled_months(session, months)
    parts = people.ours(session, Participation).where(Participation.organization_id == who.organisation)
    count = ngettext("{filled} of {count} month", "{filled} of {count} months", len(months))
    return (
        *found,
        Check(_("Initiatives"), _any(session, parts), _("Join an initiative or start one."), "initiatives"),
        Check(
            _("Monthly figures: {months}").format(months=count.format(filled=filled, count=len(months))),
            bool(months) and filled == len(months),
            _("Fill in the months that are missing."),
            "metrics",
        ),
    )


def _profile_checks(session: Session, profile: Organization | None, who: Identity) -> list[Check]:
    here = _("Write it on the page of your organisation.")
    details = people.ours(session, ContactDetail).where(ContactDetail.organization_id == who.organisation)
    reach = _any(session, details) or bool(profile and profile.website)
    return [
        Check(_("Kind of organisation"), bool(profile and profile.classification), here, "organisation"),
        Check(_("Number of members"), bool(profile and profile.member_count is not None), here, "organisation"),
        Check(_("A way to reach you"), reach, here, "organisation"),
        Check(_("Who holds a post"), _any(session, people.ours(session, PostHolding)), here, "organisation"),
        Check(_("Sites"), _any(session, people.ours(session, Site)), here, "organisation"),
    ]


def _any(session: Session, query: Select[T]) -> bool:
    return session.scalars(query.limit(1)).first() is not None


def _filled_months(session: Session, months: list[str]) -> int:
    """Count the months in which at least one figure of one of our sites is there."""
    query = people.ours(session, Observation).where(
        Observation.time_period.in_(months), Observation.obs_value.is_not(None)
    )
    return len({found.time_period for found in session.scalars(query)})


# ----------------------------------------------------------------- one record in words


def _visible(session: Session, who: Identity) -> Select[Submission]:
    if who.role == "secretariat" and not who.sample:
        return select(Submission).where(Submission.deleted.is_(False), Submission.space != SAMPLE)
    return people.ours(session, Submission)


def _organisations(session: Session, who: Identity, owners: set[str]) -> dict[str, str]:
    found = session.scalars(select(Organization).where(Organization.id.in_(owners)))
    names = {each.id: each.caption() for each in found}
    if who.organisation_name:
        names.setdefault(who.organisation, who.organisation_name)
    return {owner: names.get(owner, _("An organisation that is not here yet")) for owner in owners}


def _entry(found: Submission, organisation: str, waiting: bool) -> Entry:
    # What the endpoint has taken waits nowhere here any more.
    state = "received" if found.state == "sent" and not waiting and found.space != SAMPLE else found.state
    title = _(KINDS.get(found.kind, found.kind))
    site = found.data.get("site") if found.kind == METRICS and found.data else ""
    return Entry(
        id=found.id,
        kind=found.kind,
        title=f"{title} · {site}" if site else title,
        period=periods.words(found.period),
        language=timeline.language_name(found.language) if found.language else "",
        organisation=organisation,
        state=state,
        state_label=_(STATES.get(state, state)),
        at=found.updated_at,
        size=size_text(len(json.dumps(found.data, ensure_ascii=False).encode())),
        reference=found.reference,
    )


def _allowed(found: Submission, state: str, who: Identity) -> frozenset[str]:
    mine = found.owner == who.organisation and who.role != "reader"
    allowed = set()
    if mine and found.state == "draft":
        allowed |= {"send", "discard"}
    if mine and found.state != "draft" and found.kind in DOCUMENTS:
        allowed.add("renew")
    if who.role == "secretariat" and state in {"sent", "received", "returned"} and not mine:
        allowed.add("answer")
    return frozenset(allowed)


def _is_behind(session: Session, found: Submission) -> bool:
    fresh = reporting.gather(session, found.kind, found.period, found.language)
    return reporting.digest_of(fresh) != found.digest


def _versions(session: Session, found: Submission) -> tuple[Version, ...]:
    same = (Submission.kind == found.kind, Submission.period == found.period, Submission.owner == found.owner)
    query = select(Submission).where(*same, Submission.deleted.is_(False))
    every = [each for each in session.scalars(query) if _about(each) == _about(found)]
    waiting = history.waiting_records(session, [each.id for each in every])
    made = []
    for each in sorted(every, key=lambda one: (one.created_at, one.id), reverse=True):
        entry = _entry(each, "", each.id in waiting)
        title = " · ".join(part for part in (entry.reference, entry.language, timeline.moment_text(entry.at)) if part)
        made.append(Version(each.id, title, entry.state_label, entry.state, each.id == found.id))
    return tuple(made)


def _about(found: Submission) -> object:
    return (found.data or {}).get("site_id", "")


def _figures(session: Session, data: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Return the figures of a month that was handed in, in the order of the form."""
    values, statuses = data.get("values"), data.get("statuses")
    known = values if isinstance(values, dict) else {}
    blanks = statuses if isinstance(statuses, dict) else {}
    found = []
    for each in session.scalars(catalogue()):
        value = known.get(each.key)
        if isinstance(value, int | float):
            found.append((each.caption(), number(value)))
        elif each.key in blanks:
            found.append((each.caption(), _(STATUS.get(str(blanks[each.key]), ""))))
    return tuple(found)
