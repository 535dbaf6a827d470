"""Files as people attach them, and as nobody should: made here, so that each says what is wrong with it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from reportlab.pdfgen import canvas

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"


def pdf(*pages: str, script: str = "") -> bytes:
    """A PDF with one line on each page."""
    target = io.BytesIO()
    paper = canvas.Canvas(target)
    for page in pages:
        paper.drawString(72, 720, page)
        paper.showPage()
    paper.save()
    made = target.getvalue()
    if script:
        action = f"/OpenAction << /S /JavaScript /JS ({script}) >> /Type /Catalog".encode()
        made = made.replace(b"/Type /Catalog", action, 1)
    return made


def docx(*pages: str) -> bytes:
    """A DOCX as Word lays it out; a page may be XML of its own."""
    turn = "<w:p><w:r><w:lastRenderedPageBreak/></w:r></w:p>"
    body = turn.join(f"<w:p><w:r><w:t>{page}</w:t></w:r></w:p>" for page in pages)
    return zipped({"word/document.xml": f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'})


def odt(*pages: str) -> bytes:
    """An ODT as LibreOffice writes it."""
    turn = "<text:p><text:soft-page-break/></text:p>"
    body = turn.join(f"<text:p>{page}</text:p>" for page in pages)
    names = f'xmlns:office="{_OFFICE}" xmlns:text="{_TEXT}"'
    content = f"<office:document-content {names}><office:body>{body}</office:body></office:document-content>"
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})


def zipped(parts: dict[str, str | bytes]) -> bytes:
    """A zip file with these parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return target.getvalue()


def recursive_pdf() -> bytes:
    """A PDF whose tree of pages has itself as a child, and whose page draws itself."""
    objects: Sequence[str] = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 99999 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << /XObject << /A 4 0 R >> >> /Contents 5 0 R >>",
        "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /A 4 0 R >> >> /Length 5 >>\n"
        "stream\n/A Do\nendstream",
        "<< /Length 5 >>\nstream\n/A Do\nendstream",
    )
    body = b"%PDF-1.7\n"
    places = []
    for number, text in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{text}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 6\n0000000000 65535 f \n{table}trailer << /Size 6 /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF"
    return body + end.encode()
