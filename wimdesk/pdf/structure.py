"""The structure tree of a tagged PDF (ISO 32000-1, 14.7 and 14.8), which reportlab lacks.

Content is marked while it is drawn; at the end the tree and the way back from marks to elements are written out.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from wimdesk.pdf.direction import bare
from wimdesk.pdf.text import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reportlab.pdfbase.pdfdoc import PDFDocument
    from reportlab.pdfgen.canvas import Canvas

LONGEST_ALTERNATIVE = 8000  # letters; ISO 19005-3, 6.1.13 allows a string 32,767 bytes
Box = tuple[float, float, float, float]


class Element:
    """One element of the tree: its tag, its children or marks ``(page, mark)`` and its ready-written attributes."""

    __slots__ = ("attributes", "kids", "parent", "tag")

    def __init__(self, tag: str, parent: Element | None, attributes: str = "") -> None:
        self.tag = tag
        self.parent = parent
        self.attributes = attributes
        self.kids: list[Element | tuple[int, int]] = []


class StructureTree:
    """Collects the elements of one document and the marks of each of its pages."""

    def __init__(self) -> None:
        self.root = Element("Document", None)
        self._elements = [self.root]
        self._pages: list[list[Element]] = [[]]

    def add(self, tag: str, parent: Element | None = None, attributes: str = "") -> Element:
        """Add an element below ``parent`` (the document if None) and return it."""
        above = parent or self.root
        element = Element(tag, above, attributes)
        above.kids.append(element)
        self._elements.append(element)
        return element

    def add_header(self, parent: Element, scope: str) -> Element:
        """Add a header cell to a row; ``scope`` is ``Column`` or ``Row``."""
        return self.add("TH", parent, f"/A <</O /Table /Scope /{scope}>>")

    def add_figure(self, alternative: str, box: Box) -> Element:
        """Add a picture with its text alternative (cut where it is very long) and the box it covers in points."""
        corners = " ".join(f"{number:.2f}" for number in box)
        layout = f"/A <</O /Layout /Placement /Block /BBox [{corners}]>>"
        return self.add("Figure", None, f"/Alt {text_string(shortened(alternative, LONGEST_ALTERNATIVE))} {layout}")

    @contextmanager
    def mark(self, canvas: Canvas, element: Element) -> Iterator[None]:
        """Mark what is drawn inside as content of an element."""
        marks = self._pages[-1]
        element.kids.append((len(self._pages) - 1, len(marks)))
        canvas.addLiteral(f"/{element.tag} <</MCID {len(marks)}>> BDC")
        marks.append(element)
        yield
        canvas.addLiteral("EMC")

    @contextmanager
    def artifact(self, canvas: Canvas, kind: str = "Layout") -> Iterator[None]:
        """Mark what is drawn inside as decoration (``Layout``) or as a repeated part of the page (``Pagination``)."""
        canvas.addLiteral(f"/Artifact <</Type /{kind}>> BDC")
        yield
        canvas.addLiteral("EMC")

    @contextmanager
    def spoken(self, canvas: Canvas, text: str) -> Iterator[None]:
        """Give what is drawn inside the text that a screen reader or a search should find there instead."""
        canvas.addLiteral(f"/Span <</ActualText {text_string(text)}>> BDC")
        yield
        canvas.addLiteral("EMC")

    def next_page(self) -> None:
        """Begin a new page: its marks count from zero again."""
        self._pages.append([])

    def write(self, document: PDFDocument) -> str:
        """Write tree and parent tree into the document after its last page; return the name of the tree's root."""
        names = [f"Struct{index}" for index in range(len(self._elements))]
        for name in ["StructRoot", "StructParents", *names]:
            document.Reference(b"", name)
        numbers = document.idToObjectNumberAndVersion
        written = {element: f"{numbers[name][0]} 0 R" for element, name in zip(self._elements, names, strict=True)}
        pages = [f"{numbers[document.Reference(page).name][0]} 0 R" for page in document.Pages.pages]
        root = f"{numbers['StructRoot'][0]} 0 R"
        for element, name in zip(self._elements, names, strict=True):
            above = written[element.parent] if element.parent else root
            document.idToObject[name] = _element(element, above, written, pages)
        parents = " ".join(
            f"{index} [{' '.join(written[element] for element in marks)}]" for index, marks in enumerate(self._pages)
        )
        document.idToObject["StructParents"] = f"<</Nums [{parents}]>>".encode("ascii")
        document.idToObject["StructRoot"] = (
            f"<</Type /StructTreeRoot /K {written[self.root]} /ParentTree {numbers['StructParents'][0]} 0 R"
            f" /ParentTreeNextKey {len(self._pages)}>>"
        ).encode("ascii")
        return "StructRoot"


def text_string(text: str) -> str:
    """Write a text as a PDF text string in UTF-16, which needs no escapes."""
    return f"<FEFF{bare(text).encode('utf-16-be').hex().upper()}>"


def _element(element: Element, above: str, written: dict[Element, str], pages: list[str]) -> bytes:
    own = next((kid[0] for kid in element.kids if isinstance(kid, tuple)), None)
    kids = []
    for kid in element.kids:
        if isinstance(kid, Element):
            kids.append(written[kid])
        elif kid[0] == own:
            kids.append(str(kid[1]))
        else:
            kids.append(f"<</Type /MCR /Pg {pages[kid[0]]} /MCID {kid[1]}>>")
    page = f" /Pg {pages[own]}" if own is not None else ""
    return (
        f"<</Type /StructElem /S /{element.tag} /P {above}{page} {element.attributes} /K [{' '.join(kids)}]>>"
    ).encode("ascii")
