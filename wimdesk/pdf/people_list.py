"""A list of people on paper: names, what they do, how to reach them, and the organisation's own fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wimdesk.pdf.archive import Submission, Title
from wimdesk.pdf.cover import write_cover
from wimdesk.pdf.page import Sheet
from wimdesk.pdf.table import Column, Setting, write_table
from wimdesk.pdf.text import Fonts
from wimdesk.pdf.writing import DASH

if TYPE_CHECKING:
    from wimdesk.pdf.writing import Words

KIND = "people_list"


@dataclass(frozen=True)
class PeopleList:
    """What stands in the list; ``headings`` name the cells of each row, ``made_on`` is an ISO date."""

    organisation: str
    language: str
    made_on: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def build(data: PeopleList, *, words: Words, fonts: Fonts | None = None) -> bytes:
    """Return the list as PDF/A-3a and PDF/UA-1 with its data attached."""
    _, ngettext = words.gettext, words.ngettext
    title = _("List of people")
    about = Title(f"{title} {DASH} {data.organisation}", data.organisation, title, data.language, "", data.made_on)
    sheet = Sheet(about, data.organisation, Submission.of(KIND, data), words, fonts or Fonts())
    count = ngettext("{count} person", "{count} people", len(data.rows)).format(count=len(data.rows))
    write_cover(sheet, title, data.organisation or title, f"{count} · {sheet.writing.date(data.made_on)}")
    columns = [Column(heading, 30 if at == 0 else 20) for at, heading in enumerate(data.headings)]
    rows = [tuple(cell or DASH for cell in row) for row in data.rows]
    write_table(sheet, columns, rows, Setting(row_heads=True))
    return sheet.finish()
