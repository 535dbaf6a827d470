"""The one page template of all documents: A4, running header and footer, and a pen that moves down the page."""

from __future__ import annotations

import io
from dataclasses import asdict
from typing import TYPE_CHECKING

from reportlab.lib.pagesizes import A4

from wimdesk.pdf.archive import Submission, Title, close_canvas, open_canvas
from wimdesk.pdf.direction import bare, is_mirrored, parts
from wimdesk.pdf.structure import StructureTree
from wimdesk.pdf.text import STAND_IN, Fonts, clean, face, one_line, shortened
from wimdesk.pdf.writing import Writing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wimdesk.pdf.structure import Element
    from wimdesk.pdf.text import Face
    from wimdesk.pdf.writing import Words

Colour = tuple[float, float, float]


def colour(hexadecimal: str) -> Colour:
    """Return the red, green and blue shares (0 to 1) of a colour such as ``6A3FA0``."""
    red, green, blue = bytes.fromhex(hexadecimal)
    return red / 255, green / 255, blue / 255


INK = colour("1E1B24")
QUIET = colour("5F5A69")
ACCENT = colour("6A3FA0")
TINT = colour("F4F0F9")
COPPER = colour("A24A17")
HAIRLINE = colour("D5D0DC")
TEAL = colour("1F6E79")

PAGE_WIDTH, PAGE_HEIGHT = A4
LEFT = 62.0
WIDTH = PAGE_WIDTH - 2 * LEFT
RIGHT = LEFT + WIDTH
FIRST_TOP = PAGE_HEIGHT - 62.0
TOP = PAGE_HEIGHT - 84.0
BOTTOM = 76.0
LONGEST_ABOUT = 4000  # letters; ISO 19005-3, 6.1.13 allows a string 32,767 bytes. The pages have the whole text.


