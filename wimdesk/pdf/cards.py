"""Membership cards of 8.5 x 5.4 cm: ten on an A4 page with lines to cut along, or one on a page of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import cm

from wimdesk.pdf.archive import Submission, Title
from wimdesk.pdf.page import ACCENT, COPPER, HAIRLINE, INK, QUIET, Colour, Sheet
from wimdesk.pdf.text import Face, Fonts, one_line

if TYPE_CHECKING:
    from wimdesk.pdf.writing import Words

CARD_WIDTH, CARD_HEIGHT = 8.5 * cm, 5.4 * cm
ACROSS, DOWN = 2, 5
A_PAGE = ACROSS * DOWN
_BAND = 0.25 * cm
_INSET = 0.55 * cm
_SMALLEST = 6.0


@dataclass(frozen=True)
class Cards:
    """All that is printed: the lines of each card, of which the first names the organisation, the second the member."""

    title: str
    organisation: str
    language: str
    made_on: str
    cards: tuple[tuple[str, ...], ...]


class _Page(Sheet):
    """A page without header and footer: it is cut to pieces."""

    def _frame(self) -> None:
        pass

    def _number_pages(self) -> None:
        pass


class _OneCard(_Page):
    size = (CARD_WIDTH, CARD_HEIGHT)


def build(data: Cards, words: Words, *, one_on_a_page: bool = False, fonts: Fonts | None = None) -> bytes:
    """Return the PDF; the same data give the same bytes."""
    submission = Submission.unattached("membership_cards", data)
    about = Title(data.title, data.organisation, data.title, data.language, submission.short, data.made_on)
    page = _OneCard if one_on_a_page else _Page
    sheet = page(about, data.organisation, submission, words, fonts or Fonts())
    per_page = 1 if one_on_a_page else A_PAGE
    for number, lines in enumerate(data.cards):
        if number and number % per_page == 0:
            sheet.break_page()
        place = (0.0, 0.0) if one_on_a_page else _place(number % per_page)
        _draw(sheet, place, lines, cut=not one_on_a_page)
    return sheet.finish()


def _place(number: int) -> tuple[float, float]:
    """Return the lower left corner of a card on an A4 page, row by row from the top."""
    row, column = divmod(number, ACROSS)
    left, top = (A4[0] - ACROSS * CARD_WIDTH) / 2, (A4[1] + DOWN * CARD_HEIGHT) / 2
    return left + column * CARD_WIDTH, top - (row + 1) * CARD_HEIGHT


def _draw(sheet: Sheet, place: tuple[float, float], lines: tuple[str, ...], *, cut: bool) -> None:
    x, y = place
    with sheet.tree.artifact(sheet.canvas):
        sheet.fill((x, y, _BAND, CARD_HEIGHT), ACCENT)
        if cut:
            sheet.canvas.setStrokeColorRGB(*HAIRLINE)
            sheet.canvas.setLineWidth(0.4)
            sheet.canvas.rect(sheet.across(x, CARD_WIDTH), y, CARD_WIDTH, CARD_HEIGHT, stroke=1, fill=0)
    card = sheet.tree.add("Sect")
    base, left = y + CARD_HEIGHT - _INSET, x + _BAND + _INSET
    for number, text in enumerate(lines):
        font, size, ink = _style(sheet, number)
        shown = one_line(text)
        rows, size = _fitting(font, shown, size, CARD_WIDTH - _BAND - 2 * _INSET)
        with sheet.tree.mark(sheet.canvas, sheet.tree.add("P", card)):
            for row in rows:
                base -= size * 1.3
                sheet.draw(row, left, base, font, size, ink)
        base -= (10.0, 5.0)[number] if number < 2 else 1.5


def _style(sheet: Sheet, number: int) -> tuple[Face, float, Colour]:
    """The organisation, then the member in large letters, then what else there is to say."""
    if number == 0:
        return sheet.bold, 9.0, COPPER
    return (sheet.bold, 14.0, INK) if number == 1 else (sheet.regular, 8.5, QUIET)


def _fitting(font: Face, text: str, size: float, width: float) -> tuple[list[str], float]:
    """Return one line in the largest letters that fit, or two in small ones; only what is longer still is cut."""
    smallest = max(_SMALLEST, size * 0.7)
    while size > smallest and font.width(text, size) > width:
        size -= 0.5
    if font.width(text, size) <= width:
        return [text], size
    rows = font.lines(text, size, width)
    return ([*rows[:1], font.fit("".join(rows[1:]), size, width)] if len(rows) > 2 else rows), size
