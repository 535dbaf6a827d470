"""The organisation profile: what an organisation has chosen to show of itself, on paper and as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wimdesk.pdf.archive import Submission, Title
from wimdesk.pdf.cover import write_cover, write_receipt
from wimdesk.pdf.page import Sheet, write_heading, write_paragraph
from wimdesk.pdf.table import Column, Setting, write_facts, write_table
from wimdesk.pdf.text import Fonts
from wimdesk.pdf.writing import DASH

if TYPE_CHECKING:
    from wimdesk.pdf.writing import Words

KIND = "organisation_profile"


@dataclass(frozen=True)
class ContactDetail:
    """One way to reach the organisation: the name of its kind ("Email") and the value."""

    label: str
    value: str


@dataclass(frozen=True)
class OfficeHolder:
    """Who holds or held a post; ``start`` and ``end`` are ISO dates, partial or empty."""

    post: str
    name: str
    start: str = ""
    end: str = ""


@dataclass(frozen=True)
class SiteEntry:
    """One mine or working place the organisation looks after."""

    name: str
    kind: str
    commodity: str
    country: str


@dataclass(frozen=True)
class SharedItem:
    """One item the organisation gave to the common library; ``date`` is an ISO date, partial or empty."""

    title: str
    date: str


@dataclass(frozen=True)
class OrganisationProfile:
    """All that the profile says; ``names`` are pairs of a language code and a name, the first being the main one.

    ``languages`` are codes (BCP 47), ``members_as_of`` and ``founding_date`` ISO dates, ``made_on`` a full ISO date.
    """

    reference: str
    names: tuple[tuple[str, str], ...]
    language: str
    made_on: str
    prepared_by: str = ""
    acronym: str = ""
    classification: str = ""
    scope: str = ""
    legal_status: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()
    founding_date: str = ""
    country: str = ""
    region: str = ""
    languages: tuple[str, ...] = ()
    contact_details: tuple[ContactDetail, ...] = ()
    office_holders: tuple[OfficeHolder, ...] = ()
    sites: tuple[SiteEntry, ...] = ()
    library_items: tuple[SharedItem, ...] = ()
    members: int | None = None
    members_source: str = ""
    members_as_of: str = ""

    def __post_init__(self) -> None:
        """Refuse a profile without a name."""
        if not self.names:
            raise ValueError("a profile needs at least one name")

    @property
    def name(self) -> str:
        """Return the name in the language of the document, else the first one."""
        return dict(self.names).get(self.language, self.names[0][1])


def build(data: OrganisationProfile, *, words: Words, fonts: Fonts | None = None) -> bytes:
    """Return the profile as PDF/A-3a and PDF/UA-1 with its data attached; the same input gives the same bytes.

    A letter that the fonts lack is drawn as a stand-in, which the document then says.
    """
    _ = words.gettext
    title = _("Organisation profile")
    subject = _("Profile of {organisation}").format(organisation=data.name)
    about = Title(f"{title} {DASH} {data.name}", data.name, subject, data.language, data.reference, data.made_on)
    sheet = Sheet(about, data.name, Submission.of(KIND, data), words, fonts or Fonts())
    write_cover(sheet, title, data.name, " · ".join(part for part in (data.acronym, data.country) if part) or DASH)
    _write_identity(sheet, data)
    _write_contacts(sheet, data)
    _write_office_holders(sheet, data)
    _write_sites(sheet, data)
    _write_library(sheet, data)
    write_receipt(sheet, data.prepared_by)
    return sheet.finish()


def _write_identity(sheet: Sheet, data: OrganisationProfile) -> None:
    _ = sheet.words.gettext
    writing = sheet.writing
    names = [(_("Name ({language})").format(language=writing.language_name(code)), name) for code, name in data.names]
    if len({name for _code, name in data.names}) == 1:
        names = [(_("Name"), data.name)]
    write_facts(
        sheet,
        (
            *names,
            (_("Acronym"), data.acronym),
            (_("Kind"), data.classification),
            (_("Works at"), data.scope),
            (_("Legal status"), data.legal_status),
            *data.identifiers,
            (_("Founded"), writing.date(data.founding_date) if data.founding_date else ""),
            (_("Country"), data.country),
            (_("Region"), data.region),
            (_("Languages"), ", ".join(writing.language_name(code) for code in data.languages)),
            (_("Members"), _members(sheet, data)),
            (_("Reference"), data.reference),
        ),
    )


def _members(sheet: Sheet, data: OrganisationProfile) -> str:
    """Say how many members there are, on what day and who says so."""
    if data.members is None:
        return ""
    _, ngettext, writing = sheet.words.gettext, sheet.words.ngettext, sheet.writing
    text = ngettext("{count} member", "{count} members", data.members).format(count=writing.number(data.members))
    if data.members_as_of:
        text += ", " + _("as of {date}").format(date=writing.date(data.members_as_of))
    if data.members_source:
        text += " " + _("(source: {source})").format(source=data.members_source)
    return text


def _write_contacts(sheet: Sheet, data: OrganisationProfile) -> None:
    _ = sheet.words.gettext
    write_heading(sheet, _("Contact"))
    if data.contact_details:
        write_facts(sheet, tuple((each.label, each.value) for each in data.contact_details))
    else:
        write_paragraph(sheet, _("No contact details are shared."), quiet=True)


def _write_office_holders(sheet: Sheet, data: OrganisationProfile) -> None:
    _ = sheet.words.gettext
    write_heading(sheet, _("Office-holders"))
    if not data.office_holders:
        write_paragraph(sheet, _("No office-holder is named."), quiet=True)
        return
    columns = (Column(_("Post"), 38), Column(_("Name"), 36), Column(_("From and to"), 26))
    rows = [(each.post, each.name, sheet.writing.span(each.start, each.end)) for each in data.office_holders]
    write_table(sheet, columns, rows, Setting(row_heads=True))


def _write_sites(sheet: Sheet, data: OrganisationProfile) -> None:
    _ = sheet.words.gettext
    write_heading(sheet, _("Sites"))
    if not data.sites:
        write_paragraph(sheet, _("No site is listed."), quiet=True)
        return
    columns = (Column(_("Site"), 34), Column(_("Kind"), 24), Column(_("Commodity"), 22), Column(_("Country"), 20))
    rows = [(each.name, each.kind or DASH, each.commodity or DASH, each.country or DASH) for each in data.sites]
    write_table(sheet, columns, rows, Setting(row_heads=True))


def _write_library(sheet: Sheet, data: OrganisationProfile) -> None:
    _ = sheet.words.gettext
    write_heading(sheet, _("Shared in the library"))
    if not data.library_items:
        write_paragraph(sheet, _("No library item has been shared yet."), quiet=True)
        return
    columns = (Column(_("Title"), 76), Column(_("Date"), 24))
    rows = [(each.title, sheet.writing.date(each.date, "medium") if each.date else DASH) for each in data.library_items]
    write_table(sheet, columns, rows, Setting(row_heads=True))
