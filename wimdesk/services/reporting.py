"""Submissions: gather what is recorded into an approved snapshot, keep it, and make its PDF at any time.

The snapshot is plain data in the document's language. The PDF follows from it byte for byte, so the
Secretariat and the organisation always hold the same document without sending it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from babel import Locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from wimdesk import clock
from wimdesk.errors import UserError
from wimdesk.i18n import LANGUAGES, _, language, pick, speaking, translator
from wimdesk.pdf import organisation_profile, participation_report
from wimdesk.pdf.chart import Chart, Series
from wimdesk.records import (
    Activity,
    ContactDetail,
    Indicator,
    Initiative,
    LibraryItem,
    Observation,
    Organization,
    Participation,
    Person,
    Post,
    PostHolding,
    Site,
    Submission,
    Theme,
)  # fmt: skip
from wimdesk.records.indicator import UNITS, catalogue
from wimdesk.records.library_item import STATES
from wimdesk.records.organization import CLASSIFICATIONS, LEGAL, SCOPES, country_name, region_name
from wimdesk.records.participation import ROLES
from wimdesk.records.site import KINDS as SITE_KINDS
from wimdesk.services import metric_shares, people
from wimdesk.store import history, identity
from wimdesk.store.record import Values

Gather = Callable[[Session, str, str], Values]


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that the document would like to say and does not know yet."""

    sentence: str


def default_period() -> str:
    """Return the running year."""
    return clock.this_month()[:4]


def make_submission(session: Session, kind: str, period: str = "", document_language: str = "") -> str:
    """Gather the data of a document, keep it as a draft submission, and return its id.

    A draft of the same kind, period and language is renewed; what was sent already stays as it is and
    the new one says which it follows.
    """
    gather = _gather(kind)
    period = _checked_period(period or default_period())
    lang = document_language or language()
    if lang not in LANGUAGES:
        raise UserError(_("Documents are made in these languages: {known}.").format(known=", ".join(LANGUAGES)))
    with speaking(lang):
        data = gather(session, period, lang)
    digest = digest_of(data)
    same = (Submission.kind == kind, Submission.period == period, Submission.language == lang)
    query = select(Submission).where(*same, Submission.deleted.is_(False)).order_by(Submission.created_at.desc())
    latest = session.scalars(query.where(Submission.owner == identity.read(session).organisation)).first()
    if latest is not None and latest.digest == digest:
        return latest.id
    values = {"digest": digest, "data": data, "reference": data["reference"]}
    if latest is not None and latest.state == "draft":
        for name, value in values.items():
            setattr(latest, name, value)
        return latest.id
    made = Submission(
        kind=kind, period=period, language=lang, state="draft", version_of_id=latest.id if latest else "", **values
    )
    session.add(made)
    session.flush()
    return made.id


def send(session: Session, submission: str) -> None:
    """Approve a draft: with the next sync it goes to the Secretariat, as it is now."""
    found = fetch(session, submission)
    if found.state != "draft":
        raise UserError(_("This was sent already. Nothing was changed. Make a new version instead."))
    found.state = "sent"


def answer(session: Session, submission: str, state: str, note: str) -> None:
    """The Secretariat accepts ("accepted") or returns ("returned") a submission, with a note."""
    found = fetch(session, submission)
    if state == "returned" and not note.strip():
        raise UserError(_("Say in a sentence why it comes back. Nothing was changed."))
    found.state, found.note = state, note.strip()


def fetch(session: Session, submission: str) -> Submission:
    """Return a submission; raises NotFound."""
    found = history.fetch(session, "submission", submission)
    if not isinstance(found, Submission):
        raise TypeError(submission)
    return found


def digest_of(data: Mapping[str, object]) -> str:
    """Return the SHA-256 of the data as sorted JSON, in hexadecimal."""
    return hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def render(kind: str, data: Values, document_language: str) -> bytes:
    """Return the PDF of a snapshot; the same snapshot gives the same bytes."""
    words = translator(document_language)
    with speaking(document_language):
        if kind == participation_report.KIND:
            return participation_report.build(_report(data), words=words)
        if kind == organisation_profile.KIND:
            return organisation_profile.build(_profile(data), words=words)
    raise UserError(_("There is no document of this kind. Nothing was made."))


def values_of(session: Session, submission: str) -> Values:
    """Return a submission as plain values."""
    found = fetch(session, submission)
    names = ("id", "kind", "period", "language", "state", "reference", "digest", "data", "note", "updated_at")
    return {name: getattr(found, name) for name in names}


