"""A practice as a Markdown file with its Dublin Core terms at the head, and back again.

Any other Markdown file can be brought in too: its first heading is the title, its first paragraph says what it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy.orm import Session

from wimdesk.errors import UserError
from wimdesk.i18n import LANGUAGES, _, content_language, pick, speaking
from wimdesk.records import LibraryItem, rules
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
    head, text = _parted(text.removeprefix("\ufeff"))
    told = _terms(head)
    values = _values(told)
    code = str(values.get("language") or language)
    values["language"] = code = code if code in LANGUAGES else language
    first, _end, rest = text.lstrip().partition("\n")
    if title := _heading(first, "#"):
        text = rest
    if title or told.get("title"):
        values["title"] = {code: title or told["title"]}
    parts: dict[str, list[str]] = {}
    for name, words in _sections(text):
        if words:
            parts.setdefault(name, []).append(words)
    values |= {name: {code: "\n\n".join(words)} for name, words in parts.items()}
    if not any(part in values for part in CASE_PARTS):
        values.setdefault("template", "tool")
    return values


def bring(session: Session, raw: bytes, name: str) -> str:
    """Make a draft of our own from a Markdown file; return its id. Raises UserError where it can't be one."""
    if len(raw) > _LONGEST:
        raise UserError(_("This file is larger than {size}. Nothing was brought in.").format(size=size_text(_LONGEST)))
    text, _code = encodings.decode(raw)
    text = rules.without_control_characters(text)
    if not text.strip():
        raise UserError(_("This file is empty. Nothing was brought in."))
    values = read(text, content_language())
    values.setdefault("title", {str(values["language"]): name})
    made = library_sharing.draft(session, str(values.get("template") or "case"))
    editing.change(session, library_sharing.TYPE, made, values)
    return made


# A file may be made to keep a pattern busy for hours; so it is read line by line, each once.


def _parted(text: str) -> tuple[str, str]:
    """Return what stands at the head of a file between two lines of ``---``, and the rest."""
    first, *lines = text.split("\n")
    marks = (at for at, line in enumerate(lines) if line.rstrip() == "---")
    end = next(marks, -1) if first.rstrip() == "---" else -1
    return ("", text) if end < 0 else ("\n".join(lines[:end]), "\n".join(lines[end + 1 :]))


def _terms(head: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in head.splitlines())
    told = ((term.strip(), value.strip().strip("\"'")) for term, _colon, value in pairs)
    return {term: value for term, value in told if value}


def _values(told: Mapping[str, str]) -> dict[str, object]:
    values: dict[str, object] = {}
    for term, value in told.items():
        if term in _TERMS and (term != "type" or value in TEMPLATES):
            values[_TERMS[term]] = value
        elif term in _LISTS:
            values[_LISTS[term]] = [word.strip() for word in value.strip("[]").split(",") if word.strip()]
    return values


def _heading(line: str, mark: str) -> str:
    """Return the words of a heading with this mark, which may stand at its end too (CommonMark, 4.2), or nothing."""
    if not line.startswith((f"{mark} ", f"{mark}\t")):
        return ""
    words = line[len(mark) :].strip()
    bare = words.rstrip("#")
    return bare.rstrip() if not bare or bare[-1].isspace() else words


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """Yield (field, words): what stands before the first heading is the summary, as far as it is short."""
    known = _headings()
    found: list[tuple[str, list[str]]] = [("", [])]
    for line in text.split("\n"):
        if title := _heading(line, "##"):
            found.append((title, []))
        else:
            found[-1][1].append(line)
    (_none, before), *others = found
    first = "\n".join(before).strip()
    summary, _blank, rest = first.partition("\n\n")
    if summary and len(summary) <= _SHORT and not summary.lstrip().startswith(("#", "-", "*", "1.", "|", ">", "!")):
        yield "summary", " ".join(summary.split())
        yield "body", rest.strip()
    else:
        yield "body", first
    for title, lines in others:
        words, name = "\n".join(lines).strip(), known.get(title.casefold(), "")
        yield (name, words) if name else ("body", f"## {title}\n\n{words}")


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
