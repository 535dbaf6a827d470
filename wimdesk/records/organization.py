"""A WIM organisation or another body, named as in Popolo. Its profile is meant for the whole Alliance."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from babel import Locale
from sqlalchemy.orm import Mapped

from resources import content
from wimdesk.i18n import N_, _, locale_name, pick
from wimdesk.store.record import Record, field

CLASSIFICATIONS = {
    "wim_organisation": N_("WIM organisation"),
    "branch": N_("Branch"),
    "chapter": N_("Chapter"),
    "umbrella": N_("Umbrella body"),
    "company": N_("Company"),
    "sponsor": N_("Sponsor"),
    "asm_group": N_("Artisanal miners' group"),
    "committee": N_("Committee"),
    "working_group": N_("Working group"),
    "secretariat": N_("Secretariat"),
}
SCOPES = {
    "site": N_("One site"),
    "company": N_("One company"),
    "local": N_("Local"),
    "regional": N_("Regional"),
    "national": N_("National"),
    "continental": N_("Continental"),
    "global": N_("World-wide"),
}
LEGAL = {"registered": N_("Registered"), "informal": N_("Informal")}
COVERS = {"own": N_("Only this organisation"), "all": N_("This organisation with its branches")}


class Organization(Record):
    """An organisation's profile. Counts carry their source and date, never a bare number."""

    type_label = N_("Organisation")
    type_label_many = N_("Organisations")
    home = "alliance"

    name: Mapped[dict[str, str]] = field("texts", N_("Name"), search="title", listed=True, required=True)
    acronym: Mapped[str] = field("text", N_("Short name"), search="title", listed=True)
    classification: Mapped[str] = field("choice", N_("Kind"), choices=CLASSIFICATIONS)
    scope: Mapped[str] = field("choice", N_("Reach"), choices=SCOPES, listed=True)
    legal_status: Mapped[str] = field("choice", N_("Legal status"), choices=LEGAL)
    identifiers: Mapped[str] = field("text", N_("Registration number"))
    founding_date: Mapped[str] = field("day", N_("Founded"))
    country_code: Mapped[str] = field("text", N_("Country"), listed=True, help=N_("Two letters, for example SN."))
    languages: Mapped[list[str]] = field("codes", N_("Languages"))
    founding_member: Mapped[bool] = field("flag", N_("Founding member of the Alliance"))
    member_count: Mapped[int | None] = field("integer", N_("Members"), minimum=0)
    member_count_source: Mapped[str] = field("text", N_("Source of the count"))
    member_count_as_of: Mapped[str] = field("day", N_("Counted on"))
    tags: Mapped[list[str]] = field(
        "codes", N_("Tags"), search="tags", help=N_("Words to find the organisation by. The Alliance sees them.")
    )
    member_count_covers: Mapped[str] = field("choice", N_("Who is counted"), choices=COVERS)
    parent_id: Mapped[str] = field("link", N_("Part of"), link="organization")
    logo_id: Mapped[str] = field("link", N_("Logo"), link="attachment")
    summary: Mapped[dict[str, str]] = field("long_texts", N_("About"), search="body")
    website: Mapped[str] = field("text", N_("Web page"))
    left_on: Mapped[str] = field("day", N_("Left the Alliance on"))

    def caption(self) -> str:
        """Return the name in the current language, else the short name."""
        return pick(self.name) or self.acronym or self.id

    @staticmethod
    def problems(values: Mapping[str, object]) -> list[tuple[str, str]]:
        """A country is one that ISO 3166-1 knows."""
        code = str(values.get("country_code") or "")
        if code and code not in content.m49():
            return [("country_code", _("There is no country with these two letters. Choose one from the list."))]
        return []


def country_name(code: str, lang: str | None = None) -> str:
    """Return the country's name by CLDR in the language."""
    return str(_territories(locale_name(lang or "")).get(code, code)) if code else ""


def region_name(country_code: str, lang: str | None = None) -> str:
    """Return the name of the UN M49 region of a country; empty where none is known."""
    if country_code not in content.m49():
        return ""
    region = content.region_of(country_code)
    return str(_territories(locale_name(lang or "")).get(region, region))


@functools.cache
def _territories(name: str) -> Mapping[str, str]:
    """CLDR's names of countries and regions; to find them again for each line of a list would take too long."""
    found: Mapping[str, str] = Locale.parse(name).territories
    return found
