"""Receipts and letters: each begins on a page of its own, its first line is its heading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wimdesk.pdf.archive import Submission, Title
from wimdesk.pdf.page import (
    ACCENT,
    COPPER,
    FIRST_TOP,
    HAIRLINE,
    INK,
    LEFT,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    QUIET,
    RIGHT,
    WIDTH,
    Colour,
    Sheet,
    write_lines,
)
from wimdesk.pdf.text import Face, Fonts, clean, one_line

if TYPE_CHECKING:
    from wimdesk.pdf.structure import Element
    from wimdesk.pdf.writing import Words

_SIZE, _LEADING, _GAP = 10.5, 15.5, 9.0


@dataclass(frozen=True)
class Letter:
    """The text of one letter; `mark` stands above it, such as that a receipt was cancelled."""

    text: str
    mark: str = ""


@dataclass(frozen=True)
class Letters:
    """All that is printed; `contact` is one line about the organisation for the foot of each page."""

    title: str
    organisation: str
    contact: str
    language: str
    made_on: str
    letters: tuple[Letter, ...]


class _Paper(Sheet):
    """A page with the organisation at its head and how to reach it at its foot."""

    contact = ""

    def _frame(self) -> None:
        with self.tree.artifact(self.canvas, "Pagination"):
            self.fill((0, PAGE_HEIGHT - 5, PAGE_WIDTH, 5), ACCENT)
            self.draw(self.bold.fit(self.organisation, 10, WIDTH), LEFT, PAGE_HEIGHT - 52, self.bold, 10, COPPER)
            self.rule((LEFT, PAGE_HEIGHT - 61), (RIGHT, PAGE_HEIGHT - 61), HAIRLINE)
            if self.contact:
                self.rule((LEFT, 58), (RIGHT, 58), HAIRLINE)
                self.draw(self.regular.fit(self.contact, 8, WIDTH), LEFT, 42, self.regular, 8, QUIET)

    def _number_pages(self) -> None:
        pass


def build(data: Letters, words: Words, fonts: Fonts | None = None) -> bytes:
    """Return the PDF; the same data give the same bytes."""
    submission = Submission.unattached("letters", data)
    about = Title(data.title, data.organisation, data.title, data.language, submission.short, data.made_on)

    class Paper(_Paper):
        contact = one_line(data.contact)

    sheet = Paper(about, data.organisation, submission, words, fonts or Fonts())
    for number, letter in enumerate(data.letters):
        if number:
            sheet.break_page()
        sheet.y = FIRST_TOP - 34
        _write(sheet, letter)
    return sheet.finish()


def _write(sheet: Sheet, letter: Letter) -> None:
    part = sheet.tree.add("Sect")
    if letter.mark:
        _lines(sheet, sheet.tree.add("P", part), letter.mark, (sheet.bold, 13.0, COPPER), 19.0)
        sheet.y -= 12
    heading, _end, rest = clean(letter.text).partition("\n")
    _lines(sheet, sheet.tree.add("H1", part), heading, (sheet.bold, 19.0, ACCENT), 25.0)
    sheet.y -= 8
    for line in rest.split("\n"):
        if line:
            _lines(sheet, sheet.tree.add("P", part), line, (sheet.regular, _SIZE, INK), _LEADING)
        else:
            sheet.y -= _GAP


def _lines(sheet: Sheet, element: Element, text: str, style: tuple[Face, float, Colour], leading: float) -> None:
    lines = style[0].lines(text, style[1], WIDTH)
    sheet.need(leading * min(2, len(lines)))
    write_lines(sheet, element, lines, style, leading)
