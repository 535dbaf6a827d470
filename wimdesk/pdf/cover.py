"""The head of the first page: who, what, when, and the code that ties the paper to the data in the file."""

from __future__ import annotations

from reportlab.graphics.barcode import qrencoder

from wimdesk.pdf.archive import ATTACHMENT
from wimdesk.pdf.page import (
    ACCENT,
    COPPER,
    HAIRLINE,
    INK,
    LEFT,
    QUIET,
    RIGHT,
    WIDTH,
    Sheet,
    write_heading,
    write_lines,
    write_paragraph,
)
from wimdesk.pdf.text import STAND_IN, clean

CODE = 74.0
LONGEST_REFERENCE = 60  # letters that the code has room for


def write_cover(sheet: Sheet, kicker: str, title: str, subtitle: str) -> None:
    """Write organisation, title and subtitle at the left and the code with the receipt at the right."""
    top = sheet.y
    width = WIDTH - CODE - 30
    blocks = (
        ("P", kicker, (sheet.bold, 10.0, COPPER), 14.0, 6.0),
        ("H1", title, (sheet.bold, 23.0, ACCENT), 29.0, 4.0),
        ("P", subtitle, (sheet.regular, 12.0, INK), 17.0, 0.0),
    )
    elements = [sheet.tree.add(tag) for tag, *_rest in blocks]
    _draw_code(sheet, RIGHT - CODE, top - CODE)  # before a very long title can begin a new page
    for element, (_tag, text, style, leading, gap) in zip(elements, blocks, strict=True):
        font, size, _ink = style
        write_lines(sheet, element, font.lines(clean(text), size, width), style, leading)
        sheet.y -= gap
    sheet.y = (min(sheet.y, top - CODE) if sheet.page == 1 else sheet.y) - 18
    with sheet.tree.artifact(sheet.canvas):
        sheet.rule((LEFT, sheet.y), (RIGHT, sheet.y), HAIRLINE)
    sheet.y -= 6


def _draw_code(sheet: Sheet, x: float, y: float) -> None:
    """Draw a QR code that holds the reference and the digest of the attached data."""
    words = sheet.words
    alternative = words.gettext("Square code with the reference {reference} and the receipt of the data").format(
        reference=sheet.about.reference
    )
    code = qrencoder.QRCode(None, qrencoder.QRErrorCorrectLevel.M)
    code.addData(f"WIMDESK:{sheet.about.reference[:LONGEST_REFERENCE]}:{sheet.submission.digest.upper()}")
    code.make()
    count = code.getModuleCount()
    size = CODE / count
    box = sheet.corners(x, y, x + CODE, y + CODE)
    with sheet.tree.mark(sheet.canvas, sheet.tree.add_figure(alternative, box)):
        for row in range(count):
            for start, end in _dark(code, row, count):
                if sheet.mirrored:  # the place of the code is mirrored, but not the code
                    start, end = count - end, count - start
                across = (x + start * size, y + CODE - (row + 1) * size, (end - start) * size, size + 0.05)
                sheet.fill(across, INK)


def _dark(code: qrencoder.QRCode, row: int, count: int) -> list[tuple[int, int]]:
    """Return the dark stretches of one row of the code."""
    stretches: list[tuple[int, int]] = []
    for column in range(count):
        if not code.isDark(row, column):
            continue
        if stretches and stretches[-1][1] == column:
            stretches[-1] = (stretches[-1][0], column + 1)
        else:
            stretches.append((column, column + 1))
    return stretches


def write_receipt(sheet: Sheet, prepared_by: str) -> None:
    """Write who made the document and the full receipt of the data inside it."""
    _ = sheet.words.gettext
    made_on = sheet.writing.date(sheet.about.made_on)
    write_heading(sheet, _("Receipt"), 90.0)
    if sheet.has_stand_ins:
        write_paragraph(
            sheet,
            _("The sign {sign} stands for a letter that can't be printed. The data inside this file have it.").format(
                sign=STAND_IN
            ),
        )
    if prepared_by:
        write_paragraph(sheet, _("Prepared by {name} on {date}.").format(name=prepared_by, date=made_on))
    else:
        write_paragraph(sheet, _("Made on {date}.").format(date=made_on))
    write_paragraph(
        sheet,
        _("The same data are inside this file as {file}. The receipt is their SHA-256 digest:").format(file=ATTACHMENT),
    )
    digest = sheet.submission.digest.upper()
    lines = [digest[:32] + " ", digest[32:]]
    write_lines(sheet, sheet.tree.add("P"), lines, (sheet.bold, 9.5, QUIET), 14.0)
