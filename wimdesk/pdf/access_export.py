"""Everything that is held about one person, for that person: record by record, with its history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wimdesk.pdf.archive import Submission, Title
from wimdesk.pdf.page import Sheet, write_heading, write_paragraph
from wimdesk.pdf.table import Column, write_facts, write_table
from wimdesk.pdf.text import Fonts

if TYPE_CHECKING:
    from wimdesk.pdf.writing import Words

KIND = "access_export"


@dataclass(frozen=True)
class HeldRecord:
    """One record: what it is, what it says (label and value), who may see it, and each change (when, who, what)."""

    label: str
    caption: str
    seen_by: str
    facts: tuple[tuple[str, str], ...]
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class AccessExport:
    """All of one person; ``tables`` are the kinds of records with how many of each."""

    person: str
    organisation: str
    language: str
    made_on: str
    tables: tuple[tuple[str, str], ...]
    records: tuple[HeldRecord, ...]
    files: tuple[str, ...]
    mentions: tuple[str, ...]


def build(data: AccessExport, *, words: Words, fonts: Fonts | None = None) -> bytes:
    """Return the document as PDF/A-3a and PDF/UA-1; the same input gives the same bytes."""
    _ = words.gettext
    title = _("What is held about {name}").format(name=data.person)
    about = Title(title, data.organisation, title, data.language, "", data.made_on)
    sheet = Sheet(about, data.organisation, Submission.unattached(KIND, data), words, fonts or Fonts())
    write_heading(sheet, title)
    write_facts(sheet, ((_("Organisation"), data.organisation), (_("Made on"), sheet.writing.date(data.made_on))))
    write_paragraph(
        sheet, _("You may have mistakes put right, have this erased, and take back what you allowed, at any time.")
    )
    write_heading(sheet, _("Where it stands"))
    write_table(sheet, (Column(_("Kind of record"), 7), Column(_("How many"), 3, figures=True)), data.tables)
    for record in data.records:
        write_heading(sheet, f"{record.label} · {record.caption}" if record.caption else record.label)
        write_facts(sheet, (*record.facts, (_("Seen by"), record.seen_by)))
        if record.changes:
            columns = (Column(_("When"), 22), Column(_("By whom"), 22), Column(_("What was set"), 56))
            write_table(sheet, columns, record.changes)
    _write_list(sheet, _("Files"), data.files)
    _write_list(sheet, _("Named in"), data.mentions)
    return sheet.finish()


def _write_list(sheet: Sheet, heading: str, lines: tuple[str, ...]) -> None:
    if lines:
        write_heading(sheet, heading)
        for line in lines:
            write_paragraph(sheet, line)
