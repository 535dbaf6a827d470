"""Practices as files that others can use: for reference managers (BibTeX, RIS), as a table, as Markdown, and as one
zip with everything in it that opens in any browser, without WIMDesk and without a network.
"""

from __future__ import annotations

import csv
import html
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from wimdesk.errors import UserError
from wimdesk.i18n import RIGHT_TO_LEFT, _, content_language, pick
from wimdesk.records import Attachment, LibraryItem
from wimdesk.records.library_item import CASE_PARTS, LICENCES, TEMPLATES
from wimdesk.services import attaching, exchange, library_markdown
from wimdesk.services.library_text import is_safe_link, pieces
from wimdesk.services.library_words import country_name, language_name
from wimdesk.store import identity
from wimdesk.store.contents import Contents
from wimdesk.store.record import fields

KINDS = ("zip", "md", "bib", "ris", "csv")
_PARTS = ("body", *CASE_PARTS)
_AT_ONCE = 500
_LONGEST_NAME = 60
_NOT_OF_AN_ADDRESS = re.compile(r"[^!#-;=?-\[\]_a-z~]")
"""What no address may hold as it is (RFC 3986, 2), and braces."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_STYLE = """
:root { color-scheme: light dark }
body { font: 17px/1.6 system-ui, sans-serif; max-width: 42em; margin: 2em auto; padding: 0 1em }
h1 { line-height: 1.2 } .quiet { opacity: .75 } img { max-width: 100%; height: auto; display: block; margin: 1em 0 }
table { border-collapse: collapse } td, th { border: 1px solid; padding: .3em .6em; text-align: start }
"""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: how many practices, and how many of their files are not on this computer."""

    count: int
    missing_files: int


def export(session: Session, contents: Contents, ids: Sequence[str], path: Path) -> Exported:
    """Write items to a file, as its ending says. Raises UserError for an ending that is not known, or for no item."""
    kind = path.suffix.lower().lstrip(".")
    if kind not in KINDS:
        known = ", ".join(f".{each}" for each in KINDS)
        raise UserError(
            _("Nothing was written. The name of the file must end in one of these: {known}.").format(known=known)
        )
    there = [item.id for item in _items(session, ids)]
    if not there:
        raise UserError(_("There is no practice to export. Nothing was written."))
    with exchange.writing(path) as file:
        if kind == "zip":
            return Exported(len(there), _zip(session, contents, there, file))
        for words in _WRITERS[kind](_items(session, there)):
            file.write(words.encode())
    return Exported(len(there), 0)


def _items(session: Session, ids: Sequence[str]) -> Iterator[LibraryItem]:
    """Yield those that are there and may be told here, a few at a time: a whole library has no room in memory."""
    who = identity.read(session)
    for at in range(0, len(ids), _AT_ONCE):
        some = ids[at : at + _AT_ONCE]
        living = select(LibraryItem).where(LibraryItem.id.in_(some), LibraryItem.deleted.is_(False))
        found = {item.id: item for item in session.scalars(living) if item.shown_to(who.organisation, who.role)}
        yield from (found[each] for each in some if each in found)
        session.expunge_all()


# ------------------------------------------------------------- for reference managers


def markdown(items: Iterable[LibraryItem]) -> Iterator[str]:
    """Yield items as Markdown."""
    return (f"{library_markdown.write(item)}\n\n" for item in items)


def bibtex(items: Iterable[LibraryItem]) -> Iterator[str]:
    """Yield items as BibTeX, with the letters as they are (UTF-8, as biber reads it)."""
    return (f"{_bibtex_entry(item)}\n" for item in items)


def _bibtex_entry(item: LibraryItem) -> str:
    told = {
        "title": f"{{{_tex(pick(item.title))}}}",
        "author": _tex(item.creator or item.publisher),
        "year": _year(item),
        "publisher": _tex(item.publisher),
        "abstract": _tex(" ".join(pick(item.summary).split())),
        "keywords": _tex(", ".join((*item.collections, *item.subject))),
        "language": _tex(item.language),
        "doi": _tex(item.identifier) if item.identifier.startswith("10.") else "",
        # As it is for programs that read it, and with nothing that would end the field.
        "url": _NOT_OF_AN_ADDRESS.sub(lambda c: quote(c[0]), item.link) if is_safe_link(item.link) else "",
        "note": _tex(item.license),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in told.items() if value not in {"", "{}"}]
    return "\n".join([f"@misc{{{_bibtex_key(item)},", *lines, "}", ""])


