"""Tables drawn straight onto the page: row heights are known beforehand, so a table of any length costs one pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wimdesk.pdf.page import ACCENT, BOTTOM, HAIRLINE, INK, LEFT, TINT, TOP, WIDTH, Sheet
from wimdesk.pdf.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wimdesk.pdf.structure import Element
    from wimdesk.pdf.text import Face

Cells = list[list[str]]  # the lines of each cell of one row


@dataclass(frozen=True)
class Column:
    """One column: its heading, its share of the width and whether it holds figures (set flush right)."""

    label: str
    share: float
    figures: bool = False


@dataclass(frozen=True)
class Setting:
    """Sizes of a table in points.

    ``inset`` is the room left and right of a text, ``gap`` more room at its right.
    ``row_heads`` makes the first cell of each row its heading.
    """

    size: float = 8.5
    leading: float = 11.5
    padding: float = 5.0
    inset: float = 5.0
    gap: float = 0.0
    row_heads: bool = False


class Grid:
    """A table being drawn on a sheet: it splits between rows and repeats its header on every page."""

    def __init__(self, sheet: Sheet, columns: Sequence[Column], setting: Setting) -> None:
        self.sheet = sheet
        self.columns = columns
        self.setting = setting
        self._set_widths(_shared_out(columns, [0.0 for _column in columns]))
        self.element = sheet.tree.add("Table")

    def draw(self, rows: Sequence[Sequence[str]]) -> None:
        """Draw the header and all rows; a column is widened where its longest word asks for it."""
        sheet = self.sheet
        clean_rows = [[clean(text) for text in row] for row in rows]
        self._set_widths(_fitting_widths(sheet, self.columns, clean_rows, self.setting))
        broken = [self._break(row, sheet.regular) for row in clean_rows]
        has_head = any(column.label for column in self.columns)
        first = self._height(broken[0]) if broken else 0.0
        if has_head:
            sheet.need(self._height(self.head) + min(first, 120.0))
            self._draw_head(first_time=True)
        for cells in broken:
            self._draw_row(cells, has_head=has_head)
        sheet.y -= 8

    def _set_widths(self, widths: Sequence[float]) -> None:
        self.widths = list(widths)
        self.edges = [LEFT + sum(self.widths[:index]) for index in range(len(self.widths))]
        self.head = self._break([column.label for column in self.columns], self.sheet.bold)

    def _break(self, texts: Sequence[str], font: Face) -> Cells:
        inner = [width - 2 * self.setting.inset - self.setting.gap for width in self.widths]
        if self.setting.row_heads:
            first = self.sheet.bold.lines(texts[0], self.setting.size, inner[0])
            others = zip(texts[1:], inner[1:], strict=True)
            return [first, *(font.lines(text, self.setting.size, width) for text, width in others)]
        return [font.lines(text, self.setting.size, width) for text, width in zip(texts, inner, strict=True)]

    def _height(self, cells: Cells) -> float:
        return max(len(lines) for lines in cells) * self.setting.leading + 2 * self.setting.padding

    def _draw_head(self, *, first_time: bool) -> None:
        """Draw the header row; from the second page on it is a repetition that a screen reader skips."""
        sheet, height = self.sheet, self._height(self.head)
        base = sheet.y - height
        with sheet.tree.artifact(sheet.canvas, "Layout" if first_time else "Pagination"):
            sheet.fill((LEFT, base, WIDTH, height), TINT)
            sheet.rule((LEFT, base), (LEFT + WIDTH, base), ACCENT, 0.8)
            if not first_time:
                for index, lines in enumerate(self.head):
                    self._draw_cell(index, lines, sheet.bold)
        if first_time:
            row = sheet.tree.add("TR", self.element)
            for index, lines in enumerate(self.head):
                with sheet.tree.mark(sheet.canvas, sheet.tree.add_header(row, "Column")):
                    self._draw_cell(index, lines, sheet.bold)
        sheet.y = base

    def _draw_row(self, cells: Cells, *, has_head: bool) -> None:
        """Draw one row; a row longer than what is left moves to the next page, or is cut if no page can hold it."""
        sheet, setting = self.sheet, self.setting
        row = sheet.tree.add("TR", self.element)
        elements = [self._cell_element(row, index) for index in range(len(cells))]
        head = self._height(self.head) if has_head else 0.0
        page = TOP - BOTTOM - head
        if not sheet.has_room(self._height(cells)) and (self._height(cells) <= page or not self._fitting() > 3):
            self._break_page(has_head=has_head)
        while True:
            fitting = self._fitting()
            part = [lines[:fitting] for lines in cells]
            self._draw_part(elements, part)
            cells = [lines[fitting:] for lines in cells]
            if not any(cells):
                break
            self._break_page(has_head=has_head)
        with sheet.tree.artifact(sheet.canvas):
            sheet.rule((LEFT, sheet.y), (LEFT + WIDTH, sheet.y), HAIRLINE, setting.size / 17)

    def _fitting(self) -> int:
        """Return how many lines of a row fit on the rest of this page."""
        return int((self.sheet.y - BOTTOM - 2 * self.setting.padding) // self.setting.leading)

    def _break_page(self, *, has_head: bool) -> None:
        self.sheet.break_page()
        if has_head:
            self._draw_head(first_time=False)

    def _cell_element(self, row: Element, index: int) -> Element:
        if index == 0 and self.setting.row_heads:
            return self.sheet.tree.add_header(row, "Row")
        return self.sheet.tree.add("TD", row)

    def _draw_part(self, elements: Sequence[Element], part: Cells) -> None:
        sheet = self.sheet
        for index, (element, lines) in enumerate(zip(elements, part, strict=True)):
            if lines:
                heading = index == 0 and self.setting.row_heads
                with sheet.tree.mark(sheet.canvas, element):
                    self._draw_cell(index, lines, sheet.bold if heading else sheet.regular)
        sheet.y -= self._height(part)

    def _draw_cell(self, index: int, lines: Sequence[str], font: Face) -> None:
        sheet, setting = self.sheet, self.setting
        y = sheet.y - setting.padding - setting.size * 0.95
        for line in lines:
            x = self.edges[index] + setting.inset
            if self.columns[index].figures:
                x = self.edges[index] + self.widths[index] - setting.inset - font.width(line.rstrip(), setting.size)
            sheet.draw(line, x, y, font, setting.size, INK)
            y -= setting.leading


def has_room(sheet: Sheet, columns: Sequence[Column], rows: Sequence[Sequence[str]], setting: Setting) -> bool:
    """Tell whether the page is wide enough for these rows without a break inside a word."""
    return bool(sum(_least_widths(sheet, columns, rows, setting, whole=True)) <= WIDTH)


def _fitting_widths(
    sheet: Sheet, columns: Sequence[Column], rows: Sequence[Sequence[str]], setting: Setting
) -> list[float]:
    """Return widths that hold every word; else every part between hyphens; else words are cut in the widest columns."""
    least: list[float] = []
    for whole in (True, False):
        least = _least_widths(sheet, columns, rows, setting, whole=whole)
        if sum(least) <= WIDTH:
            return _shared_out(columns, least)
    return _capped(least)


def _least_widths(
    sheet: Sheet, columns: Sequence[Column], rows: Sequence[Sequence[str]], setting: Setting, *, whole: bool
) -> list[float]:
    """Return for each column the width in points of its longest word (or part of a word) and its inset."""
    least = []
    for index, column in enumerate(columns):
        body = sheet.bold if setting.row_heads and index == 0 else sheet.regular
        words = " ".join(dict.fromkeys(row[index] for row in rows))
        widest = max(
            sheet.bold.longest(clean(column.label), setting.size, whole=whole),
            body.longest(words, setting.size, whole=whole),
        )
        least.append(widest + 2 * setting.inset + setting.gap + 0.01)  # sums of floats may differ in their last figure
    return least


def _shared_out(columns: Sequence[Column], least: Sequence[float]) -> list[float]:
    """Give each column its share of the width, but never less than it needs; the others share what is left."""
    held: dict[int, float] = {}
    while True:
        unit = (WIDTH - sum(held.values())) / (sum(c.share for i, c in enumerate(columns) if i not in held) or 1.0)
        widths = [held.get(index, column.share * unit) for index, column in enumerate(columns)]
        short = {i: least[i] for i in range(len(columns)) if i not in held and widths[i] < least[i]}
        if not short:
            return widths
        held |= short


def _capped(least: Sequence[float]) -> list[float]:
    """Cut only the widest columns down, all to the same width, until the sum is the width of the page."""
    left, cap = WIDTH, 0.0
    for place, width in enumerate(sorted(least)):
        cap = left / (len(least) - place)
        if width > cap:
            break
        left -= width
    return [min(width, cap) for width in least]


def write_table(
    sheet: Sheet, columns: Sequence[Column], rows: Sequence[Sequence[str]], setting: Setting | None = None
) -> None:
    """Write a table with a header row; ``rows`` holds one text per column."""
    Grid(sheet, columns, setting or Setting()).draw(rows)


def write_facts(sheet: Sheet, facts: Sequence[tuple[str, str]]) -> None:
    """Write pairs of a name and its value as a table whose rows are headed by the names; empty values are left out."""
    given = [fact for fact in facts if fact[1].strip()]
    if given:
        Grid(sheet, (Column("", 3), Column("", 7)), Setting(9.0, 13.0, 3.5, 0.0, gap=8.0, row_heads=True)).draw(given)