def missing(session: Session, kind: str) -> list[Missing]:
    """Return what would make the document more complete; nothing of it stops a submission."""
    profile = session.get(Organization, identity.read(session).organisation)
    found = []
    if profile is None or not pick(profile.name):
        found.append(Missing(_("The organisation has no name yet.")))
    if profile is None or not profile.country_code:
        found.append(Missing(_("The country is not chosen yet.")))
    if kind == organisation_profile.KIND and not session.scalars(people.ours(session, PostHolding)).first():
        found.append(Missing(_("Nobody holds a post yet.")))
    if kind == participation_report.KIND and not session.scalars(people.ours(session, Participation)).first():
        found.append(Missing(_("You take part in no initiative yet.")))
    if kind == participation_report.KIND and not session.scalars(people.ours(session, Observation)).first():
        found.append(Missing(_("No figures are entered yet.")))
    return found


def _gather(kind: str) -> Gather:
    known: dict[str, Gather] = {
        participation_report.KIND: _gather_report,
        organisation_profile.KIND: _gather_profile,
    }
    if kind not in known:
        names = ", ".join(known)
        raise UserError(
            _("There is no document “{kind}”. Nothing was made. Known: {names}.").format(kind=kind, names=names)
        )
    return known[kind]


def _checked_period(period: str) -> str:
    year, _dash, month = period.partition("-")
    if not (len(year) == 4 and year.isdigit()) or (month and month not in {f"{n:02}" for n in range(1, 13)}):
        raise UserError(_("Write the period as a year, 2026, or a month, 2026-10. Nothing was made."))
    return period


def _reference(prefix: str, session: Session, period: str) -> str:
    """A short name to speak of the document by: kind, organisation, period."""
    organisation = identity.read(session).organisation
    return f"{prefix}-{organisation[:4].upper()}-{period}"


def _gather_report(session: Session, period: str, lang: str) -> Values:
    who = identity.read(session)
    profile = session.get(Organization, who.organisation)
    months = _months(period)
    sites = session.scalars(people.ours(session, Site).order_by(Site.created_at, Site.id)).all()
    report = participation_report.ParticipationReport(
        reference=_reference("WIM-P", session, period),
        organisation=(pick(profile.name, lang) if profile else "") or who.organisation_name,
        acronym=profile.acronym if profile else "",
        country=country_name(profile.country_code, lang) if profile else "",
        region=region_name(profile.country_code, lang) if profile else "",
        period=period,
        language=lang,
        made_on=clock.today().isoformat(),
        prepared_by=who.person_name,
        participations=tuple(_participations(session, who.organisation, months)),
        activities=tuple(_activities(session, period)),
        months=tuple(months),
        metrics=tuple(_metrics(session, sites, months)),
        share_of_women=_chart(session, sites, months),
    )
    return asdict(report)


def _months(period: str) -> list[str]:
    if "-" in period:
        return [period]
    return [month for n in range(1, 13) if (month := f"{period}-{n:02}") <= clock.this_month()]


def _participations(session: Session, organisation: str, months: list[str]) -> list[participation_report.Participation]:
    query = select(Participation).where(Participation.organization_id == organisation, Participation.deleted.is_(False))
    found = []
    last = months[-1] if months else "9999"
    for part in session.scalars(query.order_by(Participation.start_date, Participation.id)):
        if part.start_date[:7] > last or (part.end_date and months and part.end_date[:7] < months[0]):
            continue
        initiative = session.get(Initiative, part.initiative_id)
        theme = session.get(Theme, initiative.theme_id) if initiative and initiative.theme_id else None
        found.append(
            participation_report.Participation(
                initiative.caption() if initiative else "",
                theme.caption() if theme else "",
                _(ROLES.get(part.role, "")),
                part.capacity, part.start_date, part.end_date,
            )
        )  # fmt: skip
    return found


def _activities(session: Session, period: str) -> list[participation_report.Activity]:
    query = people.ours(session, Activity).where(Activity.date.startswith(period)).order_by(Activity.date, Activity.id)
    found = []
    for line in session.scalars(query):
        initiative = session.get(Initiative, line.initiative_id) if line.initiative_id else None
        caption = initiative.caption() if initiative else ""
        found.append(participation_report.Activity(line.date, caption, line.text, line.hours))
    return found


def _metrics(session: Session, sites: Sequence[Site], months: list[str]) -> list[participation_report.Metric]:
    indicators = session.scalars(catalogue()).all()
    found = []
    for site in sites:
        query = select(Observation).where(Observation.site_id == site.id, Observation.deleted.is_(False))
        cells = {(o.indicator_key, o.time_period): o.obs_value for o in session.scalars(query)}
        for indicator in indicators:
            values = tuple(cells.get((indicator.key, month)) for month in months)
            if any(value is not None for value in values):
                found.append(
                    participation_report.Metric(
                        _label(indicator, site, len(sites)), _(UNITS.get(indicator.unit, "")), values
                    )
                )
    return found