def _bibtex_key(item: LibraryItem) -> str:
    words = re.findall(r"[A-Za-z0-9]+", pick(item.title))[:3]
    return "-".join([*(word.lower() for word in words), _year(item) or "nd", item.id.replace("-", "")[-8:]])


def _year(item: LibraryItem) -> str:
    """Return four figures, or nothing: what others sent as a day may be any text."""
    year = item.issued[:4]
    return year if len(year) == 4 and year.isdecimal() else ""


def _tex(text: str) -> str:
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    return "".join(special.get(c) or (f"\\{c}" if c in "&%$#_{}" else c) for c in " ".join(text.split()))


def ris(items: Iterable[LibraryItem]) -> Iterator[str]:
    """Yield items as RIS."""
    return ("\r\n".join([*_ris_lines(item), "ER  - ", "", ""]) for item in items)


def _ris_lines(item: LibraryItem) -> list[str]:
    kind, number = ("VIDEO" if item.template == "video" else "RPRT"), item.identifier
    told: list[tuple[str, str]] = [
        ("TY", kind), ("TI", pick(item.title)), ("AU", item.creator or item.publisher), ("A2", item.contributor),
        ("PY", _year(item)), ("DA", item.issued.replace("-", "/")), ("PB", item.publisher),
        ("AB", pick(item.summary)), ("LA", item.language),
        *(("KW", word) for word in (*item.collections, *item.subject)),
        ("DO" if number.startswith("10.") else "SN", number), ("UR", item.link if is_safe_link(item.link) else ""),
        ("CY", item.country_code), ("N1", item.license), ("ID", item.id),
    ]  # fmt: skip
    return [f"{tag}  - {' '.join(value.split())}" for tag, value in told if value]


_COLUMNS: dict[str, Callable[[LibraryItem], str]] = {
    "identifier": lambda item: item.identifier or item.id, "title": lambda item: pick(item.title),
    "creator": lambda item: item.creator, "contributor": lambda item: item.contributor,
    "publisher": lambda item: item.publisher, "subject": lambda item: "; ".join(item.subject),
    "collection": lambda item: "; ".join(item.collections), "description": lambda item: pick(item.summary),
    "type": lambda item: item.template, "language": lambda item: " ".join(item.languages()),
    "source": lambda item: item.source, "coverage": lambda item: item.country_code,
    "license": lambda item: item.license, "rights": lambda item: item.rights, "issued": lambda item: item.issued,
    "modified": lambda item: item.updated_at[:10], "audience": lambda item: item.audience,
    "relation": lambda item: item.link,
}  # fmt: skip


def table(items: Iterable[LibraryItem]) -> Iterator[str]:
    """Yield items as CSV; the columns are named by Dublin Core's terms."""
    yield "\ufeff" + _line(_COLUMNS)
    for item in items:
        yield _line(exchange.harmless(cell(item)) for cell in _COLUMNS.values())


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


_WRITERS: dict[str, Callable[[Iterable[LibraryItem]], Iterator[str]]] = {
    "md": markdown, "bib": bibtex, "ris": ris, "csv": table,
}  # fmt: skip


# ------------------------------------------------------------- one zip with everything in it


def _zip(session: Session, contents: Contents, ids: Sequence[str], file: BinaryIO) -> int:
    """Write everything; return how many files are not on this computer."""
    missing, lines = 0, []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as pack:
        for number, item in enumerate(_items(session, ids), 1):
            name, files = _name(number, item), _files(session, item)
            there = [each for each in files if contents.has(each.identifier)]
            missing += len(files) - len(there)
            named = _named(there)
            for kept, each in named.items():
                _put(pack, f"files/{name}/{kept}", [contents.read(each.identifier)])
            _put(pack, f"practices/{name}.html", [_page(item, name, named).encode()])
            _put(pack, f"markdown/{name}.md", [library_markdown.write(item).encode()])
            lines.append(_entry(item, name))
        _put(pack, "index.html", [_index(lines).encode()])
        for kind in ("bib", "ris", "csv"):
            _put(pack, f"library.{kind}", (words.encode() for words in _WRITERS[kind](_items(session, ids))))
    return missing


def _put(pack: zipfile.ZipFile, name: str, pieces: Iterable[bytes]) -> None:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    with pack.open(info, "w", force_zip64=True) as file:
        for piece in pieces:
            file.write(piece)