class Sheet:
    """The page in hand: what is drawn moves ``y`` down (points from the foot) and a new page begins when needed.

    Places are given from left to right; in a language that is read from the right each is mirrored here.
    """

    size = A4

    def __init__(self, about: Title, organisation: str, submission: Submission, words: Words, fonts: Fonts) -> None:
        self.about = Title(
            **{key: shortened(bare(one_line(value)), LONGEST_ABOUT) for key, value in asdict(about).items()}
        )
        self.organisation = one_line(organisation)
        self.submission = submission
        self.words = words
        self.writing = Writing(about.language)
        self.mirrored = is_mirrored(about.language)
        self.regular, self.bold = face(fonts.regular, fonts.arabic), face(fonts.bold, fonts.arabic_bold)
        self.tree = StructureTree()
        self._stream = io.BytesIO()
        self.canvas = open_canvas(self._stream, self.about, self.regular.name, self.size)
        self.has_stand_ins = False
        self.page = 1
        self.y = FIRST_TOP
        self._frame()

    def has_room(self, height: float) -> bool:
        """Tell whether ``height`` points are left above the footer."""
        return bool(self.y - height >= BOTTOM)

    def need(self, height: float) -> None:
        """Begin a new page unless ``height`` points are left; a height of more than a page is let through."""
        if not self.has_room(height) and self.y < TOP:
            self.break_page()

    def break_page(self) -> None:
        """End this page and begin the next one."""
        self.canvas.showPage()
        self.tree.next_page()
        self.page += 1
        self.y = TOP
        self._frame()

    def draw(self, text: str, x: float, y: float, font: Face, size: float, ink: Colour = INK) -> None:
        """Draw one line of text with its baseline at ``y``, in reading order."""
        self.canvas.setFillColorRGB(*ink)
        x = self.across(x, font.width(text, size))
        placed = []
        for part in parts(text, mirrored=self.mirrored):
            placed.append((part, x))
            x += font.width(part.text, size)
        for part, x in sorted(placed):
            self._draw_part(part.text, (x, y), font, size)

    def _draw_part(self, text: str, place: tuple[float, float], font: Face, size: float) -> None:
        x, y = place
        for part, name in font.stretches(text):
            self.canvas.setFont(name or font.name, size)
            self.has_stand_ins |= not name or STAND_IN in part
            if name:
                self.canvas.drawString(x, y, part)
            else:
                with self.tree.spoken(self.canvas, part):
                    self.canvas.drawString(x, y, STAND_IN * len(part))
            x += font.width(part, size)

    def across(self, x: float, width: float = 0.0) -> float:
        """Return where something of this width begins on the paper."""
        return self.size[0] - x - width if self.mirrored else x

    def fill(self, box: tuple[float, float, float, float], ink: Colour) -> None:
        """Fill a rectangle given as x, y, width, height."""
        x, y, width, height = box
        self.canvas.setFillColorRGB(*ink)
        self.canvas.rect(self.across(x, width), y, width, height, stroke=0, fill=1)

    def rule(self, start: tuple[float, float], end: tuple[float, float], ink: Colour, width: float = 0.5) -> None:
        """Draw a straight line."""
        self.canvas.setStrokeColorRGB(*ink)
        self.canvas.setLineWidth(width)
        self.canvas.line(self.across(start[0]), start[1], self.across(end[0]), end[1])

    def corners(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        """Return the corners of a box as they lie on the paper."""
        start = self.across(left, right - left)
        return start, bottom, start + right - left, top

    def finish(self) -> bytes:
        """Fill in the number of pages, close the file and return its bytes."""
        self._number_pages()
        self.canvas.showPage()
        close_canvas(self.canvas, self.tree, self.about, self.submission)
        return self._stream.getvalue()

    def _frame(self) -> None:
        with self.tree.artifact(self.canvas, "Pagination"):
            self.fill((0, PAGE_HEIGHT - 5, PAGE_WIDTH, 5), ACCENT)
            if self.page > 1:
                self._header()
            self._footer()

    def _header(self) -> None:
        size, y = 8, PAGE_HEIGHT - 52
        title = self.regular.fit(self.about.title, size, WIDTH / 2)
        right = self.regular.width(title, size)
        self.draw(title, RIGHT - right, y, self.regular, size, QUIET)
        self.draw(self.bold.fit(self.organisation, size, WIDTH - right - 24), LEFT, y, self.bold, size, COPPER)
        self.rule((LEFT, y - 9), (RIGHT, y - 9), HAIRLINE)

    def _footer(self) -> None:
        _ = self.words.gettext
        size, y = 8, 42
        self.rule((LEFT, y + 16), (RIGHT, y + 16), HAIRLINE)
        label = _("Reference {reference}").format(reference=self.about.reference)
        receipt = _("Receipt {digest}").format(digest=self.submission.short)
        room = WIDTH - 90 - self.regular.width(receipt, size)
        text = f"{self.regular.fit(label, size, room)} · {receipt}" if self.about.reference else receipt
        self.draw(one_line(text), LEFT, y, self.regular, size, QUIET)
        self.canvas.doForm(f"page-{self.page}")

    def _number_pages(self) -> None:
        """Draw the forms that the footers have asked for: only now is it known how many pages there are."""
        _ = self.words.gettext
        for number in range(1, self.page + 1):
            text = clean(_("Page {number} of {total}").format(number=number, total=self.page))
            self.canvas.beginForm(f"page-{number}", LEFT, 30, RIGHT, 56)
            self.draw(text, RIGHT - self.regular.width(text, 8), 42, self.regular, 8, QUIET)
            self.canvas.endForm()


def write_lines(
    sheet: Sheet, element: Element, lines: Sequence[str], style: tuple[Face, float, Colour], leading: float
) -> None:
    """Write lines down the page as content of one element, over as many pages as they need."""
    font, size, ink = style
    rest = list(lines)
    while rest:
        fitting = max(1, int((sheet.y - BOTTOM) // leading))
        with sheet.tree.mark(sheet.canvas, element):
            for line in rest[:fitting]:
                sheet.y -= leading
                sheet.draw(line, LEFT, sheet.y, font, size, ink)
        rest = rest[fitting:]
        if rest:
            sheet.break_page()


def write_paragraph(sheet: Sheet, text: str, *, quiet: bool = False, width: float = WIDTH) -> None:
    """Write running text; every line break in it begins a new paragraph."""
    for part in clean(text).split("\n"):
        if part:
            lines = sheet.regular.lines(part, 9.5, width)
            sheet.need(14.0 * min(2, len(lines)))
            style = (sheet.regular, 9.5, QUIET if quiet else INK)
            write_lines(sheet, sheet.tree.add("P"), lines, style, 14.0)
            sheet.y -= 5


def write_heading(sheet: Sheet, text: str, keep: float = 64.0) -> None:
    """Write a section heading with a bookmark; it never stands alone at the foot: ``keep`` points follow it."""
    lines = sheet.bold.lines(text, 13, WIDTH)
    sheet.need(22 + 17 * len(lines) + keep)
    sheet.y -= 18 if sheet.y < TOP else 2
    key = f"section-{sheet.page}-{sheet.y:.0f}"
    sheet.canvas.bookmarkHorizontal(key, 0, sheet.y)
    sheet.canvas.addOutlineEntry(clean(text), key, 0, 0)
    write_lines(sheet, sheet.tree.add("H2"), lines, (sheet.bold, 13, ACCENT), 17)
    sheet.y -= 7
