"""A practice as a Markdown file with its Dublin Core terms at the head, and back again.

Any other Markdown file can be brought in too: its first heading is the title, its first paragraph says what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sqlalchemy.orm import Session

from wimdesk.errors import UserError
from wimdesk.i18n import LANGUAGES, _, content_language, pick, speaking
from wimdesk.records import LibraryItem
from wimdesk.records.library_item import CASE_PARTS, TEMPLATES
from wimdesk.services import editing, encodings, library_sharing
from wimdesk.services.sizes import size_text
from wimdesk.store.record import fields

_PARTS = ("body", *CASE_PARTS)
_TERMS = {
    "type": "template", "language": "language", "date": "issued", "license": "license", "creator": "creator",
    "contributor": "contributor", "publisher": "publisher", "identifier": "identifier", "source": "source",
    "audience": "audience", "rights": "rights", "coverage": "country_code", "relation": "link",
}  # fmt: skip
"""Dublin Core's terms at the head of a file, and the fields that they are here."""
_LISTS = {"subject": "subject", "collection": "collections", "theme": "themes"}
_HEAD = re.compile(r"\A\ufeff?---\s*\n(.*?)\n---\s*(?:\n|\Z)", re.DOTALL)
_LINE = re.compile(r"([A-Za-z]+)\s*:\s*(.*)")
_TITLE = re.compile(r"\A\s*#\s+(.+?)\s*#*\s*(?:\n|\Z)")
_HEADING = re.compile(r"^##\s+(.+?)\s*#*\s*$", re.MULTILINE)
_LONGEST = 200_000
"""Bytes of a file; a record has to fit into one message."""
_SHORT = 400
"""Letters that the words below a title may have to say what a practice is about; more is its text."""


def write(item: LibraryItem, code: str = "") -> str:
    """Return an item as Markdown in a language, or in the reader's as far as it is there."""
    head = [f"title: {_one_line(pick(item.title, code))}"]
    head += [f"{term}: {_one_line(str(value))}" for term, name in _TERMS.items() if (value := getattr(item, name))]
    head += [
        f"{term}: {', '.join(map(_one_line, value))}" for term, name in _LISTS.items() if (value := getattr(item, name))
    ]
    blocks = ["---", *head, "---", "", f"# {_one_line(pick(item.title, code))}", ""]
    if pick(item.summary, code):
        blocks += [pick(item.summary, code), ""]
    described = fields(LibraryItem)
    for part in _PARTS:
        if text := pick(getattr(item, part), code).strip():
            blocks += [f"## {_(described[part]['label'])}", "", text, ""]
    return "\n".join(blocks)


def read(text: str, language: str) -> dict[str, object]:
    """Return the values of an item that a Markdown file holds; `language` is its language where it does not say so."""
    values: dict[str, object] = {}
    head = _HEAD.match(text)
    if head:
        values |= _terms(head[1])
        text = text[head.end() :]
    code = str(values.get("language") or language)
    values["language"] = code = code if code in LANGUAGES else language
    if found := _TITLE.match(text):
        values["title"], text = {code: found[1]}, text[found.end() :]
    elif head and (named := re.search(r"^title:\s*(.+)$", head[1], re.MULTILINE)):
        values["title"] = {code: named[1].strip()}
    for name, words in _sections(text):
        if words:
            before = values.get(name)
            known = before.get(code, "") if isinstance(before, dict) else ""
            values[name] = {code: f"{known}\n\n{words}".strip()}
    if not any(part in values for part in CASE_PARTS):
        values.setdefault("template", "tool")
    return values


def bring(session: Session, raw: bytes, name: str) -> str:
    """Make a draft of our own from a Markdown file; return its id. Raises UserError where it can't be one."""
    if len(raw) > _LONGEST:
        raise UserError(_("This file is larger than {size}. Nothing was brought in.").format(size=size_text(_LONGEST)))
    text, _code = encodings.decode(raw)
    text = "".join(c for c in text.replace("\r\n", "\n").replace("\r", "\n") if c in "\n\t" or c.isprintable())
    if not text.strip():
        raise UserError(_("This file is empty. Nothing was brought in."))
    values = read(text, content_language())
    values.setdefault("title", {str(values["language"]): name})
    made = library_sharing.draft(session, str(values.get("template") or "case"))
    editing.change(session, library_sharing.TYPE, made, values)
    return made


def _terms(head: str) -> dict[str, object]:
    values: dict[str, object] = {}
    for line in head.splitlines():
        term, value = found.groups() if (found := _LINE.fullmatch(line.strip())) else ("", "")
        value = value.strip().strip("\"'")
        if term in _TERMS and value and (term != "type" or value in TEMPLATES):
            values[_TERMS[term]] = value
        elif term in _LISTS and value:
            values[_LISTS[term]] = [word.strip() for word in value.strip("[]").split(",") if word.strip()]
    return values


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """Yield (field, words): what stands before the first heading is the summary, as far as it is short."""
    known = _headings()
    places = [*_HEADING.finditer(text)]
    first = text[: places[0].start()].strip() if places else text.strip()
    summary, _blank, rest = first.partition("\n\n")
    if summary and len(summary) <= _SHORT and not summary.lstrip().startswith(("#", "-", "*", "1.", "|", ">", "!")):
        yield "summary", " ".join(summary.split())
        yield "body", rest.strip()
    else:
        yield "body", first
    for place, found in enumerate(places):
        end = places[place + 1].start() if place + 1 < len(places) else len(text)
        words, name = text[found.end() : end].strip(), known.get(found[1].casefold(), "")
        yield (name, words) if name else ("body", f"## {found[1]}\n\n{words}")


def _headings() -> Mapping[str, str]:
    """Return the field of each part by its name in each language of the program."""
    described = fields(LibraryItem)
    found: dict[str, str] = {}
    for code in LANGUAGES:
        with speaking(code):
            found |= {_(described[part]["label"]).casefold(): part for part in _PARTS}
    return found


def _one_line(text: str) -> str:
    return " ".join(text.split())
