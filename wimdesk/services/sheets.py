"""Tables as other programs save them (CSV, XLSX, XLS, ODS): how they are written is guessed, and can be said.

Workbooks are read by calamine, which is kept alive and opens the old XLS and the open ODS too. Nothing in a file is
believed: a workbook is a ZIP file that could unfold to more than the computer holds, so what it says of its size is
proved before it is opened.
"""

from __future__ import annotations

import csv
import datetime
import io
import itertools
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import python_calamine

from wimdesk.errors import UserError
from wimdesk.i18n import N_, _
from wimdesk.services import encodings

WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
TEXTS = frozenset({".csv", ".tsv", ".txt"})
SEPARATORS = {",": ",", ";": ";", "\t": "⇥", "|": "|"}
MOST_BYTES = 100 * 1024 * 1024
MOST_UNFOLDED = 300 * 1024 * 1024
MOST_ROWS = 200_000
MOST_COLUMNS = 500
NO_ROWS = N_("There are no rows in this file. Nothing was imported. Choose another file or sheet.")
_MOST_LETTERS = 100_000
_HEAD = 15
"""Rows among which the one with the names of the columns is looked for."""
_LOOKED_AT = 60
_BLOCK = 1 << 20
_NO_NAME = re.compile(r"[\d\s.,:;/()+-]*|[^@\s]+@[^@\s]+|https?://.*")
Row = tuple[int, list[str]]
"""The line (or the row of the sheet) and the cells as text."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is written; an empty text and 0 are to be guessed. `header` is the row with the names, from 1."""

    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    header: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A file that was looked into: its columns, how it is written, and where its rows come from."""

    path: Path
    layout: Layout
    columns: tuple[str, ...]
    sheets: tuple[str, ...]
    source: str | python_calamine.CalamineSheet

    def rows(self) -> Iterator[Row]:
        """Yield the rows below the names that are not empty. Raises UserError where there are too many."""
        width, count = len(self.columns), 0
        for line, cells in _rows(self.source, self.layout.separator):
            if line <= self.layout.header or not any(cells):
                continue
            count += 1
            if count > MOST_ROWS:
                raise UserError(_("This table has more than 200,000 rows. Nothing was imported. Split the file."))
            yield line, [*cells, *[""] * (width - len(cells))]


def read(path: Path, layout: Layout = Layout()) -> Table:
    """Look into a file. Raises UserError with a sentence where it can't be used."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise UserError(_("This file is larger than 100 MB. Nothing was imported. Split the file."))
        if path.suffix.lower() in WORKBOOKS:
            return _of_workbook(path, layout)
        return _of_text(path, path.read_bytes(), layout)
    except OSError as error:
        raise UserError(_("This file can't be read. Nothing was imported. Check its name and place.")) from error


# ------------------------------------------------------------------- CSV


def _of_text(path: Path, raw: bytes, layout: Layout) -> Table:
    text, encoding = encodings.decode(raw, layout.encoding)
    text = text.removeprefix("\ufeff")
    said = re.match(r"sep=(.)\r?\n", text)  # what Excel writes for itself
    separator = layout.separator or (said[1] if said else _separator(text))
    found = replace(layout, encoding=encoding, separator=separator)
    return _headed(path, found, (), text, [])


def _separator(text: str) -> str:
    """The sign by which most rows fall into equally many cells."""
    head = text[: 64 * 1024]
    best, most = ",", 0
    for sign in SEPARATORS:
        widths = Counter(len(cells) for _line, cells in itertools.islice(_rows(head, sign), _LOOKED_AT))
        widths.pop(1, None)
        width, count = max(widths.items(), key=lambda pair: pair[0] * pair[1], default=(0, 0))
        if width * count > most:
            best, most = sign, width * count
    return best


def _rows(source: str | python_calamine.CalamineSheet, separator: str) -> Iterator[Row]:
    if isinstance(source, str):
        yield from _rows_of_text(source, separator)
        return
    left = [""] * (source.start or (0, 0))[1]  # empty columns at the left are left out, empty rows above are not
    for number, cells in enumerate(source.iter_rows(), 1):
        yield number, [*left, *map(_as_text, cells)][:MOST_COLUMNS]


def _rows_of_text(text: str, separator: str) -> Iterator[Row]:
    csv.field_size_limit(_MOST_LETTERS)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    first = 1
    try:
        for cells in reader:
            yield first, [cell.strip() for cell in cells[:MOST_COLUMNS]]
            first = reader.line_num + 1
    except csv.Error as error:
        sentence = _("Line {line} can't be read as CSV. Nothing was imported. Save the file as CSV again.")
        raise UserError(sentence.format(line=first)) from error


# ------------------------------------------------------------------- workbooks


