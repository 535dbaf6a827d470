"""The words of HTML and of plain text. Scripts, styles and hidden parts are no words; no address is looked at."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from wimdesk.extract.limits import MOST_TEXT, Page, Stop, pieces

_SILENT = frozenset({"script", "style", "template", "noscript", "svg", "math", "object", "iframe", "head"})
_EMPTY = frozenset({"iframe"})
_BLOCKS = frozenset(
    {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "td", "th", "dt", "dd",
     "blockquote", "pre", "hr", "table", "ul", "ol", "title", "figcaption", "caption"}
)  # fmt: skip
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_STEP = 64 * 1024


def looks_like_html(content: bytes) -> bool:
    """Say whether a file begins as HTML does."""
    head = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<meta", b"<script", b"<?xml version"))


def read_html(content: bytes) -> Iterator[Page]:
    """Yield the words of a page of the web. Raises Stop."""
    named = _CHARSET.search(content[:4096])
    words = _Words()
    text = _decoded(content, named.group(1).decode("ascii") if named else "")
    for start in range(0, len(text), _STEP):
        words.feed(text[start : start + _STEP])
    words.close()
    yield from pieces(0, "".join(words.parts)[:MOST_TEXT])
    if words.is_long:
        raise Stop("cut")


def read_text(content: bytes) -> Iterator[Page]:
    """Yield the words of a plain text; where it has form feeds, page by page. Raises Stop."""
    if b"\x00" in content[:4096] and not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Stop("other")
    text = _decoded(content, "")
    parts = text[:MOST_TEXT].split("\f")
    for number, part in enumerate(parts, 1):
        yield from pieces(number if len(parts) > 1 else 0, part)
    if len(text) > MOST_TEXT:
        raise Stop("cut")


def _decoded(content: bytes, named: str) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode(named or "cp1252", errors="replace")
    except (LookupError, UnicodeError):
        return content.decode("cp1252", errors="replace")


class _Words(HTMLParser):
    """Hears the text of a page; what is not shown is not heard."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.is_long = False
        self._silent: list[str] = []
        self._letters = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT or (self._silent and tag == self._silent[-1]):
            self._silent.append(tag)
        elif tag == "title" and self._silent == ["head"]:
            self._silent.append("")
        elif tag == "body":
            self._silent.clear()  # a head need not be closed (HTML, 13.1.2.4)
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "title" and self._silent == ["head", ""]:
            self._silent.pop()
        elif tag in self._silent:
            del self._silent[self._silent.index(tag) :]
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if (self._silent and self._silent[-1]) or self.is_long:
            return
        self._letters += len(data)
        self.is_long = self._letters > MOST_TEXT
        self.parts.append(data)
