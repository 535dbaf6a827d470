"""The words of a PDF, by PDFium without its script engine: nothing in the file can run, and no address is followed."""

from __future__ import annotations

from collections.abc import Iterator

import pypdfium2
from pypdfium2 import raw

from wimdesk.extract.limits import MOST_PAGES, Page, Stop, pieces


def read(content: bytes) -> Iterator[Page]:
    """Yield the pages that have words. Raises Stop."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        raise Stop("locked" if code == raw.FPDF_ERR_PASSWORD else "broken") from error
    count = len(document)
    damaged = False
    for at in range(min(count, MOST_PAGES)):
        try:
            page = document[at]
            words = page.get_textpage()
            text = words.get_text_bounded()
            words.close()
            page.close()
        except pypdfium2.PdfiumError:
            damaged = True  # the pages behind it may be whole
            continue
        yield from pieces(at + 1, text)
    if damaged:
        raise Stop("broken")
    if count > MOST_PAGES:
        raise Stop("cut")
