"""The words of DOCX (ECMA-376) and ODT (OASIS OpenDocument): XML in a zip file, read in a stream and never unpacked.

No document type is accepted, so no entity can grow or name a file (as defusedxml does it); what a part says of its
size is checked before it is read, and what comes out of it while it is read.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from xml.parsers import expat

from wimdesk.extract.limits import (
    MOST_DEPTH,
    MOST_PARTS,
    MOST_RATIO,
    MOST_TEXT,
    MOST_UNPACKED,
    Page,
    Stop,
    pieces,
)

_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError)
"""What zipfile raises; RuntimeError also for a way to pack that it does not know."""
_STEP = 64 * 1024
_SMALL = 1024 * 1024
"""Below this nothing is a bomb, however well it packs."""
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_DELETED = frozenset({f"{_TEXT} tracked-changes", f"{_OFFICE} annotation"})
"""What was struck out, and notes between authors, are not the document's words."""


def kind(content: bytes) -> str:
    """Return "docx", "odt", or nothing for another zip file. Raises Stop where it is damaged or a bomb."""
    with _open(content) as archive:
        names = set(archive.namelist())
        if "word/document.xml" in names:
            return "docx"
        if "mimetype" in names and b"opendocument.text" in _part(archive, "mimetype", 200):
            return "odt"
    return ""


def read_docx(content: bytes) -> Iterator[Page]:
    """Yield the pages of a DOCX as Word last laid them out; one without such marks has no pages. Raises Stop."""
    reader = _Reader(_docx_element)
    with _open(content) as archive:
        for name in ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml"):
            if name in archive.namelist():
                reader.pages.append([])
                reader.run(archive, name)
    yield from _told(reader)


def read_odt(content: bytes) -> Iterator[Page]:
    """Yield the pages of an ODT as they were last laid out; one without such marks has no pages. Raises Stop."""
    reader = _Reader(_odt_element)
    with _open(content) as archive:
        if "content.xml" not in archive.namelist():
            raise Stop("broken")
        reader.pages.append([])
        reader.run(archive, "content.xml")
    yield from _told(reader)


def _told(reader: _Reader) -> Iterator[Page]:
    for number, parts in enumerate(reader.pages, 1):
        yield from pieces(number if reader.has_pages else 0, "".join(parts))
    if reader.verdict:
        raise reader.verdict


def _open(content: bytes) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except _DAMAGED as error:
        raise Stop("broken") from error
    if len(archive.infolist()) > MOST_PARTS:
        raise Stop("bomb")
    return archive


def _check(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & 1:
        raise Stop("locked")
    large = info.file_size > _SMALL and info.file_size > MOST_RATIO * max(1, info.compress_size)
    if info.file_size > MOST_UNPACKED or large:
        raise Stop("bomb")


def _part(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    _check(archive.getinfo(name))
    try:
        with archive.open(name) as part:
            return part.read(most)
    except _DAMAGED as error:
        raise Stop("broken") from error


class _Reader:
    """Collects the words of one or more XML parts, page by page."""

    def __init__(self, element: Callable[[_Reader, str, bool], None]) -> None:
        self.pages: list[list[str]] = []
        self.has_pages = False
        self.takes = False
        self.skips = 0
        self.verdict: Stop | None = None
        """Why reading ended early; what was read by then is told all the same."""
        self._element = element
        self._depth = 0
        self._letters = 0

    def say(self, text: str) -> None:
        self._letters += len(text)
        if self._letters > MOST_TEXT:
            raise Stop("cut")
        self.pages[-1].append(text)

    def turn(self) -> None:
        """Begin a new page; two marks of the same turn are one."""
        self.has_pages = True
        if any(part.strip() for part in self.pages[-1]):
            self.pages.append([])

    def run(self, archive: zipfile.ZipFile, name: str) -> None:
        if self.verdict is None:
            try:
                self._parse(archive, name)
            except Stop as stop:
                self.verdict = stop
            except (expat.ExpatError, *_DAMAGED):
                self.verdict = Stop("broken")

    def _parse(self, archive: zipfile.ZipFile, name: str) -> None:
        info = archive.getinfo(name)
        _check(info)
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = _refuse
        parser.StartElementHandler = lambda name, _attributes: self._enter(name)
        parser.EndElementHandler = self._leave
        parser.CharacterDataHandler = self._hear
        self._depth = 0
        read = 0
        with archive.open(info) as part:
            while step := part.read(_STEP):
                read += len(step)
                if read > MOST_UNPACKED:
                    raise Stop("bomb")
                parser.Parse(step, False)
        parser.Parse(b"", True)

    def _enter(self, name: str) -> None:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise Stop("bomb")
        self._element(self, name, True)

    def _leave(self, name: str) -> None:
        self._depth -= 1
        self._element(self, name, False)

    def _hear(self, text: str) -> None:
        if self.takes and not self.skips:
            self.say(text)


def _refuse(*_told: object) -> None:
    """Neither format has a document type; whoever brings one brings entities."""
    raise Stop("bomb")


def _docx_element(reader: _Reader, name: str, begins: bool) -> None:
    space, _blank, tag = name.rpartition(" ")
    if space not in {_WORD, _STRICT}:
        return
    if tag == "t":
        reader.takes = begins
    elif tag == "lastRenderedPageBreak" and begins:
        reader.turn()
    elif tag in {"tab", "br", "cr"} and begins:
        reader.say(" ")
    elif tag in {"p", "tr"} and not begins:
        reader.say("\n")


def _odt_element(reader: _Reader, name: str, begins: bool) -> None:
    if name in _DELETED:
        reader.skips += 1 if begins else -1
        return
    space, _blank, tag = name.rpartition(" ")
    if space == _OFFICE and tag == "body":
        reader.takes = begins
    elif space != _TEXT:
        return
    elif tag == "soft-page-break" and begins:
        reader.turn()
    elif tag in {"s", "tab", "line-break"} and begins:
        reader.say(" ")
    elif tag in {"p", "h"} and not begins:
        reader.say("\n")
