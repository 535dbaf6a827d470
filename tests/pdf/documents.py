"""Plain data for the documents under test: invented organisations with letters of several alphabets."""

from __future__ import annotations

from wimdesk.i18n import translator
from wimdesk.pdf.chart import Chart, Series
from wimdesk.pdf.organisation_profile import ContactDetail, OfficeHolder, OrganisationProfile, SharedItem, SiteEntry
from wimdesk.pdf.participation_report import Activity, Metric, Participation, ParticipationReport

MONTHS = ("2026-07", "2026-08", "2026-09", "2026-10", "2026-11", "2026-12")
SHARES: tuple[float | None, ...] = (18.5, 19.0, None, 21.25, 22.0, 22.5)


def report(language: str = "en", activities: int = 6, months: tuple[str, ...] = MONTHS) -> ParticipationReport:
    """Return a report with ``activities`` activities."""
    shares = (SHARES * 3)[: len(months)]
    _ = translator(language).gettext
    return ParticipationReport(
        reference="NWIM-2026-0012",
        organisation="Mujeres de la Minería de Ñuflo",
        acronym="MMÑ",
        country="Bolivia",
        region="South America",
        period="July to December 2026",
        language=language,
        made_on="2026-11-22",
        prepared_by="Łucja Đurić",
        participations=(
            Participation(
                "Safe equipment for every body",
                "Health and safety",
                _("Coordinator"),
                "Two volunteers, one day a week",
                "2026-03",
                "",
            ),
            Participation("Mentoring across borders", "Careers", _("Participant"), "", "2026-07-01", "2026-12-31"),
            Participation(
                "Алтан гар: women in small-scale gold",
                "Small-scale mining",
                _("Working-group member"),
                "Meeting room",
                "2025",
                "2026-09",
            ),
        ),
        activities=_activities(activities),
        months=months,
        metrics=(
            Metric("Women employed", _("persons"), tuple(1200.0 + 10 * index for index in range(len(months)))),
            Metric("Share of women in the workforce", "%", shares),
            Metric("Women trained", _("persons"), tuple(float(40 + index) for index in range(len(months)))),
            Metric("Reported cases closed within 30 days", "%", tuple(None for _month in months)),
        ),
        share_of_women=Chart(
            "Share of women in the workforce",
            (
                Series("All sites", tuple(zip(months, shares, strict=True))),
                Series("Underground", tuple((month, 6.0 + index * 0.7) for index, month in enumerate(months))),
            ),
            "%",
            30.0,
        ),
        notes="The September figure is missing because the site was closed.\nWe thank the crews of three shifts.",
    )


def _activities(count: int) -> tuple[Activity, ...]:
    return tuple(
        Activity(
            f"2026-{7 + index % 6:02d}-{1 + index % 28:02d}",
            ("Safe equipment for every body", "Mentoring across borders")[index % 2],
            f"Visit number {index + 1}: talked with the crew about protective clothing in small sizes "
            "and noted what is missing.",
            2.5 + index % 3,
        )
        for index in range(count)
    )


def empty_report(language: str = "en") -> ParticipationReport:
    """Return a report in which nothing happened."""
    return ParticipationReport(
        "NWIM-2026-0013", "Women of the Shaft", "", "", "", "October 2026", language, "2026-11-22", "",
        share_of_women=Chart("Share of women", (Series("All sites", (("Oct", None),)),), "%"),
    )  # fmt: skip


def profile(language: str = "en") -> OrganisationProfile:
    """Return a full profile."""
    return OrganisationProfile(
        reference="NWIM-ORG-0007",
        names=(
            ("en", "Women of the Copper Hills"),
            ("fr", "Femmes des collines de cuivre"),
            ("mn", "Зэс толгодын эмэгтэйчүүд"),
        ),
        language=language,
        made_on="2026-11-22",
        prepared_by="Naledi Phiri",
        acronym="WCH",
        classification="Women-in-mining organisation",
        scope="National level",
        legal_status="Registered",
        identifiers=(("Registration number", "ZM-4471"),),
        founding_date="2014-03",
        country="Zambia",
        region="Eastern Africa",
        languages=("en", "fr", "bem"),
        contact_details=(
            ContactDetail("Email", "office@copperhills.example"),
            ContactDetail("Telephone", "+260 211 000 000"),
        ),
        office_holders=(
            OfficeHolder("Chair", "Naledi Phiri", "2025-01-15", ""),
            OfficeHolder("Treasurer", "Zoë Ångström-Nguyễn", "2023", "2026-06"),
        ),
        sites=(
            SiteEntry("Kafue North", "Open pit", "Copper, cobalt", "Zambia"),
            SiteEntry("Ridge workings", "Small-scale", "", "Zambia"),
        ),
        library_items=(
            SharedItem("Fitting guide for protective clothing", "2026-05-04"),
            SharedItem("How we set up a crèche", ""),
        ),
        members=1312,
        members_source="membership list",
        members_as_of="2026-10-31",
    )


def empty_profile(language: str = "en") -> OrganisationProfile:
    """Return a profile that holds only a name."""
    return OrganisationProfile("NWIM-ORG-0008", (("en", "Women of the Shaft"),), language, "2026-11-22")
