"""Practices as files that others can use: for reference managers (BibTeX, RIS), as a table, as Markdown, and as one
zip with everything in it that opens in any browser, without WIMDesk and without a network.
"""

from __future__ import annotations

import csv
import html
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
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
from wimdesk.store.contents import Contents
from wimdesk.store.record import fields

KINDS = ("zip", "md", "bib", "ris", "csv")
_PARTS = ("body", *CASE_PARTS)
_MOST = 5000
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
    items = _items(session, ids)
    if not items:
        raise UserError(_("There is no practice to export. Nothing was written."))
    if kind == "zip":
        content, missing = _zip(session, contents, items)
        exchange.write_file(path, content)
        return Exported(len(items), missing)
    write: dict[str, Callable[[Sequence[LibraryItem]], str]] = {
        "md": lambda each: "\n\n".join(map(library_markdown.write, each)), "bib": bibtex, "ris": ris, "csv": table,
    }  # fmt: skip
    exchange.write_file(path, write[kind](items).encode())
    return Exported(len(items), 0)


def _items(session: Session, ids: Sequence[str]) -> list[LibraryItem]:
    found = {
        item.id: item
        for at in range(0, min(len(ids), _MOST), 500)
        for item in session.scalars(
            select(LibraryItem).where(LibraryItem.id.in_(ids[at : at + 500]), LibraryItem.deleted.is_(False))
        )
    }
    return [found[each] for each in ids if each in found]


# ------------------------------------------------------------- for reference managers


def bibtex(items: Iterable[LibraryItem]) -> str:
    """Return items as BibTeX, with the letters as they are (UTF-8, as biber reads it)."""
    return "\n".join(_bibtex_entry(item) for item in items)


def _bibtex_entry(item: LibraryItem) -> str:
    told = {
        "title": f"{{{_tex(pick(item.title))}}}",
        "author": _tex(item.creator or item.publisher),
        "year": item.issued[:4],
        "publisher": _tex(item.publisher),
        "abstract": _tex(" ".join(pick(item.summary).split())),
        "keywords": _tex(", ".join((*item.collections, *item.subject))),
        "language": item.language,
        "doi": _tex(item.identifier) if item.identifier.startswith("10.") else "",
        "url": item.link if is_safe_link(item.link) else "",
        "note": _tex(item.license),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in told.items() if value not in {"", "{}"}]
    return "\n".join([f"@misc{{{_bibtex_key(item)},", *lines, "}", ""])


def _bibtex_key(item: LibraryItem) -> str:
    words = re.findall(r"[A-Za-z0-9]+", pick(item.title))[:3]
    return "-".join([*(word.lower() for word in words), item.issued[:4] or "nd", item.id.replace("-", "")[-8:]])


def _tex(text: str) -> str:
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    return "".join(special.get(c) or (f"\\{c}" if c in "&%$#_{}" else c) for c in " ".join(text.split()))


def ris(items: Iterable[LibraryItem]) -> str:
    """Return items as RIS."""
    return "".join("\r\n".join([*_ris_lines(item), "ER  - ", "", ""]) for item in items)


def _ris_lines(item: LibraryItem) -> list[str]:
    kind, number = ("VIDEO" if item.template == "video" else "RPRT"), item.identifier
    told: list[tuple[str, str]] = [
        ("TY", kind), ("TI", pick(item.title)), ("AU", item.creator or item.publisher), ("A2", item.contributor),
        ("PY", item.issued[:4]), ("DA", item.issued.replace("-", "/")), ("PB", item.publisher),
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


def table(items: Iterable[LibraryItem]) -> str:
    """Return items as CSV; the columns are named by Dublin Core's terms."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for item in items:
        writer.writerow([exchange.harmless(cell(item)) for cell in _COLUMNS.values()])
    return "\ufeff" + out.getvalue()


# ------------------------------------------------------------- one zip with everything in it


def _zip(session: Session, contents: Contents, items: Sequence[LibraryItem]) -> tuple[bytes, int]:
    out, missing = io.BytesIO(), 0
    names = _names(items)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for item in items:
            files = _files(session, item)
            there = {each.title: each for each in files if contents.has(each.identifier)}
            missing += len({each.title for each in files} - set(there))
            for title, each in there.items():
                _put(pack, f"files/{names[item.id]}/{attaching.safe_name(title)}", contents.read(each.identifier))
            _put(pack, f"practices/{names[item.id]}.html", _page(item, names[item.id], there).encode())
            _put(pack, f"markdown/{names[item.id]}.md", library_markdown.write(item).encode())
        _put(pack, "index.html", _index(items, names).encode())
        for name, text in (("library.bib", bibtex(items)), ("library.ris", ris(items)), ("library.csv", table(items))):
            _put(pack, name, text.encode())
    return out.getvalue(), missing


def _put(pack: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    pack.writestr(info, content)


def _names(items: Iterable[LibraryItem]) -> dict[str, str]:
    """Return a name for the files of each item, none twice, of letters that any system takes."""
    found: dict[str, str] = {}
    for number, item in enumerate(items, 1):
        words = "-".join(re.findall(r"[a-z0-9]+", pick(item.title).lower())[:6])
        found[item.id] = f"{number:03}-{words}".rstrip("-")
    return found


def _files(session: Session, item: LibraryItem) -> list[Attachment]:
    mine = (Attachment.part_of == item.id, Attachment.deleted.is_(False))
    return list(session.scalars(select(Attachment).where(*mine).order_by(Attachment.created_at, Attachment.id)))


def _page(item: LibraryItem, name: str, there: dict[str, Attachment]) -> str:
    described = fields(LibraryItem)
    known = {title.casefold(): attaching.safe_name(title) for title in there}
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
    rest = [(title, each) for title, each in there.items() if attaching.safe_name(title) not in shown]
    body += [_picture(name, attaching.safe_name(t), t) for t, each in rest if each.format in attaching.PICTURES]
    others = [title for title, each in rest if each.format not in attaching.PICTURES]
    body += [f'<p><a href="{_path(name, attaching.safe_name(title))}">{_e(title)}</a></p>' for title in others]
    if is_safe_link(item.link):
        body.append(f'<p><a href="{_e(item.link)}">{_e(item.link)}</a></p>')
    body.append(f'<p class="quiet">{_e(" · ".join(part for part in (item.creator, _licence(item)) if part))}</p>')
    return _html(pick(item.title), body)


def _picture(name: str, file: str, words: str) -> str:
    return f'<img src="{_path(name, file)}" alt="{_e(words)}">'


def _path(name: str, file: str) -> str:
    return "../" + quote(str(PurePosixPath("files") / name / file))


def _index(items: Iterable[LibraryItem], names: dict[str, str]) -> str:
    title = _("Best-practice library")
    body = [f"<h1>{_e(title)}</h1>"]
    for item in items:
        body.append(f'<h2><a href="practices/{names[item.id]}.html">{_e(pick(item.title) or item.id)}</a></h2>')
        body.append(f'<p>{_e(pick(item.summary))}<br><span class="quiet">{_e(_facts(item))}</span></p>')
    return _html(title, body)


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
