"""What goes into a document, and how it becomes paper: loaded only when one is made, as the PDF writer is heavy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from wimdesk import clock
from wimdesk.errors import UserError
from wimdesk.i18n import _, pick, speaking, translator
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
    Theme,
)
from wimdesk.records.contact_detail import TYPES
from wimdesk.records.indicator import UNITS, catalogue
from wimdesk.records.organization import CLASSIFICATIONS, LEGAL, SCOPES, country_name, region_name
from wimdesk.records.participation import ROLES, counted
from wimdesk.records.site import KINDS as SITE_KINDS
from wimdesk.services import metric_shares, people, periods
from wimdesk.store import identity
from wimdesk.store.record import Values

Gather = Callable[[Session, str, str], Values]


def gather(session: Session, kind: str, period: str, lang: str) -> Values:
    """Return the data of a document from what is recorded, in its language; `reference` is still empty.

    Raises UserError for an unknown kind, and where the organisation has no name yet.
    """
    known: dict[str, Gather] = {
        participation_report.KIND: _gather_report,
        organisation_profile.KIND: _gather_profile,
    }
    if kind not in known:
        names = ", ".join(known)
        raise UserError(
            _("There is no document “{kind}”. Nothing was made. Known: {names}.").format(kind=kind, names=names)
        )
    if not _name(session, lang):
        raise UserError(_("Your organisation has no name yet. Nothing was made. Write it down first."))
    with speaking(lang):
        return known[kind](session, period, lang)


def build(kind: str, data: Values, lang: str) -> bytes:
    """Return the PDF of gathered data. Raises UserError where the data is not of a form that is known here."""
    words = translator(lang)
    try:
        with speaking(lang):
            if kind == participation_report.KIND:
                return participation_report.build(_report(data), words=words)
            if kind == organisation_profile.KIND:
                return organisation_profile.build(_profile(data), words=words)
    except (KeyError, TypeError, ValueError) as problem:
        raise UserError(
            _("This document can't be shown here. It stays as it is. A newer WIMDesk may be able to show it.")
        ) from problem
    raise UserError(_("There is no document of this kind. Nothing was made."))


def _name(session: Session, lang: str) -> str:
    who = identity.read(session)
    profile = session.get(Organization, who.organisation)
    return (pick(profile.name, lang) if profile else "") or who.organisation_name


def _gather_report(session: Session, period: str, lang: str) -> Values:
    who = identity.read(session)
    profile = session.get(Organization, who.organisation)
    months = periods.months_of(period)
    sites = session.scalars(people.ours(session, Site).order_by(Site.created_at, Site.id)).all()
    report = participation_report.ParticipationReport(
        reference="",
        organisation=_name(session, lang),
        acronym=profile.acronym if profile else "",
        country=country_name(profile.country_code, lang) if profile else "",
        region=region_name(profile.country_code, lang) if profile else "",
        period=periods.words(period, lang),
        language=lang,
        made_on=clock.today().isoformat(),
        prepared_by=who.person_name,
        participations=tuple(_participations(session, who.organisation, months)),
        activities=tuple(_activities(session, months)),
        months=tuple(months),
        metrics=tuple(_metrics(session, sites, months)),
        share_of_women=_chart(session, sites, months),
    )
    return asdict(report)


def _participations(session: Session, organisation: str, months: list[str]) -> list[participation_report.Participation]:
    query = counted().where(Participation.organization_id == organisation)
    found: list[participation_report.Participation] = []
    if not months:
        return found
    for part in session.scalars(query.order_by(Participation.start_date, Participation.id)):
        if part.start_date[:7] > months[-1] or (part.end_date and f"{part.end_date}~"[:8] < months[0]):
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


def _activities(session: Session, months: list[str]) -> list[participation_report.Activity]:
    query = people.ours(session, Activity).order_by(Activity.date, Activity.id)
    if months:
        query = query.where(Activity.date >= months[0][: len("2026")], Activity.date <= f"{months[-1]}~")
    found = []
    for line in session.scalars(query):
        # A day of which only the year is known belongs to the report of that year.
        if line.date[:7] not in months and not (len(months) > 1 and len(line.date) == len("2026")):
            continue
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
    """Draw the shares of the first site that has any; one month alone makes no line."""
    for site in sites if len(months) > 1 else ():
        chart = metric_shares.shares(session, site.id, months[-1], len(months))
        if any(value is not None for series in chart.series for _label, value in series.points):
            # The document writes its own text for those who do not see the chart.
            return replace(chart, title=site.caption() if len(sites) > 1 else chart.title, alt="")
    return None


def _gather_profile(session: Session, _period: str, lang: str) -> Values:
    who = identity.read(session)
    o = session.get(Organization, who.organisation) or Organization()
    profile = organisation_profile.OrganisationProfile(
        reference="",
        names=_names(session, o, lang),
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
        languages=tuple(o.languages or []),
        contact_details=tuple(_contact_details(session, o)),
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
            if item.state in {"submitted", "published"} and item.space.endswith("/private")
        ),
        members=o.member_count,
        members_source=o.member_count_source or "",
        members_as_of=o.member_count_as_of or "",
    )
    return asdict(profile)


def _names(session: Session, profile: Organization, lang: str) -> tuple[tuple[str, str], ...]:
    """Return the names, the one in the document's language first; else the name that enrolment gave."""
    written = sorted((profile.name or {}).items(), key=lambda pair: (pair[0] != lang, pair[0]))
    return tuple((code, name) for code, name in written if name) or ((lang, _name(session, lang)),)


def _contact_details(session: Session, profile: Organization) -> list[organisation_profile.ContactDetail]:
    details = people.ours(session, ContactDetail).where(
        ContactDetail.organization_id == identity.read(session).organisation, ContactDetail.value != ""
    )
    order = (ContactDetail.preferred.desc(), ContactDetail.created_at, ContactDetail.id)
    found = [
        organisation_profile.ContactDetail(each.label or _(TYPES.get(each.type, each.type)), each.value)
        for each in session.scalars(details.order_by(*order))
    ]
    if profile.website:
        found.append(organisation_profile.ContactDetail(_("Web page"), profile.website))
    return found


def _office_holders(session: Session) -> list[organisation_profile.OfficeHolder]:
    today = clock.today().isoformat()
    found = []
    for term in session.scalars(people.ours(session, PostHolding).order_by(PostHolding.start_date, PostHolding.id)):
        if people.when_held(term.start_date, term.end_date, today) != "now":
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
