"""What a reader of a finished PDF finds in it: its text, its structure tree, its metadata and the data inside."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from pypdf import PageObject, PdfReader
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject

NAMES = {
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfuaid": "http://www.aiim.org/pdfua/ns/id/",
    "wim": "urn:wimdesk:submission:1:",
    "dc": "http://purl.org/dc/elements/1.1/",
}

DECORATION = -1
JOINED = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]+")
UNDRAWN = re.compile("[\u064b-\u065f\u2068\u2069\u200f]")


@dataclass
class Node:
    """One element of the structure tree with the lines of text that are marked as its own."""

    tag: str
    alt: str = ""
    scope: str = ""
    box: list[float] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    kids: list[Node] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return the lines as they run on."""
        return "".join(self.lines)

    def all(self, *tags: str) -> Iterator[Node]:
        """Give this element and those below it that have one of the tags, in reading order."""
        if self.tag in tags:
            yield self
        for kid in self.kids:
            yield from kid.all(*tags)

    def said(self) -> str:
        """Return everything a screen reader would say, in order."""
        return " ".join([self.alt or self.text, *(kid.said() for kid in self.kids)])


def opened(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content), strict=True)


def squeezed(text: str) -> str:
    """Return a text without its blanks, as lines end in other places on paper, and with Arabic letters unjoined."""
    plain = JOINED.sub(lambda found: unicodedata.normalize("NFKC", found[0]), UNDRAWN.sub("", text))
    return "".join(unicodedata.normalize("NFC", plain).split())


def printed(content: bytes) -> str:
    """Return the text of all pages."""
    return "\n".join(page.extract_text() for page in opened(content).pages)


def metadata(content: bytes, name: str) -> str:
    """Return one property of the XMP packet such as ``pdfaid:part``; raises if it is not well-formed XML."""
    stream = opened(content).root_object["/Metadata"].get_object().get_data()
    prefix, key = name.split(":")
    found = ElementTree.fromstring(stream.decode()).find(f".//{{{NAMES[prefix]}}}{key}")
    return "" if found is None else " ".join("".join(found.itertext()).split())


def tree(content: bytes) -> Node:
    """Return the structure tree with the texts of its marks."""
    reader = opened(content)
    marks = {(number, mark): text for number, page in enumerate(reader.pages) for mark, text in _marks(page).items()}
    places = {
        page.indirect_reference.idnum: number for number, page in enumerate(reader.pages) if page.indirect_reference
    }
    root = reader.root_object["/StructTreeRoot"].get_object()
    return _node(root["/K"].get_object(), marks, places)


def fonts(content: bytes) -> dict[str, DictionaryObject]:
    """Return the descriptor of each font that a page or a form uses."""
    found: dict[str, DictionaryObject] = {}
    for page in opened(content).pages:
        holders = [page, *(form.get_object() for form in page["/Resources"].get("/XObject", {}).values())]
        for holder in holders:
            for font in holder["/Resources"].get("/Font", {}).values():
                font = font.get_object()
                found[str(font["/BaseFont"])] = font["/FontDescriptor"].get_object()
    return found


def _node(element: DictionaryObject, marks: dict[tuple[int, int], list[str]], places: dict[int, int]) -> Node:
    attributes = element.get("/A", {})
    node = Node(str(element["/S"])[1:], str(element.get("/Alt", "")), str(attributes.get("/Scope", ""))[1:])
    node.box = [float(number) for number in attributes.get("/BBox", [])]
    own = element.raw_get("/Pg").idnum if "/Pg" in element else 0
    kids = element["/K"] if isinstance(element["/K"], ArrayObject) else [element["/K"]]
    for kid in kids:
        part = kid.get_object()
        if isinstance(part, int):
            node.lines += marks[places[own], part]
        elif "/MCID" in part:
            node.lines += marks[places[part.raw_get("/Pg").idnum], part["/MCID"]]
        else:
            node.kids.append(_node(part, marks, places))
    return node


def _marks(page: PageObject) -> dict[int, list[str]]:
    """Return the lines of each mark of a page; an alternative text stands for what is drawn below it."""
    encodings = {name: _letters(font.get_object()) for name, font in page["/Resources"].get("/Font", {}).items()}
    found: dict[int, list[str]] = {}
    stack: list[tuple[int, bool]] = []
    letters: dict[int, str] = {}
    for operands, operator in ContentStream(page.get_contents(), page.pdf).operations:
        mark, is_spoken = stack[-1] if stack else (DECORATION, False)
        if operator == b"BDC":
            mark = operands[1].get("/MCID", mark)
            stack.append((mark, "/ActualText" in operands[1]))
            found.setdefault(mark, [])
            if "/ActualText" in operands[1]:
                found[mark].append(str(operands[1]["/ActualText"]))
        elif operator == b"EMC":
            stack.pop()
        elif operator == b"Tf":
            letters = encodings[operands[0]]
        elif operator == b"Tj" and not is_spoken:
            found[mark].append("".join(letters[byte] for byte in operands[0].original_bytes))
    assert not stack, "a mark was left open"
    return found


def _letters(font: DictionaryObject) -> dict[int, str]:
    """Read the ToUnicode map that reportlab writes for its subsets of single bytes."""
    text = font["/ToUnicode"].get_object().get_data().decode("latin-1")
    pairs = re.findall(r"^<(\w{2})> <(\w{4,})>$", text, re.MULTILINE)
    return {int(code, 16): bytes.fromhex(value).decode("utf-16-be") for code, value in pairs}
