"""The certificate of an organisation's word on a text of the Alliance: who signed what, in which capacity, when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wimdesk.pdf.archive import Submission, Title
from wimdesk.pdf.cover import write_cover
from wimdesk.pdf.page import Sheet, write_heading, write_paragraph
from wimdesk.pdf.table import write_facts
from wimdesk.pdf.text import Fonts
from wimdesk.pdf.writing import DASH

if TYPE_CHECKING:
    from wimdesk.pdf.writing import Words

KIND = "certificate"


@dataclass(frozen=True)
class Certificate:
    """What the certificate says; days are ISO dates, an empty ``withdrawn_on`` means that the word holds.

    ``independence`` is the statement that was made with it, if one was.
    """

    organisation: str
    country: str
    language: str
    made_on: str
    title: str
    version: str
    answer: str
    signed_on: str
    signed_by: str
    capacity: str
    reservation: str
    independence: str
    withdrawn_on: str
    reference: str


def build(data: Certificate, *, words: Words, fonts: Fonts | None = None) -> bytes:
    """Return the certificate as PDF/A-3a and PDF/UA-1 with its data attached; the same input gives the same bytes."""
    _ = words.gettext
    title = _("Certificate")
    about = Title(
        f"{title} {DASH} {data.organisation}", data.organisation, data.title, data.language, data.reference,
        data.made_on,
    )  # fmt: skip
    sheet = Sheet(about, data.organisation, Submission.of(KIND, data), words, fonts or Fonts())
    writing = sheet.writing
    write_cover(sheet, title, data.organisation, data.country or DASH)
    given = _("{organisation} has given its word on this text of the International WIM Alliance:")
    write_paragraph(sheet, given.format(organisation=data.organisation))
    sheet.y -= 8
    write_facts(
        sheet,
        (
            (_("Text"), data.title),
            (_("Version"), data.version),
            (_("Answer"), data.answer),
            (_("Signed on"), writing.date(data.signed_on)),
            (_("Signed by"), data.signed_by),
            (_("In which capacity"), data.capacity),
            (_("Withdrawn on"), writing.date(data.withdrawn_on) if data.withdrawn_on else ""),
            (_("Reference"), data.reference),
        ),
    )
    if data.reservation:
        write_heading(sheet, _("Reservation"))
        write_paragraph(sheet, data.reservation)
    if data.independence:
        write_heading(sheet, _("Independence"))
        write_paragraph(sheet, data.independence)
    made = _("Made on {date} from what the organisation has recorded.")
    write_paragraph(sheet, made.format(date=writing.date(data.made_on)), quiet=True)
    return sheet.finish()