def _label(indicator: Indicator, site: Site, count: int) -> str:
    return indicator.caption() if count == 1 else f"{indicator.caption()} ({site.caption()})"


def _chart(session: Session, sites: Sequence[Site], months: list[str]) -> Chart | None:
    for site in sites:
        chart = metric_shares.shares(session, site.id, months[-1], max(2, len(months))) if months else None
        if chart and any(value is not None for series in chart.series for _label, value in series.points):
            return chart
    return None


def _gather_profile(session: Session, period: str, lang: str) -> Values:
    who = identity.read(session)
    o = session.get(Organization, who.organisation) or Organization(name={lang: who.organisation_name})
    details = people.ours(session, ContactDetail).where(ContactDetail.organization_id == who.organisation)
    profile = organisation_profile.OrganisationProfile(
        reference=_reference("WIM-O", session, period),
        names=tuple(sorted((o.name or {}).items(), key=lambda pair: (pair[0] != lang, pair[0]))),
        language=lang,
        made_on=clock.today().isoformat(),
        prepared_by=who.person_name,
        acronym=o.acronym or "",
        classification=_(CLASSIFICATIONS.get(o.classification or "", "")),
        scope=_(SCOPES.get(o.scope or "", "")),
        legal_status=_(LEGAL.get(o.legal_status or "", "")),
        identifiers=((_("Registration number"), o.identifiers),) if o.identifiers else (),
        founding_date=o.founding_date or "",
        country=country_name(o.country_code or "", lang),
        region=region_name(o.country_code or "", lang),
        languages=tuple(_language_name(code, lang) for code in o.languages or []),
        contact_details=tuple(
            organisation_profile.ContactDetail(d.label or d.type, d.value) for d in session.scalars(details)
        ),
        office_holders=tuple(_office_holders(session)),
        sites=tuple(
            organisation_profile.SiteEntry(
                s.name, _(SITE_KINDS.get(s.kind, "")), ", ".join(s.commodity), country_name(s.country_code, lang)
            )
            for s in session.scalars(people.ours(session, Site).order_by(Site.name))
        ),
        library_items=tuple(
            organisation_profile.SharedItem(item.caption(), item.issued or item.created_at[:10])
            for item in session.scalars(people.ours(session, LibraryItem).order_by(LibraryItem.created_at))
            if item.state in {"submitted", "published"} and item.space.endswith("/private") and item.state in STATES
        ),
        members=o.member_count,
        members_source=o.member_count_source or "",
        members_as_of=o.member_count_as_of or "",
    )
    return asdict(profile)


def _language_name(code: str, lang: str) -> str:
    return str(Locale.parse(lang).languages.get(code, code))


def _office_holders(session: Session) -> list[organisation_profile.OfficeHolder]:
    today = clock.today().isoformat()
    found = []
    for term in session.scalars(people.ours(session, PostHolding).order_by(PostHolding.start_date, PostHolding.id)):
        if term.end_date and term.end_date < today:
            continue
        post, person = session.get(Post, term.post_id), session.get(Person, term.person_id)
        if post and person:
            found.append(
                organisation_profile.OfficeHolder(post.caption(), person.caption(), term.start_date, term.end_date)
            )
    return found


def _report(data: Values) -> participation_report.ParticipationReport:
    chart = data.get("share_of_women")
    made = {
        "participations": tuple(participation_report.Participation(**p) for p in data["participations"]),
        "activities": tuple(participation_report.Activity(**a) for a in data["activities"]),
        "months": tuple(data["months"]),
        "metrics": tuple(
            participation_report.Metric(m["label"], m["unit"], tuple(m["values"])) for m in data["metrics"]
        ),
        "share_of_women": chart and _read_chart(chart),
    }
    return participation_report.ParticipationReport(**(data | made))


def _read_chart(data: Values) -> Chart:
    series = tuple(Series(s["label"], tuple((x, y) for x, y in s["points"])) for s in data["series"])
    return Chart(data["title"], series, data["unit"], data["target"], data["alt"])


def _profile(data: Values) -> organisation_profile.OrganisationProfile:
    made = {
        "names": tuple((code, name) for code, name in data["names"]),
        "identifiers": tuple((label, value) for label, value in data["identifiers"]),
        "languages": tuple(data["languages"]),
        "contact_details": tuple(organisation_profile.ContactDetail(**d) for d in data["contact_details"]),
        "office_holders": tuple(organisation_profile.OfficeHolder(**h) for h in data["office_holders"]),
        "sites": tuple(organisation_profile.SiteEntry(**s) for s in data["sites"]),
        "library_items": tuple(organisation_profile.SharedItem(**i) for i in data["library_items"]),
    }
    return organisation_profile.OrganisationProfile(**(data | made))