def _of_workbook(path: Path, layout: Layout) -> Table:
    if path.suffix.lower() != ".xls":
        _refuse_bomb(path)
    try:
        book = python_calamine.load_workbook(path)
        names = tuple(each.name for each in book.sheets_metadata if each.typ == python_calamine.SheetTypeEnum.WorkSheet)
        if not names or (layout.sheet and layout.sheet not in names):
            raise UserError(_("There is no such sheet in this file. Nothing was imported. Choose another sheet."))
        wanted = [layout.sheet] if layout.sheet else names
        sheet = next((each for each in map(book.get_sheet_by_name, wanted) if each.height), None)
        sheet = sheet or book.get_sheet_by_name(wanted[0])
        merged = list(sheet.merged_cell_ranges or ())
    except python_calamine.PasswordError as error:
        sentence = _("This file has a password. Nothing was imported. Save it without one, then try again.")
        raise UserError(sentence) from error
    except python_calamine.CalamineError as error:
        sentence = _("This file can't be read as a table. Nothing was imported. Open it and save it again.")
        raise UserError(sentence) from error
    return _headed(path, replace(layout, sheet=sheet.name, encoding="", separator=""), names, sheet, merged)


def _refuse_bomb(path: Path) -> None:
    """Unfold the file once, piece by piece: what it says of its sizes is true, and not too much."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > 10_000 or sum(part.file_size for part in parts) > MOST_UNFOLDED:
                raise UserError(_("This file unfolds to very much. Nothing was imported. Save it as CSV."))
            for part in parts:
                with archive.open(part) as stream:
                    while stream.read(_BLOCK):
                        continue
    except (zipfile.BadZipFile, zipfile.LargeZipFile, RuntimeError, EOFError, zlib.error) as error:
        sentence = _("This file can't be read as a table. Nothing was imported. Open it and save it again.")
        raise UserError(sentence) from error


def _as_text(cell: object) -> str:
    """Return a cell as a person would type it; a day as ISO 8601, a whole number without decimals."""
    match cell:
        case bool():
            return "1" if cell else "0"
        case datetime.datetime() if not (cell.hour or cell.minute or cell.second):
            return cell.date().isoformat()
        case datetime.date() | datetime.time():
            return cell.isoformat()
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case float():
            return repr(cell)
    return str(cell)[:_MOST_LETTERS].strip()


# ------------------------------------------------------------------- names of the columns

Merged = tuple[tuple[int, int], tuple[int, int]]


def _headed(
    path: Path,
    layout: Layout,
    sheets: tuple[str, ...],
    source: str | python_calamine.CalamineSheet,
    merged: Sequence[Merged],
) -> Table:
    head = list(itertools.islice(_rows(source, layout.separator), _LOOKED_AT))
    rows = dict(head)
    _spread(rows, merged)
    header = layout.header or _header(rows, merged)
    names = _names(rows, header, merged)
    if not any(names):
        raise UserError(_(NO_ROWS))
    return Table(path, replace(layout, header=header), tuple(names), sheets, source)


def _spread(rows: dict[int, list[str]], merged: Sequence[Merged]) -> None:
    """What stands in cells that are joined to one counts for each of them, near the top of the sheet."""
    for (top, left), (bottom, right) in merged:
        if top >= _LOOKED_AT or right >= MOST_COLUMNS:
            continue
        cells = rows.get(top + 1, [])
        said = cells[left] if left < len(cells) else ""
        for number in range(top + 1, min(bottom, _LOOKED_AT) + 2):
            row = rows.setdefault(number, [])
            row.extend([""] * (right + 1 - len(row)))
            row[left : right + 1] = [said] * (right + 1 - left)


def _header(rows: dict[int, list[str]], merged: Sequence[Merged]) -> int:
    """The first row that is as wide as the table and has only names; if cells in it are joined, the row below."""
    width = max((len([cell for cell in cells if cell]) for cells in rows.values()), default=0)
    found = 0
    for number in sorted(rows)[:_HEAD]:
        filled = [cell for cell in rows[number] if cell]
        names = len(set(filled)) == len(filled) and not any(_NO_NAME.fullmatch(cell) for cell in filled)
        if len(filled) * 10 >= width * 6 and names:
            found = number
            break
    if not found:
        found = next((number for number in sorted(rows) if any(rows[number])), 1)
    below = {top + 1 for (top, left), (_bottom, right) in merged if right > left}
    if found in below and len(set(rows[found])) > 1 and found + 1 in rows:
        found += 1
    return found


def _names(rows: dict[int, list[str]], header: int, merged: Sequence[Merged]) -> list[str]:
    """The name of each column, behind that of the joined cells above it; the same name twice gets a number."""
    names = [" ".join(name.split()) for name in rows.get(header, [])]
    for (top, left), (bottom, right) in merged:
        above = rows.get(top + 1, [""] * (right + 1))[left] if right < len(names) else ""
        if bottom + 1 == header - 1 and right > left and above:
            for at in range(left, right + 1):
                names[at] = f"{above} {names[at]}".strip() if names[at] != above else above
    seen: Counter[str] = Counter()
    for at, name in enumerate(names):
        seen[name] += 1
        if name and seen[name] > 1:
            names[at] = f"{name} {seen[name]}"
    while names and not names[-1]:
        names.pop()
    return names