def _name(number: int, item: LibraryItem) -> str:
    """Return a name for the files of an item, none twice, of letters that any system takes."""
    words = "-".join(re.findall(r"[a-z0-9]+", pick(item.title).lower())[:6])
    return f"{number:03}-{words}"[:_LONGEST_NAME].rstrip("-")


def _named(files: Iterable[Attachment]) -> dict[str, Attachment]:
    """Return a name for each file of an item, none twice, in capitals or not: not every system tells them apart."""
    found: dict[str, Attachment] = {}
    taken: set[str] = set()
    for each in files:
        name = wanted = PurePosixPath(attaching.safe_name(each.title))
        number = 1
        while name.name.casefold() in taken:
            number += 1
            name = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
        taken.add(name.name.casefold())
        found[name.name] = each
    return found


def _files(session: Session, item: LibraryItem) -> list[Attachment]:
    mine = (Attachment.part_of == item.id, Attachment.deleted.is_(False))
    return list(session.scalars(select(Attachment).where(*mine).order_by(Attachment.created_at, Attachment.id)))


def _page(item: LibraryItem, name: str, files: Mapping[str, Attachment]) -> str:
    described = fields(LibraryItem)
    known: dict[str, str] = {}
    for file, each in files.items():
        known.setdefault(each.title.casefold(), file)
    shown: set[str] = set()
    back = _("All practices")
    body = [f'<p><a href="../index.html">{_e(back)}</a></p>', f"<h1>{_e(pick(item.title))}</h1>"]
    body += [f'<p class="quiet">{_e(_facts(item))}</p>', f"<p><strong>{_e(pick(item.summary))}</strong></p>"]
    for part in _PARTS:
        text = pick(getattr(item, part))
        if not text.strip():
            continue
        if part != "body":
            body.append(f"<h2>{_e(_(described[part]['label']))}</h2>")
        for piece in pieces(text):
            file = known.get(piece.picture.casefold(), "") if piece.kind == "picture" else ""
            if file:
                shown.add(file)
                body.append(_picture(name, file, piece.words))
            else:
                body.append(piece.html or f'<p class="quiet">[{_e(piece.words)}]</p>')
    rest = [(file, each) for file, each in files.items() if file not in shown]
    body += [_picture(name, file, each.title) for file, each in rest if each.format in attaching.PICTURES]
    others = [(file, each) for file, each in rest if each.format not in attaching.PICTURES]
    body += [f'<p><a href="{_path(name, file)}">{_e(each.title)}</a></p>' for file, each in others]
    if is_safe_link(item.link):
        body.append(f'<p><a href="{_e(item.link)}">{_e(item.link)}</a></p>')
    body.append(f'<p class="quiet">{_e(" · ".join(part for part in (item.creator, _licence(item)) if part))}</p>')
    return _html(pick(item.title), body)


def _picture(name: str, file: str, words: str) -> str:
    return f'<img src="{_path(name, file)}" alt="{_e(words)}">'


def _path(name: str, file: str) -> str:
    return "../" + quote(str(PurePosixPath("files") / name / file))


def _index(entries: Iterable[str]) -> str:
    title = _("Best-practice library")
    return _html(title, [f"<h1>{_e(title)}</h1>", *entries])


def _entry(item: LibraryItem, name: str) -> str:
    title = f'<h2><a href="practices/{name}.html">{_e(pick(item.title) or item.id)}</a></h2>'
    return f'{title}\n<p>{_e(pick(item.summary))}<br><span class="quiet">{_e(_facts(item))}</span></p>'


def _facts(item: LibraryItem) -> str:
    told = (
        _(TEMPLATES.get(item.template, item.template)), country_name(item.country_code), item.issued,
        ", ".join(map(language_name, item.languages())),
    )  # fmt: skip
    return " · ".join(part for part in told if part)


def _licence(item: LibraryItem) -> str:
    return _(LICENCES[item.license]) if item.license in LICENCES else item.license


def _html(title: str, body: Sequence[str]) -> str:
    """Return a whole page that may load nothing but what lies beside it."""
    code = content_language()
    side = "rtl" if code in RIGHT_TO_LEFT else "ltr"
    policy = "default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'"
    return "\n".join(
        [
            "<!DOCTYPE html>", f'<html lang="{code}" dir="{side}"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            f"<title>{_e(title)}</title><style>{_STYLE}</style></head><body>", *body, "</body></html>", "",
        ]
    )  # fmt: skip


def _e(text: str) -> str:
    return html.escape(text)
